/**
 * Who used which account for what, and what that cost: one row a loan, for ever.
 *
 * Owns: the rows of `loans`.
 * Invariants:
 * - a loan is entered before its attempt begins, and closed once;
 * - a cost that nobody knows is null, and never zero.
 */
import type { Usage } from '../../machines/outcome.ts';
import { dayMs, dayOf } from '../../machines/rules/lending.ts';
import type { TrackRecord } from './choice.ts';
import type { Database } from './database.ts';

/** Tells one process from every other one, also from a later one with the same pid. */
export interface Owner {
  readonly pid: number;
  readonly host: string;
  readonly started: string;
}

/** Who asks for an account. */
export interface Borrower {
  readonly run: string;
  readonly role: string;
  readonly agent: string;
  readonly task: string;
}

export interface Entry extends Borrower {
  readonly loan: string;
  readonly account: string;
  readonly provider: string;
  readonly model: string | null;
  readonly at: number;
  /** When it is over at the latest, also for whoever can't see its owner. */
  readonly expiresAt: number;
  readonly owner: Owner;
  /** Everybody whose money is set aside for it. */
  readonly purses: readonly string[];
  readonly reservedUsd: number | null;
}

/** `told`: by the agent or the price table. `maximum`: all that was set aside. */
export type Basis = 'told' | 'maximum' | 'unknown';

export interface Closing {
  readonly at: number;
  readonly outcome: string;
  readonly durationMs: number | null;
  readonly usage: Pick<Usage, 'inputTokens' | 'outputTokens'>;
  readonly costUsd: number | null;
  readonly basis: Basis;
}

export interface OpenLoan {
  readonly loan: string;
  readonly account: string;
  readonly owner: Owner;
  readonly expiresAt: number;
  readonly purses: readonly string[];
  readonly reservedUsd: number | null;
}

export const spendKeys = [
  'account',
  'provider',
  'model',
  'run',
  'role',
  'agent',
  'task',
  'day',
] as const;
export type SpendKey = (typeof spendKeys)[number];

export interface Spend {
  /** Of a day: `2026-11-21`, in UTC. */
  readonly key: string;
  readonly attempts: number;
  readonly inputTokens: number;
  readonly outputTokens: number;
  /** What is known; null when nothing is. */
  readonly costUsd: number | null;
  /** Attempts whose cost nobody knows. */
  readonly unknown: number;
  /** Attempts that were counted at their maximum: nobody saw their end, or what it cost. */
  readonly atMaximum: number;
  /** Attempts that are under way. */
  readonly open: number;
}

interface OpenRow {
  readonly loan: string;
  readonly account: string;
  readonly owner: string;
  readonly expires_at: number;
  readonly purses: string;
  readonly reserved_usd: number | null;
}

export class Ledger {
  readonly #database: Database;

  constructor(database: Database) {
    this.#database = database;
  }

  enter(entry: Entry): void {
    const { loan, account, provider, model, run, role, agent, task, at, expiresAt } = entry;
    this.#database.run(
      `INSERT INTO loans (loan, account, provider, model, run, role, agent, task, day, at,
         expires_at, owner, purses, reserved_usd, state)
       VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, 'open')`,
      ...[loan, account, provider, model, run, role, agent, task, dayOf(at), at],
      ...[expiresAt, JSON.stringify(entry.owner), JSON.stringify(entry.purses)],
      entry.reservedUsd,
    );
  }

  close(loan: string, closing: Closing): void {
    const { at, outcome, durationMs, usage, costUsd, basis } = closing;
    this.#database.run(
      `UPDATE loans SET state = 'closed', ended_at = ?, outcome = ?, duration_ms = ?,
         input_tokens = ?, output_tokens = ?, cost_usd = ?, basis = ?
       WHERE loan = ? AND state = 'open'`,
      ...[at, outcome, durationMs, usage.inputTokens, usage.outputTokens, costUsd, basis, loan],
    );
  }

  open(loan: string): OpenLoan | null {
    return this.#loans('AND loan = ?', loan)[0] ?? null;
  }

  allOpen(): readonly OpenLoan[] {
    return this.#loans('');
  }

  #loans(where: string, ...values: readonly string[]): readonly OpenLoan[] {
    const rows = this.#database.rows<OpenRow>(
      `SELECT loan, account, owner, expires_at, purses, reserved_usd FROM loans
       WHERE state = 'open' ${where}`,
      ...values,
    );
    return rows.map(({ loan, account, owner, expires_at, purses, reserved_usd }) => ({
      ...{ loan, account, expiresAt: expires_at, reservedUsd: reserved_usd },
      owner: JSON.parse(owner) as Owner,
      purses: JSON.parse(purses) as string[],
    }));
  }

  /** What came of a role's attempts since a day, by account. */
  records(role: string, sinceMs: number): ReadonlyMap<string, TrackRecord> {
    const rows = this.#database.rows<TrackRecord & { readonly account: string }>(
      `SELECT account, COUNT(*) AS tried, SUM(outcome = 'succeeded') AS succeeded,
         AVG(CASE WHEN outcome = 'succeeded' THEN duration_ms END) AS successMs
       FROM loans WHERE day >= ? AND role = ? AND state = 'closed'
         AND outcome IN ('succeeded', 'failed', 'limited')
       GROUP BY account`,
      ...[dayOf(sinceMs), role],
    );
    return new Map(rows.map(({ account, ...record }) => [account, record]));
  }

  /** Dearest first; days in their order. */
  spend(by: SpendKey, sinceMs: number): readonly Spend[] {
    // The key is one of a closed list: it is no text of a person.
    const rows = this.#database.rows<Spend & { key: string | number | null }>(
      `SELECT ${by} AS key, COUNT(*) AS attempts,
         SUM(input_tokens) AS inputTokens, SUM(output_tokens) AS outputTokens,
         SUM(cost_usd) AS costUsd,
         SUM(state = 'closed' AND cost_usd IS NULL) AS unknown,
         SUM(basis IS 'maximum') AS atMaximum,
         SUM(state = 'open') AS open
       FROM loans WHERE at >= ? GROUP BY ${by}
       ORDER BY ${by === 'day' ? 'key' : 'SUM(cost_usd) DESC, key'}`,
      sinceMs,
    );
    return rows.map((row) => ({
      ...row,
      key: keyText(by, row.key),
      costUsd: rounded(row.costUsd),
    }));
  }
}

function keyText(by: SpendKey, key: string | number | null): string {
  if (by === 'day') return new Date(Number(key) * dayMs).toISOString().slice(0, 10);
  return key === null ? '(unknown)' : String(key);
}

/** Sums of fractions pick up what no money is. */
const rounded = (usd: number | null): number | null =>
  usd === null ? null : Number(usd.toFixed(9));
