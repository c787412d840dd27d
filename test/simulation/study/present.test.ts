/** What becomes of a run that is under way: looked at from where it is, living or stopped. */
import { readFileSync } from 'node:fs';
import { describe, expect, test } from 'vitest';
import { definePlan, type PlanDocument } from '../../../src/plan/define.ts';
import type { SimulateOptions } from '../../../src/simulation/study/simulate-plan.ts';
import { type Stage, stages } from '../../app/stage.ts';
import { toldLater } from '../../plan/complaints.ts';

const stage = stages('present');
const hourMs = 3_600_000;

/** One task that is done at once, then eight of an hour each. */
const document: PlanDocument = {
  name: 'long',
  concurrency: 2,
  agents: {
    quick: { adapter: 'simulated', work: '0ms' },
    slow: { adapter: 'simulated', work: '1h', costUsd: 1, timeout: '2h', count: 8 },
  },
  tasks: [
    { id: 'first', agent: 'quick' },
    ...Array.from({ length: 8 }, (_, at) => ({ id: `t${at}`, agent: 'slow', needs: ['first'] })),
  ],
};

/** Stands where the first two of the eight have begun. */
async function underWay({ begin }: Stage) {
  const { run, heard } = await begin(definePlan(document));
  await heard('task.started', 't1');
  return run;
}

const look = ({ troupe }: Stage, from: string, more: SimulateOptions = {}) =>
  troupe.simulate(null, { from, seeds: 3, ...more });

describe('a run under way', () => {
  test('goes on from where it is, while it lives and once it is stopped', async () => {
    const here = stage();
    const run = await underWay(here);
    const living = await look(here, run.id);
    expect(living).toMatchObject({ seeds: 3, succeeded: 3, failures: [] });
    // Two at a time; what was begun is begun anew.
    expect(living.durationMs.p50).toBeGreaterThanOrEqual(4 * hourMs);
    expect(living.durationMs.worst).toBeLessThan(4 * hourMs + 60_000);
    expect(living.costUsd.p50).toBe(8);
    await run.stop();
    const journal = readFileSync(run.folder.journal);
    const stopped = await look(here, 'latest');
    expect(stopped.durationMs.p50).toBeGreaterThanOrEqual(4 * hourMs);
    expect(readFileSync(run.folder.journal)).toEqual(journal);
  });

  test('can be given more places, or faster agents', async () => {
    const here = stage();
    const run = await underWay(here);
    await run.stop();
    const wider = await look(here, run.id, { set: [{ key: 'concurrency', text: '8' }] });
    expect(wider.durationMs.worst).toBeLessThan(hourMs + 60_000);
    const faster = await look(here, run.id, {
      set: [{ key: 'agents.slow.work', text: '15m' }],
    });
    expect(faster.durationMs.worst).toBeLessThan(hourMs + 60_000);
    expect(faster.durationMs.p50).toBeGreaterThanOrEqual(hourMs);
  });

  test('is shown what would help it', async () => {
    const here = stage();
    const run = await underWay(here);
    await run.stop();
    const { bottlenecks } = await look(here, run.id);
    const places = bottlenecks.find(({ kind }) => kind === 'concurrency');
    expect(places?.shorter).toBeCloseTo(0.5, 2);
  });

  test('takes from a plan only how its attempts go', async () => {
    const here = stage();
    const run = await underWay(here);
    await run.stop();
    const agents = { ...document.agents, slow: { adapter: 'simulated', work: '30m' } } as const;
    const other = definePlan({ ...document, agents, concurrency: 8 });
    const { durationMs } = await here.troupe.simulate(other, { from: run.id, seeds: 1 });
    expect(durationMs.p50).toBeGreaterThanOrEqual(2 * hourMs);
    expect(durationMs.p50).toBeLessThan(2 * hourMs + 60_000);
  });
});

test('a run that is over has no future', async () => {
  const here = stage();
  const quick = definePlan({
    agents: { a: { adapter: 'simulated', work: '0ms' } },
    tasks: [{ id: 'x' }],
  });
  const { run } = await here.play(quick);
  const told = await toldLater(() => look(here, run.id));
  expect(told.lines).toEqual([`${run.id} has succeeded: nothing of it is left to be simulated`]);
  expect(told.hint).toContain('troupe simulate PLAN');
});

test('a plan with other roles is another plan', async () => {
  const here = stage();
  const run = await underWay(here);
  await run.stop();
  const agents = { slwo: { adapter: 'simulated' } } as const;
  const other = definePlan({ agents, tasks: [{ id: 'x' }] });
  const told = await toldLater(() => here.troupe.simulate(other, { from: run.id }));
  expect(told.lines).toEqual(['the run has no role slwo; did you mean "slow"?']);
});
