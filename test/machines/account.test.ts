/** The account machine, state by state: what each event does to it, and what it says by that. */
import { describe, expect, test } from 'vitest';
import type { EventObject } from 'xstate';
import type { AccountLimits } from '../../machines/loan.ts';
import { type AccountContext, dayMs } from '../../machines/rules/lending.ts';
import type { Step } from '../../src/kernel/state.ts';
import { accountSubject } from './account-subject.ts';
import { alphabet, dayBeganAt, grok1, noLimits, variants } from './alphabet.ts';
import { factsOf, timersCancelled, timersOf } from './effects.ts';
import { enter, follow as followOn, stateText, testTable } from './tables.ts';

testTable('account', accountSubject, {
  available: {
    'account.lease': 'available',
    'account.learn': 'available',
    'account.amend': 'available',
    'account.lease (another)': 'available',
    'account.learn (nothing left)': 'throttled',
  },
  'available, in use': {
    'account.lease': 'available',
    'account.settle': 'available',
    'account.learn': 'available',
    'account.amend': 'available',
    'account.lease (another)': 'available',
    'account.settle (limited)': 'throttled',
    'account.settle (exhausted)': 'exhausted.spent',
    'account.settle (out of quota)': 'exhausted.resting',
    'account.settle (revoked)': 'revoked',
    'account.learn (nothing left)': 'throttled',
  },
  'available, all of it in use': {
    'account.lease': 'available',
    'account.settle': 'available',
    'account.learn': 'available',
    'account.amend': 'available',
    'account.lease (another)': 'available',
    'account.settle (limited)': 'throttled',
    'account.settle (exhausted)': 'exhausted.spent',
    'account.settle (out of quota)': 'exhausted.resting',
    'account.settle (revoked)': 'revoked',
    'account.learn (nothing left)': 'throttled',
  },
  'available, and little may be spent': {
    'account.lease': 'available',
    'account.settle': 'exhausted.resting',
    'account.learn': 'available',
    'account.amend': 'available',
    'account.lease (another)': 'available',
    'account.settle (limited)': 'exhausted.resting',
    'account.settle (exhausted)': 'exhausted.spent',
    'account.settle (out of quota)': 'exhausted.resting',
    'account.settle (revoked)': 'revoked',
    'account.learn (nothing left)': 'throttled',
  },
  throttled: {
    'account.lease': 'throttled',
    'account.learn': 'throttled',
    'account.amend': 'throttled',
    'account.restore': 'available',
    'account.lease (another)': 'throttled',
    'account.learn (nothing left)': 'throttled',
    'xstate.after.reset.account.throttled': 'available',
  },
  'throttled, still in use': {
    'account.lease': 'throttled',
    'account.settle': 'throttled',
    'account.learn': 'throttled',
    'account.amend': 'throttled',
    'account.restore': 'available',
    'account.lease (another)': 'throttled',
    'account.settle (limited)': 'throttled',
    'account.settle (exhausted)': 'exhausted.spent',
    'account.settle (out of quota)': 'exhausted.resting',
    'account.settle (revoked)': 'revoked',
    'account.learn (nothing left)': 'throttled',
    'xstate.after.reset.account.throttled': 'available',
  },
  'exhausted for now': {
    'account.lease': 'exhausted.resting',
    'account.learn': 'exhausted.resting',
    'account.amend': 'exhausted.resting',
    'account.restore': 'available',
    'account.lease (another)': 'exhausted.resting',
    'account.learn (nothing left)': 'exhausted.resting',
    'xstate.after.reset.account.exhausted.resting': 'available',
  },
  'exhausted for today': {
    'account.lease': 'exhausted.resting',
    'account.learn': 'exhausted.resting',
    'account.amend': 'available',
    'account.restore': 'exhausted.resting',
    'account.lease (another)': 'exhausted.resting',
    'account.learn (nothing left)': 'exhausted.resting',
    'xstate.after.reset.account.exhausted.resting': 'available',
  },
  'exhausted for good': {
    'account.lease': 'exhausted.spent',
    'account.learn': 'exhausted.spent',
    'account.amend': 'exhausted.spent',
    'account.restore': 'available',
    'account.lease (another)': 'exhausted.spent',
    'account.learn (nothing left)': 'exhausted.spent',
  },
  revoked: {
    'account.lease': 'revoked',
    'account.learn': 'revoked',
    'account.amend': 'revoked',
    'account.restore': 'available',
    'account.lease (another)': 'revoked',
    'account.learn (nothing left)': 'revoked',
  },
});

const scene = (name: string): Step => enter(accountSubject, name);
const follow = (start: Step, ...events: readonly EventObject[]): Step =>
  followOn(accountSubject, start, ...events);
const account = (limits: Partial<AccountLimits>): Step =>
  accountSubject.chart.initial({
    ...{ name: grok1, limits: { ...noLimits, ...limits }, at: dayBeganAt },
  });
const lease = (loan: string, usdMax: number | null, at = dayBeganAt): EventObject =>
  ({ type: 'account.lease', loan, usdMax, at }) as EventObject;
const settle = (loan: string, costUsd: number | null, more: object = {}): EventObject =>
  ({ ...alphabet['account.settle'], loan, costUsd, at: dayBeganAt, ...more }) as EventObject;
const said = (step: Step): readonly string[] => factsOf(step).map(({ type }) => type);
const contextOf = (step: Step) => step.state.context as AccountContext;

describe('an account that is lent', () => {
  test('sets aside what the attempt may cost, and says that it is lent', () => {
    const step = follow(account({}), lease('a', 0.5));
    expect(contextOf(step)).toMatchObject({ loans: { a: 500_000 }, lent: 1, spent: 0 });
    expect(factsOf(step)).toEqual([{ type: 'account.leased', account: grok1, loan: 'a' }]);
  });

  test('is paid what it cost, and all that was set aside when nobody knows', () => {
    const both = follow(account({}), lease('a', 0.5), lease('b', 0.5));
    const paid = follow(both, settle('a', 0.2), settle('b', null));
    expect(contextOf(paid)).toMatchObject({ loans: {}, spent: 700_000, today: { spent: 700_000 } });
  });

  test('is paid once', () => {
    const paid = follow(account({}), lease('a', 0.5), settle('a', 0.2));
    expect(follow(paid, settle('a', 0.2)).state).toEqual(paid.state);
  });

  test('says who must wait, and for what', () => {
    const busy = follow(account({ concurrency: 1 }), lease('a', 0), lease('b', 0));
    expect(factsOf(busy)).toEqual([
      {
        ...{ type: 'account.refused', account: grok1, loan: 'b' },
        ...{ reason: '1 of 1 attempts at once', again: { kind: 'soon' } },
      },
    ]);
  });

  test('warns once when four fifths are spent: of the day, and of all', () => {
    const capped = account({ usdPerDay: 1, usdMax: 10 });
    const near = follow(capped, lease('a', 0.8), settle('a', 0.8));
    expect(factsOf(near)).toEqual([
      {
        ...{ type: 'account.warned', account: grok1 },
        ...{ cap: 'day', spentUsd: 0.8, limitUsd: 1 },
      },
    ]);
    const more = follow(near, lease('b', 0.1), settle('b', 0.1));
    expect(said(more)).toEqual([]);
    const nextDay = { at: dayBeganAt + dayMs };
    const tomorrow = follow(more, lease('c', 0.9, nextDay.at), settle('c', 0.9, nextDay));
    expect(said(tomorrow)).toEqual(['account.warned']);
  });
});

describe('an account that is kept from it', () => {
  test('waits for the end of a limit, and is there again', () => {
    const step = scene('throttled');
    expect(timersOf(step)).toMatchObject([[{}, 60_000]]);
    expect(factsOf(step)).toMatchObject([{ type: 'account.throttled' }]);
    const back = follow(step, { type: 'xstate.after.reset.account.throttled' });
    expect([stateText(back.state), said(back)]).toEqual(['available', ['account.recovered']]);
  });

  test('tells whoever asks when to ask again', () => {
    const again = (name: string) => factsOf(follow(scene(name), lease('x', 0)))[0];
    const at = dayBeganAt + 1_000;
    expect(again('throttled')).toMatchObject({ again: { kind: 'at', atMs: at + 60_000 } });
    expect(again('exhausted for now')).toMatchObject({ again: { kind: 'at', atMs: at + 600_000 } });
    expect(again('exhausted for today')).toMatchObject({
      ...{ reason: 'its money of the day ($0.25) is spent' },
      ...{ again: { kind: 'at', atMs: dayBeganAt + dayMs } },
    });
    expect(again('exhausted for good')).toMatchObject({ again: { kind: 'never' } });
    expect(again('revoked')).toMatchObject({
      ...{ reason: 'the key is not accepted', again: { kind: 'never' } },
    });
  });

  test('waits as long as the worst that any of its attempts has met', () => {
    const longer = settle('run/1', 0, {
      trouble: { kind: 'limited', untilMs: dayBeganAt + 90_000 },
    });
    const step = follow(scene('throttled, still in use'), longer);
    expect(timersCancelled(step)).toBe(1);
    expect(timersOf(step)).toMatchObject([[{}, 90_000]]);
    const sooner = settle('run/1', 0, { trouble: { kind: 'limited', untilMs: dayBeganAt + 9 } });
    expect(timersOf(follow(scene('throttled, still in use'), sooner))).toMatchObject([
      [{}, 61_000],
    ]);
  });

  test('has a new purse with a new day, and all its rights once a person mended it', () => {
    const spent = scene('exhausted for today');
    const morning = follow(spent, { type: 'xstate.after.reset.account.exhausted.resting' });
    const tomorrow = dayBeganAt + dayMs;
    expect(said(follow(morning, lease('x', 0.25, tomorrow)))).toEqual(['account.leased']);
    const mended = follow(scene('revoked'), alphabet['account.restore']);
    expect(said(follow(mended, lease('x', 0)))).toEqual(['account.leased']);
  });

  test('says so when it happens', () => {
    expect(said(scene('exhausted for good'))).toEqual(['account.exhausted']);
    expect(factsOf(scene('revoked'))).toEqual([
      { type: 'account.revoked', account: grok1, reason: 'the key is not accepted' },
    ]);
    const learned = follow(account({}), variants['account.learn (nothing left)']);
    expect(said(learned)).toEqual(['account.throttled']);
  });
});
