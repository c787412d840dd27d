/** One seed is one run, byte for byte, and a run in virtual time is a real one. */
import { expect, test } from 'vitest';
import { checkRun } from '../../src/journal/axioms/check-run.ts';
import { encodeRecord } from '../../src/journal/record.ts';
import { definePlan, simulated } from '../../src/plan/define.ts';
import { loadPlan } from '../../src/plan/load.ts';
import { allFaults, noFaults, parseFaults } from '../../src/simulation/fault-mix.ts';
import { type SimulatedRun, simulateRun } from '../../src/simulation/simulate-run.ts';

const levelSix = await loadPlan('examples/level-6.yaml');

const chain = definePlan({
  name: 'chain',
  agents: { worker: simulated({ work: '3s', costUsd: 0.5 }) },
  tasks: [{ id: 'first' }, { id: 'second', needs: ['first'] }, { id: 'third', needs: ['second'] }],
});

function written({ records }: SimulatedRun): string {
  return records.map((record) => encodeRecord(record)).join('');
}

test('without faults, a run takes its time and costs its price', async () => {
  const run = await simulateRun({ plan: chain, seed: 1, faults: noFaults });
  expect(run).toMatchObject({
    ending: { status: 'succeeded', counts: { succeeded: 3 } },
    durationMs: 9_000,
    costUsd: 1.5,
    faults: 0,
    kills: 0,
  });
  expect(run.facts.map(({ seq }) => seq)).toEqual(run.facts.map((_, at) => at + 1));
  expect(run.facts.at(-1)).toMatchObject({ type: 'run.succeeded' });
});

test.each([
  ['none', noFaults],
  ['all', allFaults],
  ['kill=0.2,torn=0.5,stop=0.05', parseFaults('kill=0.2,torn=0.5,stop=0.05')],
])('the same seed gives the same run, byte for byte: %s', async (_, faults) => {
  for (let seed = 1; seed <= 20; seed += 1) {
    const one = await simulateRun({ plan: levelSix, seed, faults });
    const other = await simulateRun({ plan: levelSix, seed, faults });
    expect(written(one)).toBe(written(other));
    expect(one).toEqual(other);
  }
});

test('another seed gives another run', async () => {
  const journals = new Set<string>();
  for (let seed = 1; seed <= 20; seed += 1) {
    journals.add(written(await simulateRun({ plan: levelSix, seed, faults: noFaults })));
  }
  expect(journals.size).toBe(20);
});

test('kills and tears change nothing in what comes out', async () => {
  const faults = parseFaults('kill=0.3,torn=0.5,stop=0.05,slow-disk=0.1,max=60');
  let [kills, lives] = [0, 0];
  for (let seed = 1; seed <= 40; seed += 1) {
    const run = await simulateRun({ plan: levelSix, seed, faults });
    kills += run.kills;
    lives += run.sightings.filter(({ kind }) => kind === 'runtime.opened').length;
    expect(run.ending).toMatchObject({ status: 'succeeded', counts: { succeeded: 15 } });
    expect(checkRun({ plan: levelSix, ...run })).toEqual([]);
  }
  expect(kills).toBeGreaterThan(400);
  expect(lives).toBeGreaterThan(kills);
});

test('a run goes on from where the inputs of another one lead', async () => {
  const whole = await simulateRun({ plan: chain, seed: 1, faults: noFaults });
  const second = whole.facts.find(({ type, actor }) => {
    return type === 'task.succeeded' && actor === 'task/second';
  });
  const from = whole.records.filter(({ at }) => at <= (second?.at ?? 0));
  const rest = await simulateRun({ plan: chain, seed: 2, faults: noFaults, from });
  expect(rest.ending).toEqual(whole.ending);
  expect(rest.records.slice(0, from.length)).toEqual(from);
  // Its third attempt was under way, and is made again.
  expect(rest.durationMs).toBe(3_000);
  expect(rest.costUsd).toBe(0.5);
});
