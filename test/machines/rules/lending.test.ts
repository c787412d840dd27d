/** An account's books: what is set aside, spent, warned of, learned, and when to ask again. */
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import type { AccountEvent } from '../../../machines/events.ts';
import type { AccountLimits } from '../../../machines/loan.ts';
import {
  type AccountContext,
  amended,
  closure,
  dayMs,
  exhaustion,
  lapsed,
  learned,
  lent,
  openedBooks,
  refusalOf,
  reservedOf,
  resetAtMs,
  restMs,
  restored,
  settled,
} from '../../../machines/rules/lending.ts';
import { dayBeganAt, grok1, noLimits } from '../alphabet.ts';

type Event<Type extends AccountEvent['type']> = AccountEvent & { type: Type };

const books = (limits: Partial<AccountLimits> = {}): AccountContext =>
  openedBooks({ name: grok1, limits: { ...noLimits, ...limits }, at: dayBeganAt });
const asks = (usdMax: number | null, at = dayBeganAt, loan = 'a'): Event<'account.lease'> => ({
  ...{ type: 'account.lease', loan, usdMax, at },
});
const ends = (
  costUsd: number | null,
  more: Partial<Event<'account.settle'>> = {},
): Event<'account.settle'> => ({
  ...{ type: 'account.settle', loan: 'a', costUsd, tokens: 0, paceMs: null },
  ...{ trouble: { kind: 'none' }, at: dayBeganAt },
  ...more,
});
const takes = (context: AccountContext, event = asks(0)): AccountContext => ({
  ...context,
  ...lent(context, event),
});
const pays = (context: AccountContext, event: Event<'account.settle'>): AccountContext => ({
  ...context,
  ...settled(context, event),
});
const learns = (context: AccountContext, said: object): AccountContext => ({
  ...context,
  ...learned(context, { type: 'account.learn', at: dayBeganAt, ...said }),
});
const used = (context: AccountContext, costUsd: number): AccountContext =>
  pays(takes(context, asks(costUsd)), ends(costUsd));

describe('whoever asks', () => {
  test('waits for the rate of requests, and for tokens that are owed', () => {
    const once = takes(books({ requestsPerMinute: 1 }));
    const again = { kind: 'at', atMs: dayBeganAt + 60_000 };
    expect(refusalOf(once, asks(0))).toEqual({ reason: 'its rate is used up', again });
    const owing = pays(takes(books({ tokensPerMinute: 600 })), ends(0, { tokens: 1_200 }));
    const later = { kind: 'at', atMs: dayBeganAt + 60_100 };
    expect(refusalOf(owing, asks(0))).toMatchObject({ again: later });
  });

  test('waits while money is set aside, until tomorrow, or for a person', () => {
    const one = takes(books({ usdPerDay: 1, usdMax: 5 }), asks(0.8));
    expect(refusalOf(one, asks(0.3))).toMatchObject({ again: { kind: 'soon' } });
    const tomorrow = { kind: 'at', atMs: dayBeganAt + dayMs };
    expect(refusalOf(used(books({ usdPerDay: 1 }), 0.8), asks(0.3))).toMatchObject({
      again: tomorrow,
    });
    expect(refusalOf(books({ usdPerDay: 1 }), asks(1.5))).toMatchObject({
      ...{ reason: 'its money of the day ($1) is spent', again: { kind: 'never' } },
    });
    expect(refusalOf(used(books({ usdMax: 1 }), 0.8), asks(0.3))).toMatchObject({
      ...{ reason: 'its money ($1) is spent', again: { kind: 'never' } },
    });
    const total = takes(books({ usdMax: 1 }), asks(0.8));
    expect(refusalOf(total, asks(0.3))).toMatchObject({ again: { kind: 'soon' } });
  });

  test('at an unknown price gets it while anything is left', () => {
    expect(refusalOf(books({ usdPerDay: 1 }), asks(null))).toBeNull();
    expect(refusalOf(used(books({ usdPerDay: 1 }), 1), asks(null))).not.toBeNull();
    expect(reservedOf(takes(books(), asks(null)))).toBe(0);
  });

  test('finds an empty purse open for what is free', () => {
    expect(refusalOf(books({ usdPerDay: 0 }), asks(0))).toBeNull();
    expect(exhaustion(books({ usdPerDay: 0 }))).toBeNull();
  });

  test('finds a new purse with a new day', () => {
    const spent = used(books({ usdPerDay: 1 }), 1);
    expect(exhaustion(spent)).not.toBeNull();
    expect(refusalOf(spent, asks(1, dayBeganAt + dayMs))).toBeNull();
  });
});

describe('a settlement', () => {
  test('of a loan that nobody knows of costs nothing that was set aside', () => {
    expect(pays(books(), ends(null)).spent).toBe(0);
  });

  test('keeps how fast good attempts are, later ones counting more', () => {
    const first = pays(takes(books()), ends(0, { paceMs: 1_000 }));
    expect(first.paceMs).toBe(1_000);
    const second = pays(takes(first), ends(0, { paceMs: 2_000 }));
    expect(second.paceMs).toBe(1_200);
    expect(pays(takes(second), ends(0)).paceMs).toBe(1_200);
  });

  test('warns of the whole before it warns of the day, each once', () => {
    const near = used(books({ usdPerDay: 1, usdMax: 1 }), 0.8);
    expect(near.warning).toEqual({ cap: 'total', spentUsd: 0.8, limitUsd: 1 });
    expect(used(near, 0).warning).toMatchObject({ cap: 'day' });
    expect(used(used(near, 0), 0).warning).toBeNull();
  });

  test('never lightens what another one has met', () => {
    const revoked = pays(takes(books()), ends(0, { trouble: { kind: 'revoked', reason: 'no' } }));
    const limited = { kind: 'limited', untilMs: dayBeganAt + 5 } as const;
    expect(pays(takes(revoked), ends(0, { trouble: limited })).trouble.kind).toBe('revoked');
  });
});

describe('what its provider says', () => {
  test('is a rate where there was none, and never more than a person wants', () => {
    expect(learns(books(), { requestsPerMinute: 30 }).requests).toMatchObject({ perMinute: 30 });
    const wanted = books({ requestsPerMinute: 10 });
    expect(learns(wanted, { requestsPerMinute: 30 }).requests).toMatchObject({ perMinute: 10 });
    expect(learns(wanted, { requestsPerMinute: 5 }).requests).toMatchObject({ perMinute: 5 });
    expect(learns(books(), {}).requests).toBeNull();
    const known = learns(books(), { tokensPerMinute: 900 });
    expect(learns(known, { tokensLeft: 30 }).tokens).toMatchObject({ perMinute: 900, level: 30 });
  });

  test('is a limit when nothing is left, until it says', () => {
    const at = dayBeganAt + 9_000;
    expect(learns(books(), { tokensLeft: 0, resetAtMs: at }).trouble).toEqual({
      ...{ kind: 'limited', untilMs: at },
    });
    expect(learns(books(), { requestsLeft: 0 }).trouble.kind).toBe('none');
    expect(learns(books(), { requestsLeft: 0, resetAtMs: dayBeganAt }).trouble.kind).toBe('none');
    expect(learns(books(), { requestsLeft: 4, resetAtMs: at }).trouble.kind).toBe('none');
  });
});

describe('the end of what keeps it', () => {
  test('is known for limits and days, and unknown for the rest', () => {
    const until = dayBeganAt + 700;
    const limited = { ...books(), trouble: { kind: 'limited', untilMs: until } } as const;
    expect([resetAtMs(limited), restMs(limited)]).toEqual([until, 700]);
    expect(closure(limited)).toMatchObject({ again: { kind: 'at', atMs: until } });
    expect([resetAtMs(books()), restMs(books())]).toEqual([null, 0]);
    expect({ ...limited, ...lapsed(limited) }).toMatchObject({ nowMs: until });
    expect(lapsed(books())).toMatchObject({ nowMs: dayBeganAt });
    const quota = { kind: 'exhausted', reason: 'the week', untilMs: null } as const;
    expect(resetAtMs({ ...books(), trouble: quota })).toBeNull();
    expect(restored({ type: 'account.restore', at: 7 }).trouble).toEqual({ kind: 'none' });
    expect(closure(books())).toMatchObject({ again: { kind: 'at', atMs: dayBeganAt } });
  });

  test('may be another limit that a person sets', () => {
    const spent = used(books({ usdMax: 1 }), 1);
    const limits = { ...noLimits, usdMax: 2 };
    const more = amended(spent, { type: 'account.amend', limits, at: dayBeganAt });
    expect(exhaustion(spent)).not.toBeNull();
    expect(exhaustion({ ...spent, ...more })).toBeNull();
  });
});

test('spends no more than its caps while attempts keep to their price', () => {
  const step = fc.record({
    loan: fc.constantFrom('a', 'b', 'c'),
    price: fc.double({ min: 0, max: 0.5, noNaN: true }),
    share: fc.option(fc.double({ min: 0, max: 1, noNaN: true })),
    afterMs: fc.integer({ min: 0, max: dayMs / 4 }),
  });
  fc.assert(
    fc.property(fc.array(step, { maxLength: 60 }), (steps) => {
      let now = books({ usdPerDay: 1, usdMax: 3 });
      let at = dayBeganAt;
      const prices = new Map<string, number>();
      for (const { loan, price, share, afterMs } of steps) {
        at += afterMs;
        if (loan in now.loans) {
          const costUsd = share === null ? null : share * (prices.get(loan) ?? 0);
          now = pays(now, ends(costUsd, { loan, at }));
        } else if (refusalOf(now, asks(price, at, loan)) === null) {
          now = takes(now, asks(price, at, loan));
          prices.set(loan, price);
        }
        expect(now.spent + reservedOf(now)).toBeLessThanOrEqual(3_000_000);
        expect(now.today.spent).toBeLessThanOrEqual(1_000_000);
      }
    }),
  );
});
