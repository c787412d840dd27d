/** A task that a person takes over from its agent, and hands back. */
import { describe, expect, test } from 'vitest';
import type { EventObject } from 'xstate';
import { roleName } from '../../machines/ids.ts';
import { noUsage, type Outcome } from '../../machines/outcome.ts';
import { pausesMax } from '../../machines/rules/attempt.ts';
import {
  heldMs,
  mayTake,
  recallInput,
  returned,
  takenAtRest,
} from '../../machines/rules/holding.ts';
import type { Step } from '../../src/kernel/state.ts';
import { at } from './alphabet.ts';
import { factsOf, invokesOf, messagesOf, timersOf } from './effects.ts';
import { failed, interrupted, limited, passingFault } from './outcomes.ts';
import { stateText } from './tables.ts';
import {
  assign,
  attempted,
  born,
  contextOf,
  follow,
  retryTime,
  started,
  timeUp,
} from './task-driver.ts';

const take = { type: 'task.take', by: 'ada', withinMs: 3_600_000 };
const note = {
  done: ['the parser'],
  open: ['tests'],
  decisions: [],
  files: [],
  next: 'write tests',
};
const back = { type: 'task.return', by: 'ada', note };
const tooLate = timeUp('heldDeadline', 'held');
const session = { id: 's-1', counted: noUsage };
const recalled = (part: Partial<Outcome> = {}): EventObject => {
  const output = { ...interrupted, session, usage: { ...noUsage, costUsd: 2 }, ...part };
  return { type: 'xstate.done.actor.recall', output } as EventObject;
};
const orderOf = (step: Step) =>
  messagesOf(step).find(([, { type }]) => type === 'agent.assign')?.[1];
const typesOf = (step: Step) => messagesOf(step).map(([, { type }]) => type);

describe('a task that is taken over at work', () => {
  const taken = follow(born(), assign(1), started(1), take);

  test('tells its agent to stop, and asks what that leaves', () => {
    expect(stateText(taken.state)).toBe('taking');
    expect(messagesOf(taken)).toEqual([[at.coder1, { type: 'agent.abandon', token: 1 }]]);
    expect(invokesOf(taken).map(([id]) => id)).toEqual(['recall']);
    expect(recallInput(contextOf(taken))).toMatchObject({ token: 1, attempt: 1, role: 'coder' });
  });

  test('is held once that is known: its place is free, and the attempt is paid', () => {
    const held = follow(taken, recalled());
    expect(stateText(held.state)).toBe('held');
    expect(messagesOf(held)).toEqual([
      [at.orchestrator, { type: 'task.released', role: 'coder', costUsd: 2 }],
    ]);
    expect(factsOf(held)).toMatchObject([{ type: 'task.held', by: 'ada', withinMs: 3_600_000 }]);
    expect(timersOf(held).map(([, delayMs]) => delayMs)).toEqual([3_600_000]);
    expect(contextOf(held)).toMatchObject({
      ...{ outcome: { session }, fault: { code: 'task.taken' }, failures: 0, pauses: 1 },
    });
  });

  test('goes on as the same attempt, with the note and without the session', () => {
    const ready = follow(taken, recalled(), back);
    expect(stateText(ready.state)).toBe('ready');
    expect(factsOf(ready)[0]).toMatchObject({ type: 'task.returned', by: 'ada' });
    const order = orderOf(follow(ready, assign(2)));
    expect(order).toMatchObject({ attempt: 1, token: 2, earlier: { note, session: null } });
    expect(contextOf(ready)).toMatchObject({ held: null, failures: 0 });
  });

  test('a word that it is done is told once, and again only where nobody could look', () => {
    const done = { ...note, finishedBy: 'ada' };
    const ready = follow(taken, recalled(), { ...back, note: done } as EventObject);
    const told = (step: Step) => orderOf(step) as { earlier?: { note?: object } };
    expect(told(follow(ready, assign(2))).earlier?.note).toEqual(done);
    const next = (outcome: Outcome) =>
      follow(ready, ...attempted(2, outcome), retryTime, assign(3));
    expect(told(next(interrupted)).earlier?.note).toEqual(done);
    expect(told(next(failed(passingFault))).earlier?.note).toEqual(note);
  });

  test('goes on by itself when nobody hands it back in time, with a note that says so', () => {
    const ready = follow(taken, recalled(), tooLate);
    expect(factsOf(ready)[0]).toMatchObject({ type: 'task.returned', by: null });
    const order = orderOf(follow(ready, assign(2))) as { earlier?: { note?: { open: string[] } } };
    expect(order.earlier?.note?.open[0]).toContain('ada took it over, and did not hand it back');
  });

  test('is held also when nobody knows what its agent has left', () => {
    const broke = { type: 'xstate.error.actor.recall', error: new Error('no') } as EventObject;
    for (const end of [broke, timeUp('recallDeadline', 'taking')]) {
      const held = follow(taken, end);
      expect(messagesOf(held)).toEqual([
        [at.orchestrator, { type: 'task.released', role: 'coder', costUsd: null }],
      ]);
      expect(orderOf(follow(held, back, assign(2)))).toMatchObject({ earlier: { note } });
    }
  });

  test('keeps how often it was handed over', () => {
    const handoffs = { max: 2, to: [roleName('tester')] };
    const handed = { ...interrupted, handoff: { ...note, to: roleName('tester') } };
    const start = follow(born({ handoffs }), ...attempted(1, handed), retryTime);
    const step = follow(start, assign(2), started(2), take, recalled(), back);
    expect(contextOf(step)).toMatchObject({ handed: { count: 1, role: 'tester', stage: 'due' } });
  });
});

describe('a task that is taken over between attempts', () => {
  test('gives up its place in the queue', () => {
    const held = follow(born(), take);
    expect([stateText(held.state), typesOf(held)]).toEqual(['held', ['task.withdrawn']]);
    expect(orderOf(follow(held, back, assign(1)))).toMatchObject({ attempt: 1, earlier: { note } });
  });

  test('counts the next attempt as another one', () => {
    for (const outcome of [failed(passingFault), limited(5_000)]) {
      const held = follow(born(), ...attempted(1, outcome), take);
      expect(stateText(held.state)).toBe('held');
      expect(orderOf(follow(held, back, assign(2)))).toMatchObject({ attempt: 2 });
    }
  });

  test('is called off like any other', () => {
    const cancelled = follow(born(), take, {
      type: 'task.cancel',
      reason: 'enough',
    } as EventObject);
    expect(stateText(cancelled.state)).toBe('cancelled');
  });

  test('is taken over so often at most as it may pause', () => {
    expect([0, pausesMax - 1, pausesMax].map((pauses) => mayTake({ pauses }))).toEqual([
      ...[true, true, false],
    ]);
  });

  test('is a bug where nobody has it, or nobody has worked on it', () => {
    const context = contextOf(born());
    expect(() => heldMs(context)).toThrow('nobody has');
    expect(() => recallInput(context)).toThrow('nobody has worked on');
    const event = { type: 'task.cancel', reason: 'x' } as const;
    expect(() => takenAtRest({ context, event })).toThrow('nobody takes');
    expect(() => returned({ context, event })).toThrow('nobody has');
  });
});
