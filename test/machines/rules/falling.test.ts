/** Troubles of an agent, one after the other, give its task to the next role. */
import { describe, expect, test } from 'vitest';
import { roleName } from '../../../machines/ids.ts';
import { type Fault, noOutput, noUsage, type Outcome } from '../../../machines/outcome.ts';
import { fallBack, fallbackOf, mayFallBack, noted } from '../../../machines/rules/falling.ts';
import { taskSpec } from '../plans.ts';

const [second, third] = ['second', 'third'].map(roleName) as [
  ReturnType<typeof roleName>,
  ReturnType<typeof roleName>,
];
const spec = taskSpec({ fallback: { roles: [second, third], after: 2 } });
const faultOf = (code: string): Fault => ({ code, message: code, retryable: true });
const measured = { durationMs: 0, output: noOutput, usage: noUsage, evidence: [] };
const limit: Outcome = { kind: 'limited', fault: faultOf('limit'), waitMs: 1, ...measured };
const crashed = { spec, fault: faultOf('agent.crashed'), outcome: null };

describe('a role with others behind it', () => {
  test('is given up at its second trouble in a row', () => {
    expect(mayFallBack(crashed)).toBe(false);
    const counted = { ...crashed, ...noted(crashed) };
    expect(mayFallBack(counted)).toBe(true);
    const failed = { ...counted, fault: faultOf('verify.failed') };
    expect(mayFallBack(failed)).toBe(false);
    expect(noted(failed)).toEqual({ fallen: { count: 0, troubles: 0 } });
  });

  test('is given up at once when nobody plays it any more, and a limit is a trouble', () => {
    expect(mayFallBack({ ...crashed, fault: faultOf('role.lost') })).toBe(true);
    const limited = { spec, fault: limit.fault, outcome: limit } as const;
    expect(noted(limited)).toEqual({ fallen: { count: 0, troubles: 1 } });
  });

  test('each of them once, and whoever comes next is told', () => {
    const once = { ...crashed, ...fallBack(crashed) };
    expect(fallbackOf(once)).toBe(second);
    expect(once.fault).toMatchObject({ code: 'role.replaced', retryable: true });
    expect(once.fault?.message).toContain('second goes on in place of');
    expect(noted(once)).toEqual({ fallen: { count: 1, troubles: 0 } });
    const twice = { ...once, ...fallBack({ ...once, fault: crashed.fault }) };
    expect(fallbackOf(twice)).toBe(third);
    expect(mayFallBack({ ...twice, fault: faultOf('role.lost') })).toBe(false);
  });

  test('nothing is counted where nobody is behind it', () => {
    const alone = { ...crashed, spec: taskSpec({}) };
    expect([mayFallBack(alone), noted(alone), fallbackOf(alone)]).toEqual([false, {}, null]);
  });
});
