/** How a run's books take in what a person adds, and how a task that was skipped counts. */
import { describe, expect, test } from 'vitest';
import type { Newcomer } from '../../../machines/events.ts';
import { taskAddress, taskId } from '../../../machines/ids.ts';
import { followed, isWaived, skippedBy, unbegun } from '../../../machines/rules/attempt.ts';
import * as extension from '../../../machines/rules/extension.ts';
import { isMet } from '../../../machines/rules/needs.ts';
import { emptyBooks, taskSettled, verdict } from '../../../machines/rules/orchestration.ts';
import { taskSpec } from '../plans.ts';

const [a, b, c] = [taskId('a'), taskId('b'), taskId('c')];

const newcomer = (id: typeof a, needs: readonly (typeof a)[], wave = 0): Newcomer => ({
  spec: taskSpec({ id, needs, wave }),
  awaits: needs,
});

const event = (...tasks: readonly Newcomer[]) =>
  ({ type: 'plan.extend', tasks, seed: 3, by: 'ada' }) as const;

const books = { ...emptyBooks, tasks: [a], unsettled: 1 };
const waves = { members: [[], [a], []], open: 1, unsettled: 1, early: {} };
const inWaves = { ...books, mode: 'waves', waves } as const;

describe('tasks that a person adds', () => {
  test('are born behind all that are there, and wait for what has not ended', () => {
    const { wishes } = extension.births(books, event(newcomer(b, [a]), newcomer(c, [b])));
    expect(wishes.map(({ input }) => input)).toMatchObject([
      { spec: { id: b, order: 1 }, open: 1, seed: 3 },
      { spec: { id: c, order: 2 }, open: 1 },
    ]);
    expect(extension.extended(books, event(newcomer(b, [a])))).toMatchObject({
      tasks: [a, b],
      unsettled: 2,
      waves: books.waves,
    });
  });

  test('are told of by those that were there before, and by nobody twice', () => {
    const { messages } = extension.precedences(event(newcomer(b, [a]), newcomer(c, [b, a])));
    expect(messages).toEqual([
      { to: [taskAddress(a)], event: { type: 'task.precede', task: b } },
      { to: [taskAddress(a)], event: { type: 'task.precede', task: c } },
    ]);
    expect(extension.precedences(event(newcomer(b, []))).messages).toEqual([]);
  });

  test('join the open wave, or wait for the later one that they need', () => {
    const asked = event(newcomer(b, [], 0), newcomer(c, [a], 2));
    expect(extension.births(inWaves, asked).wishes.map(({ input }) => input)).toMatchObject([
      { spec: { wave: 1 }, open: 0 },
      { spec: { wave: 2 }, open: 2 },
    ]);
    expect(extension.extended(inWaves, asked).waves).toEqual({
      ...waves,
      members: [[], [a], [c]],
      unsettled: 2,
    });
  });
});

describe('a task that a person skips', () => {
  test('says who did, and why if they said', () => {
    const bare = { type: 'task.skip', by: 'ada' } as const;
    expect(skippedBy({ event: bare }).fault?.message).toBe('skipped by ada');
    const { fault = null } = skippedBy({ event: { ...bare, reason: 'not needed' } });
    expect(fault).toMatchObject({ message: 'skipped by ada: not needed', retryable: false });
    expect([isWaived({ fault }), isWaived({ fault: null })]).toEqual([true, false]);
  });

  test('is missing to nobody: not to those that need it, and not to the run', () => {
    expect((['waived', 'skipped', 'failed', 'succeeded'] as const).map(isMet)).toEqual([
      ...[true, false, false, true],
    ]);
    const settled = { type: 'task.settled', task: a, wave: 0, held: null } as const;
    const end = (status: 'waived' | 'skipped') => {
      const patch = taskSettled(books, { ...settled, status });
      return verdict({ ...books, ...patch });
    };
    expect([end('waived'), end('skipped')]).toEqual(['succeeded', 'failed']);
  });

  test('has one more to tell of its end once another one needs it', () => {
    const spec = taskSpec({ id: a, dependants: [b] });
    const patch = followed(unbegun({ spec, open: 0, seed: 1 }), { type: 'task.precede', task: c });
    expect(patch).toEqual({ spec: { ...spec, dependants: [b, c] } });
  });
});
