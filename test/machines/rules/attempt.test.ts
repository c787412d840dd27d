/** What follows from the end of an attempt, as plain functions of a task's context. */
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { agentId, taskId, token } from '../../../machines/ids.ts';
import type { Outcome } from '../../../machines/outcome.ts';
import * as attempt from '../../../machines/rules/attempt.ts';
import {
  failed,
  interrupted,
  lastingFault,
  limited,
  limitFault,
  passingFault,
  stopFault,
  succeeded,
} from '../outcomes.ts';
import { taskSpec } from '../plans.ts';

const agent = agentId('coder-1');
const fresh: attempt.TaskContext = {
  spec: taskSpec({ retries: 2 }),
  open: 0,
  seed: 1,
  agent: null,
  prefer: null,
  token: null,
  attempt: 0,
  failures: 0,
  pauses: 0,
  costUsd: 0,
  slot: 'free',
  outcome: null,
  earlier: null,
  evidence: [],
  turn: 'author',
  resolutions: 0,
  review: { stage: 'none' },
  fault: null,
};
const given = (parts: Partial<attempt.TaskContext>): attempt.TaskContext => ({
  ...fresh,
  ...parts,
});

const releaseOf = (context: attempt.TaskContext) => attempt.release(context).messages[0]?.event;

describe('the judgement of an attempt', () => {
  test.each<[string, Outcome | null, attempt.TaskContext['fault'], boolean, boolean]>([
    ['a success', succeeded, null, false, false],
    ['a failure', failed(passingFault), passingFault, false, false],
    ['a limit', limited(5), limitFault, true, false],
    ['an interruption', interrupted, stopFault, false, true],
    ['silence', null, attempt.silent, false, false],
  ])('of %s', (_, outcome, fault, isLimited, isInterrupted) => {
    const context = given({ outcome, fault });
    expect(attempt.isLimited(context)).toBe(isLimited);
    expect(attempt.isInterrupted(context)).toBe(isInterrupted);
    const weary = { ...context, pauses: attempt.pausesMax };
    expect(attempt.isLimited(weary) || attempt.isInterrupted(weary)).toBe(false);
  });

  test.each([
    [passingFault, 0, true],
    [passingFault, 1, true],
    [passingFault, 2, false],
    [lastingFault, 0, false],
    [null, 0, false],
  ])('of the fault %o after %i failures allows another try: %s', (fault, failures, may) => {
    expect(attempt.mayRetry(given({ fault, failures }))).toBe(may);
  });

  test('takes the fault from every outcome but a success', () => {
    expect(attempt.faultOf(succeeded)).toBeNull();
    expect(attempt.faultOf(failed(lastingFault))).toBe(lastingFault);
    expect(attempt.faultOf(limited(1))).toBe(limitFault);
    expect(attempt.faultOf(interrupted)).toBe(stopFault);
  });

  test('says why the checks could not run', () => {
    const why = { code: 'verify.broken', retryable: true };
    expect(attempt.broken(new Error('no shell'))).toMatchObject({
      ...why,
      message: 'the checks could not run: no shell',
    });
    expect(attempt.broken('gone').message).toBe('the checks could not run: gone');
  });
});

describe('the waits of a task', () => {
  test('grow with its failures, and are none after an interruption', () => {
    const delays = [1, 2, 3].map((failures) => attempt.retryDelayMs(given({ failures })));
    expect(delays).toEqual([1_000, 2_000, 4_000]);
    expect(attempt.retryDelayMs(given({ failures: 3, outcome: interrupted }))).toBe(0);
  });

  test('for a limit are as long as the limit says', () => {
    const property = fc.property(fc.integer(), (waitMs) => {
      const delayMs = attempt.parkDelayMs(given({ outcome: limited(waitMs) }));
      expect(delayMs).toBe(Math.max(0, waitMs));
    });
    fc.assert(property, { seed: 1 });
  });

  test('exist only where there is something to wait for', () => {
    expect(() => attempt.parkDelayMs(given({ outcome: succeeded }))).toThrow('without a limit');
    expect(() => attempt.approvalMs(given({}))).toThrow('asks nobody');
    const asking = { ...fresh.spec, approveWithinMs: 7 };
    expect(attempt.approvalMs(given({ spec: asking }))).toBe(7);
  });
});

describe('what a task says', () => {
  test('to an agent needs an agent', () => {
    expect(() => attempt.assignment(given({ token: token(1) }))).toThrow('assigned to nobody');
    expect(() => attempt.assignment(given({ agent }))).toThrow('assigned to nobody');
    expect(() => attempt.farewells(given({ slot: 'held', agent }))).toThrow('held by nobody');
  });

  test('at its end goes to its dependants before the orchestrator', () => {
    const dependants = ['x', 'y'].map(taskId);
    const context = given({ spec: taskSpec({ dependants }), slot: 'held', agent });
    const { messages } = attempt.settledMessages(context, 'failed');
    expect(messages.map(({ to }) => to)).toEqual([['task/x', 'task/y'], 'orchestrator']);
    // A dependant may have been skipped or cancelled meanwhile.
    expect(messages.map(({ ifThere }) => ifThere)).toEqual([true, undefined]);
    expect(messages.map(({ event }) => event)).toMatchObject([
      { type: 'dependency.settled', status: 'failed', agent },
      { type: 'task.settled', status: 'failed', held: { role: 'coder', costUsd: null } },
    ]);
  });

  test('at its end gives a slot back exactly when it holds one', () => {
    for (const slot of ['free', 'queued', 'held'] as const) {
      const { messages } = attempt.settledMessages(given({ slot }), 'cancelled');
      const held = slot === 'held' ? { role: 'coder' } : null;
      expect(messages).toMatchObject([{ event: { held } }]);
    }
  });

  test('at its end says what the last attempt cost, if anybody knows', () => {
    const usage = { inputTokens: 1, outputTokens: 1, costUsd: 0.25 };
    const paid = given({ slot: 'held', outcome: { ...succeeded, usage } });
    expect(releaseOf(paid)).toMatchObject({ role: 'coder', costUsd: 0.25 });
    const { messages } = attempt.settledMessages(paid, 'succeeded');
    expect(messages).toMatchObject([{ event: { held: { role: 'coder', costUsd: 0.25 } } }]);
    expect(releaseOf(given({ slot: 'held' }))).toMatchObject({ costUsd: null });
    expect(attempt.release(given({ slot: 'free' })).messages).toEqual([]);
  });

  test('for its record is all that is known', () => {
    const context = given({ agent, attempt: 3, outcome: succeeded, fault: null });
    expect(attempt.recordOf(context, 'succeeded')).toMatchObject({
      attempts: 3,
      status: 'succeeded',
    });
    expect(attempt.settledFact(given({}), 'skipped')).toMatchObject({
      type: 'task.skipped',
      durationMs: 0,
    });
  });
});

describe('what the next attempt goes on from', () => {
  const session = { id: 's-1', counted: { inputTokens: 9, outputTokens: 1, costUsd: null } };
  const left = { ...failed(passingFault), session };

  test.each<[string, Partial<attempt.TaskContext>, attempt.TaskContext['earlier']]>([
    ['nothing was tried before', {}, null],
    ['it left a session', { outcome: left }, { fault: passingFault, session }],
    ['it left none', { outcome: failed(passingFault) }, { fault: passingFault, session: null }],
    [
      'its session was lost',
      { outcome: failed(passingFault), earlier: { fault: stopFault, session } },
      { fault: passingFault, session: null },
    ],
    [
      'its agent was lost, who had gone on with one',
      { outcome: null, earlier: { fault: stopFault, session } },
      { fault: passingFault, session },
    ],
    ['its agent was lost at the first', { outcome: null }, { fault: passingFault, session: null }],
  ])('when %s', (_, parts, expected) => {
    const fault = expected === null ? null : passingFault;
    expect(attempt.earlierOf(given({ ...parts, fault }))).toEqual(expected);
  });

  test('is told to the agent, and to nobody who tries first', () => {
    const earlier = { fault: passingFault, session };
    const sent = (parts: Partial<attempt.TaskContext>) =>
      attempt.assignment(given({ agent, token: token(1), ...parts })).event;
    expect(sent({ earlier })).toMatchObject({ type: 'agent.assign', earlier });
    expect(sent({ earlier: null })).not.toHaveProperty('earlier');
  });
});
