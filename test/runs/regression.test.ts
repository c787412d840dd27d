/** A journal becomes a test file that is sound code, whatever stands in the journal. */
import { describe, expect, test } from 'vitest';
import { regressionTest, replayRecords } from '../../src/runs/regression.ts';
import { golden, live } from '../journal/axioms/lived.ts';
import * as outcomes from '../machines/outcomes.ts';
import { planSpec } from '../machines/plans.ts';

/** Runs the file with its imports given: its tests, by name. */
async function load(text: string): Promise<ReadonlyMap<string, () => void>> {
  const tests = new Map<string, () => void>();
  const body = text.replace(/^import .*$/gm, '');
  const define = (name: string, call: () => void): void => void tests.set(name, call);
  new Function('replayRecords', 'expect', 'test', body)(replayRecords, expect, define);
  return tests;
}

const fileOf = (records: Parameters<typeof replayRecords>[0], run = 'golden'): string =>
  [...regressionTest({ run, records: [...records], base: null })].join('');

describe('the outcome of a replay', () => {
  test('names every state, every agent and all that was told', () => {
    const outcome = replayRecords(golden());
    expect(outcome).toMatchObject({
      status: 'failed',
      tasks: {
        design: { state: 'succeeded', attempts: 1 },
        broken: { state: 'failed', attempts: 2 },
        skipped: { state: 'skipped', attempts: 0 },
      },
      agents: { 'coder-1': 'stopped', 'coder-2': 'stopped', 'planner-1': 'stopped' },
    });
    expect(outcome.facts.count).toBeGreaterThan(50);
    expect(replayRecords(golden())).toEqual(outcome);
    expect(replayRecords(golden().slice(0, -1)).facts).not.toEqual(outcome.facts);
  });

  test('of nothing is nothing', () => {
    expect(replayRecords([])).toMatchObject({ status: 'planning', tasks: {}, agents: {} });
  });
});

describe('the test file', () => {
  test('holds of the journal that it is made of', async () => {
    const tests = await load(fileOf(golden()));
    expect([...tests.keys()]).toHaveLength(4);
    for (const run of tests.values()) run();
  });

  test('imports nothing but the package and vitest', () => {
    const imports = fileOf(golden()).match(/^import .*$/gm);
    expect(imports).toEqual([
      "import { replayRecords } from 'troupe';",
      "import { expect, test } from 'vitest';",
    ]);
  });

  test.each([
    ['a state', "broken: { state: 'failed'", "broken: { state: 'succeeded'", /every task/],
    ['an agent', "'coder-1': 'stopped'", "'coder-1': 'crashed'", /every agent/],
    ['a fact', /sha256: '\w/, "sha256: 'x", /same facts/],
    ['the end', "status: 'failed'", "status: 'succeeded'", /run ends/],
  ])('fails when %s is another one', async (_, from, to, name) => {
    const tests = await load(fileOf(golden()).replace(from, to));
    const failed = [...tests].filter(([, run]) => {
      try {
        run();
        return false;
      } catch {
        return true;
      }
    });
    expect(failed.map(([title]) => title)).toEqual([expect.stringMatching(name)]);
  });

  test('takes whatever programs said', async () => {
    const said = `it's \`$\{here}\` \\n "there"\r\n\u2028 */ __proto__`;
    const fault = { ...outcomes.lastingFault, message: said };
    const plan = planSpec([{ id: '__proto__' }, { id: 'a-b' }, { id: "c'd" }]);
    const records = await live(plan, { outcomes: { 'a-b': [outcomes.failed(fault)] } });
    const text = fileOf(records);
    const tests = await load(text);
    for (const run of tests.values()) run();
    expect(replayRecords(records).tasks['a-b']).toEqual({ state: 'failed', attempts: 1 });
  });

  test('goes on from a stored system where the beginning is gone', async () => {
    const { Timeline } = await import('../../src/runs/timeline.ts');
    const { storeCore } = await import('../../src/kernel/persist.ts');
    const records = golden();
    const past = { base: null, stored: null, after: (n: number) => records.slice(n) };
    const timeline = new Timeline(past);
    timeline.goTo(20);
    const base = { n: 20, core: storeCore(timeline.core) };
    const tail = records.slice(20);
    const tests = await load([...regressionTest({ run: 'half', records: tail, base })].join(''));
    for (const run of tests.values()) run();
    expect(replayRecords(tail, base)).toMatchObject({ status: 'failed' });
  });
});
