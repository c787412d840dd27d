/** What a task makes of its attempts: how they begin, end, are checked and made again. */
import { describe, expect, test } from 'vitest';
import type { EventObject } from 'xstate';
import { pausesMax } from '../../machines/rules/attempt.ts';
import { workLost } from '../../machines/rules/loss.ts';
import { assignDeadlineMs, reportGraceMs } from '../../machines/task.ts';
import { alphabet, at, build, coder, coder1, coder2, design } from './alphabet.ts';
import { ceasesOf, factsOf, invokesOf, messagesOf, timersOf } from './effects.ts';
import {
  crashFault,
  exitEvidence,
  failed,
  fileEvidence,
  interrupted,
  lastingFault,
  limited,
  limitFault,
  passingFault,
  stopFault,
  succeeded,
} from './outcomes.ts';
import { stateText } from './tables.ts';

import {
  assign,
  attempted,
  born,
  contextOf,
  follow,
  key,
  parkTime,
  recordsOf,
  reported,
  retryTime,
  settledAs,
  started,
  timeUp,
  verified,
} from './task-driver.ts';

describe('an attempt', () => {
  test('is handed to its agent under its token', () => {
    const step = follow(born(), assign(7));
    const event = {
      type: 'agent.assign',
      task: build,
      token: 7,
      attempt: 1,
      timeoutMs: 600_000,
      seed: 1,
    };
    expect(messagesOf(step)).toEqual([[at.coder1, event]]);
    const tried = { task: build, agent: coder1, attempt: 1, token: 7 };
    expect(factsOf(step)).toEqual([{ type: 'task.assigned', ...tried }]);
    expect(timersOf(step)).toEqual([[timeUp('assignDeadline', 'assigned'), assignDeadlineMs]]);
    const running = follow(step, started(7));
    expect(factsOf(running)).toEqual([{ type: 'task.started', ...tried }]);
    expect(timersOf(running)).toEqual([
      [timeUp('attemptDeadline', 'running'), 600_000 + reportGraceMs],
    ]);
  });

  test('succeeds at once when nothing is to be checked', () => {
    const step = follow(born({ dependants: [design] }), ...attempted(1, succeeded));
    expect(messagesOf(step)).toEqual([
      [at.coder1, { type: 'report.taken', token: 1 }],
      [at.design, { type: 'dependency.settled', task: build, status: 'succeeded', agent: coder1 }],
      settledAs('succeeded', { role: coder, costUsd: 0 }),
    ]);
    expect(recordsOf(step)).toEqual([
      {
        task: build,
        status: 'succeeded',
        agent: coder1,
        attempts: 1,
        outcome: succeeded,
        evidence: [exitEvidence],
        costUsd: 0,
        fault: null,
      },
    ]);
    expect(factsOf(step)).toEqual([
      {
        type: 'task.succeeded',
        task: build,
        agent: coder1,
        attempts: 1,
        durationMs: 7,
        fault: null,
      },
    ]);
  });

  test('under an old token changes nothing, but its agent may go on', () => {
    const before = follow(born(), assign(2), started(2));
    const step = follow(before, reported(1, succeeded));
    expect(messagesOf(step)).toEqual([[at.coder1, { type: 'report.taken', token: 1 }]]);
    expect(step.effects).toHaveLength(1);
    expect(step.state.context).toEqual(before.state.context);
    expect(follow(follow(born(), assign(2)), started(1)).effects).toEqual([]);
  });

  test('that fails is made again after its backoff, and gives its slot back meanwhile', () => {
    const step = follow(born(), ...attempted(1, failed(passingFault)));
    expect(stateText(step.state)).toBe('retrying');
    expect(messagesOf(step)).toEqual([
      [at.coder1, { type: 'report.taken', token: 1 }],
      [at.orchestrator, { type: 'task.released', role: coder, costUsd: 0 }],
    ]);
    const fact = { type: 'task.retrying', task: build, fault: passingFault, delayMs: 1_000 };
    expect(factsOf(step)).toEqual([fact]);
    expect(timersOf(step)).toEqual([[retryTime, 1_000]]);
    expect(messagesOf(follow(step, retryTime))).toEqual([
      [at.orchestrator, { type: 'task.ready', task: build, role: coder, key, prefer: null }],
    ]);
  });

  test('begins with a clean sheet', () => {
    const step = follow(
      born(),
      ...attempted(1, failed(passingFault)),
      retryTime,
      assign(2, coder2),
    );
    expect(contextOf(step)).toMatchObject({ attempt: 2, failures: 1, token: 2, agent: coder2 });
    expect(contextOf(step)).toMatchObject({ outcome: null, evidence: [], fault: null });
  });

  test('is not made again once the retries are spent', () => {
    const again = [retryTime, ...attempted(2, failed(passingFault))];
    const step = follow(born({ retries: 1 }), ...attempted(1, failed(passingFault)), ...again);
    expect(recordsOf(step)).toMatchObject([{ status: 'failed', attempts: 2, fault: passingFault }]);
    expect(messagesOf(step).at(-1)).toEqual(settledAs('failed', { role: coder, costUsd: 0 }));
  });

  test('is not made again after a fault that lasts', () => {
    const step = follow(born({ retries: 9 }), ...attempted(1, failed(lastingFault)));
    expect(recordsOf(step)).toMatchObject([{ status: 'failed', attempts: 1, fault: lastingFault }]);
  });

  test.each([
    [3_000, 3_000],
    [-1, 0],
  ])('that met a limit of %i ms parks the task for %i, and spends no retry', (waitMs, delayMs) => {
    const step = follow(born(), ...attempted(1, limited(waitMs)));
    expect(timersOf(step)).toEqual([[parkTime, delayMs]]);
    const fact = { type: 'task.parked', task: build, fault: limitFault, waitMs: delayMs };
    expect(factsOf(step)).toEqual([fact]);
    expect(messagesOf(step).at(-1)).toEqual([
      at.orchestrator,
      { type: 'task.released', role: coder, costUsd: 0 },
    ]);
    expect(contextOf(step)).toMatchObject({ failures: 0, pauses: 1, slot: 'free' });
    expect(stateText(follow(step, parkTime).state)).toBe('ready');
  });

  test('that the runtime interrupted is made again at once, and spends no retry', () => {
    const step = follow(born({ retries: 0 }), ...attempted(1, interrupted));
    expect(timersOf(step)).toEqual([[retryTime, 0]]);
    expect(factsOf(step)).toMatchObject([{ fault: stopFault, delayMs: 0 }]);
    expect(contextOf(step)).toMatchObject({ failures: 0, pauses: 1 });
  });

  test.each([
    ['limits', limited(0), parkTime],
    ['interruptions', interrupted, retryTime],
  ])('may meet many %s, but not without end', (_, outcome, wait) => {
    let step = born({ retries: 0 });
    for (let count = 1; count <= pausesMax; count += 1) {
      step = follow(step, ...attempted(count, outcome), wait);
      expect(stateText(step.state)).toBe('ready');
    }
    step = follow(step, ...attempted(pausesMax + 1, outcome));
    expect(stateText(step.state)).toBe('failed');
  });

  test.each([
    ['its agent is lost', alphabet['agent.lost'], crashFault.code, []],
    [
      'its agent is silent',
      timeUp('attemptDeadline', 'running'),
      'agent.silent',
      [[at.coder1, { type: 'agent.abandon', token: 1 }]],
    ],
  ])('ends when %s', (_, event, code, abandonment) => {
    const step = follow(born(), assign(1), started(1), event);
    expect(contextOf(step)).toMatchObject({ fault: { code }, failures: 1, outcome: null });
    const release = [at.orchestrator, { type: 'task.released', role: coder, costUsd: null }];
    expect(messagesOf(step)).toEqual([...abandonment, release]);
  });

  test('that never started is abandoned', () => {
    const step = follow(born(), assign(1), timeUp('assignDeadline', 'assigned'));
    expect(messagesOf(step)).toEqual([
      [at.coder1, { type: 'agent.abandon', token: 1 }],
      [at.orchestrator, { type: 'task.released', role: coder, costUsd: null }],
    ]);
  });
});

describe('the checks', () => {
  const checking = () => follow(born({ checked: true }), ...attempted(1, succeeded));

  test('look at the outcome, for a limited time', () => {
    const step = checking();
    const input = { task: build, token: 1, attempt: 1, outcome: succeeded, look: 'whole' };
    expect(invokesOf(step)).toEqual([['verify', input]]);
    expect(factsOf(step)).toEqual([{ type: 'task.verifying', task: build, attempt: 1 }]);
    expect(timersOf(step)).toEqual([[timeUp('verifyDeadline', 'verifying.checking'), 120_000]]);
    expect(recordsOf(step)).toEqual([]);
  });

  test('add their evidence to the agent’s', () => {
    const step = follow(checking(), verified(null));
    const evidence = [exitEvidence, fileEvidence];
    expect(recordsOf(step)).toMatchObject([{ status: 'succeeded', evidence }]);
    expect(messagesOf(step)).toEqual([settledAs('succeeded', { role: coder, costUsd: 0 })]);
  });

  test.each([
    ['one fails', verified(passingFault), passingFault.code],
    [
      'they break',
      { type: 'xstate.error.actor.verify', error: new Error('no shell') } as EventObject,
      'verify.broken',
    ],
    [
      'they break without an error',
      { type: 'xstate.error.actor.verify', error: 'no shell' } as EventObject,
      'verify.broken',
    ],
    ['they take too long', timeUp('verifyDeadline', 'verifying.checking'), 'verify.timed-out'],
  ])('cost a retry when %s', (_, event, code) => {
    const step = follow(checking(), event);
    expect(stateText(step.state)).toBe('retrying');
    expect(contextOf(step)).toMatchObject({ failures: 1, fault: { code } });
    expect(messagesOf(step)).toEqual([
      [at.orchestrator, { type: 'task.released', role: coder, costUsd: 0 }],
    ]);
  });

  test('cost no retry when what it made is gone', () => {
    const fault = workLost('no folder');
    const step = follow(checking(), verified(fault));
    expect(stateText(step.state)).toBe('retrying');
    expect(contextOf(step)).toMatchObject({ failures: 0, pauses: 1, fault });
    // What it cost and showed is known all the same.
    expect(contextOf(step).outcome).toEqual({ ...succeeded, kind: 'interrupted', fault });
    const { evidence, costUsd } = contextOf(step);
    expect([evidence, costUsd]).toEqual([[exitEvidence, fileEvidence], 0]);
    expect(stateText(follow(step, retryTime).state)).toBe('ready');
  });

  test('are stopped when they take too long, or when the task is cancelled', () => {
    const late = timeUp('verifyDeadline', 'verifying.checking');
    expect(ceasesOf(follow(checking(), late))).toEqual(['verify']);
    expect(ceasesOf(follow(checking(), alphabet['task.cancel']))).toEqual(['verify']);
  });
});
