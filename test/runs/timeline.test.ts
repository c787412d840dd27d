/** However a moment is reached, forwards, backwards or in leaps, it is the same. */
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { Charts } from '../../src/kernel/charts.ts';
import { Core } from '../../src/kernel/core.ts';
import type { LoggedInput } from '../../src/kernel/log.ts';
import { hashOf, storeCore } from '../../src/kernel/persist.ts';
import { runMachines } from '../../src/runs/launch.ts';
import { type Past, Timeline } from '../../src/runs/timeline.ts';
import { live } from '../journal/axioms/lived.ts';
import * as outcomes from '../machines/outcomes.ts';
import { planSpec, roleSpec } from '../machines/plans.ts';

/** Few actors and many inputs: long enough for a few stored places. */
const tasks = Array.from({ length: 30 }, (_, at) => ({ id: `t${at}`, retries: 20 }));
const failures = Array.from({ length: 15 }, () => outcomes.failed(outcomes.passingFault));
const records = await live(planSpec(tasks, { roles: [roleSpec({ count: 3, concurrency: 3 })] }), {
  outcomes: Object.fromEntries(tasks.map(({ id }) => [id, failures])),
});
const hashes = hashesOf(records);

function hashesOf(inputs: readonly LoggedInput[]): readonly string[] {
  const core = new Core(new Charts(runMachines));
  const begin = hashOf(core);
  const hashAfter = (input: LoggedInput): string => {
    core.apply(input);
    return hashOf(core);
  };
  return [begin, ...inputs.map(hashAfter)];
}

const pastOf = (more: Partial<Past> = {}): Past => ({
  base: null,
  stored: null,
  after: (n) => records.slice(n),
  ...more,
});

function storedAt(n: number) {
  const core = new Core(new Charts(runMachines));
  for (const record of records.slice(0, n)) core.apply(record);
  return { n, core: structuredClone(storeCore(core)) };
}

describe('a timeline', () => {
  test('is the same at every input, in whatever order they are visited', () => {
    expect(records.length).toBeGreaterThan(800);
    const timeline = new Timeline(pastOf());
    const places = fc.array(fc.nat(records.length), { minLength: 1, maxLength: 12 });
    fc.assert(
      fc.property(places, (visits) => {
        for (const n of visits) {
          expect(timeline.goTo(n)).toBe(n);
          expect({ n, hash: hashOf(timeline.core) }).toEqual({ n, hash: hashes[n] });
        }
      }),
      { numRuns: 30 },
    );
  });

  test('steps back one by one, to the first', () => {
    const timeline = new Timeline(pastOf());
    const end = timeline.goTo(Number.POSITIVE_INFINITY);
    expect(end).toBe(records.length);
    for (let n = end; n > end - 40; n -= 1) {
      timeline.goTo(n);
      expect(hashOf(timeline.core)).toBe(hashes[n]);
    }
    timeline.goTo(0);
    expect(hashOf(timeline.core)).toBe(hashes[0]);
  });

  test('reads no more of the journal than the way from a stored place', () => {
    const asked: number[] = [];
    const after = (n: number): readonly LoggedInput[] => {
      asked.push(n);
      return records.slice(n);
    };
    const timeline = new Timeline(pastOf({ stored: storedAt(700), after }));
    timeline.goTo(720);
    expect(asked).toEqual([700]);
    expect(hashOf(timeline.core)).toBe(hashes[720]);
    timeline.goTo(710);
    expect(asked).toEqual([700]);
    expect(hashOf(timeline.core)).toBe(hashes[710]);
  });

  test('begins where the past does, when the beginning is gone', () => {
    const timeline = new Timeline(pastOf({ base: storedAt(300) }));
    expect([timeline.first, timeline.core.n]).toEqual([300, 300]);
    timeline.goTo(400);
    timeline.goTo(300);
    expect(hashOf(timeline.core)).toBe(hashes[300]);
  });

  test('goes to the last input of a time', () => {
    const timeline = new Timeline(pastOf());
    const at = records[500]?.at ?? 0;
    const last = records.findLastIndex((record) => record.at === at) + 1;
    for (const before of [0, records.length]) {
      timeline.goTo(before);
      expect(timeline.goToTime(at)).toBe(last);
      expect(hashOf(timeline.core)).toBe(hashes[last]);
    }
    expect(timeline.goToTime((records[0]?.at ?? 0) - 1)).toBe(0);
  });

  test('finds what has come since', () => {
    const journal = records.slice(0, 100);
    const timeline = new Timeline(pastOf({ after: (n) => journal.slice(n) }));
    expect(timeline.goTo(Number.POSITIVE_INFINITY)).toBe(100);
    journal.push(...records.slice(100, 130));
    expect(timeline.goTo(Number.POSITIVE_INFINITY)).toBe(130);
    expect(hashOf(timeline.core)).toBe(hashes[130]);
  });

  test('closes what it reads from', () => {
    let open = 0;
    function* after(n: number): Generator<LoggedInput> {
      open += 1;
      try {
        yield* records.slice(n);
      } finally {
        open -= 1;
      }
    }
    const timeline = new Timeline(pastOf({ after }));
    timeline.goTo(10);
    expect(open).toBe(1);
    timeline.close();
    expect(open).toBe(0);
    expect(timeline.goTo(20)).toBe(20);
    timeline.close();
    expect(open).toBe(0);
  });
});
