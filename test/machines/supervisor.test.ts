/** The supervisor machine, state by state: whom it starts, restarts, stops, when it gives up. */
import { describe, expect, test } from 'vitest';
import type { EventObject } from 'xstate';
import { agentAddress, agentId } from '../../machines/ids.ts';
import type { RoleSpec, Strategy } from '../../machines/plan.ts';
import type { SupervisorContext } from '../../machines/rules/care.ts';
import { stopDeadlineMs } from '../../machines/supervisor.ts';
import type { ActorState, Step } from '../../src/kernel/state.ts';
import { alphabet, at, coder, coder1, coder2 } from './alphabet.ts';
import { factsOf, messagesOf, spawnsOf, stopsOf, timersCancelled, timersOf } from './effects.ts';
import { crashFault, missingFault } from './outcomes.ts';
import { roleSpec } from './plans.ts';
import { supervisorSubject } from './supervisor-subject.ts';
import { follow, stateText, testTable } from './tables.ts';

const exits = (state: string) => ({
  'child.exited': state,
  'child.exited (handed off)': state,
  'child.exited (crashed)': state,
  'child.exited (hopeless)': state,
  'child.exited (threw)': state,
});

testTable('supervisor', supervisorSubject, {
  supervising: {
    'role.amend': 'supervising',
    ...exits('supervising'),
    'child.exited (hopeless)': 'stopped',
    'supervisor.stop': 'stopping',
  },
  'supervising, at the limit': {
    'role.amend': 'supervising',
    ...exits('stopped'),
    'child.exited': 'supervising',
    'child.exited (handed off)': 'supervising',
    'supervisor.stop': 'stopping',
  },
  'supervising two, at the limit': {
    'role.amend': 'supervising',
    'child.exited': 'supervising',
    'child.exited (handed off)': 'supervising',
    'child.exited (crashed)': 'stopping',
    'child.exited (hopeless)': 'stopping',
    'child.exited (threw)': 'stopping',
    'supervisor.stop': 'stopping',
  },
  'supervising, one resting': {
    'role.amend': 'supervising',
    'child.due': 'supervising',
    'supervisor.stop': 'stopped',
  },
  'supervising two, both resting': {
    'role.amend': 'supervising',
    'child.due': 'supervising',
    'supervisor.stop': 'stopped',
  },
  'supervising nobody': {
    'role.amend': 'supervising',
    'supervisor.stop': 'stopped',
  },
  stopping: {
    ...exits('stopped'),
    'xstate.after.stopDeadline.supervisor.stopping': 'stopped',
  },
  'stopping two': {
    ...exits('stopping'),
    'xstate.after.stopDeadline.supervisor.stopping': 'stopped',
  },
  'stopping two, the last has ended': {
    ...exits('stopped'),
    'xstate.after.stopDeadline.supervisor.stopping': 'stopped',
  },
});

const born = (role: Partial<RoleSpec>): Step =>
  supervisorSubject.chart.initial({ role: roleSpec(role), seed: 1 });
const then = (from: Step, ...events: readonly EventObject[]): Step =>
  follow(supervisorSubject, from, ...events);
const contextOf = ({ state }: { state: ActorState }) => state.context as SupervisorContext;
const nth = (count: number) => agentId(`coder-${count}`);
const exit = (count: number, output: object, atMs = 5_000): EventObject =>
  ({
    type: 'child.exited',
    child: agentAddress(nth(count)),
    output,
    error: null,
    at: atMs,
  }) as EventObject;
const crash = (count: number, atMs?: number) =>
  exit(count, { kind: 'crashed', fault: crashFault, worked: true }, atMs);
const due = (...counts: number[]): EventObject =>
  ({ type: 'child.due', children: counts.map(nth) }) as EventObject;
const startedBy = (step: Step) => spawnsOf(step).map(({ address }) => address);
const lost = (count: number, fault = crashFault) => [
  at.orchestrator,
  { type: 'agent.lost', agent: nth(count), fault },
];

describe('a supervisor at its start', () => {
  test('starts every agent of the role, in order, and hears of each end', () => {
    const step = born({ count: 2, handoff: true });
    const input = { role: coder, handoff: true, inbox: [] };
    const rest = { machine: 'agent', supervisor: at.supervisor, notify: 'exit' };
    expect(spawnsOf(step)).toEqual([
      { ...rest, address: at.coder1, input: { ...input, id: coder1 } },
      { ...rest, address: at.coder2, input: { ...input, id: coder2 } },
    ]);
    expect(contextOf(step)).toMatchObject({ live: [coder1, coder2], resting: [] });
  });
});

describe('a crash', () => {
  test.each<[Strategy, string[], number[]]>([
    ['one_for_one', [], [2]],
    ['one_for_all', ['agent/coder-3', 'agent/coder-1'], [1, 2, 3]],
    ['rest_for_one', ['agent/coder-3'], [2, 3]],
  ])('under %s stops %j and restarts %j after the backoff', (restart, stopped, started) => {
    const step = then(born({ count: 3, restart }), crash(2));
    expect(stopsOf(step)).toEqual(stopped);
    expect(messagesOf(step)).toEqual(started.map((count) => lost(count)));
    expect(timersOf(step)).toEqual([[due(...started), 1_000]]);
    const fact = { type: 'agent.restarting', agents: started.map(nth), delayMs: 1_000 };
    expect(factsOf(step)).toEqual([fact]);
    expect(startedBy(step)).toEqual([]);
    expect(startedBy(then(step, due(...started)))).toEqual(started.map(nth).map(agentAddress));
  });

  test('of a step counts like any other', () => {
    const threw = { ...(crash(1) as object), output: undefined, error: 'a bug' };
    const step = then(born({}), threw as unknown as EventObject);
    const fault = { code: 'agent.crashed', message: 'a bug', retryable: true };
    expect(messagesOf(step)).toEqual([lost(1, fault)]);
  });

  test('waits longer each time, until the period has passed', () => {
    const role = { maxRestarts: 9, periodMs: 10_000 };
    const again = [crash(1, 0), due(1), crash(1, 1), due(1)];
    expect(timersOf(then(born(role), ...again, crash(1, 2)))).toEqual([[due(1), 4_000]]);
    expect(timersOf(then(born(role), ...again, crash(1, 10_001)))).toEqual([[due(1), 1_000]]);
  });

  test('before any work is not forgotten, however slow its agent is to crash', () => {
    const output = { kind: 'crashed', fault: crashFault, worked: false };
    const slow = [exit(1, output, 0), due(1), exit(1, output, 100_000), due(1)];
    const step = then(born({ maxRestarts: 2 }), ...slow);
    expect(contextOf(step).crashes).toEqual([0, 100_000]);
    expect(stateText(then(step, exit(1, output, 200_000)).state)).toBe('stopped');
    expect(contextOf(then(step, crash(1, 200_000))).crashes).toEqual([200_000]);
  });

  test('of one that was to be stopped for another is not counted, nor is it started twice', () => {
    const both = then(born({ count: 2, restart: 'one_for_all' }), crash(1));
    const handedOff = exit(2, { kind: 'handed-off', inbox: [] });
    for (const event of [crash(2), handedOff, exit(2, { kind: 'stopped' })]) {
      const step = then(both, event);
      expect(step.effects).toEqual([]);
      expect(contextOf(step)).toEqual(contextOf(both));
    }
  });

  test('while others rest brings all of them back once', () => {
    const role = { count: 2, maxRestarts: 9, restart: 'one_for_all' } as const;
    const step = then(born(role), crash(1), due(1, 2), crash(2), due(1, 2));
    expect(startedBy(step)).toEqual([at.coder1, at.coder2]);
    expect(startedBy(then(step, due(1, 2)))).toEqual([]);
    expect(contextOf(step)).toMatchObject({ live: [coder1, coder2], resting: [] });
  });
});

describe('giving up', () => {
  const gone = { code: 'role.lost', message: 'nobody plays coder any more: it died' };
  const fault = { ...gone, retryable: false };
  const roleLost = [at.orchestrator, { type: 'role.lost', role: coder, fault }];

  test('comes with one crash too many within the period', () => {
    const step = then(born({ maxRestarts: 1 }), crash(1, 0), due(1), crash(1, 1));
    expect(messagesOf(step)).toEqual([
      lost(1),
      roleLost,
      [at.orchestrator, { type: 'supervisor.stopped', role: coder }],
    ]);
    expect(factsOf(step)).toEqual([{ type: 'role.lost', role: coder, fault }]);
    expect(step.state.output).toEqual({ role: coder });
  });

  test('comes at once with a fault that lasts', () => {
    const step = then(born({}), exit(1, { kind: 'crashed', fault: missingFault, worked: true }));
    expect(stateText(step.state)).toBe('stopped');
    expect(messagesOf(step)[0]).toEqual(lost(1, missingFault));
  });

  test('calls off the work of every agent, then stops those that live', () => {
    const step = then(born({ count: 3, maxRestarts: 0 }), crash(2));
    expect(messagesOf(step)).toEqual([
      lost(1),
      lost(2),
      lost(3),
      roleLost,
      ['agent/coder-3', { type: 'agent.stop' }],
    ]);
    expect(stateText(step.state)).toBe('stopping');
  });
});

describe('an agent that ends without a crash', () => {
  test('has a successor that hears what it was told too late', () => {
    const step = then(born({ handoff: true }), exit(1, { kind: 'handed-off', inbox: ['late'] }));
    expect(spawnsOf(step)).toMatchObject([{ address: at.coder1, input: { inbox: ['late'] } }]);
    expect(messagesOf(step)).toEqual([]);
    expect(contextOf(step)).toMatchObject({ live: [coder1], crashes: [] });
  });

  test('because somebody else stopped it leaves no gap, and its task is told', () => {
    const step = then(born({ count: 2 }), exit(2, { kind: 'stopped' }));
    const stopped = { code: 'agent.stopped', message: 'it was stopped', retryable: true };
    expect(messagesOf(step)).toEqual([lost(2, stopped)]);
    expect(startedBy(step)).toEqual([at.coder2]);
    expect(contextOf(step)).toMatchObject({ live: [coder1, coder2], crashes: [] });
  });
});

describe('stopping', () => {
  const stopping = then(born({ count: 3 }), alphabet['supervisor.stop']);
  const ask = (count: number) => [agentAddress(nth(count)), { type: 'agent.stop' }];
  const stopped = { kind: 'stopped' };

  test('goes in reverse, one by one, for a limited time', () => {
    expect(messagesOf(stopping)).toEqual([ask(3)]);
    expect(timersOf(stopping)).toMatchObject([[{}, stopDeadlineMs]]);
    const second = then(stopping, exit(3, stopped));
    expect(messagesOf(second)).toEqual([ask(2)]);
    const third = then(second, exit(2, stopped));
    expect(messagesOf(third)).toEqual([ask(1)]);
    const last = then(third, exit(1, stopped));
    const told = [at.orchestrator, { type: 'supervisor.stopped', role: coder }];
    expect(messagesOf(last)).toEqual([told]);
    expect(timersCancelled(last)).toBe(1);
  });

  test('asks nobody twice when another one ends meanwhile', () => {
    const step = then(stopping, exit(1, stopped));
    expect(messagesOf(step)).toEqual([]);
    expect(contextOf(step)).toMatchObject({ live: [coder1, coder2, nth(3)].slice(1) });
    expect(messagesOf(then(step, alphabet['supervisor.stop']))).toEqual([]);
  });

  test('makes those end that do not', () => {
    const late = { type: 'xstate.after.stopDeadline.supervisor.stopping' };
    const step = then(stopping, exit(3, stopped), late);
    expect(stopsOf(step)).toEqual([at.coder1, at.coder2]);
    expect(step.state.output).toEqual({ role: coder });
  });

  test('starts nobody any more', () => {
    const step = then(born({ count: 2 }), crash(1), alphabet['supervisor.stop'], due(1));
    expect(startedBy(step)).toEqual([]);
    expect(stateText(step.state)).toBe('stopping');
    const handedOff = then(stopping, exit(3, { kind: 'handed-off', inbox: [] }));
    expect(startedBy(handedOff)).toEqual([]);
  });
});
