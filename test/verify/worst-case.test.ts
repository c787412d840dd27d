/** The bound of a plan holds in every simulated run of it, whatever goes wrong there. */
import { describe, expect, test, vi } from 'vitest';
import { compilePlan } from '../../src/plan/compile.ts';
import { command, definePlan, type PlanDocument, simulated } from '../../src/plan/define.ts';
import type { Plan } from '../../src/plan/plan.ts';
import { noFaults, parseFaults } from '../../src/simulation/fault-mix.ts';
import { type SimulatedRun, simulateRun } from '../../src/simulation/simulate-run.ts';
import { pricesOf } from '../../src/verify/prices.ts';
import { type WorstCase, worstCaseOf } from '../../src/verify/worst-case.ts';
import { randomPlan } from '../simulation/random-plan.ts';

vi.setConfig({ testTimeout: 600_000 });

const minuteMs = 60_000;

const worstOf = (plan: Plan): WorstCase => worstCaseOf(compilePlan(plan), pricesOf(plan));

/** All that a plan itself can meet: no limit of a provider, and no stop of the runtime. */
const faults = parseFaults(
  [
    'crash=0.2,hang=0.1,silence=0.1,garbage=0.1,flood=0.05,lie=0.1,schema=0.05,slow=0.1',
    'start=0.15,check=0.1,lost=0.1,duplicate=0.1,reorder=0.1,delay=0.2,cut=0.1',
    'reject=0.1,cancel=0.02,max=1000',
  ].join(','),
);

/** Begun by an agent; one that was begun again after a stop is another one. */
const callsOf = ({ sightings }: SimulatedRun): number =>
  sightings.filter(({ kind }) => kind === 'work.begun').length;

function excessOf(run: SimulatedRun, { durationMs, costUsd, calls }: WorstCase) {
  const micros = Math.round((run.costUsd - (costUsd ?? 0)) * 1e6);
  return [
    ...(run.ending === null ? ['it never ended'] : []),
    ...(run.durationMs > durationMs ? [`${run.durationMs} ms of ${durationMs}`] : []),
    ...(micros > 0 ? [`$${run.costUsd} of $${costUsd}`] : []),
    ...(callsOf(run) > calls ? [`${callsOf(run)} calls of ${calls}`] : []),
  ];
}

describe('the bound holds', () => {
  test.each([
    ['in a quiet world', noFaults, 100],
    ['in a rough one', faults, 200],
  ])('%s', async (_, mix, plans) => {
    const broken: string[] = [];
    for (let seed = 1; seed <= plans; seed += 1) {
      const plan = randomPlan(seed);
      const run = await simulateRun({ plan, seed, faults: mix });
      broken.push(...excessOf(run, worstOf(plan)).map((excess) => `seed ${seed}: ${excess}`));
    }
    expect(broken).toEqual([]);
  });

  test('when agents never answer, and it is not far from what they take then', async () => {
    const task = (id: string, needs: string[] = []) => ({ id, needs, retries: 2, timeout: '10m' });
    const plan = definePlan({
      concurrency: 2,
      agents: { worker: simulated({ work: '2h', maxRestarts: 0, backoff: { initial: '0s' } }) },
      tasks: ['a', 'b', 'c', 'd', 'e', 'f'].map((id) => task(id)),
    });
    const worst = worstOf(plan);
    const run = await simulateRun({ plan, seed: 1, faults: noFaults });
    expect(excessOf(run, worst)).toEqual([]);
    // Six tasks of three attempts on two agents: 90 minutes, and 105 with the time for reports.
    expect(run.durationMs).toBeGreaterThan(90 * minuteMs);
    expect(worst.durationMs).toBeLessThan(2 * run.durationMs);
  });

  test('also for plans whose tasks ask for others', async () => {
    const broken: string[] = [];
    let asked = 0;
    for (let seed = 1; seed <= 80; seed += 1) {
      const plan = growing(randomPlan(seed), seed);
      const run = await simulateRun({ plan, seed, faults: seed % 2 ? faults : noFaults });
      asked += run.facts.filter(({ type }) => type === 'plan.grown').length;
      broken.push(...excessOf(run, worstOf(plan)).map((excess) => `seed ${seed}: ${excess}`));
    }
    expect(broken).toEqual([]);
    expect(asked).toBeGreaterThan(50);
  });

  test('with every limit of a provider and every stop counted', async () => {
    const mix = parseFaults('limit=0.3,limit-blind=0.2,stop=0.02,crash=0.1,max=200');
    const broken: string[] = [];
    for (let seed = 1; seed <= 60; seed += 1) {
      const plan = randomPlan(seed);
      const worst = worstOf(plan);
      const run = await simulateRun({ plan, seed, faults: mix });
      const pauses = run.facts.filter(isPause).length;
      const calls = worst.calls + pauses * worst.pause.calls;
      if (callsOf(run) > calls) broken.push(`seed ${seed}: ${callsOf(run)} calls of ${calls}`);
    }
    expect(broken).toEqual([]);
  });
});

function growing(plan: Plan, seed: number): Plan {
  const [approveWithinMs, kind] = [null, 'plans' as const];
  const subtasks = { count: 1 + (seed % 5), depth: 1, agents: null, approveWithinMs, kind };
  const tasks = plan.tasks.map((task, at) => (at % 3 === 0 ? { ...task, subtasks } : task));
  return { ...plan, tasks };
}

function isPause(fact: SimulatedRun['facts'][number]): boolean {
  if (fact.type === 'task.parked') return true;
  return fact.type === 'task.retrying' && fact.fault?.code === 'run.interrupted';
}

type Tasks = PlanDocument['tasks'];

function of(tasks: Tasks, more: Partial<PlanDocument> = {}): WorstCase {
  const agents = { worker: simulated({ costUsd: 0.5, maxRestarts: 0 }) };
  return worstOf(definePlan({ agents, tasks, ...more }));
}

describe('the bound', () => {
  test('counts every attempt, and what each may cost', () => {
    const tasks = [{ id: 'a', retries: 2 }, { id: 'b' }];
    expect(of(tasks)).toMatchObject({ attempts: 4, calls: 4, costUsd: 2 });
  });

  test('is no more than the budget allows', () => {
    expect(of([{ id: 'a', retries: 9 }], { budget: { usd: 1.2 } }).costUsd).toBe(1.2);
  });

  test('counts whoever is fallen back on, with all whom it hands its work to', () => {
    const agents = {
      cheap: simulated({ maxRestarts: 0, contextWindow: 1_000, fallback: ['dear'] }),
      dear: simulated({ costUsd: 10, maxRestarts: 0 }),
    };
    // It begins, and has three successors; one more stands for the role that was given up.
    expect(of([{ id: 'a', agent: 'cheap', retries: 0 }], { agents }).costUsd).toBe(50);
  });

  test('counts that tasks which others ask for are handed over and given away, too', () => {
    const plain = { worker: simulated({ costUsd: 1 }), spare: simulated({ costUsd: 1 }) };
    const turns = { contextWindow: 1_000, fallback: ['worker'] };
    const agents = { ...plain, spare: simulated({ costUsd: 1, ...turns }) };
    const tasks = [{ id: 'a', agent: 'worker', subtasks: { count: 2 } }];
    const [less, more] = [of(tasks, { agents: plain }), of(tasks, { agents })];
    expect(more.calls - less.calls).toBe(2 * 4);
    expect(more.durationMs).toBeGreaterThan(less.durationMs);
  });

  test('is unknown when a price is, also under a budget', () => {
    const agents = { coder: { adapter: 'claude' as const } };
    const worst = of([{ id: 'a', prompt: 'do it' }], { agents, budget: { usd: 5 } });
    expect(worst.costUsd).toBe(null);
  });

  test('takes what a plan says of simulations for the price, when that is more', () => {
    const agents = { tool: command({ run: ['true'], simulate: { costUsd: 2 } }) };
    expect(of([{ id: 'a' }], { agents }).costUsd).toBe(2);
  });

  test('grows with a chain, and hardly with what runs beside it', () => {
    const chain = [{ id: 'a' }, { id: 'b', needs: ['a'] }, { id: 'c', needs: ['b'] }];
    const beside = [{ id: 'a' }, { id: 'b' }, { id: 'c' }];
    const count = { worker: simulated({ count: 3, maxRestarts: 0 }) };
    expect(of(chain, { agents: count }).durationMs).toBeGreaterThan(3 * 60 * minuteMs);
    expect(of(beside, { agents: count }).durationMs).toBeLessThan(2.1 * 60 * minuteMs);
  });

  test('counts on no second slot where money may have to come back first', () => {
    const tasks = ['a', 'b', 'c', 'd'].map((id) => ({ id }));
    const agents = { worker: simulated({ costUsd: 1, count: 4, maxRestarts: 0 }) };
    const rich = of(tasks, { agents, budget: { usd: 4 } });
    const poor = of(tasks, { agents, budget: { usd: 3 } });
    expect(poor.durationMs).toBeGreaterThan(rich.durationMs * 1.9);
  });

  test('waits for people as long as they may take', () => {
    const asked = of([{ id: 'a', approve: true, approveWithin: '2d' }]);
    expect(asked.durationMs - of([{ id: 'a' }]).durationMs).toBe(2 * 24 * 60 * minuteMs);
  });

  test('of waves is the sum of theirs', () => {
    const tasks = [{ id: 'a' }, { id: 'b' }, { id: 'c', needs: ['a'] }];
    const [waves, eager] = [of(tasks, { mode: 'waves' }), of(tasks)];
    expect(waves.durationMs).toBeLessThanOrEqual(eager.durationMs);
  });
});
