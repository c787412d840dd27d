/** The rest of a pipe is read to its end, but a pipe without an end is not waited for. */
import { expect, test } from 'vitest';
import { drain } from '../../src/agents/processes/drain.ts';
import type { Clock } from '../../src/kernel/clock.ts';

const forever = new Promise<null>(() => {});

/** Calls `eachRound` whenever a wait is over, and lets no time pass. */
function roundClock(eachRound: () => void = () => {}): Clock {
  return {
    now: () => 0,
    elapsed: () => 0,
    at: (_, call) => {
      const timer = setImmediate(call);
      return () => clearImmediate(timer);
    },
    breathe: async () => eachRound(),
  };
}

interface Pipe {
  ended: Promise<null>;
  bytes: number;
  doing: 'reading' | 'writing';
}

const pipe = (given: Partial<Pipe> = {}): Pipe => ({
  ended: forever,
  bytes: 0,
  doing: 'reading',
  ...given,
});

test('pipes that have ended are read', async () => {
  const ended = pipe({ ended: Promise.resolve(null) });
  expect(await drain([ended, ended], roundClock())).toBe('ended');
});

test('one silent pipe is held', async () => {
  const ended = pipe({ ended: Promise.resolve(null) });
  expect(await drain([ended, pipe()], roundClock())).toBe('held');
});

test('a pipe that still gives is read on, to its end', async () => {
  let end = (_: null): void => {};
  const giving = pipe({
    ended: new Promise((resolve) => {
      end = resolve;
    }),
  });
  const clock = roundClock(() => {
    giving.bytes += 10;
    if (giving.bytes === 50) end(null);
  });
  expect(await drain([giving], clock)).toBe('ended');
  expect(giving.bytes).toBe(50);
});

test.each([1, 1_000_000])('a pipe that gives %d bytes for ever is left', async (step) => {
  const giving = pipe();
  const clock = roundClock(() => {
    giving.bytes += step;
  });
  expect(await drain([giving], clock)).toBe('held');
});

test('a disk that is slow is waited for', async () => {
  const slow = pipe({ doing: 'writing' });
  let rounds = 0;
  const clock = roundClock(() => {
    rounds += 1;
    if (rounds === 500) slow.doing = 'reading';
  });
  expect(await drain([slow], clock)).toBe('held');
  expect(rounds).toBe(500);
});
