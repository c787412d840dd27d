/** What an orchestrator makes of a plan: whom it starts, what it hands out, how it winds up. */
import { describe, expect, test } from 'vitest';
import type { EventObject } from 'xstate';
import type { Settled, TroupeEvent } from '../../machines/events.ts';
import { agentId, roleName, supervisorAddress, taskAddress, taskId } from '../../machines/ids.ts';
import { drainDeadlineMs } from '../../machines/orchestrator.ts';
import type { PlanSpec } from '../../machines/plan.ts';
import type { Spending } from '../../machines/rules/budget.ts';
import type { OrchestratorContext, RunEnding } from '../../machines/rules/orchestration.ts';
import type { ActorState, Step } from '../../src/kernel/state.ts';
import { alphabet, at, coder, coder1, coder2 } from './alphabet.ts';
import { actsOf, factsOf, messagesOf, spawnsOf, timersOf } from './effects.ts';
import { orchestratorSubject } from './orchestrator-subject.ts';
import { planSpec, roleSpec, type TaskSketch, taskSpec, unwiredPlan } from './plans.ts';
import { follow, stateText } from './tables.ts';

const then = (from: Step, ...events: readonly EventObject[]): Step =>
  follow(orchestratorSubject, from, ...events);
const submit = (plan: PlanSpec): Step =>
  then(orchestratorSubject.chart.initial(undefined), { type: 'plan.submit', plan } as EventObject);
const contextOf = ({ state }: { state: ActorState }) => state.context as OrchestratorContext;

const ready = (task: string, order = 0, role = coder): TroupeEvent => ({
  type: 'task.ready',
  task: taskId(task),
  role,
  key: [0, 1, order],
  prefer: null,
});
const idle = (agent = coder1, role = coder): TroupeEvent => ({ type: 'agent.idle', agent, role });
const settled = (
  task: string,
  status: Settled = 'succeeded',
  { wave = 0, held = { role: coder, costUsd: 0 } as Spending | null } = {},
): TroupeEvent => ({ type: 'task.settled', task: taskId(task), status, wave, held });
const dispatch = alphabet['run.dispatch'];
const stopped = (role = coder): TroupeEvent => ({ type: 'supervisor.stopped', role });
const to = (task: string) => taskAddress(taskId(task));
const cancelled = (task: string, reason: string) => [to(task), { type: 'task.cancel', reason }];
const due = [at.orchestrator, dispatch];

const sketches: readonly TaskSketch[] = [{ id: 'a' }, { id: 'b' }, { id: 'c', needs: ['a', 'b'] }];
const plan = planSpec(sketches);

describe('a plan', () => {
  test('gets its supervisors first, then its tasks, and is let go', () => {
    const step = submit(plan);
    expect(factsOf(step)).toEqual([{ type: 'run.started', tasks: 3, agents: 1 }]);
    expect(spawnsOf(step).map(({ address }) => address)).toEqual([
      at.supervisor,
      ...['a', 'b', 'c'].map(to),
    ]);
    expect(spawnsOf(step).every(({ supervisor }) => supervisor === at.orchestrator)).toBe(true);
    expect(spawnsOf(step).at(-1)?.input).toEqual({ spec: plan.tasks[2], open: 2, seed: 1 });
    expect(contextOf(step)).toMatchObject({ plan: null, unsettled: 3, roles: [coder] });
  });

  test('in waves puts a barrier before every task, and opens the first', () => {
    const step = submit({ ...plan, mode: 'waves' });
    const open = spawnsOf(step)
      .slice(1)
      .map(({ input }) => (input as { open: number }).open);
    expect(open).toEqual([1, 1, 3]);
    const first = { type: 'wave.opened', wave: 0 };
    expect(messagesOf(step)).toEqual([[at.orchestrator, first]]);
    expect(messagesOf(submit(plan))).toEqual([]);
  });

  const lone = [taskSpec()];
  test.each<[string, PlanSpec, string]>([
    ['no task', unwiredPlan([]), 'the plan has no tasks'],
    ['no room', unwiredPlan(lone, { concurrency: 0 }), 'the plan lets no task run'],
    [
      'a role nobody knows',
      unwiredPlan(lone, { roles: [] }),
      'nobody plays coder, which build needs',
    ],
    [
      'a role without agents',
      unwiredPlan(lone, { roles: [roleSpec({ count: 0 })] }),
      'nobody plays coder, which build needs',
    ],
    [
      'a role without room',
      unwiredPlan(lone, { roles: [roleSpec({ concurrency: 0 })] }),
      'nobody plays coder, which build needs',
    ],
    ['one id twice', unwiredPlan([...lone, ...lone]), 'two tasks have the same id'],
    [
      'a need for nothing',
      unwiredPlan([taskSpec({ needs: [taskId('ghost')] })]),
      'build needs ghost, which is no task',
    ],
    ['a cycle', unwiredPlan([taskSpec({ needs: [taskId('build')] })]), 'a cycle: build -> build'],
  ])('with %s is refused', (_, unsound, reason) => {
    const step = submit(unsound);
    const counts = { succeeded: 0, failed: 0, skipped: 0, cancelled: 0 };
    expect(actsOf(step)).toEqual([['conclude', { status: 'failed', reason, counts }]]);
    expect(factsOf(step)).toEqual([{ type: 'run.failed', reason }]);
    expect(spawnsOf(step)).toEqual([]);
    expect(step.state.output).toEqual({ status: 'failed', reason, counts });
  });
});

describe('work', () => {
  test('is handed out once a task and an agent have met, after what else is to be heard', () => {
    const step = then(submit(plan), ready('a'), idle());
    expect(messagesOf(step)).toEqual([due]);
    expect(messagesOf(then(step, ready('b', 1)))).toEqual([]);
    const handed = then(step, ready('b', 1), dispatch);
    expect(messagesOf(handed)).toEqual([
      [to('a'), { type: 'task.assign', agent: coder1, token: 1 }],
    ]);
    expect(messagesOf(then(handed, dispatch))).toEqual([]);
  });

  test('never exceeds the role, and its tokens rise', () => {
    const roomy = { roles: [roleSpec({ count: 2, concurrency: 2 })] };
    const step = then(submit({ ...plan, ...roomy }), ready('a'), ready('b', 1), idle());
    const both = then(step, idle(coder2), dispatch);
    expect(messagesOf(both).map(([, event]) => event)).toEqual([
      { type: 'task.assign', agent: coder1, token: 1 },
      { type: 'task.assign', agent: coder2, token: 2 },
    ]);
    const released = then(both, idle(), alphabet['task.released']);
    expect(messagesOf(then(released, ready('a')))).toEqual([due]);
    const again = then(released, ready('a'), dispatch);
    expect(messagesOf(again)).toMatchObject([[to('a'), { token: 3 }]]);
  });

  test('that was withdrawn is not handed out', () => {
    const step = then(submit(plan), ready('a', 1), alphabet['task.withdrawn'], idle());
    expect(messagesOf(step)).toEqual([]);
  });

  test('whose agent is lost is told, and nobody for an agent that did nothing', () => {
    const handed = then(submit(plan), ready('a'), idle(), dispatch);
    const lost = alphabet['agent.lost'];
    expect(messagesOf(then(handed, lost))).toEqual([[to('a'), lost]]);
    expect(messagesOf(then(submit(plan), idle(), lost))).toEqual([]);
    expect(messagesOf(then(submit(plan), lost))).toEqual([]);
    const other = { ...alphabet['agent.lost'], agent: coder2 } as EventObject;
    const both = then(handed, ready('b', 1), idle(coder2), other);
    expect(messagesOf(both)).toEqual([]);
  });

  test('for a role that is lost fails, now and later', () => {
    const lost = alphabet['role.lost'];
    const step = then(submit(plan), ready('a'), ready('b', 1), lost);
    expect(messagesOf(step)).toEqual([
      [to('a'), lost],
      [to('b'), lost],
    ]);
    const late = then(step, ready('c', 2));
    expect(messagesOf(late)).toEqual([[to('c'), lost]]);
  });

  test('waits while money that is set aside may come back, and fails when none can', () => {
    const priced = { roles: [roleSpec({ count: 2, concurrency: 2, attemptUsdMax: 1 })] };
    const poor = { ...planSpec([{ id: 'a' }, { id: 'b' }, { id: 'c' }], priced), budgetUsd: 1.5 };
    const met = then(submit(poor), ready('a'), ready('b', 1), idle(), idle(coder2), dispatch);
    expect(messagesOf(met)).toMatchObject([[to('a'), { type: 'task.assign' }]]);
    const cheap = then(met, settled('a', 'succeeded', { held: { role: coder, costUsd: 0.5 } }));
    expect(messagesOf(then(cheap, dispatch))).toMatchObject([[to('b'), { type: 'task.assign' }]]);
    const dear = then(met, settled('a', 'succeeded', { held: { role: coder, costUsd: 0.6 } }));
    expect(messagesOf(then(dear, dispatch))).toMatchObject([
      [to('b'), { type: 'task.refuse', fault: { code: 'budget.exhausted', retryable: false } }],
    ]);
    const richer = { type: 'plan.amend', amendment: { budgetUsd: 1.6 }, by: 'ada' } as EventObject;
    expect(messagesOf(then(dear, richer, dispatch))).toMatchObject([[to('b'), { token: 2 }]]);
  });

  test('waits for the money of its own role, while others go on', () => {
    const [own, others] = [roleName('own'), roleName('others')];
    const two = { count: 2, concurrency: 2, attemptUsdMax: 1 };
    const roles = [
      roleSpec({ ...two, name: own, budgetUsd: 1.5 }),
      roleSpec({ ...two, name: others }),
    ];
    const poor = planSpec(
      ['a', 'b', 'c'].map((id) => ({ id, role: id === 'c' ? others : own })),
      { roles },
    );
    const agents = [own, own, others].map((role, place) => idle(agentId(`${role}-${place}`), role));
    const tasks = [ready('a', 0, own), ready('b', 1, own), ready('c', 2, others)];
    const met = then(submit(poor), ...agents, ...tasks, dispatch);
    expect(messagesOf(met).map(([receiver, { type }]) => [receiver, type])).toEqual([
      [to('a'), 'task.assign'],
      [to('c'), 'task.assign'],
    ]);
    const ends = (costUsd: number) => settled('a', 'succeeded', { held: { role: own, costUsd } });
    const cheap = then(met, ends(0.5), dispatch);
    expect(messagesOf(cheap)).toMatchObject([[to('b'), { type: 'task.assign' }]]);
    const dear = then(met, ends(0.6), dispatch);
    expect(messagesOf(dear)).toMatchObject([[to('b'), { type: 'task.refuse' }]]);
  });

  test('is told of when it is nearly spent, once', () => {
    const rich = { ...plan, budgetUsd: 1 };
    const near = then(
      submit(rich),
      settled('a', 'succeeded', { held: { role: coder, costUsd: 0.8 } }),
    );
    const warning = { role: null, spentUsd: 0.8, limitUsd: 1 };
    const told = messagesOf(near).find(([, { type }]) => type === 'budget.warn');
    expect(told).toEqual([at.orchestrator, { type: 'budget.warn', ...warning }]);
    const heard = then(near, told?.[1] as EventObject);
    expect(factsOf(heard)).toEqual([{ type: 'budget.warned', ...warning }]);
  });

  test('every agent that registers is welcome', () => {
    const registered = [[at.coder1, { type: 'agent.registered' }]];
    expect(messagesOf(then(submit(plan), alphabet['agent.register']))).toEqual(registered);
    const draining = then(submit(plan), settled('a'), settled('b'), settled('c'));
    expect(messagesOf(then(draining, alphabet['agent.register']))).toEqual(registered);
  });
});

describe('waves', () => {
  const wide = planSpec(
    [{ id: 'a' }, { id: 'b' }, { id: 'c', needs: ['a'] }, { id: 'd', needs: ['c'] }],
    { mode: 'waves' },
  );
  const opening = (wave: number) => [[at.orchestrator, { type: 'wave.opened', wave }]];
  const free = { held: null };

  test('open when the one before has settled as a whole', () => {
    const step = then(submit(wide), settled('a'));
    expect(messagesOf(step)).toEqual([]);
    const next = then(step, settled('b', 'failed'));
    expect(messagesOf(next)).toEqual(opening(1));
    expect(messagesOf(then(next, settled('c', 'succeeded', { wave: 1 })))).toEqual(opening(2));
  });

  test('whose tasks were all skipped before close at once', () => {
    const skipped = [
      settled('c', 'skipped', { wave: 1, ...free }),
      settled('d', 'skipped', { wave: 2, ...free }),
    ];
    const step = then(submit(wide), settled('a', 'failed'), ...skipped);
    expect(messagesOf(step)).toEqual([]);
    const last = then(step, settled('b'));
    expect(stateText(last.state)).toBe('draining');
    expect(contextOf(last).waves).toMatchObject({ open: 3, unsettled: 0 });
  });

  test('may be empty: the next one that has tasks opens', () => {
    const tasks = wide.tasks.map((task) => (task.wave === 1 ? { ...task, wave: 2 } : task));
    const step = then(submit({ ...wide, tasks }), settled('a'), settled('b'));
    expect(messagesOf(step)).toEqual(opening(2));
  });

  test('begin with the first that has tasks', () => {
    const tasks = wide.tasks.map((task) => ({ ...task, wave: task.wave + 1 }));
    expect(messagesOf(submit({ ...wide, tasks }))).toEqual(opening(1));
  });

  test('are told of, and then let in', () => {
    const open = { type: 'wave.opened', wave: 0 };
    const step = then(submit(wide), open as EventObject);
    expect(factsOf(step)).toEqual([{ type: 'wave.started', wave: 0 }]);
    expect(messagesOf(step)).toEqual(['a', 'b'].map((task) => [to(task), open]));
    expect(messagesOf(then(submit(wide), { ...open, wave: 9 } as EventObject))).toEqual([]);
  });
});

describe('a run that is called off', () => {
  const all = (reason: string) => ['a', 'b', 'c'].map((task) => cancelled(task, reason));

  test('cancels every task, and starts none any more', () => {
    const step = then(submit(plan), alphabet['run.cancel']);
    expect(messagesOf(step)).toEqual(all('enough'));
    expect(messagesOf(then(step, ready('a'), idle()))).toEqual([]);
  });

  test('hands out nothing, also when that was under way', () => {
    const step = then(submit(plan), ready('a'), idle(), alphabet['run.cancel'], dispatch);
    expect(messagesOf(step)).toEqual([]);
    expect(contextOf(step)).toMatchObject({ dispatchDue: 'no', tokens: 0 });
  });

  test('by its first failure says which, and keeps to it', () => {
    const strict = submit({ ...plan, onFailure: 'stop' });
    const step = then(strict, settled('a', 'failed'));
    expect(messagesOf(step)).toEqual(all('a failed'));
    const later = then(step, alphabet['run.cancel'], settled('b', 'failed'));
    expect(messagesOf(later)).toEqual([]);
    expect(contextOf(later).halt).toEqual({ kind: 'failed', reason: 'a failed' });
  });

  test('opens no wave any more', () => {
    const strict = submit({ ...plan, mode: 'waves', onFailure: 'stop' });
    const step = then(strict, settled('a'), settled('b', 'failed'));
    expect(messagesOf(step)).toEqual(all('b failed'));
  });

  test('before it had a plan is over', () => {
    const step = then(orchestratorSubject.chart.initial(undefined), alphabet['run.cancel']);
    expect(factsOf(step)).toEqual([{ type: 'run.cancelled', reason: 'enough' }]);
  });
});

describe('a bug of ours', () => {
  const threw = (child: string) =>
    ({ type: 'child.exited', child, output: undefined, error: 'oops', at: 1 }) as EventObject;

  test('in a task fails the run, and the dead is counted', () => {
    const step = then(submit(plan), threw('task/a'));
    const reason = 'a bug in task/a: oops';
    expect(messagesOf(step)).toEqual(['a', 'b', 'c'].map((task) => cancelled(task, reason)));
    expect(contextOf(step)).toMatchObject({ unsettled: 2, counts: { failed: 1 } });
  });

  test('in a supervisor fails the run, and it is not waited for', () => {
    const step = then(submit(plan), threw('supervisor/coder'));
    expect(contextOf(step)).toMatchObject({ unsettled: 3, roles: [], halt: { kind: 'failed' } });
    const free = { held: null };
    const rest = ['a', 'b', 'c'].map((task) => settled(task, 'cancelled', free));
    expect(stateText(then(step, ...rest).state)).toBe('failed');
  });

  test('in a supervisor that was to stop fails the run as well', () => {
    const draining = then(submit(plan), settled('a'), settled('b'), settled('c'));
    const step = then(draining, threw('supervisor/coder'));
    const reason = 'a bug in supervisor/coder: oops';
    expect(step.state.output).toMatchObject({ status: 'failed', reason });
  });

  test('is not every end', () => {
    const before = submit(plan);
    const ended = { ...(threw('task/a') as object), error: null } as unknown as EventObject;
    expect(then(before, ended).effects).toEqual([]);
    expect(contextOf(then(before, ended)).unsettled).toBe(3);
  });
});

describe('the end', () => {
  const writer = roleName('writer');
  const roles = [roleSpec(), roleSpec({ name: writer })];
  const submitted = () => submit(planSpec(sketches, { roles }));
  const allSettled = (...statuses: Settled[]) =>
    statuses.map((status, place) => settled(['a', 'b', 'c'][place] ?? '', status));

  test('asks every supervisor to stop, and waits for them for a limited time', () => {
    const step = then(submitted(), ...allSettled('succeeded', 'succeeded', 'succeeded'));
    const stop = { type: 'supervisor.stop' };
    expect(messagesOf(step)).toEqual(
      [coder, writer].map((role) => [supervisorAddress(role), stop]),
    );
    expect(factsOf(step)).toEqual([{ type: 'run.draining' }]);
    expect(timersOf(step)).toMatchObject([[{}, drainDeadlineMs]]);
    expect(stateText(then(step, stopped(coder)).state)).toBe('draining');
    expect(stateText(then(step, stopped(coder), stopped(writer)).state)).toBe('succeeded');
  });

  test('does not wait for a supervisor that gave its role up', () => {
    const gone = [alphabet['role.lost'], stopped(coder), stopped(writer)];
    const step = then(submitted(), ...gone, ...allSettled('failed', 'failed', 'skipped'));
    expect(stateText(step.state)).toBe('failed');
  });

  test.each<[RunEnding['status'], string, Settled[]]>([
    ['succeeded', '0 failed, 0 skipped, 0 cancelled', ['succeeded', 'succeeded', 'succeeded']],
    ['failed', '1 failed, 1 skipped, 0 cancelled', ['failed', 'succeeded', 'skipped']],
    ['failed', '0 failed, 1 skipped, 1 cancelled', ['succeeded', 'cancelled', 'skipped']],
  ])('is a run that %s with %s', (status, reason, statuses) => {
    const step = then(submit(plan), ...allSettled(...statuses), stopped());
    expect(step.state.output).toMatchObject({ status, reason });
    expect(actsOf(step)).toEqual([['conclude', step.state.output]]);
    expect(factsOf(step)).toMatchObject([{ type: `run.${status}` }]);
  });

  test('of a run that was called off is its cancellation', () => {
    const rest = allSettled('cancelled', 'cancelled', 'cancelled');
    const step = then(submit(plan), alphabet['run.cancel'], ...rest, stopped());
    expect(step.state.output).toMatchObject({ status: 'cancelled', reason: 'enough' });
    expect(factsOf(step)).toEqual([{ type: 'run.cancelled', reason: 'enough' }]);
  });
});
