/** Each axiom finds the mistake that is its own: planted in a journal, a machine or the world. */
import { describe, expect, test } from 'vitest';
import { createMachine } from 'xstate';
import { address, taskAddress, taskId, token } from '../../../machines/ids.ts';
import {
  agentMachine,
  orchestratorMachine,
  supervisorMachine,
  taskMachine,
} from '../../../machines/index.ts';
import type { PlanSpec } from '../../../machines/plan.ts';
import type { SupervisorContext, SupervisorInput } from '../../../machines/rules/care.ts';
import { axioms } from '../../../src/journal/axioms/axioms.ts';
import { type CheckedRun, checkRun } from '../../../src/journal/axioms/check-run.ts';
import type { Sighting } from '../../../src/journal/axioms/sighting.ts';
import { Charts } from '../../../src/kernel/charts.ts';
import type { LoggedInput } from '../../../src/kernel/log.ts';
import * as outcomes from '../../machines/outcomes.ts';
import { planSpec, roleSpec } from '../../machines/plans.ts';
import type { machines } from '../../replay/expectation.ts';
import { golden, live } from './lived.ts';
import { planOf, sightingsOf } from './sights.ts';

const covered = new Set<string>();

/** The axioms that found something; the one that is looked for is crossed off. */
function found(axiom: string, run: Omit<CheckedRun, 'plan'> & Partial<CheckedRun>): string[] {
  const plan = planOf([...run.records]);
  const violations = checkRun({ plan, ...run });
  covered.add(axiom);
  expect([...new Set(violations.map((each) => each.axiom))]).toContain(axiom);
  return violations.filter((each) => each.axiom === axiom).map(({ message }) => message);
}

const wide = roleSpec({ count: 4, concurrency: 4 });
const pair = (given: Partial<PlanSpec> = {}): PlanSpec =>
  planSpec([{ id: 'one' }, { id: 'two' }], { roles: [wide], ...given });

const where = (sightings: readonly Sighting[], kind: Sighting['kind'], at = 0): number =>
  [...sightings.keys()].filter((place) => sightings[place]?.kind === kind)[at] ?? -1;

const insert = <Item>(list: readonly Item[], at: number, ...items: Item[]): Item[] =>
  list.toSpliced(at, 0, ...items);

describe('in the journal', () => {
  test('a record is missing, or time runs back', () => {
    const records = golden();
    expect(found('journal-is-whole', { records: records.toSpliced(10, 1) })).toEqual([
      'input 12 follows input 10',
    ]);
    const [early] = records;
    const turned = records.map((each) =>
      each.n === 9 && early ? { ...each, at: early.at } : each,
    );
    expect(found('journal-is-whole', { records: turned })[0]).toMatch(/^it is \d+ ms before/);
  });

  test('a timer fires early, or is passed over', () => {
    const records = golden();
    const at = records.findIndex(({ input }) => input.kind === 'timer');
    const due = records[at]?.at ?? 0;
    const early = records.map((each) => (each.at === due ? { ...each, at: due - 1 } : each));
    expect(found('timers-keep-time', { records: early })[0]).toMatch(/fired 1 ms too early$/);
    const said = { type: 'agent.tell', text: 'still there?', from: 'a person' };
    const talk = Array.from({ length: 90 }, (_, count): LoggedInput => {
      const input = { kind: 'event', to: address('agent/coder-1'), event: said } as const;
      const n = at + 1 + count;
      return { n, at: due + (count + 1) * 1_000, input, performed: 0 };
    });
    const deaf = [...records.slice(0, at), ...talk];
    expect(found('timers-keep-time', { records: deaf })[0]).toMatch(/others go on without it$/);
  });

  test('a parked task is woken too early', async () => {
    const plan = planSpec([{ id: 'limited' }]);
    const life = { outcomes: { limited: [outcomes.limited(90_000)] } };
    const records = await live(plan, life);
    const wake = records.find(({ input }) => input.kind === 'timer');
    const hurried = records.map((each) =>
      each.n >= (wake?.n ?? 0) ? { ...each, at: each.at - 5_000 } : each,
    );
    expect(found('parked-tasks-wake', { records: hurried })).toEqual([
      'limited woke 5000 ms too early',
    ]);
  });

  test('a run grows further than it may', async () => {
    const delegation = { count: 4, depth: 1, approveWithinMs: null };
    const plan = planSpec([{ id: 'build', delegation }], { subtasksMax: 4 });
    const records = await live(plan, { outcomes: { build: [outcomes.asking] } });
    expect(checkRun({ plan: planOf(records), records })).toEqual([]);
    const tight = [{ id: 'build', delegation: { ...delegation, count: 1 } }];
    const spec = planSpec(tight, { subtasksMax: 1 });
    expect(found('growth-is-bounded', { records, spec })).toEqual([
      'build has added 2 tasks',
      '2 tasks were added, and 1 may be',
    ]);
  });

  test('a run stands still where nothing can move it', async () => {
    const stuck = orchestratorMachine.provide({ guards: { allSettled: () => false } });
    const charts = new Charts([stuck, supervisorMachine, agentMachine, taskMachine]);
    const records = await live(pair());
    const settled = records.findLastIndex(({ input }) => input.kind === 'done');
    const run = { records: records.slice(0, settled + 1), charts };
    expect(found('run-ends-in-time', run)).toEqual([
      'it is not over, and nothing will move it any more',
    ]);
  });

  test('a run goes on for longer than its plan allows', async () => {
    const plan = pair();
    const life = { workMs: { one: 599_000 } };
    const hasty = planSpec([{ id: 'one', timeoutMs: 1, retries: 0, verifyTimeoutMs: 1 }], {
      roles: [roleSpec({ maxRestarts: 0, backoff: { ...wide.backoff, maxMs: 0 } })],
    });
    const records = await live(plan, life);
    expect(found('run-ends-in-time', { records, spec: hasty })[0]).toMatch(
      /^it goes on after \d+ ms; its plan bounds it to \d+ ms$/,
    );
  });
});

describe('in a limit that the run did not keep', () => {
  test('of the run, and of a role', async () => {
    const records = await live(pair());
    const sightings = sightingsOf(records);
    expect(
      found('concurrency-holds', { records, sightings, spec: pair({ concurrency: 1 }) }),
    ).toEqual([
      '2 tasks hold a place, and the run allows 1',
      '2 tasks are worked on, and the run allows 1',
      '2 tasks were seen worked on, and the run allows 1',
    ]);
    const roles = [{ ...wide, concurrency: 1 }];
    expect(found('concurrency-holds', { records, spec: pair({ roles }) })[0]).toBe(
      '2 tasks of coder hold a place, and the role allows 1',
    );
  });

  test('of the budget', async () => {
    const usage = { inputTokens: 0, outputTokens: 0, costUsd: 3 };
    const dear = { ...outcomes.succeeded, usage };
    const roles = [roleSpec({ attemptUsdMax: null })];
    const plan = planSpec([{ id: 'one' }, { id: 'two', needs: ['one'] }], { roles });
    const records = await live(plan, { outcomes: { one: [dear] } });
    const ordered = { budgetUsd: 3, tasks: plan.tasks };
    expect(found('budget-holds', { records, plan: ordered })).toEqual([
      'attempt 1 of two began, and $0.00 of $3.00 were left',
    ]);
    expect(checkRun({ records, plan: { ...ordered, budgetUsd: 3.5 } })).toEqual([]);
    const priced = pair({ budgetUsd: 3, roles: [{ ...wide, attemptUsdMax: 2 }] });
    const free = await live(pair());
    expect(found('budget-holds', { records: free, spec: priced })).toEqual([
      'attempt 1 of two began, and $1.00 of $3.00 were left',
    ]);
    expect(checkRun({ records: free, plan: ordered, spec: { ...priced, budgetUsd: 4 } })).toEqual(
      [],
    );
  });

  test('of restarts', async () => {
    const crashes = [1, 2].map(() => outcomes.failed(outcomes.crashFault));
    const plan = planSpec([{ id: 'one', retries: 5 }]);
    const records = await live(plan, { outcomes: { one: crashes } });
    const strict = planSpec([{ id: 'one', retries: 5 }], { roles: [roleSpec({ maxRestarts: 1 })] });
    expect(found('restart-limits-hold', { records, spec: strict })).toEqual([
      'coder starts again after 2 crashes in 60000 ms; it may 1',
    ]);
  });

  test('of restarts, by a supervisor that never gives up', async () => {
    const crashes = Array.from({ length: 4 }, () => outcomes.failed(outcomes.crashFault));
    const { config, implementations } = supervisorMachine;
    const context = ({ input }: { input: SupervisorInput }): SupervisorContext => {
      const begin = config.context as unknown as (given: unknown) => SupervisorContext;
      const role = { ...input.role, maxRestarts: 99 };
      return begin({ input: { ...input, role } });
    };
    const stubborn = createMachine(
      { ...config, context } as unknown as Parameters<typeof createMachine>[0],
      implementations as Parameters<typeof createMachine>[1],
    );
    const cast = [orchestratorMachine, stubborn, agentMachine, taskMachine];
    const plan = planSpec([{ id: 'one', retries: 5 }]);
    const records = await live(plan, {
      outcomes: { one: crashes },
      machines: cast as unknown as typeof machines,
    });
    const charts = new Charts(cast);
    expect(found('restart-limits-hold', { records, charts })).toEqual([
      'coder starts again after 3 crashes in 60000 ms; it may 2',
      'coder starts again after 4 crashes in 60000 ms; it may 2',
    ]);
  });

  test('of what a task needs, and of its wave', async () => {
    const records = await live(pair());
    const sightings = sightingsOf(records);
    const roles = [wide];
    const linked = planSpec([{ id: 'one' }, { id: 'two', needs: ['one'] }], { roles });
    expect(found('dependants-wait', { records, sightings, spec: linked })).toEqual([
      'two began before one has succeeded',
      'two began before one has succeeded',
      'two began before one had a result',
    ]);
    const tasks = pair().tasks.map((task, wave) => ({ ...task, wave }));
    const waves = { ...pair(), mode: 'waves', tasks } as const;
    expect(found('dependants-wait', { records, spec: waves })[0]).toBe(
      'two of wave 2 began before wave 1 was over',
    );
  });

  test('of whom it must ask', async () => {
    const records = await live(pair());
    const polite = planSpec([{ id: 'one' }, { id: 'two', approveWithinMs: 5_000 }]);
    expect(found('people-are-asked', { records, spec: polite })).toEqual([
      'two began, and nobody had approved it',
    ]);
  });

  test('of what must be checked', async () => {
    const records = await live(pair());
    const careful = planSpec([{ id: 'one' }, { id: 'two', checked: true }]);
    expect(found('success-is-checked', { records, spec: careful })).toEqual([
      'two succeeded, and its attempt 1 was not found good',
    ]);
  });
});

describe('in a machine', () => {
  test('a task believes whatever it hears', async () => {
    const gullible = taskMachine.provide({ guards: { nothingToCheck: () => true } });
    const cast = [orchestratorMachine, supervisorMachine, agentMachine, gullible];
    const plan = planSpec([{ id: 'one', checked: true }]);
    const records = await live(plan, { machines: cast });
    expect(found('success-is-checked', { records, charts: new Charts(cast) })).toHaveLength(1);
  });

  test('an agent works on after its task has let it go', async () => {
    const deaf = agentMachine.provide({ guards: { currentToken: () => false } });
    const cast = [orchestratorMachine, supervisorMachine, deaf, taskMachine];
    const plan = planSpec([{ id: 'slow', timeoutMs: 1_000, retries: 1 }], { roles: [wide] });
    const records = await live(plan, { machines: cast, workMs: { slow: 300_000 } });
    const run = { records, charts: new Charts(cast), sightings: [] };
    expect(found('no-work-without-owner', run)).toContain(
      'coder-1 works on slow, and nobody waits for it',
    );
    expect(found('one-attempt-at-a-time', run)).toEqual([
      'slow is worked on by coder-1 (token 1) and coder-2 (token 2)',
    ]);
  });

  test('a task honours whatever token comes', async () => {
    const deaf = agentMachine.provide({ guards: { currentToken: () => false } });
    const naive = taskMachine.provide({ guards: { currentToken: () => true } });
    const cast = [orchestratorMachine, supervisorMachine, deaf, naive];
    const plan = planSpec([{ id: 'slow', timeoutMs: 1_000, retries: 1 }], { roles: [wide] });
    const records = await live(plan, { machines: cast, workMs: { slow: 40_000 } });
    expect(found('old-tokens-change-nothing', { records, charts: new Charts(cast) })).toEqual([
      'slow took the outcome of token 1; its newest is 2',
    ]);
  });

  test('a step throws', () => {
    const broken = taskMachine.provide({
      guards: {
        nothingToCheck: () => {
          throw new Error('a planted bug');
        },
      },
    });
    const charts = new Charts([orchestratorMachine, supervisorMachine, agentMachine, broken]);
    expect(found('no-actor-breaks', { records: golden(), charts })[0]).toMatch(
      /^task\/\w+ broke: .*a planted bug/,
    );
  });

  test('a task ends twice, or never', async () => {
    const records = await live(pair());
    const tasks = [...pair().tasks, { id: 'three' }];
    expect(found('tasks-end-once', { records, plan: { budgetUsd: null, tasks } })).toEqual([
      'the run is over, and three has never ended',
    ]);
    const again = {
      kind: 'spawn',
      machine: 'task',
      address: taskAddress(taskId('one')),
      input: { spec: pair().tasks[0], open: 1, seed: 1 },
    } as const;
    const event = { type: 'task.cancel', reason: 'a ghost' };
    const cancel = { kind: 'event', to: again.address, event } as const;
    const end = records.findLast(({ n }) => n === records.length);
    const [at, performed] = [end?.at ?? 0, 0];
    const ghost = [again, cancel].map((input, count): LoggedInput => {
      return { n: records.length + 1 + count, at, input, performed };
    });
    expect(found('tasks-end-once', { records: [...records, ...ghost] })).toEqual([
      expect.stringMatching(/^one has succeeded at input \d+, then cancelled$/),
    ]);
  });
});

describe('in the world', () => {
  const records = golden();
  const sightings = sightingsOf(records);
  const last = records.at(-1)?.at ?? 0;
  const begun = where(sightings, 'work.begun');
  const first = sightings[begun] as Sighting & { kind: 'work.begun' };

  test('what was acknowledged is not there, or is something else now', () => {
    const n = records.length + 1;
    const lost: Sighting[] = [...sightings, { kind: 'input.acknowledged', n, at: last }];
    expect(found('nothing-acknowledged-is-lost', { records, sightings: lost })).toEqual([
      `input ${n} was acknowledged, and the journal ends at ${n - 1}`,
    ]);
    const early: Sighting[] = [{ kind: 'input.acknowledged', n: n - 1, at: 0 }];
    expect(found('nothing-acknowledged-is-lost', { records, sightings: early })).toEqual([
      `input ${n - 1} was acknowledged before the one that is there now`,
    ]);
  });

  test('something is done that the journal does not know of', () => {
    const unknown = { ...first, token: '99' };
    const seen = insert(sightings, begun + 1, unknown);
    expect(found('nothing-done-unwritten', { records, sightings: seen })).toEqual([
      expect.stringMatching(/under token 99, and the journal knows of nothing like it$/),
    ]);
    const hasty = sightings.map((each) => (each === first ? { ...each, at: 0 } : each));
    expect(found('nothing-done-unwritten', { records, sightings: hasty })).toEqual([
      expect.stringMatching(/before the journal said so$/),
    ]);
    const swapped = sightings.map((each) => (each === first ? { ...each, agent: 'x' } : each));
    expect(found('nothing-done-unwritten', { records, sightings: swapped })).toEqual([
      expect.stringMatching(/and the journal says \w+ by \w+-1$/),
    ]);
    const concluded = { kind: 'run.concluded', status: 'failed', at: last } as const;
    const half = records.slice(0, -20);
    const run = { records: half, sightings: [...sightingsOf(half), concluded] };
    expect(found('nothing-done-unwritten', run)).toHaveLength(1);
  });

  test('an attempt is begun again under its token', () => {
    const seen = insert(sightings, begun + 1, first);
    expect(found('old-tokens-change-nothing', { records, sightings: seen })).toEqual([
      `${first.task} was begun under token ${first.token} after ${first.token}`,
    ]);
  });

  test('a task is worked on twice', () => {
    const seen = insert(sightings, begun + 1, { ...first, token: String(token(98)) });
    expect(found('one-attempt-at-a-time', { records, sightings: seen })[0]).toBe(
      `${first.task} was worked on under the tokens ${first.token} and 98 at once`,
    );
  });

  test('a process outlives its runtime, or the run', () => {
    const end = where(sightings, 'work.ended');
    const immortal = sightings.toSpliced(end, 1);
    const name = `${first.task} by ${first.agent}`;
    expect(found('no-work-without-owner', { records, sightings: immortal })).toEqual([
      `the run is over, and ${name} was never seen to end`,
    ]);
    const died: Sighting[] = [
      { kind: 'runtime.died', life: 1, at: first.at },
      { kind: 'runtime.opened', life: 2, at: first.at },
    ];
    const left = insert(immortal, begun + 1, ...died);
    expect(found('no-work-without-owner', { records, sightings: left })[0]).toBe(
      `${name} outlived its runtime, and new work began`,
    );
  });

  test('a result says something else, is there too early, or is missing', () => {
    const at = where(sightings, 'result.written');
    const result = sightings[at] as Sighting & { kind: 'result.written' };
    const lying = sightings.with(at, { ...result, status: 'failed' });
    expect(found('tasks-end-once', { records, sightings: lying })).toEqual([
      `${result.task} has succeeded, its result says failed`,
    ]);
    expect(found('tasks-end-once', { records, sightings: sightings.toSpliced(at, 1) })).toEqual([
      `${result.task} has ended, and has no result`,
    ]);
    const half = records.slice(0, 5);
    const early = { records: half, sightings: [...sightingsOf(half), result] };
    expect(found('tasks-end-once', early)).toEqual([
      `there is a result of ${result.task}, which never ended`,
    ]);
    const end = where(sightings, 'run.concluded');
    const merry = sightings.with(end, { kind: 'run.concluded', status: 'succeeded', at: last });
    expect(found('tasks-end-once', { records, sightings: merry })).toEqual([
      'the run has failed, and was concluded as succeeded',
    ]);
  });
});

test('no axiom is left without a mistake to find', () => {
  // What is planted in reviews has a file of its own.
  expect([...covered, 'success-is-accepted'].sort()).toEqual(axioms.map(({ name }) => name).sort());
});
