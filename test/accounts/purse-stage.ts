/** A pool over a database of its own, with a clock that a test moves by hand. */
import { join } from 'node:path';
import type { AccountFact } from '../../machines/events.ts';
import type { AccountTrouble } from '../../machines/loan.ts';
import type { Account } from '../../src/accounts/account.ts';
import { Books } from '../../src/accounts/books.ts';
import { Database } from '../../src/accounts/database.ts';
import { Keyring } from '../../src/accounts/keys.ts';
import { Ledger, type Owner } from '../../src/accounts/ledger.ts';
import { type LoanRequest, Pool, type Settlement } from '../../src/accounts/pool.ts';
import { ManualClock } from '../kernel/manual-clock.ts';
import { dayBeganAt, noLimits } from '../machines/alphabet.ts';

export const me: Owner = { pid: 1, host: 'here', started: '1' };

export function accountOf(
  name: string,
  limits: Partial<Account['limits']> = {},
  more: Partial<Account> = {},
): Account {
  return {
    ...{ name, provider: 'grok', key: { kind: 'none' }, variable: null, model: null, price: null },
    limits: { ...noLimits, ...limits },
    ...more,
  };
}

export interface Counter {
  readonly clock: ManualClock;
  readonly database: Database;
  readonly pool: Pool;
  readonly books: Books;
  readonly ledger: Ledger;
  readonly warned: AccountFact[];
  /** Owners that are taken for dead. */
  readonly dead: Set<number>;
}

export function openCounter(
  folder: string,
  { owner = me, usdPerDay = null as number | null, clock = new ManualClock(dayBeganAt) } = {},
): Counter {
  const database = Database.open(join(folder, 'accounts.db'));
  const [warned, dead] = [[] as AccountFact[], new Set<number>()];
  const ask = async () => null;
  const pool = new Pool({
    ...{ database, clock, owner, usdPerDay },
    keyring: new Keyring({ environment: {}, platform: 'linux', ask, clock }),
    lives: ({ pid }) => !dead.has(pid),
    warn: (fact) => warned.push(fact),
  });
  const [books, ledger] = [new Books(database), new Ledger(database)];
  return { clock, database, pool, books, ledger, warned, dead };
}

let loans = 0;

export function wants(accounts: readonly Account[], more: Partial<LoanRequest> = {}): LoanRequest {
  loans += 1;
  return {
    loan: `run/${loans}`,
    borrower: { run: 'run', role: 'coder', agent: 'coder-1', task: 'build' },
    accounts,
    strategy: 'balanced',
    model: null,
    priceOf: () => null,
    usdMax: 0,
    timeoutMs: 60_000,
    ...more,
  };
}

export const never: AbortSignal = new AbortController().signal;
/** Whoever has given up before does not wait. */
export const impatient: AbortSignal = AbortSignal.abort();

export function ended(costUsd: number | null, more: Partial<Settlement> = {}): Settlement {
  const usage = { inputTokens: 10, outputTokens: 5, costUsd };
  const trouble: AccountTrouble = { kind: 'none' };
  return { outcome: 'succeeded', durationMs: 1_000, usage, trouble, limits: null, ...more };
}
