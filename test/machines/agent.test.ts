/** The agent machine, state by state: what each event does to it, and what it says by that. */
import { describe, expect, test } from 'vitest';
import type { EventObject } from 'xstate';
import { registerDeadlineMs, reportDeadlineMs, spawnDeadlineMs } from '../../machines/agent.ts';
import { type AgentContext, inboxMax } from '../../machines/rules/duty.ts';
import type { ActorState, Step } from '../../src/kernel/state.ts';
import { agentSubject } from './agent-subject.ts';
import { alphabet, at, attempt, build, coder, coder1, variants } from './alphabet.ts';
import { ceasesOf, factsOf, invokesOf, messagesOf, timersCancelled, timersOf } from './effects.ts';
import { crashFault, failed, interrupted, missingFault, succeeded } from './outcomes.ts';
import { enter, follow as followOn, testTable } from './tables.ts';

/** Whatever it does, it can be stopped and spoken to. */
const always = (state: string) => ({ 'agent.stop': 'stopped', 'agent.tell': state });

const worked = {
  'agent.abandon': 'idle',
  'xstate.done.actor.work': 'reporting',
  'xstate.done.actor.work (failed)': 'reporting',
  'xstate.done.actor.work (crashed)': 'reporting',
  'xstate.error.actor.work': 'reporting',
};

testTable('agent', agentSubject, {
  spawning: {
    ...always('spawning'),
    'xstate.done.actor.open': 'registering',
    'xstate.done.actor.open (missing)': 'crashed',
    'xstate.error.actor.open': 'crashed',
    'xstate.after.spawnDeadline.agent.spawning': 'crashed',
  },
  registering: {
    ...always('registering'),
    'agent.registered': 'idle',
    'xstate.after.registerDeadline.agent.registering': 'crashed',
  },
  idle: {
    ...always('idle'),
    'agent.assign': 'working',
    'agent.assign (next)': 'working',
  },
  working: { ...always('working'), ...worked, 'agent.ask': 'working', 'agent.fill': 'working' },
  'working, asking a person': {
    ...always('working'),
    ...worked,
    'agent.ask': 'working',
    'agent.fill': 'working',
    'agent.answer': 'working',
  },
  reporting: {
    ...always('reporting'),
    'report.taken': 'idle',
    'agent.abandon': 'idle',
    'xstate.after.reportDeadline.agent.reporting': 'idle',
  },
  'reporting, making room': {
    ...always('reporting'),
    'report.taken': 'stopped',
    'agent.abandon': 'stopped',
    'xstate.after.reportDeadline.agent.reporting': 'stopped',
  },
  'reporting its own end': {
    ...always('reporting'),
    'report.taken': 'crashed',
    'agent.abandon': 'crashed',
    'xstate.after.reportDeadline.agent.reporting': 'crashed',
  },
});

const { kernelEvents } = agentSubject;
const scene = (name: string): Step => enter(agentSubject, name);
const follow = (start: Step, ...events: readonly EventObject[]): Step =>
  followOn(agentSubject, start, ...events);
const contextOf = ({ state }: { state: ActorState }) => state.context as AgentContext;
const tell = (text: string): EventObject => ({ ...alphabet['agent.tell'], text }) as EventObject;
const done = (output: unknown): EventObject =>
  ({ type: 'xstate.done.actor.work', actorId: 'work', output }) as EventObject;
const idle = [at.orchestrator, { type: 'agent.idle', agent: coder1, role: coder }];

describe('an agent on its way to work', () => {
  test('looks first whether its program can work at all', () => {
    const step = scene('spawning');
    expect(invokesOf(step)).toEqual([['open', { role: coder }]]);
    expect(timersOf(step)).toMatchObject([[{}, spawnDeadlineMs]]);
    expect(messagesOf(step)).toEqual([]);
  });

  test('registers, then says that it is idle', () => {
    const step = scene('registering');
    const event = { type: 'agent.register', agent: coder1, role: coder };
    expect(messagesOf(step)).toEqual([[at.orchestrator, event]]);
    expect(factsOf(step)).toEqual([{ type: 'agent.spawned', agent: coder1 }]);
    expect(timersOf(step)).toMatchObject([[{}, registerDeadlineMs]]);
    const registered = follow(step, alphabet['agent.registered']);
    expect(messagesOf(registered)).toEqual([idle]);
    expect(timersCancelled(registered)).toBe(1);
  });

  test.each([
    ['its program is missing', 'xstate.done.actor.open (missing)', missingFault.code],
    ['looking for its program broke', 'xstate.error.actor.open', 'agent.crashed'],
    ['it does not start', 'xstate.after.spawnDeadline.agent.spawning', 'agent.timed-out'],
  ])('crashes when %s', (_, label, code) => {
    const step = follow(scene('spawning'), kernelEvents[label] as EventObject);
    expect(step.state.output).toMatchObject({ kind: 'crashed', fault: { code } });
    expect(factsOf(step)).toMatchObject([{ type: 'agent.crashed', fault: { code } }]);
  });

  test('crashes when the orchestrator does not answer', () => {
    const late = kernelEvents['xstate.after.registerDeadline.agent.registering'] as EventObject;
    const { state } = follow(scene('registering'), late);
    expect(state.output).toMatchObject({ kind: 'crashed', fault: { code: 'agent.timed-out' } });
  });
});

describe('an agent at work', () => {
  const working = () => scene('working');

  test('tells its task that it has started, and works', () => {
    expect(messagesOf(working())).toEqual([[at.build, { type: 'task.started', token: 1 }]]);
    const input = { ...attempt, agent: coder1, role: coder, inbox: [] };
    expect(invokesOf(working())).toEqual([['work', input]]);
  });

  test.each([
    ['a success', succeeded],
    ['a failure', failed(missingFault)],
    ['an interruption', interrupted],
  ])('reports %s as it is, and waits for the receipt', (_, outcome) => {
    const step = follow(working(), done(outcome));
    const report = { type: 'task.reported', agent: coder1, token: 1, outcome };
    expect(messagesOf(step)).toEqual([[at.build, report]]);
    expect(timersOf(step)).toMatchObject([[{}, reportDeadlineMs]]);
    const taken = follow(step, alphabet['report.taken']);
    expect(messagesOf(taken)).toEqual([idle]);
    expect(timersCancelled(taken)).toBe(1);
  });

  test.each([
    ['an error', new Error('torn'), 'torn'],
    ['something else', 'rags', 'rags'],
  ])('reports a crash when its adapter throws %s, and ends', (_, error, message) => {
    const step = follow(working(), { type: 'xstate.error.actor.work', error } as EventObject);
    const outcome = { kind: 'failed', fault: { code: 'agent.crashed', message, retryable: true } };
    expect(messagesOf(step)).toMatchObject([[at.build, { type: 'task.reported', outcome }]]);
    const ended = follow(step, alphabet['report.taken']);
    expect(ended.state.output).toEqual({ kind: 'crashed', fault: outcome.fault, worked: true });
  });

  test('drops an abandoned attempt, and only that one', () => {
    const step = follow(working(), alphabet['agent.abandon']);
    expect(ceasesOf(step)).toEqual(['work']);
    expect(messagesOf(step)).toEqual([idle]);
    expect(follow(working(), variants['agent.abandon (stale)']).effects).toEqual([]);
  });

  test('works on the next task under its token', () => {
    const step = follow(scene('idle'), variants['agent.assign (next)']);
    expect(messagesOf(step)).toEqual([[at.build, { type: 'task.started', token: 2 }]]);
    expect(contextOf(step)).toMatchObject({ attempt: { task: build, attempt: 2 }, outcome: null });
  });

  test('stops at once when it is told to', () => {
    const step = follow(working(), alphabet['agent.stop']);
    expect(ceasesOf(step)).toEqual(['work']);
    expect(factsOf(step)).toEqual([{ type: 'agent.stopped', agent: coder1 }]);
    expect(step.state.output).toEqual({ kind: 'stopped' });
  });
});

describe('an agent that has worked', () => {
  test('makes room when its role wants a fresh one for each task', () => {
    const step = follow(scene('reporting, making room'), alphabet['report.taken']);
    expect(step.state.output).toEqual({ kind: 'handed-off', inbox: [] });
    expect(factsOf(step)).toEqual([{ type: 'agent.stopped', agent: coder1 }]);
    expect(messagesOf(step)).toEqual([]);
  });

  test('crashes when its outcome told of its own end', () => {
    const step = follow(scene('reporting its own end'), alphabet['report.taken']);
    expect(step.state.output).toEqual({ kind: 'crashed', fault: crashFault, worked: true });
    const fact = { type: 'agent.crashed', agent: coder1, fault: crashFault };
    expect(factsOf(step)).toEqual([fact]);
  });
});

describe('what people say to an agent', () => {
  test('is heard by its next attempt, once', () => {
    const spoken = follow(scene('idle'), tell('one'), tell('two'));
    expect(factsOf(spoken)).toEqual([{ type: 'agent.told', agent: coder1, text: 'two' }]);
    const working = follow(spoken, alphabet['agent.assign']);
    expect(invokesOf(working)).toMatchObject([['work', { inbox: ['one', 'two'] }]]);
    const next = [alphabet['agent.abandon'], variants['agent.assign (next)']];
    expect(invokesOf(follow(working, ...next))).toMatchObject([['work', { inbox: [] }]]);
  });

  test('while it works is not lost: the attempt after it hears it', () => {
    const spoken = follow(scene('working'), tell('later'), done(succeeded));
    const next = [alphabet['report.taken'], variants['agent.assign (next)']];
    expect(invokesOf(follow(spoken, ...next))).toMatchObject([['work', { inbox: ['later'] }]]);
  });

  test('goes to its successor when it makes room', () => {
    const spoken = follow(scene('reporting, making room'), tell('later'));
    const { state } = follow(spoken, alphabet['report.taken']);
    expect(state.output).toEqual({ kind: 'handed-off', inbox: ['later'] });
  });

  test('is kept up to a limit: the oldest go first', () => {
    const words = Array.from({ length: inboxMax + 2 }, (_, count) => `word ${count}`);
    const { inbox } = contextOf(follow(scene('idle'), ...words.map(tell)));
    expect(inbox).toEqual(words.slice(2));
    expect(inbox).toHaveLength(inboxMax);
  });
});
