/** A task that somebody else goes on with: a successor, by a note, or another role in its place. */
import { describe, expect, test } from 'vitest';
import type { TroupeEvent } from '../../machines/events.ts';
import { type RoleName, roleName } from '../../machines/ids.ts';
import type { HandoffNote, Outcome } from '../../machines/outcome.ts';
import { noOutput, noUsage } from '../../machines/outcome.ts';
import type { HandoffSpec } from '../../machines/plan.ts';
import type { Step } from '../../src/kernel/state.ts';
import { messagesOf, timersOf } from './effects.ts';
import {
  conflictFault,
  crashFault,
  failed,
  interrupted,
  limited,
  passingFault,
} from './outcomes.ts';
import { stateText } from './tables.ts';
import { assign, attempted, born, contextOf, follow, retryTime, started } from './task-driver.ts';

const [coder, tester, spare, judge] = ['coder', 'tester', 'spare', 'judge'].map(roleName) as [
  RoleName,
  RoleName,
  RoleName,
  RoleName,
];
const handoffs: HandoffSpec = { max: 2, to: [tester] };
const fallback = (after: number, ...roles: RoleName[]) => ({ roles, after });
const lostFault = { code: 'role.lost', message: 'nobody is left', retryable: false };
const lost = (role: RoleName): TroupeEvent => ({ type: 'role.lost', role, fault: lostFault });

function handed(to?: RoleName, durationMs = 100_000, costUsd: number | null = 2): Outcome {
  const said = { done: [], open: [], decisions: [], files: [], next: 'go on' };
  const handoff: HandoffNote = to === undefined ? said : { ...said, to };
  const usage = { ...noUsage, costUsd };
  return { ...interrupted, durationMs, output: noOutput, usage, handoff };
}

const releasedBy = (step: Step) =>
  messagesOf(step).flatMap(([, event]) => (event.type === 'task.released' ? [event] : []));
const readyFor = (step: Step) =>
  messagesOf(step).flatMap(([, event]) => (event.type === 'task.ready' ? [event.role] : []));
const timesOf = (step: Step) => timersOf(step).map(([, delayMs]) => delayMs);
const orderOf = (step: Step) =>
  messagesOf(step).find(([, { type }]) => type === 'agent.assign')?.[1];

describe('an attempt that is handed over', () => {
  test('gives back the slot of whoever had it, with what that cost, once', () => {
    const step = follow(born({ handoffs }), ...attempted(1, handed(tester)));
    expect(stateText(step.state)).toBe('retrying');
    expect(releasedBy(step)).toEqual([{ type: 'task.released', role: coder, costUsd: 2 }]);
    const next = follow(step, retryTime);
    expect([releasedBy(next), readyFor(next)]).toEqual([[], [tester]]);
  });

  test('goes on as the same attempt, with the note, at once, in what is left of its time', () => {
    const spec = { handoffs, timeoutMs: 300_000, retries: 0 };
    const step = follow(born(spec), ...attempted(1, handed(tester)));
    expect(timesOf(step)).toEqual([0]);
    const second = follow(step, retryTime, assign(2));
    expect(orderOf(second)).toMatchObject({ attempt: 1, timeoutMs: 200_000 });
    expect(orderOf(second)).toMatchObject({ earlier: { session: null, note: { next: 'go on' } } });
    expect(contextOf(second)).toMatchObject({ failures: 0, pauses: 0, costUsd: 2 });
  });

  test('has a minute at least, and no more than it ever had', () => {
    const late = follow(born({ handoffs, timeoutMs: 110_000 }), ...attempted(1, handed()));
    expect(orderOf(follow(late, retryTime, assign(2)))).toMatchObject({ timeoutMs: 60_000 });
    const short = follow(born({ handoffs, timeoutMs: 5_000 }), ...attempted(1, handed()));
    expect(orderOf(follow(short, retryTime, assign(2)))).toMatchObject({ timeoutMs: 5_000 });
  });

  test('stays with who has it where nobody is named, or nobody who may be', () => {
    for (const to of [undefined, judge]) {
      const step = follow(born({ handoffs }), ...attempted(1, handed(to)), retryTime);
      expect(readyFor(step)).toEqual([coder]);
    }
    const twice = [
      ...attempted(1, handed(tester)),
      retryTime,
      ...attempted(2, handed()),
      retryTime,
    ];
    expect(readyFor(follow(born({ handoffs }), ...twice))).toEqual([tester]);
  });

  test('is handed over so often at most, then it is one that was interrupted', () => {
    const once = { ...handoffs, max: 1 };
    const step = follow(born({ handoffs: once }), ...attempted(1, handed(tester)), retryTime);
    const again = follow(step, ...attempted(2, handed()));
    expect(contextOf(again)).toMatchObject({ handed: { count: 1 }, pauses: 1 });
    const never = follow(born(), ...attempted(1, handed(tester)));
    expect(contextOf(never)).toMatchObject({ pauses: 1 });
    expect(contextOf(never).handed).toBeUndefined();
  });

  test('that fails afterwards is tried again as another one, with all of its time', () => {
    const start = born({ handoffs, retries: 1, timeoutMs: 300_000 });
    const events = [...attempted(1, handed(tester)), retryTime];
    const step = follow(start, ...events, ...attempted(2, failed(passingFault)), retryTime);
    expect(readyFor(step)).toEqual([tester]);
    expect(orderOf(follow(step, assign(3)))).toMatchObject({ attempt: 2, timeoutMs: 300_000 });
  });
});

describe('a role in place of one that can not', () => {
  test('begins once the other has given its slot back, with what that cost', () => {
    const step = follow(
      born({ fallback: fallback(1, spare) }),
      ...attempted(1, failed(crashFault)),
    );
    expect(releasedBy(step)).toEqual([{ type: 'task.released', role: coder, costUsd: 0 }]);
    expect(readyFor(follow(step, retryTime))).toEqual([spare]);
  });

  test('gives its own slot back to itself', () => {
    const events = [...attempted(1, limited(5)), retryTime, assign(2), started(2)];
    const step = follow(born({ fallback: fallback(1, spare) }), ...events);
    const called = follow(step, { type: 'task.cancel', reason: 'enough' } as TroupeEvent);
    const settled = messagesOf(called).find(([, { type }]) => type === 'task.settled')?.[1];
    expect(settled).toMatchObject({ held: { role: spare } });
  });

  test('has it at once where nobody is left, and nobody holds a slot then', () => {
    const step = follow(born({ fallback: fallback(3, spare) }), lost(coder));
    expect([stateText(step.state), releasedBy(step)]).toEqual(['retrying', []]);
    const next = follow(step, retryTime);
    expect(readyFor(next)).toEqual([spare]);
    expect(stateText(follow(next, lost(spare)).state)).toBe('failed');
  });

  test('has what was handed over to a role that can not, too', () => {
    const start = born({ handoffs, fallback: fallback(1, spare) });
    const begun = follow(start, ...attempted(1, handed(tester)), retryTime);
    const step = follow(begun, ...attempted(2, failed(crashFault)));
    expect(contextOf(step).fault?.message).toContain('spare goes on in place of tester');
    expect(readyFor(follow(step, retryTime))).toEqual([spare]);
  });

  test('is not asked for while its own role lives: what was handed over comes back to it', () => {
    const events = [...attempted(1, handed(tester)), retryTime, lost(tester)];
    for (const spec of [{ handoffs }, { handoffs, fallback: fallback(1, spare) }]) {
      const step = follow(born(spec), ...events);
      expect([stateText(step.state), readyFor(step)]).toEqual(['ready', [coder]]);
      expect(orderOf(follow(step, assign(2)))).toMatchObject({
        ...{ attempt: 1, earlier: { note: { next: 'go on' } } },
      });
    }
    const alone = follow(born({ handoffs }), ...events, lost(coder));
    expect(stateText(alone.state)).toBe('failed');
  });

  test('is not for whoever resolves a conflict', () => {
    const start = born({ resolver: judge, fallback: fallback(1, spare) });
    const step = follow(start, ...attempted(1, failed(conflictFault)), retryTime);
    expect(readyFor(step)).toEqual([judge]);
    expect(stateText(follow(step, lost(judge)).state)).toBe('failed');
  });
});
