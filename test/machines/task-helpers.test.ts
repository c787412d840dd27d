/** What a task owes to those that judge it or resolve its conflicts, and they to it. */
import { describe, expect, test } from 'vitest';
import type { TroupeEvent } from '../../machines/events.ts';
import { agentAddress, agentId, token } from '../../machines/ids.ts';
import type { Outcome } from '../../machines/outcome.ts';
import { resolutionsMax } from '../../machines/rules/attempt.ts';
import { alphabet, at, build, coder, coder1, reviewer } from './alphabet.ts';
import { factsOf, messagesOf } from './effects.ts';
import {
  accepted,
  conflictFault,
  crashFault,
  failed,
  interrupted,
  limited,
  passingFault,
  rejected,
  succeeded,
} from './outcomes.ts';
import { stateText as textOf } from './tables.ts';
import {
  assign,
  attempted,
  born,
  contextOf,
  follow,
  key,
  recordsOf,
  retryTime,
  timeUp,
  verified,
} from './task-driver.ts';

const stateText = ({ state }: ReturnType<typeof born>) => textOf(state);
const panel = { role: reviewer, quorum: 2, of: 3, retries: 1, timeoutMs: 60_000 };
const judge = (count: number) => agentId(`reviewer-${count}`);
const session = { id: 's', counted: { inputTokens: 0, outputTokens: 0, costUsd: 0 } };
const priced = (outcome: Outcome, costUsd: number): Outcome => {
  return { ...outcome, usage: { ...outcome.usage, costUsd } };
};
const done = { ...priced(succeeded, 1), session };

const reviewed = (given: object = {}) =>
  follow(born({ checked: true, review: panel, ...given }), ...attempted(1, done), verified(null));
const judged = (count: number, outcome: Outcome): TroupeEvent => ({
  type: 'task.reported',
  agent: judge(count),
  token: token(count + 1),
  outcome,
});
/** The review that is called for, made by the next of its agents. */
const round = (count: number, outcome: Outcome) => [
  assign(count + 1, judge(count)),
  judged(count, outcome),
];

describe('a review', () => {
  test('gives the author’s place back first, and asks for anybody else', () => {
    const step = reviewed();
    expect(messagesOf(step)).toEqual([
      [at.orchestrator, { type: 'task.released', role: coder, costUsd: 1 }],
      [
        at.orchestrator,
        {
          ...{ type: 'task.ready', task: build, role: reviewer, key, prefer: null },
          avoid: [coder1],
        },
      ],
    ]);
  });

  test('begins without the author’s session, under a token of its own', () => {
    const step = follow(reviewed(), assign(2, judge(1)));
    const review = { author: coder1, count: 1 };
    const order = { task: build, token: 2, attempt: 1, timeoutMs: 60_000, seed: 1, review };
    expect(messagesOf(step)).toEqual([
      [agentAddress(judge(1)), { type: 'agent.assign', ...order }],
    ]);
    const late = follow(step, { ...judged(1, accepted), token: token(1) } as never);
    expect(stateText(late)).toBe('reviewing.asking');
  });

  test('avoids whoever has voted, and not whoever came to nothing', () => {
    const step = follow(reviewed(), ...round(1, rejected), ...round(2, failed(crashFault)));
    expect(messagesOf(step).at(-1)?.[1]).toMatchObject({ avoid: [coder1, judge(1)] });
    const votes = { accepted: 0, rejected: 1, quorum: 2 };
    expect(factsOf(step)).toMatchObject([
      { type: 'review.ended', reviewer: judge(2), verdict: 'none', reasons: ['it died'], votes },
      { type: 'task.reviewing', votes },
    ]);
  });

  test('that accepts is looked at once more, and is not the record’s agent', () => {
    const accepting = follow(reviewed(), ...round(1, accepted), ...round(2, accepted));
    expect(stateText(accepting)).toBe('verifying.checking');
    const step = follow(accepting, verified(null));
    expect(recordsOf(step)).toMatchObject([{ status: 'succeeded', agent: coder1, costUsd: 1 }]);
    const kinds = contextOf(step).evidence.map(({ kind }) => kind);
    expect(kinds.filter((kind) => kind === 'review')).toHaveLength(2);
  });

  test('that rejects tells the author why, who goes on with its session', () => {
    const step = follow(reviewed(), ...round(1, rejected), ...round(2, rejected));
    expect(stateText(step)).toBe('retrying');
    const message =
      '2 of 2 reviewers rejected it\n' +
      'reviewer-1: no tests; too long\nreviewer-2: no tests; too long';
    expect(contextOf(step).fault).toEqual({ code: 'review.rejected', message, retryable: true });
    const again = follow(step, retryTime, assign(4));
    const [[, event] = []] = messagesOf(again);
    expect(event).toMatchObject({ earlier: { session, fault: { message } } });
    expect(event).not.toHaveProperty('review');
    expect(contextOf(again)).toMatchObject({ review: { stage: 'none' }, evidence: [] });
  });

  test('that nobody can read is made again, and then is no acceptance', () => {
    const step = follow(
      reviewed(),
      ...round(1, accepted),
      ...round(2, succeeded),
      ...round(3, failed(passingFault)),
    );
    expect(stateText(step)).toBe('failed');
    expect(contextOf(step).fault).toMatchObject({ code: 'review.unsettled', retryable: false });
    expect(contextOf(step).fault?.message).toMatch(/^unverified: 1 of the 2 acceptances/);
  });

  test.each([
    ['a limit', limited(3_000), 3_000],
    ['a stop of the runtime', interrupted, 0],
  ])('that met %s waits, and is nobody’s failure', (_, outcome, waitMs) => {
    const step = follow(reviewed(), ...round(1, outcome));
    expect(stateText(step)).toBe('reviewing.resting');
    expect(factsOf(step).at(-1)).toMatchObject({ type: 'task.parked', waitMs });
    const again = follow(step, timeUp('restDelay', 'reviewing.resting'));
    expect(contextOf(again)).toMatchObject({ pauses: 1, review: { spoilt: 0, votes: [] } });
  });

  test('that is called off lets go of whoever judges, and of nobody else', () => {
    const step = follow(reviewed(), assign(2, judge(1)), alphabet['task.cancel']);
    expect(messagesOf(step)[0]).toEqual([
      agentAddress(judge(1)),
      { type: 'agent.abandon', token: 2 },
    ]);
    const held = { role: reviewer, costUsd: null };
    expect(messagesOf(step).at(-1)?.[1]).toMatchObject({ type: 'task.settled', held });
    const waiting = follow(reviewed(), alphabet['task.cancel']);
    expect(messagesOf(waiting)[0]?.[1]).toEqual({ type: 'task.withdrawn', role: reviewer, key });
  });

  test('that is unknown in its cost makes the whole unknown', () => {
    const usage = { inputTokens: 0, outputTokens: 0, costUsd: null };
    const step = follow(reviewed(), ...round(1, { ...accepted, usage }));
    expect(contextOf(step).costUsd).toBeNull();
  });
});

describe('a conflict', () => {
  const conflicting = (given: object = {}) =>
    follow(
      born({ checked: true, resolver: reviewer, retries: 0, ...given }),
      ...attempted(1, done),
      verified(conflictFault),
    );

  test('is given to whoever resolves, costs no retry, and leaves the session behind', () => {
    const step = conflicting();
    expect(stateText(step)).toBe('retrying');
    expect(messagesOf(step)).toEqual([
      [at.orchestrator, { type: 'task.released', role: coder, costUsd: 1 }],
    ]);
    const ready = follow(step, retryTime);
    expect(messagesOf(ready)[0]?.[1]).toMatchObject({ type: 'task.ready', role: reviewer });
    const begun = follow(ready, assign(2, judge(1)));
    const fact = { type: 'task.assigned', agent: judge(1), role: reviewer, attempt: 2 };
    expect(factsOf(begun)).toMatchObject([fact]);
    expect(messagesOf(begun)[0]?.[1]).toMatchObject({ earlier: { session: null } });
    expect(contextOf(begun)).toMatchObject({ failures: 0, turn: 'resolver', resolutions: 1 });
  });

  test('of the resolver’s own role keeps the session', () => {
    const begun = follow(conflicting({ resolver: coder }), retryTime, assign(2));
    expect(messagesOf(begun)[0]?.[1]).toMatchObject({ earlier: { session } });
  });

  test('that comes again and again ends', () => {
    let step = conflicting();
    for (let count = 2; count <= resolutionsMax; count += 1) {
      step = follow(step, retryTime, ...attempted(count, done), verified(conflictFault));
      expect(stateText(step)).toBe('retrying');
    }
    const last = attempted(resolutionsMax + 1, done);
    expect(stateText(follow(step, retryTime, ...last, verified(conflictFault)))).toBe('failed');
  });

  test('without anybody to resolve it is a failure like others', () => {
    const born1 = born({ checked: true, retries: 0 });
    const step = follow(born1, ...attempted(1, done), verified(conflictFault));
    expect(stateText(step)).toBe('failed');
  });
});
