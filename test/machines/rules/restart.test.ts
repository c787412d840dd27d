/** OTP's three strategies, and the intensity beyond which a supervisor gives up. */
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import type { Strategy } from '../../../machines/plan.ts';
import { decideRestart, type RestartPolicy } from '../../../machines/rules/restart.ts';

const children = ['a', 'b', 'c', 'd'];
const policy: RestartPolicy = { strategy: 'one_for_one', maxRestarts: 2, periodMs: 1_000 };

describe('a crash', () => {
  test.each<[Strategy, string, string[], string[]]>([
    ['one_for_one', 'b', [], ['b']],
    ['one_for_all', 'b', ['d', 'c', 'a'], ['a', 'b', 'c', 'd']],
    ['rest_for_one', 'b', ['d', 'c'], ['b', 'c', 'd']],
    ['rest_for_one', 'a', ['d', 'c', 'b'], ['a', 'b', 'c', 'd']],
    ['rest_for_one', 'd', [], ['d']],
  ])('under %s of %s stops %j and starts %j', (strategy, crashed, stop, start) => {
    const decision = decideRestart({ ...policy, strategy }, children, crashed, [], 5);
    expect(decision).toEqual({ kind: 'restart', stop, start, crashes: [5] });
  });

  test('within the limit is mended, and one more is not', () => {
    const decide = (earlier: number[]) => decideRestart(policy, children, 'a', earlier, 100);
    expect(decide([99])).toMatchObject({ kind: 'restart', crashes: [99, 100] });
    expect(decide([98, 99])).toEqual({ kind: 'give-up', crashes: [98, 99, 100] });
  });

  test('is forgotten once the period has passed', () => {
    const decide = (at: number) => decideRestart(policy, children, 'a', [0, 1], at);
    expect(decide(999).kind).toBe('give-up');
    expect(decide(1_000)).toMatchObject({ kind: 'restart', crashes: [1, 1_000] });
    expect(decide(1_001)).toMatchObject({ crashes: [1_001] });
  });

  test('is the end of a role that may not be restarted', () => {
    const strict = { ...policy, maxRestarts: 0 };
    expect(decideRestart(strict, children, 'a', [], 0).kind).toBe('give-up');
  });
});

describe('the intensity', () => {
  test('is never exceeded within any period', () => {
    const property = fc.property(
      fc.nat(4),
      fc.integer({ min: 1, max: 50 }),
      fc.array(fc.nat(20), { maxLength: 60 }),
      (maxRestarts, periodMs, pausesMs) => {
        const strict = { ...policy, maxRestarts, periodMs };
        const restarts: number[] = [];
        let crashes: readonly number[] = [];
        let at = 0;
        for (const pauseMs of pausesMs) {
          at += pauseMs;
          const decision = decideRestart(strict, children, 'a', crashes, at);
          crashes = decision.crashes;
          if (decision.kind === 'restart') restarts.push(at);
          const recent = restarts.filter((time) => at - time < periodMs);
          expect(recent.length).toBeLessThanOrEqual(maxRestarts);
        }
      },
    );
    fc.assert(property, { numRuns: 500, seed: 8 });
  });

  test('bounds what is remembered', () => {
    const property = fc.property(fc.array(fc.nat(9), { maxLength: 40 }), (pausesMs) => {
      let crashes: readonly number[] = [];
      let at = 0;
      for (const pauseMs of pausesMs) {
        at += pauseMs;
        const decision = decideRestart(policy, children, 'a', crashes, at);
        crashes = decision.kind === 'restart' ? decision.crashes : [];
        expect(crashes.length).toBeLessThanOrEqual(policy.maxRestarts);
      }
    });
    fc.assert(property, { seed: 9 });
  });
});
