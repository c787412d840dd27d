/** What a task asks others for, and how a run takes it in: values in, values out. */
import { describe, expect, test } from 'vitest';
import { orchestratorAddress, taskAddress, taskId } from '../../../machines/ids.ts';
import { unbegun } from '../../../machines/rules/attempt.ts';
import { farewells } from '../../../machines/rules/delegated.ts';
import * as delegation from '../../../machines/rules/delegation.ts';
import * as growth from '../../../machines/rules/growth.ts';
import { emptyBooks } from '../../../machines/rules/orchestration.ts';
import { alphabet } from '../alphabet.ts';
import { asking, lastingFault, succeeded } from '../outcomes.ts';
import { taskSpec } from '../plans.ts';

const spec = taskSpec({ delegation: { count: 4, depth: 1, approveWithinMs: null } });
const fresh = { ...unbegun({ spec, open: 0, seed: 7 }), outcome: asking };
const ids = ['build.read', 'build.write'].map(taskId);
const asked = { ...fresh, ...delegation.asked(fresh) };

describe('a task that asks', () => {
  test('asks for what is not there yet, once', () => {
    expect(delegation.asks(fresh)).toBe(true);
    expect(asked).toMatchObject({ slot: 'free', delegated: { subtasks: ids, open: 2 } });
    expect(delegation.asks(asked)).toBe(false);
    expect(delegation.delegatedFact(fresh)).toMatchObject({ task: 'build', subtasks: ids });
  });

  test('asks for nothing when it may not, has failed, or said nothing of it', () => {
    const { delegation: _, ...plain } = spec;
    expect(delegation.asks({ ...fresh, spec: plain })).toBe(false);
    expect(delegation.asks({ ...fresh, fault: lastingFault })).toBe(false);
    expect(delegation.asks({ ...fresh, outcome: succeeded })).toBe(false);
    expect(delegation.asks({ ...fresh, outcome: null })).toBe(false);
  });

  test('never has more than it may: that would be a bug', () => {
    const tight = { ...spec, delegation: { count: 1, depth: 1, approveWithinMs: null } };
    expect(() => delegation.asked({ ...fresh, spec: tight })).toThrow('build may ask for 1 tasks');
    expect(() => delegation.approvalMs(fresh)).toThrow('build asks nobody');
    expect(() => delegation.oneEnded(fresh)).toThrow('build has asked for nothing');
  });

  test('tells the run of exactly those that it waits for', () => {
    const { to, event } = delegation.additions(asked);
    expect(to).toBe(orchestratorAddress);
    expect(event).toEqual({ type: 'task.add', task: 'build', tasks: asking.subtasks, seed: 7 });
    const mute = { ...asked, outcome: succeeded };
    expect(delegation.additions(mute).event).toMatchObject({ tasks: [] });
  });

  test('goes on once all have ended, or when they are not added', () => {
    const one = { ...asked, ...delegation.oneEnded(asked) };
    const none = { ...one, ...delegation.oneEnded(one) };
    expect([asked, one, none].map(delegation.allEnded)).toEqual([false, false, true]);
    expect(delegation.allEnded(fresh)).toBe(false);
    expect(delegation.goesOn(none)).toMatchObject({ fault: delegation.subtasksEnded });
    expect(delegation.denied(asked, alphabet['task.refuse'])).toMatchObject({
      delegated: { subtasks: [], open: 0 },
    });
  });

  test('calls off what it waits for, and nothing else', () => {
    const reason = { type: 'task.cancel', reason: lastingFault.message };
    expect(farewells(asked.delegated, lastingFault)).toEqual([
      { to: ids.map(taskAddress), event: reason, ifThere: true },
    ]);
    expect(farewells(asked.delegated)[0]?.event).toMatchObject({ type: 'task.cancel' });
    expect(farewells()).toEqual([]);
  });
});

describe('a run', () => {
  const event = alphabet['task.add'];
  const books = { ...emptyBooks, subtasks: { max: 3, count: 0 } };

  test('takes in as many as it may, behind all that are there', () => {
    expect(growth.mayGrow(books, event)).toBe(true);
    const grown = growth.grown({ ...books, tasks: [taskId('build')] }, event);
    expect(grown).toMatchObject({ unsettled: 2, subtasks: { max: 3, count: 2 } });
    expect(grown.tasks).toEqual(['build', ...ids]);
    const { wishes } = growth.births({ ...books, tasks: [taskId('build')] }, event);
    expect(wishes.map(({ input }) => input)).toMatchObject([
      { spec: { order: 1 }, open: 0, seed: 1 },
      { spec: { order: 2 }, open: 1, seed: 1 },
    ]);
  });

  test('in waves has more to wait for before the next one', () => {
    const waves = { ...books.waves, unsettled: 1 };
    expect(growth.grown({ ...books, mode: 'waves', waves }, event).waves).toMatchObject({
      unsettled: 3,
    });
  });

  test('refuses what would be too many, and everything once it is halted', () => {
    const full = { ...books, subtasks: { max: 1, count: 0 } };
    expect(growth.mayGrow(emptyBooks, event)).toBe(false);
    expect(growth.refused(full, event)).toMatchObject({
      to: taskAddress(taskId('build')),
      event: { type: 'task.refuse', fault: { code: 'subtasks.too-many', retryable: true } },
    });
    const halt = { kind: 'cancelled', reason: 'enough' } as const;
    expect(growth.refused({ ...books, halt }, event).event).toMatchObject({
      fault: { code: 'subtasks.refused', retryable: false },
    });
    expect(() => growth.refused(books, event)).toThrow();
    expect(() => growth.grown(emptyBooks, event)).toThrow('a run that may not grow grows');
  });
});
