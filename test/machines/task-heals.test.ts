/** A task that goes on failing: it is split, and in the end a person is asked. */
import { describe, expect, test } from 'vitest';
import type { EventObject } from 'xstate';
import type { TroupeEvent } from '../../machines/events.ts';
import { roleName } from '../../machines/ids.ts';
import { noUsage, type Outcome } from '../../machines/outcome.ts';
import type { HealSpec } from '../../machines/plan.ts';
import { asksMax } from '../../machines/rules/healed.ts';
import { escalationMs, split } from '../../machines/rules/healing.ts';
import { comesBack } from '../../machines/rules/turns.ts';
import type { Step } from '../../src/kernel/state.ts';
import { build } from './alphabet.ts';
import { factsOf, messagesOf, timersOf } from './effects.ts';
import { asking, failed, lastingFault, limited, passingFault, succeeded } from './outcomes.ts';
import { stateText } from './tables.ts';
import {
  attempted,
  born,
  contextOf,
  follow,
  parkTime,
  retryTime,
  timeUp,
  verified,
} from './task-driver.ts';

const [planner, coder, judge] = ['planner', 'coder', 'judge'].map(roleName) as [
  never,
  never,
  never,
];
const splits: HealSpec = { split: { role: planner, after: 2, count: 3 } };
const asks: HealSpec = { askWithinMs: 60_000 };
const session = { id: 's', counted: noUsage };
const bad: Outcome = { ...failed(passingFault), session };
const readyFor = (step: Step) =>
  messagesOf(step).flatMap(([, event]) => (event.type === 'task.ready' ? [event.role] : []));
const ended = { type: 'dependency.settled', task: build, status: 'succeeded', agent: null };
const both = [ended, ended] as EventObject[];
const approve = { type: 'task.approve', by: 'ada' } as EventObject;
const lost = (role: never): TroupeEvent => ({ type: 'role.lost', role, fault: lastingFault });

describe('a task that failed so often as its plan says', () => {
  const spec = { retries: 1, heal: splits };
  const twice = [...attempted(1, bad), retryTime, ...attempted(2, bad)];
  const planned = follow(born(spec), ...twice);

  test('is split in place of another try', () => {
    expect(stateText(planned.state)).toBe('retrying');
    expect(factsOf(planned)[0]).toMatchObject({ type: 'task.split', role: planner, failures: 2 });
    expect(readyFor(follow(planned, retryTime))).toEqual([planner]);
    expect(contextOf(planned).outcome?.session).toBeUndefined();
  });

  test('is not split before, nor for what no other try would mend', () => {
    const once = follow(born({ ...spec, retries: 2 }), ...attempted(1, bad));
    expect(contextOf(once).turn).toBe('author');
    const lasting = follow(born(spec), ...attempted(1, bad), retryTime);
    expect(stateText(follow(lasting, ...attempted(2, failed(lastingFault))).state)).toBe('failed');
  });

  test('waits for the smaller tasks, and its own role puts them together', () => {
    const gathering = follow(planned, retryTime, ...attempted(3, { ...asking, session }));
    expect(stateText(gathering.state)).toBe('delegating.gathering');
    const joined = follow(gathering, ...both);
    expect([stateText(joined.state), readyFor(joined)]).toEqual(['ready', [coder]]);
    expect(contextOf(joined)).toMatchObject({ turn: 'author', spec: { delegation: { count: 2 } } });
    expect(contextOf(joined).outcome?.session).toBeUndefined();
    expect(stateText(follow(joined, ...attempted(4, succeeded)).state)).toBe('succeeded');
    expect(stateText(follow(joined, ...attempted(4, bad)).state)).toBe('failed');
  });

  test('takes no answer but a plan for one', () => {
    const step = follow(planned, retryTime, ...attempted(3, succeeded));
    expect(stateText(step.state)).toBe('failed');
    expect(contextOf(step).fault).toMatchObject({ code: 'subtasks.invalid', retryable: true });
    const again = follow(born({ ...spec, retries: 2 }), ...twice, retryTime);
    expect(readyFor(follow(again, ...attempted(3, succeeded), retryTime))).toEqual([planner]);
  });

  test('keeps the session of a planner that is of its own role', () => {
    const own = { split: { role: coder, after: 1, count: 3 } };
    const step = follow(born({ heal: own }), ...attempted(1, bad));
    expect(contextOf(step).outcome).toMatchObject({ session });
    const nothing = follow(born({ heal: own }), ...attempted(1, limited(1)), parkTime);
    expect(contextOf(nothing).turn).toBe('author');
  });

  test('is made by its own role after all where nobody plans any more', () => {
    const step = follow(planned, retryTime, lost(planner));
    expect([stateText(step.state), readyFor(step)]).toEqual(['ready', [coder]]);
    expect(stateText(follow(step, lost(coder)).state)).toBe('failed');
    expect(comesBack({ context: contextOf(born()) })).toEqual({});
  });

  test('is planned by nobody else, and not once a person had it', () => {
    const fallback = { roles: [judge], after: 1 };
    const crashed = { ...passingFault, code: 'agent.crashed' };
    const step = follow(born({ ...spec, fallback }), ...twice, retryTime);
    expect(stateText(follow(step, ...attempted(3, failed(crashed))).state)).toBe('failed');
    const take = { type: 'task.take', by: 'ada', withinMs: 5_000 };
    const back = timeUp('heldDeadline', 'held');
    expect(readyFor(follow(planned, take, back))).toEqual([coder]);
  });

  test('of which nobody knows the session has none to forget', () => {
    const context = { ...contextOf(born(spec)), outcome: null };
    expect(split({ context }).outcome).toBeUndefined();
    expect(() => split({ context: contextOf(born()) })).toThrow('is not to be split');
  });
});

describe('a task whose plan has a person asked', () => {
  const spec = { retries: 0, heal: asks };
  const escalated = follow(born(spec), ...attempted(1, failed(passingFault)));

  test('is not failed yet: it gives its place back, and waits', () => {
    expect(stateText(escalated.state)).toBe('escalated');
    expect(factsOf(escalated)).toMatchObject([{ type: 'task.escalated', withinMs: 60_000 }]);
    expect(messagesOf(escalated).map(([, { type }]) => type)).toContain('task.released');
    expect(timersOf(escalated).map(([, delayMs]) => delayMs)).toEqual([60_000]);
  });

  test('is tried once more for each yes, and asks so often at most', () => {
    let step = escalated;
    for (let count = 1; count < asksMax; count += 1) {
      step = follow(step, approve, ...attempted(count + 1, failed(lastingFault)));
      expect(stateText(step.state)).toBe('escalated');
    }
    step = follow(step, approve, ...attempted(asksMax + 1, failed(lastingFault)));
    expect(stateText(step.state)).toBe('failed');
    expect(stateText(follow(escalated, approve, ...attempted(2, succeeded)).state)).toBe(
      'succeeded',
    );
  });

  test('fails when the person says no, or nothing', () => {
    for (const event of [
      { type: 'task.reject', by: 'ada' } as EventObject,
      timeUp('escalationDeadline', 'escalated'),
    ]) {
      const step = follow(escalated, event);
      expect(stateText(step.state)).toBe('failed');
      expect(contextOf(step).fault).toEqual(passingFault);
    }
  });

  test('asks for a lost role and an empty purse, too, and for reviewers that are gone', () => {
    const refuse = { type: 'task.refuse', fault: lastingFault } as EventObject;
    for (const event of [lost(coder), refuse]) {
      expect(stateText(follow(born(spec), event).state)).toBe('escalated');
    }
    const review = { role: judge, quorum: 1, of: 1, retries: 0, timeoutMs: 60_000 };
    const reviewed = born({ ...spec, review, checked: true });
    const calling = follow(reviewed, ...attempted(1, succeeded), verified(null));
    for (const event of [lost(judge), refuse]) {
      const step = follow(calling, event);
      expect(stateText(step.state)).toBe('escalated');
      expect(readyFor(follow(step, approve))).toEqual([coder]);
    }
  });

  test('is split before a person is asked', () => {
    const step = follow(
      born({ retries: 0, heal: { split: { role: planner, after: 1, count: 1 }, askWithinMs: 9 } }),
      ...[...attempted(1, bad), retryTime, ...attempted(2, bad)],
    );
    expect(stateText(step.state)).toBe('escalated');
  });

  test('asks nobody where the plan does not say so', () => {
    expect(() => escalationMs(contextOf(born()))).toThrow('asks nobody');
  });
});
