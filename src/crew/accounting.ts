/** The money of a run's attempts: each gets its account before it begins, and pays after it. */
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { RunId } from '../../machines/ids.ts';
import type { AccountTrouble } from '../../machines/loan.ts';
import { noOutput, noUsage, type Outcome, type Usage } from '../../machines/outcome.ts';
import { unitHash } from '../../machines/rules/backoff.ts';
import type { Account } from '../accounts/account.ts';
import { accountsNamed } from '../accounts/account.ts';
import type { Lent, LoanRequest, Pool } from '../accounts/pool.ts';
import { type Price, priced, priceOf, weight } from '../accounts/prices.ts';
import { redactorOf } from '../accounts/redaction.ts';
import type { Refused } from '../accounts/refusals.ts';
import { variablesOf } from '../accounts/variables.ts';
import type { AgentWorld, Assignment, Question } from '../agents/agent.ts';
import { askProgram } from '../agents/command-line/version.ts';
import type { Config } from '../config.ts';
import { lives, thisProcess } from '../journal/lock.ts';
import type { Clock } from '../kernel/clock.ts';
import { UserError } from '../kernel/user-error.ts';
import { attemptUsdMax } from '../plan/compile.ts';
import type { Plan, PlanRole } from '../plan/plan.ts';
import { suggest } from '../plan/problems/nearest.ts';
import { type HomeAccounts, noAccounts, parseAccounts } from '../plan/project/home-accounts.ts';

export type Work = (assignment: Assignment, world: AgentWorld) => Promise<Outcome>;

type Around = Pick<Config, 'home' | 'environment' | 'platform'>;

export const accountsFile = (home: string): string => join(home, 'accounts.json');
export const purseFile = (home: string): string => join(home, 'accounts.db');

/** What a home's own list says; nothing when there is none. */
export function readHomeAccounts(home: string): HomeAccounts {
  const file = accountsFile(home);
  return existsSync(file) ? parseAccounts(readFileSync(file, 'utf8'), file, home) : noAccounts;
}

/** All that a plan's roles may name: its own win over those of the home. */
export function accountsFor(plan: Plan, { accounts }: HomeAccounts): readonly Account[] {
  const own = plan.accounts ?? [];
  const names = new Set(own.map(({ name }) => name));
  return [...own, ...accounts.filter(({ name }) => !names.has(name))];
}

/** Throws a UserError, before anything begins, when a role names nobody or nobody has a key. */
export function requireAccounts(plan: Plan, { home, environment }: Around): void {
  const borrowing = plan.roles.filter((role) => role.borrowing !== undefined);
  if (borrowing.length === 0) return;
  const known = accountsFor(plan, readHomeAccounts(home));
  for (const role of borrowing) {
    const names = role.borrowing?.names ?? [];
    for (const name of names)
      if (accountsNamed([name], known).length === 0) throw noAccount(name, known);
    const unset = accountsNamed(names, known).map(({ key }) =>
      key.kind === 'env' && !environment[key.name] ? key.name : null,
    );
    if (unset.every((name) => name !== null)) throw noKey(role.name, unset);
  }
}

function noAccount(name: string, known: readonly Account[]): UserError {
  const names = known.map((account) => account.name);
  const near = suggest(name, names) || `there are ${names.slice(0, 5).join(', ') || 'none'}`;
  return new UserError(
    'account.unknown',
    `no account, and no account's provider, is called "${name}"; ${near}`,
    'add one: troupe accounts add NAME --provider PROVIDER --key-env VARIABLE',
  );
}

function noKey(role: string, unset: readonly string[]): UserError {
  const [first = ''] = unset;
  const message = `no account of ${role} has its key: ${unset.join(', ')} not set`;
  return new UserError('account.key-missing', message, `set it: export ${first}=...`);
}

interface Desk {
  readonly pool: Pool;
  readonly accounts: readonly Account[];
}

export class Accounting {
  readonly #around: Around;
  readonly #clock: Clock;
  readonly #plan: Plan;
  readonly #run: RunId;
  #list: HomeAccounts | null = null;
  #desk: Promise<Desk & { readonly close: () => void }> | null = null;
  /** Attempts under way: the first of them tells of what is nearly spent. */
  readonly #ears = new Set<AgentWorld['tell']>();

  constructor(around: Around, clock: Clock, plan: Plan, run: RunId) {
    this.#around = around;
    this.#clock = clock;
    this.#plan = plan;
    this.#run = run;
  }

  /** One attempt of a role, from the loan of its account to its settlement. */
  async attempt(role: PlanRole, given: Assignment, world: AgentWorld, work: Work) {
    if (role.borrowing === undefined) return this.#priced(role, await work(given, world), null);
    const { pool, accounts } = await this.#open();
    const request = this.#requestOf(role, given, accounts);
    const answer = await pool.lend(request, world.cancellation.signal);
    if (answer.kind === 'refused') return refusal(answer, given, this.#clock.now());
    this.#ears.add(world.tell);
    try {
      const outcome = await this.#borrowed(role, given, world, work, answer);
      const nowMs = this.#clock.now();
      const trouble = troubleOf(outcome, nowMs);
      settle(pool, request.loan, outcome, trouble);
      return trouble.kind === 'none' ? outcome : moved(outcome, pool.again(request), given, nowMs);
    } catch (error) {
      settle(pool, request.loan, null, { kind: 'none' });
      throw error;
    } finally {
      this.#ears.delete(world.tell);
    }
  }

  /** What the tokens of a role's model cost, as far as that is known before an attempt. */
  priceFor(role: PlanRole): (usage: Usage) => number | null {
    const price = this.#priceOf(role, null);
    return (usage) => priced(usage, price).costUsd;
  }

  /** For whoever counts elsewhere. */
  listPrice(role: PlanRole): Price | null {
    return this.#priceOf(role, null);
  }

  async close(): Promise<void> {
    (await this.#desk?.catch(() => null))?.close();
  }

  /** Nobody who keeps or tells anything of the attempt sees its key. */
  async #borrowed(
    role: PlanRole,
    given: Assignment,
    world: AgentWorld,
    work: Work,
    { account, key }: Lent,
  ): Promise<Outcome> {
    const { variables, secret } = variablesOf(account, key);
    const redact = redactorOf(key === null ? [] : [key]);
    const assignment: Assignment = {
      ...given,
      env: { ...given.env, ...variables },
      account: account.name,
      secrets: secret,
    };
    const tell: AgentWorld['tell'] = (event) => world.tell(redact(event));
    tell({ type: 'account.leased', account: account.name });
    const { ask } = world;
    const asking = ask && { ask: (question: Question) => ask(redact(question)) };
    const outcome = redact(await work(assignment, { ...world, tell, ...asking }));
    return this.#priced(role, outcome, account);
  }

  #priced(role: PlanRole, outcome: Outcome, account: Account | null): Outcome {
    if (outcome.usage.costUsd !== null) return outcome;
    const usage = priced(outcome.usage, this.#priceOf(role, account));
    return usage === outcome.usage ? outcome : { ...outcome, usage };
  }

  #priceOf(role: PlanRole, account: Account | null): Price | null {
    if (account?.price) return account.price;
    return priceOf(modelOf(role) ?? account?.model ?? null, this.#homeList().prices);
  }

  #requestOf(
    role: PlanRole,
    { task, agent, token, timeoutMs }: Assignment,
    known: readonly Account[],
  ): LoanRequest {
    const { names = [], strategy = 'balanced' } = role.borrowing ?? {};
    const accounts = accountsNamed(names, known);
    return {
      loan: `${this.#run}/${token}`,
      borrower: { run: this.#run, role: role.name, agent, task },
      accounts,
      strategy,
      model: modelOf(role),
      priceOf: (account) => {
        const price = this.#priceOf(role, account);
        return price && weight(price);
      },
      usdMax: attemptUsdMax(role),
      timeoutMs,
    };
  }

  #homeList(): HomeAccounts {
    this.#list ??= readHomeAccounts(this.#around.home);
    return this.#list;
  }

  #open(): Promise<Desk> {
    this.#desk ??= this.#openDesk();
    return this.#desk;
  }

  /** Only a run that uses accounts pays for loading what keeps them. */
  async #openDesk() {
    const [{ Database }, { Keyring }, { Pool }] = await Promise.all([
      import('../accounts/database.ts'),
      import('../accounts/keys.ts'),
      import('../accounts/pool.ts'),
    ]);
    const list = this.#homeList();
    const { home, environment, platform } = this.#around;
    const database = Database.open(purseFile(home));
    const clock = this.#clock;
    const ask = ([program = '', ...rest]: readonly string[]) =>
      askProgram(program, rest, definedOf(environment));
    const pool = new Pool({
      ...{ database, clock, lives, owner: thisProcess(), usdPerDay: list.usdPerDay },
      keyring: new Keyring({ environment, platform, ask, clock }),
      warn: (warning) => {
        const [tell] = this.#ears;
        tell?.(warning);
      },
    });
    return { pool, accounts: accountsFor(this.#plan, list), close: () => database.close() };
  }
}

const modelOf = (role: PlanRole): string | null => ('model' in role ? role.model : null);

function definedOf(environment: Config['environment']): Record<string, string> {
  const set = Object.entries(environment).filter((entry) => entry[1] !== undefined);
  return Object.fromEntries(set) as Record<string, string>;
}

function settle(pool: Pool, loan: string, outcome: Outcome | null, trouble: AccountTrouble): void {
  pool.settle(loan, {
    outcome: outcome?.kind ?? 'failed',
    durationMs: outcome?.durationMs ?? 0,
    usage: outcome?.usage ?? { ...noUsage, costUsd: null },
    trouble,
    limits: outcome?.limits ?? null,
  });
}

/** What an attempt has found out about its account. */
function troubleOf(outcome: Outcome, nowMs: number): AccountTrouble {
  if (outcome.kind === 'limited') return { kind: 'limited', untilMs: nowMs + outcome.waitMs };
  if (outcome.kind !== 'failed') return { kind: 'none' };
  const { code, message: reason } = outcome.fault;
  if (code === 'account.exhausted') return { kind: 'exhausted', reason, untilMs: null };
  return code === 'agent.unauthorized' ? { kind: 'revoked', reason } : { kind: 'none' };
}

/** It was the account's trouble and not the task's: another account goes on, now or later. */
function moved(outcome: Outcome, again: Refused | null, given: Assignment, nowMs: number): Outcome {
  if (outcome.kind !== 'limited' && outcome.kind !== 'failed') return outcome;
  const { kind: _, fault, ...measured } = outcome;
  const limited = { ...measured, kind: 'limited' } as const;
  if (again === null) {
    const message = `${fault.message}; it goes on with another account`;
    return { ...limited, fault: { ...fault, message, retryable: true }, waitMs: 0 };
  }
  if (again.again.kind === 'never') return outcome;
  const waitMs = waitOf(again, given, nowMs);
  return { ...limited, fault: { ...again.fault, retryable: true }, waitMs };
}

function refusal(refused: Refused, given: Assignment, nowMs: number): Outcome {
  const { fault, again } = refused;
  const measured = { durationMs: 0, output: noOutput, usage: noUsage, evidence: [] };
  if (again.kind === 'never') return { kind: 'failed', fault, ...measured };
  return { kind: 'limited', fault, waitMs: waitOf(refused, given, nowMs), ...measured };
}

const busyMs = 1_000;
const busyMaxMs = 60_000;

/** A place that somebody will give back is asked for less and less often. */
function waitOf({ again }: Refused, { agent, attempt }: Assignment, nowMs: number): number {
  if (again.kind === 'at') return Math.max(0, again.atMs - nowMs);
  const mostMs = Math.min(busyMaxMs, busyMs * 2 ** Math.min(attempt - 1, 10));
  return Math.round(mostMs * (0.5 + unitHash(`${agent}#${attempt}`, 1) / 2));
}
