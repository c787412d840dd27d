/** Limits that change while a plan is worked off: who hears of them, and what holds then. */
import { describe, expect, test } from 'vitest';
import type { EventObject } from 'xstate';
import { agentId, supervisorAddress, taskAddress, taskId } from '../../../machines/ids.ts';
import type { PlanAmendment } from '../../../machines/plan.ts';
import type { TaskContext } from '../../../machines/rules/attempt.ts';
import type { SupervisorContext } from '../../../machines/rules/care.ts';
import type { OrchestratorContext } from '../../../machines/rules/orchestration.ts';
import type { Step } from '../../../src/kernel/state.ts';
import { alphabet, at, build, coder, coder1, coder2 } from '../alphabet.ts';
import { factsOf, messagesOf, spawnsOf } from '../effects.ts';
import { orchestratorSubject } from '../orchestrator-subject.ts';
import { planSpec, roleSpec, taskSpec } from '../plans.ts';
import { supervisorSubject } from '../supervisor-subject.ts';
import { follow, stateText } from '../tables.ts';
import { taskSubject } from '../task-subject.ts';

const amend = (amendment: PlanAmendment) =>
  ({ type: 'plan.amend', amendment, by: 'ada' }) as EventObject;
const booksOf = ({ state }: Step) => state.context as OrchestratorContext;

describe('the orchestrator', () => {
  const plan = {
    ...planSpec([{ id: 'a' }, { id: 'b' }]),
    concurrency: 1,
    roles: [roleSpec({ count: 2, concurrency: 2 })],
  };
  const ready = (task: string, order: number): EventObject =>
    ({ ...alphabet['task.ready'], task: taskId(task), key: [0, 1, order] }) as EventObject;
  const idle = (agent = coder1): EventObject => ({ ...alphabet['agent.idle'], agent }) as never;
  const dispatch = alphabet['run.dispatch'] as EventObject;
  const submit = { type: 'plan.submit', plan } as EventObject;
  const begun = orchestratorSubject.chart.initial(undefined);
  const oneRuns = follow(
    orchestratorSubject,
    begun,
    ...[submit, ready('a', 0), ready('b', 1), idle(coder1), idle(coder2), dispatch],
  );
  const to = (task: string) => taskAddress(taskId(task));

  test('hands out more at once when its concurrency is raised', () => {
    const raised = follow(orchestratorSubject, oneRuns, amend({ concurrency: 2 }));
    expect(messagesOf(raised)).toEqual([[at.orchestrator, dispatch]]);
    const given = follow(orchestratorSubject, raised, dispatch);
    expect(messagesOf(given).map(([address]) => address)).toEqual([to('b')]);
    expect(factsOf(raised)).toEqual([
      { type: 'plan.amended', by: 'ada', concurrency: 2, tasks: [], roles: [] },
    ]);
  });

  test('lets what runs go on when its concurrency is lowered, and starts nothing', () => {
    const both = follow(orchestratorSubject, oneRuns, amend({ concurrency: 2 }), dispatch);
    const roles = [{ name: coder, limits: { concurrency: 1 } }];
    const lowered = follow(orchestratorSubject, both, amend({ concurrency: 1, roles }));
    const freed = follow(
      orchestratorSubject,
      lowered,
      ...[idle(coder2), ready('b', 1), alphabet['task.released'] as EventObject],
    );
    expect(booksOf(freed).dispatch).toMatchObject({ concurrency: 1, running: 1 });
    expect(messagesOf(freed)).toEqual([]);
    const last = follow(orchestratorSubject, freed, alphabet['task.released'] as EventObject);
    expect(messagesOf(last)).toEqual([[at.orchestrator, dispatch]]);
  });

  test('tells tasks and supervisors their part', () => {
    const roles = [{ name: coder, limits: { maxRestarts: 9 } }];
    const tasks = [{ id: build, limits: { retries: 7 } }];
    const amended = follow(orchestratorSubject, oneRuns, amend({ roles, tasks }));
    expect(messagesOf(amended)).toEqual([
      [supervisorAddress(coder), { type: 'role.amend', limits: { maxRestarts: 9 } }],
      [at.build, { type: 'task.amend', limits: { retries: 7 } }],
    ]);
    expect(booksOf(amended).dispatch).toEqual(booksOf(oneRuns).dispatch);
    expect(factsOf(amended)).toMatchObject([{ concurrency: null, tasks: [build], roles: [coder] }]);
  });

  test('does as it is told once a task has failed', () => {
    const strict = follow(orchestratorSubject, oneRuns, amend({ onFailure: 'stop' }));
    expect(booksOf(strict).onFailure).toBe('stop');
    const failed = { ...alphabet['task.settled'], task: taskId('a'), status: 'failed' };
    const halted = follow(orchestratorSubject, strict, failed as EventObject);
    expect(booksOf(halted).halt).toEqual({ kind: 'failed', reason: 'a failed' });
  });
});

describe('a task', () => {
  const input = { spec: taskSpec({ id: build, retries: 0, priority: 1 }), open: 0, seed: 1 };
  const limits = { priority: 5, retries: 2 };
  const event = { type: 'task.amend', limits } as EventObject;

  test('that waits for an agent takes its place anew', () => {
    const amended = follow(taskSubject, taskSubject.chart.initial(input), event);
    expect(stateText(amended.state)).toBe('ready');
    const [withdrawn, again] = messagesOf(amended).map(([, message]) => message);
    expect(withdrawn).toMatchObject({ type: 'task.withdrawn', key: [1, 1, 0] });
    expect(again).toMatchObject({ type: 'task.ready', key: [5, 1, 0] });
  });

  test('that runs is tried so often as it says now', () => {
    const running = follow(
      taskSubject,
      taskSubject.chart.initial(input),
      ...[alphabet['task.assign'], alphabet['task.started'], event],
    );
    expect(messagesOf(running)).toEqual([]);
    expect((running.state.context as TaskContext).spec).toEqual({ ...input.spec, ...limits });
    const lost = follow(taskSubject, running, alphabet['agent.lost'] as EventObject);
    expect(stateText(lost.state)).toBe('retrying');
  });
});

describe('a supervisor', () => {
  const two = supervisorSubject.chart.initial({ role: roleSpec({ count: 2 }), seed: 1 });
  const told = (limits: object): Step =>
    follow(supervisorSubject, two, { type: 'role.amend', limits } as EventObject);
  const contextOf = ({ state }: Step) => state.context as SupervisorContext;

  test('starts the agents that its role has now', () => {
    const four = told({ count: 4, maxRestarts: 9 });
    const names = ['coder-1', 'coder-2', 'coder-3', 'coder-4'].map(agentId);
    expect(spawnsOf(four).map(({ address }) => address)).toEqual([
      'agent/coder-3',
      'agent/coder-4',
    ]);
    expect(contextOf(four)).toMatchObject({ children: names, live: names });
    expect(contextOf(four).role).toMatchObject({ count: 4, maxRestarts: 9 });
  });

  test.each([{ count: 1 }, { maxRestarts: 0 }])('sends nobody away for %o', (limits) => {
    const same = told(limits);
    expect(spawnsOf(same)).toEqual([]);
    expect(contextOf(same)).toMatchObject({ live: contextOf(two).live, role: { count: 2 } });
  });
});
