/** What a task says, records and waits for on its way through its states. */
import { describe, expect, test } from 'vitest';
import type { TroupeEvent } from '../../machines/events.ts';
import { alphabet, at, build, coder, coder1, coder2, design, variants } from './alphabet.ts';
import { factsOf, messagesOf, timersCancelled, timersOf } from './effects.ts';
import { failed, limited, missingFault, passingFault, succeeded } from './outcomes.ts';
import { stateText } from './tables.ts';

import {
  assign,
  attempted,
  born,
  contextOf,
  follow,
  key,
  recordsOf,
  settledAs,
  started,
  timeUp,
} from './task-driver.ts';

describe('a task before its first attempt', () => {
  test('says nothing while it waits', () => {
    expect(born({}, 1).effects).toEqual([]);
  });

  test('asks for an agent as soon as nothing is open', () => {
    const step = follow(
      born({ priority: 3, rank: 9, order: 4 }, 1),
      alphabet['dependency.settled'],
    );
    const ready = { type: 'task.ready', task: build, role: coder, key: [3, 9, 4], prefer: coder1 };
    expect(messagesOf(step)).toEqual([[at.orchestrator, ready]]);
    expect(factsOf(step)).toEqual([{ type: 'task.ready', task: build }]);
  });

  test('prefers the agent of its last dependency that had one', () => {
    const nobody = { ...alphabet['dependency.settled'], agent: null };
    const step = follow(born({}, 3), alphabet['dependency.settled'], nobody);
    expect(contextOf(step)).toMatchObject({ open: 1, prefer: coder1 });
    const other: TroupeEvent = { ...alphabet['dependency.settled'], agent: coder2 };
    const last = follow(step, other);
    expect(messagesOf(last)[0]?.[1]).toMatchObject({ type: 'task.ready', prefer: coder2 });
  });

  test('asks a person, once, and waits for so long', () => {
    const step = born({ approveWithinMs: 9_000 });
    expect(factsOf(step)).toEqual([{ type: 'task.asked', task: build }]);
    expect(timersOf(step)).toEqual([[timeUp('approvalDeadline', 'approving'), 9_000]]);
    const approved = follow(step, alphabet['task.approve']);
    expect(messagesOf(approved)[0]?.[1]).toMatchObject({ type: 'task.ready', task: build });
    expect(timersCancelled(approved)).toBe(1);
  });

  test.each([
    ['a person rejects it', alphabet['task.reject'], 'approval.rejected'],
    ['nobody answers', timeUp('approvalDeadline', 'approving'), 'approval.expired'],
  ])('fails for good when %s', (_, event, code) => {
    const step = follow(born({ approveWithinMs: 9_000 }), event);
    expect(recordsOf(step)).toMatchObject([{ status: 'failed', attempts: 0, fault: { code } }]);
    expect(messagesOf(step)).toEqual([settledAs('failed', null)]);
  });

  test.each([
    ['dependency.settled (failed)', 'dependency.failed', 'it needs design, which failed'],
    [
      'dependency.settled (cancelled)',
      'dependency.cancelled',
      'it needs design, which was cancelled',
    ],
  ] as const)('is skipped on %s, and says so to its dependants first', (label, code, message) => {
    const step = follow(born({ dependants: [design] }, 2), variants[label]);
    const fault = { code, message, retryable: false };
    expect(recordsOf(step)).toEqual([
      {
        task: build,
        status: 'skipped',
        agent: null,
        attempts: 0,
        outcome: null,
        evidence: [],
        costUsd: 0,
        fault,
      },
    ]);
    const told = { type: 'dependency.settled', task: build, status: 'skipped', agent: null };
    expect(messagesOf(step)).toEqual([[at.design, told], settledAs('skipped', null)]);
  });

  test('fails with its role, and gives back no slot', () => {
    const step = follow(born(), alphabet['role.lost']);
    expect(recordsOf(step)).toMatchObject([{ status: 'failed', fault: missingFault }]);
    expect(messagesOf(step)).toEqual([settledAs('failed', null)]);
  });

  test('fails when no attempt can be paid for', () => {
    const step = follow(born(), alphabet['task.refuse']);
    expect(recordsOf(step)).toMatchObject([
      { status: 'failed', attempts: 0, fault: { code: 'budget.exhausted' } },
    ]);
    expect(messagesOf(step)).toEqual([settledAs('failed', null)]);
  });
});

describe('a cancelled task', () => {
  const fault = { code: 'task.cancelled', message: 'enough', retryable: false };
  const withdrawal = [at.orchestrator, { type: 'task.withdrawn', role: coder, key }];
  const abandonment = [at.coder1, { type: 'agent.abandon', token: 1 }];
  const asking = { approveWithinMs: 9_000 };
  const checked = { checked: true };
  const plain = {};
  const unknown = { role: coder, costUsd: null };
  const free = { role: coder, costUsd: 0 };

  test.each([
    ['waiting', born(plain, 1), [], null],
    ['approving', born(asking), [], null],
    ['ready', born(), [withdrawal], null],
    ['assigned', follow(born(), assign(1)), [abandonment], unknown],
    ['running', follow(born(), assign(1), started(1)), [abandonment], unknown],
    ['verifying.checking', follow(born(checked), ...attempted(1, succeeded)), [abandonment], free],
    ['retrying', follow(born(), ...attempted(1, failed(passingFault))), [], null],
    ['parked', follow(born(), ...attempted(1, limited(9))), [], null],
  ])('takes leave of whoever counts on it while %s', (state, step, farewells, held) => {
    expect(stateText(step.state)).toBe(state);
    const cancelled = follow(step, alphabet['task.cancel']);
    expect(messagesOf(cancelled)).toEqual([...farewells, settledAs('cancelled', held)]);
    expect(recordsOf(cancelled)).toMatchObject([{ status: 'cancelled', fault }]);
    expect(factsOf(cancelled)).toMatchObject([{ type: 'task.cancelled', fault }]);
    const armed = timersOf(step).length;
    expect(timersCancelled(cancelled)).toBe(armed);
  });
});
