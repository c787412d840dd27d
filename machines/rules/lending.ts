/**
 * An account's books: who uses it now, what was spent of it, and whether it may be lent again.
 *
 * Invariants:
 * - what an attempt may cost at most is set aside before it begins, and settled once it has ended;
 * - an attempt of unknown cost has cost what was set aside for it;
 * - spent and set aside never exceed a cap by more than attempts cost over their maximum;
 * - a loan is settled once: a second settlement changes nothing.
 * Amounts are whole millionths of a dollar; days are those of UTC.
 */
import type { AccountEvent } from '../events.ts';
import type { AccountName } from '../ids.ts';
import type { AccountLimits, AccountTrouble, Again } from '../loan.ts';
import { atMost, type TokenBucket, taken, waitForMs, withRate } from './token-bucket.ts';

export interface AccountInput {
  readonly name: AccountName;
  readonly limits: AccountLimits;
  readonly at: number;
}

export interface Refusal {
  readonly reason: string;
  readonly again: Again;
}

/** A cap of which four fifths are spent. */
export interface Warning {
  readonly cap: 'day' | 'total';
  readonly spentUsd: number;
  readonly limitUsd: number;
}

export interface AccountContext {
  readonly name: AccountName;
  readonly limits: AccountLimits;
  /** The time of the last event. */
  readonly nowMs: number;
  /** What is set aside for each attempt under way. */
  readonly loans: Readonly<Record<string, number>>;
  readonly lent: number;
  readonly requests: TokenBucket | null;
  readonly tokens: TokenBucket | null;
  readonly spent: number;
  readonly today: { readonly day: number; readonly spent: number };
  readonly trouble: AccountTrouble;
  /** How long attempts take that go well, later ones counting more; null before the first. */
  readonly paceMs: number | null;
  /** The day of the last warning about a day's cap, and of the one about the whole. */
  readonly warned: { readonly day: number | null; readonly total: number | null };
  /** What the present event makes it warn of. */
  readonly warning: Warning | null;
}

type Event<Type extends AccountEvent['type']> = AccountEvent & { type: Type };
type Patch = Partial<AccountContext>;

export const dayMs = 24 * 60 * 60 * 1_000;
const warnedShare = 0.8;
const paceWeight = 0.2;

export const dayOf = (atMs: number): number => Math.floor(atMs / dayMs);
export const microsOf = (usd: number): number => Math.round(usd * 1e6);
export const usdOf = (micros: number): number => micros / 1e6;

const never: Again = { kind: 'never' };
const soon: Again = { kind: 'soon' };
const at = (atMs: number): Again => ({ kind: 'at', atMs });

export function openedBooks({ name, limits, at: nowMs }: AccountInput): AccountContext {
  return {
    name,
    limits,
    nowMs,
    loans: {},
    lent: 0,
    requests: withRate(null, limits.requestsPerMinute, nowMs),
    tokens: withRate(null, limits.tokensPerMinute, nowMs),
    spent: 0,
    today: { day: dayOf(nowMs), spent: 0 },
    trouble: { kind: 'none' },
    paceMs: null,
    warned: { day: null, total: null },
    warning: null,
  };
}

export function reservedOf({ loans }: Pick<AccountContext, 'loans'>): number {
  return Object.values(loans).reduce((sum, micros) => sum + micros, 0);
}

/** Null: it lends. */
export function refusalOf(context: AccountContext, event: Event<'account.lease'>): Refusal | null {
  const { limits, loans, requests, tokens } = context;
  const busy = Object.keys(loans).length;
  if (limits.concurrency !== null && busy >= limits.concurrency) {
    return { reason: `${busy} of ${limits.concurrency} attempts at once`, again: soon };
  }
  const waitMs = Math.max(
    requests ? waitForMs(requests, 1, event.at) : 0,
    tokens ? waitForMs(tokens, 1, event.at) : 0,
  );
  if (waitMs > 0) return { reason: 'its rate is used up', again: at(event.at + waitMs) };
  return moneyRefusal(context, event);
}

function moneyRefusal(context: AccountContext, event: Event<'account.lease'>): Refusal | null {
  const { limits, spent } = context;
  const price = event.usdMax === null ? null : microsOf(event.usdMax);
  const reserved = reservedOf(context);
  const today = spentOn(context, dayOf(event.at));
  const total = shortOf(limits.usdMax, spent, reserved, price);
  if (total === 'for good') return { reason: priced('its money', limits.usdMax), again: never };
  const daily = shortOf(limits.usdPerDay, today, reserved, price);
  if (daily === 'for good') {
    // Tomorrow's purse is no larger: what today's could never pay is not waited for.
    const hopeless = shortOf(limits.usdPerDay, 0, 0, price) === 'for good';
    const again = hopeless ? never : at((dayOf(event.at) + 1) * dayMs);
    return { reason: priced('its money of the day', limits.usdPerDay), again };
  }
  if (total === 'enough' && daily === 'enough') return null;
  return { reason: 'its money is set aside for attempts under way', again: soon };
}

const priced = (what: string, limitUsd: number | null): string => `${what} ($${limitUsd}) is spent`;

/** `for now`: enough once nothing is set aside any more. */
function shortOf(
  limitUsd: number | null,
  spent: number,
  reserved: number,
  price: number | null,
): 'enough' | 'for now' | 'for good' {
  if (limitUsd === null) return 'enough';
  const pays = (left: number): boolean => (price === null ? left > 0 : price <= left);
  const left = microsOf(limitUsd) - spent;
  if (pays(left - reserved)) return 'enough';
  return pays(left) ? 'for now' : 'for good';
}

function spentOn({ today }: AccountContext, day: number): number {
  return today.day === day ? today.spent : 0;
}

export function lent(context: AccountContext, event: Event<'account.lease'>): Patch {
  const { requests } = context;
  const reserved = event.usdMax === null ? 0 : microsOf(event.usdMax);
  return {
    nowMs: event.at,
    loans: { ...context.loans, [event.loan]: reserved },
    lent: context.lent + 1,
    requests: requests && taken(requests, 1, event.at),
  };
}

/** Fail closed: of an unknown cost, what was set aside counts. Only for a loan that is there. */
export function settled(context: AccountContext, event: Event<'account.settle'>): Patch {
  const { [event.loan]: reserved = 0, ...loans } = context.loans;
  const cost = event.costUsd === null ? reserved : microsOf(event.costUsd);
  const day = dayOf(event.at);
  const { tokens } = context;
  const books = {
    nowMs: event.at,
    loans,
    tokens: tokens && taken(tokens, event.tokens, event.at),
    spent: context.spent + cost,
    today: { day, spent: spentOn(context, day) + cost },
    trouble: worse(context.trouble, event.trouble),
    paceMs: pace(context.paceMs, event.paceMs),
  };
  return { ...books, ...warningOf({ ...context, ...books }) };
}

function pace(before: number | null, now: number | null): number | null {
  if (now === null || before === null) return now ?? before;
  return Math.round(before + paceWeight * (now - before));
}

const gravity = ['none', 'limited', 'exhausted', 'revoked'] as const;

/** What one attempt found does not lift what another one found. */
function worse(one: AccountTrouble, other: AccountTrouble): AccountTrouble {
  if (one.kind === 'limited' && other.kind === 'limited') {
    return one.untilMs > other.untilMs ? one : other;
  }
  return gravity.indexOf(other.kind) >= gravity.indexOf(one.kind) ? other : one;
}

/** Once for each cap, and for that of the day once a day. */
function warningOf(context: AccountContext): Pick<AccountContext, 'warned' | 'warning'> {
  const { limits, spent, today, warned } = context;
  const nears = (limitUsd: number | null, micros: number): limitUsd is number =>
    limitUsd !== null && limitUsd > 0 && micros >= microsOf(limitUsd) * warnedShare;
  const told = (cap: Warning['cap'], limitUsd: number, micros: number) => ({
    warned: { ...warned, [cap]: today.day },
    warning: { cap, spentUsd: usdOf(micros), limitUsd },
  });
  if (warned.total === null && nears(limits.usdMax, spent)) {
    return told('total', limits.usdMax, spent);
  }
  if (warned.day !== today.day && nears(limits.usdPerDay, today.spent)) {
    return told('day', limits.usdPerDay, today.spent);
  }
  return { warned, warning: null };
}

export function learned(context: AccountContext, event: Event<'account.learn'>): Patch {
  const { limits, requests, tokens } = context;
  const { requestsLeft, tokensLeft, resetAtMs, at: nowMs } = event;
  const hasRunOut = requestsLeft === 0 || tokensLeft === 0;
  const found: AccountTrouble =
    hasRunOut && resetAtMs !== undefined && resetAtMs > nowMs
      ? { kind: 'limited', untilMs: resetAtMs }
      : { kind: 'none' };
  return {
    nowMs,
    requests: known(
      requests,
      limits.requestsPerMinute,
      event.requestsPerMinute,
      requestsLeft,
      nowMs,
    ),
    tokens: known(tokens, limits.tokensPerMinute, event.tokensPerMinute, tokensLeft, nowMs),
    trouble: worse(context.trouble, found),
  };
}

/** The lower of what a person wants and what the provider grants. */
function known(
  bucket: TokenBucket | null,
  wanted: number | null,
  granted: number | undefined,
  left: number | undefined,
  nowMs: number,
): TokenBucket | null {
  const rates = [wanted, granted ?? bucket?.perMinute].filter((rate) => typeof rate === 'number');
  const rated = withRate(bucket, rates.length > 0 ? Math.min(...rates) : null, nowMs);
  return rated && left !== undefined ? atMost(rated, left, nowMs) : rated;
}

export function amended(context: AccountContext, event: Event<'account.amend'>): Patch {
  const { limits, at: nowMs } = event;
  return {
    nowMs,
    limits,
    requests: withRate(context.requests, limits.requestsPerMinute, nowMs),
    tokens: withRate(context.tokens, limits.tokensPerMinute, nowMs),
    warned: { day: null, total: null },
  };
}

export function restored(event: Event<'account.restore'>): Patch {
  return { nowMs: event.at, trouble: { kind: 'none' } };
}

/** The time has come that a limit was to end at. */
export function lapsed(context: AccountContext): Patch {
  return { nowMs: resetAtMs(context) ?? context.nowMs, trouble: { kind: 'none' } };
}

/** Why it can't lend at all, whoever asks; null when it may. */
export function exhaustion(context: AccountContext): Refusal | null {
  const { trouble, limits, spent, nowMs } = context;
  if (trouble.kind === 'exhausted') {
    const { reason, untilMs } = trouble;
    return { reason, again: untilMs === null ? never : at(untilMs) };
  }
  const free = (limitUsd: number | null, micros: number): boolean =>
    limitUsd === null || limitUsd === 0 || micros < microsOf(limitUsd);
  if (!free(limits.usdMax, spent))
    return { reason: priced('its money', limits.usdMax), again: never };
  const day = dayOf(nowMs);
  if (free(limits.usdPerDay, spentOn(context, day))) return null;
  return { reason: priced('its money of the day', limits.usdPerDay), again: at((day + 1) * dayMs) };
}

/** When it may lend again by itself; null when it may now, or never. */
export function resetAtMs(context: AccountContext): number | null {
  if (context.trouble.kind === 'limited') return context.trouble.untilMs;
  const again = exhaustion(context)?.again;
  return again?.kind === 'at' ? again.atMs : null;
}

export function restMs(context: AccountContext): number {
  return Math.max(0, (resetAtMs(context) ?? context.nowMs) - context.nowMs);
}

/** Why whoever asks gets nothing, in a state in which nobody does. */
export function closure(context: AccountContext): Refusal {
  const { trouble } = context;
  if (trouble.kind === 'revoked') return { reason: trouble.reason, again: never };
  const exhausted = exhaustion(context);
  if (exhausted) return exhausted;
  return { reason: 'its provider limits it', again: at(resetAtMs(context) ?? context.nowMs) };
}
