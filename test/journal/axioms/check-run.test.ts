/** The axioms hold of runs that went as they should, whatever went wrong in them. */
import { describe, expect, test } from 'vitest';
import { taskAddress, taskId } from '../../../machines/ids.ts';
import { axioms } from '../../../src/journal/axioms/axioms.ts';
import { checkRun } from '../../../src/journal/axioms/check-run.ts';
import type { LoggedInput } from '../../../src/kernel/log.ts';
import * as outcomes from '../../machines/outcomes.ts';
import { planSpec, roleSpec } from '../../machines/plans.ts';
import { golden, live } from './lived.ts';
import { planOf, sightingsOf } from './sights.ts';

const check = (records: readonly LoggedInput[]) =>
  checkRun({ plan: planOf(records), records, sightings: sightingsOf(records) });

test('every axiom has a name of its own, and a sentence', () => {
  expect(new Set(axioms.map(({ name }) => name)).size).toBe(axioms.length);
  for (const { name, says } of axioms) {
    expect(name).toMatch(/^[a-z]+(-[a-z]+)+$/);
    expect(says).toMatch(/^[A-Z].+\.$/);
  }
});

describe('they hold', () => {
  test('of the golden run, whole', () => {
    expect(check(golden())).toEqual([]);
  });

  test('of the golden run as far as any input', () => {
    const records = golden();
    for (let n = 0; n < records.length; n += 1) {
      expect({ n, found: check(records.slice(0, n)) }).toEqual({ n, found: [] });
    }
  });

  test('of a run with retries, crashes, limits, checks and a person', async () => {
    const plan = planSpec(
      [
        { id: 'limited', checked: true },
        { id: 'flaky', retries: 3, needs: ['limited'] },
        { id: 'asks', approveWithinMs: 60_000 },
        { id: 'crashes', needs: ['asks'], retries: 2 },
        { id: 'slow', timeoutMs: 1_000, retries: 1 },
        { id: 'after', needs: ['slow'] },
      ],
      { roles: [roleSpec({ count: 3, concurrency: 2 })], concurrency: 2 },
    );
    const records = await live(plan, {
      outcomes: {
        limited: [outcomes.limited(90_000), outcomes.interrupted],
        flaky: [outcomes.failed(outcomes.passingFault), outcomes.failed(outcomes.passingFault)],
        crashes: [outcomes.failed(outcomes.crashFault)],
      },
      workMs: { slow: 3_600_000 },
      approves: [taskAddress(taskId('asks'))],
    });
    expect(check(records)).toEqual([]);
  });

  test('of a role that is given up', async () => {
    const crashes = Array.from({ length: 9 }, () => outcomes.failed(outcomes.crashFault));
    const plan = planSpec([
      { id: 'doomed', retries: 9 },
      { id: 'next', needs: ['doomed'] },
    ]);
    const records = await live(plan, { outcomes: { doomed: crashes } });
    expect(check(records)).toEqual([]);
  });

  test('of a plan that is refused, and of nothing at all', async () => {
    expect(check(await live(planSpec([])))).toEqual([]);
    expect(checkRun({ plan: { budgetUsd: null, tasks: [] }, records: [] })).toEqual([]);
  });
});
