/**
 * Lends accounts to attempts: chosen by a strategy, paid in advance, settled once.
 *
 * Owns: the loans of this process, and those that dead processes have left.
 * Invariants:
 * - an attempt has its loan, and its money is set aside, before it begins;
 * - a loan whose owner is dead has cost all that was set aside for it;
 * - whoever is refused is told when to ask again, or that nobody will ever lend to him.
 */
import type { AccountEvent, AccountFact } from '../../machines/events.ts';
import type { AccountLimits, AccountTrouble, Again, LearnedLimits } from '../../machines/loan.ts';
import type { Fault, Usage } from '../../machines/outcome.ts';
import { dayMs } from '../../machines/rules/lending.ts';
import { type Clock, sleep } from '../kernel/clock.ts';
import type { Account } from './account.ts';
import { type Answer, Books } from './books.ts';
import { type AccountStrategy, type Candidate, ordered } from './choice.ts';
import type { Database } from './database.ts';
import type { KeyAnswer, Keyring } from './keys.ts';
import { type Basis, type Borrower, Ledger, type OpenLoan, type Owner } from './ledger.ts';
import { type Refused, refusalOf, soonest } from './refusals.ts';

export interface PoolOptions {
  readonly database: Database;
  readonly keyring: Pick<Keyring, 'read' | 'forget'>;
  readonly clock: Clock;
  readonly owner: Owner;
  readonly lives: (owner: Owner) => boolean;
  /** What all accounts together may spend in a day; null: no limit. */
  readonly usdPerDay: number | null;
  readonly warn: (warning: AccountFact & { readonly type: 'account.warned' }) => void;
}

export interface LoanRequest {
  readonly loan: string;
  readonly borrower: Borrower;
  /** In the order in which they are named. */
  readonly accounts: readonly Account[];
  readonly strategy: AccountStrategy;
  readonly model: string | null;
  /** To compare accounts by; null when nobody knows. */
  readonly priceOf: (account: Account) => number | null;
  /** What the attempt costs at most; null when nobody knows. */
  readonly usdMax: number | null;
  readonly timeoutMs: number;
}

export type Lent = {
  readonly kind: 'lent';
  readonly account: Account;
  readonly key: string | null;
};

export interface Settlement {
  readonly outcome: string;
  readonly durationMs: number;
  readonly usage: Usage;
  readonly trouble: AccountTrouble;
  readonly limits: LearnedLimits | null;
}

/** The purse of all accounts together. */
export const everybody = '*';

/** How long a place is waited for before the attempt is put off. */
const patienceMs = 5_000;
const pollMs = 100;
/** A loan of a machine that can't be seen is over so long after its attempt must be. */
const overdueMs = 10 * 60_000;

export class Pool {
  readonly #options: PoolOptions;
  readonly #books: Books;
  readonly #ledger: Ledger;

  constructor(options: PoolOptions) {
    this.#options = options;
    this.#books = new Books(options.database);
    this.#ledger = new Ledger(options.database);
  }

  /** Waits a little for what comes back soon; anything longer is told. */
  async lend(request: LoanRequest, signal: AbortSignal): Promise<Lent | Refused> {
    const { clock } = this.#options;
    const untilMs = clock.elapsed() + patienceMs;
    for (;;) {
      const answer = await this.#tryAll(request);
      if (answer.kind === 'lent' || answer.again.kind !== 'soon') return answer;
      if (signal.aborted || clock.elapsed() >= untilMs) return answer;
      await sleep(clock, pollMs, signal);
    }
  }

  /** When any of them would lend, as things stand. */
  again(request: LoanRequest): Refused | null {
    const refusals = request.accounts.map((account) => {
      const { answers } = this.#asked(account, request);
      return refusalIn(account, answers);
    });
    const found = refusals.filter((refusal) => refusal !== null);
    return found.length < refusals.length ? null : soonest(found);
  }

  settle(loan: string, settlement: Settlement): void {
    const { database, clock } = this.#options;
    const warnings = database.write(() => {
      const open = this.#ledger.open(loan);
      return open ? this.#settle(open, settlement, clock.now()) : [];
    });
    for (const warning of warnings) this.#options.warn(warning);
  }

  /** Takes back what dead processes have borrowed; answers how much that was. */
  reclaim(): number {
    const { database, clock, lives } = this.#options;
    const now = clock.now();
    const isLost = ({ owner, expiresAt }: OpenLoan): boolean =>
      !lives(owner) || (owner.host !== this.#options.owner.host && expiresAt < now);
    if (!this.#ledger.allOpen().some(isLost)) return 0;
    return database.write(() => {
      const lost = this.#ledger.allOpen().filter(isLost);
      for (const loan of lost) this.#settle(loan, neverSettled, now);
      return lost.length;
    });
  }

  /** A key is read when its account comes first; then it is asked again who does. */
  async #tryAll(request: LoanRequest): Promise<Lent | Refused> {
    this.reclaim();
    const keys = new Map<string, KeyAnswer>();
    for (;;) {
      const answer = this.#options.database.write(() => this.#takeBest(request, keys));
      if (answer.kind !== 'keyless') return answer;
      keys.set(answer.account.name, await this.#options.keyring.read(answer.account));
    }
  }

  /** Chosen and taken at once: nobody else comes in between. */
  #takeBest(
    request: LoanRequest,
    keys: ReadonlyMap<string, KeyAnswer>,
  ): Lent | Refused | { readonly kind: 'keyless'; readonly account: Account } {
    const refusals: Refused[] = [];
    for (const account of this.#inOrder(request)) {
      const { answers, event } = this.#asked(account, request);
      const key = keys.get(account.name);
      const refused =
        refusalIn(account, answers) ?? (key?.kind === 'fault' && keyless(account, key));
      if (refused) refusals.push(refused);
      else if (key?.kind !== 'key') return { kind: 'keyless', account };
      else {
        this.#take(account, request, answers, event);
        return { kind: 'lent', account, key: key.key };
      }
    }
    return soonest(refusals);
  }

  #inOrder({ accounts, strategy, borrower, priceOf }: LoanRequest): readonly Account[] {
    const byName = new Map(accounts.map((account) => [account.name, account]));
    const now = this.#options.clock.now();
    // Nobody else needs to know, and it takes a look at the rows of a month.
    const records =
      strategy === 'learned' ? this.#ledger.records(borrower.role, now - recordMs) : null;
    const candidates = accounts.map((account): Candidate => {
      const known = this.#books.look(account.name, now)?.context;
      return {
        name: account.name,
        busy: Object.keys(known?.loans ?? {}).length,
        concurrency: account.limits.concurrency,
        lent: known?.lent ?? 0,
        paceMs: known?.paceMs ?? null,
        price: priceOf(account),
        record: records?.get(account.name) ?? null,
      };
    });
    const names = ordered(strategy, candidates, `${borrower.run}/${borrower.agent}`);
    return names.flatMap((name) => byName.get(name) ?? []);
  }

  #take(account: Account, request: LoanRequest, answers: Answers, event: LeaseEvent): void {
    for (const [name, answer] of answers) this.#books.keep(name, answer, event);
    this.#ledger.enter({
      ...request.borrower,
      loan: request.loan,
      account: account.name,
      provider: account.provider,
      model: request.model ?? account.model,
      at: event.at,
      expiresAt: event.at + request.timeoutMs + overdueMs,
      owner: this.#options.owner,
      purses: answers.map(([name]) => name),
      reservedUsd: request.usdMax,
    });
  }

  /** Asks everybody whose money it would be. */
  #asked(account: Account, { loan, usdMax }: LoanRequest) {
    const { clock, usdPerDay } = this.#options;
    const event = { type: 'account.lease', loan, usdMax, at: clock.now() } as const;
    const own = [account.name, this.#books.ask(account.name, account.limits, event)] as const;
    const day = [everybody, this.#books.ask(everybody, dayOnly(usdPerDay), event)] as const;
    return { event, answers: usdPerDay === null ? [own] : [own, day] };
  }

  #settle(open: OpenLoan, settlement: Settlement, at: number) {
    const { usage, trouble, outcome, durationMs, limits } = settlement;
    const costUsd = usage.costUsd ?? open.reservedUsd;
    const basis: Basis = usage.costUsd !== null ? 'told' : costUsd === null ? 'unknown' : 'maximum';
    this.#ledger.close(open.loan, { at, outcome, durationMs, usage, costUsd, basis });
    const tokens = usage.inputTokens + usage.outputTokens;
    const paceMs = outcome === 'succeeded' ? durationMs : null;
    const facts = open.purses.flatMap((name) => {
      const isOwn = name === open.account;
      const ended: AccountEvent = {
        ...{ type: 'account.settle', loan: open.loan, costUsd: usage.costUsd, tokens, paceMs, at },
        trouble: isOwn ? trouble : none,
      };
      const learned: readonly AccountEvent[] =
        isOwn && limits ? [{ type: 'account.learn', ...limits, at }] : [];
      return [ended, ...learned].flatMap((event) => this.#tell(name, event));
    });
    if (trouble.kind === 'revoked') this.#options.keyring.forget(open.account);
    return facts.filter((fact) => fact.type === 'account.warned');
  }

  #tell(name: string, event: AccountEvent): readonly AccountFact[] {
    const answer = this.#books.askKnown(name, event);
    if (answer === null) return [];
    this.#books.keep(name, answer, event);
    return answer.facts;
  }
}

/** What is older tells of other days. */
const recordMs = 30 * dayMs;

const none: AccountTrouble = { kind: 'none' };

const neverSettled: Settlement = {
  outcome: 'lost',
  durationMs: 0,
  usage: { inputTokens: 0, outputTokens: 0, costUsd: null },
  trouble: none,
  limits: null,
};

function dayOnly(usdPerDay: number | null): AccountLimits {
  const unlimited = { concurrency: null, requestsPerMinute: null, tokensPerMinute: null };
  return { ...unlimited, usdPerDay, usdMax: null };
}

type Answers = readonly (readonly [name: string, answer: Answer])[];
type LeaseEvent = AccountEvent & { readonly type: 'account.lease' };

function refusalIn(account: Account, answers: Answers): Refused | null {
  const refusals = answers.flatMap(([name, { facts }]) => {
    const fact = facts.find(({ type }) => type === 'account.refused');
    return fact?.type === 'account.refused'
      ? [{ name, reason: fact.reason, again: fact.again }]
      : [];
  });
  return refusals.length === 0 ? null : refusalOf(account.name, refusals);
}

function keyless({ name }: Account, { fault }: { readonly fault: Fault }): Refused {
  const again: Again = { kind: 'never' };
  return { kind: 'refused', again, fault, accounts: [name] };
}
