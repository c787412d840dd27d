/** A task that gathers can do without some of what it needs, and a team ends whole. */
import { describe, expect, test } from 'vitest';
import type { TroupeEvent } from '../../machines/events.ts';
import { type TaskId, taskAddress, taskId } from '../../machines/ids.ts';
import { messagesOf } from './effects.ts';
import { stateText } from './tables.ts';
import { born, contextOf, follow } from './task-driver.ts';

const [a, b, other] = ['a', 'b', 'other'].map(taskId) as [TaskId, TaskId, TaskId];
const ended = (task: TaskId, status: string) => {
  return { type: 'dependency.settled', task, status, agent: null };
};
const cancel: TroupeEvent = { type: 'task.cancel', reason: 'enough' };
const gathering = () =>
  born({ needs: [a, b, other], gathers: { from: [a, b], spare: 1 }, members: [a, b] }, 3);

describe('a task that gathers', () => {
  test('goes on without the one that it can spare', () => {
    const step = follow(gathering(), ended(a, 'failed'), ended(b, 'succeeded'));
    expect(contextOf(step)).toMatchObject({ open: 1, unmet: 1 });
    expect(stateText(follow(step, ended(other, 'succeeded')).state)).toBe('ready');
  });

  test('is skipped when more come to nothing, or one that it needs whole', () => {
    const both = follow(gathering(), ended(a, 'failed'), ended(b, 'skipped'));
    expect(stateText(both.state)).toBe('skipped');
    expect(stateText(follow(gathering(), ended(other, 'failed')).state)).toBe('skipped');
  });

  test('takes its members along when it is called off', () => {
    const step = follow(gathering(), cancel);
    const told = messagesOf(step).filter(([, { type }]) => type === 'task.cancel');
    expect(told.map(([to]) => to)).toEqual([a, b].map(taskAddress));
  });
});

describe('a task that nobody misses', () => {
  test('says so when it settles', () => {
    const step = follow(born({ excused: true }, 1), ended(a, 'failed'));
    const [, settled] = messagesOf(step).find(([, { type }]) => type === 'task.settled') ?? [];
    expect(settled).toMatchObject({ status: 'skipped', excused: true });
  });
});
