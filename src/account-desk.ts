/** What a person may ask of the accounts of a home, and change about them. */
import type { AccountLimits } from '../machines/loan.ts';
import { reservedOf, usdOf } from '../machines/rules/lending.ts';
import { Books, type Standing } from './accounts/books.ts';
import { Database } from './accounts/database.ts';
import { Ledger, type Spend, type SpendKey } from './accounts/ledger.ts';
import { everybody } from './accounts/pool.ts';
import type { Config } from './config.ts';
import { accountsFile, purseFile, readHomeAccounts } from './crew/accounting.ts';
import type { Clock } from './kernel/clock.ts';
import { UserError } from './kernel/user-error.ts';
import type { PlanAccount } from './plan/accounts.ts';
import { suggest } from './plan/problems/nearest.ts';
import { accountsText, checkAccounts, type HomeAccounts } from './plan/project/home-accounts.ts';
import { writeWhole } from './runs/disk.ts';

/** One line of `troupe accounts`; no key is in it, only where one is. */
export interface AccountView {
  readonly name: string;
  readonly provider: string;
  /** `GROK_KEY_1`, the path of a file, the name of a program; empty: it needs none. */
  readonly key: string;
  /** As its statechart has it; `unused` before its first attempt. */
  readonly state: string;
  /** Why, when it does not lend. */
  readonly reason: string;
  /** When it lends again, in ms since the epoch. */
  readonly untilMs: number | null;
  /** Attempts under way. */
  readonly busy: number;
  /** Attempts that were begun with it. */
  readonly lent: number;
  readonly spentUsd: number;
  readonly spentTodayUsd: number;
  readonly reservedUsd: number;
  readonly limits: AccountLimits;
  /** Only plans name it: it is not in this home's list. */
  readonly from: 'home' | 'plan';
}

export interface AccountOverview {
  readonly accounts: readonly AccountView[];
  /** Of all of them together. */
  readonly usdPerDay: number | null;
}

export class AccountDesk {
  readonly #config: Config;
  readonly #clock: Clock;

  constructor(config: Config, clock: Clock) {
    this.#config = config;
    this.#clock = clock;
  }

  list(): AccountOverview {
    const { accounts, usdPerDay } = readHomeAccounts(this.#config.home);
    return this.#withDatabase((database) => {
      const books = new Books(database);
      const now = this.#clock.now();
      const own = accounts.map((account) => viewOf(account, books.look(account.name, now)));
      const listed = new Set([everybody, ...accounts.map(({ name }) => name)]);
      const others = books.names().filter((name) => !listed.has(name));
      const strange = others.map((name) => planView(name, books.look(name, now) as Standing));
      return { accounts: [...own, ...strange], usdPerDay };
    });
  }

  /** The words are those of a plan. Throws a UserError when they are wrong or the name is taken. */
  add(name: string, words: Readonly<Record<string, unknown>>): void {
    this.#change((list) => {
      if (list.accounts.some((account) => account.name === name)) {
        const hint = `remove it first: troupe accounts remove ${name}`;
        throw new UserError('account.taken', `there is an account "${name}" already`, hint);
      }
      const { accounts } = this.#checked({ accounts: { [name]: words } });
      return { ...list, accounts: [...list.accounts, ...accounts] };
    });
    this.#mend(name);
  }

  /** What was spent of it stays on record. */
  remove(name: string): void {
    this.#change((list) => {
      const accounts = list.accounts.filter((account) => account !== named(list, name));
      return { ...list, accounts };
    });
    this.#withDatabase((database) => database.write(() => new Books(database).forget(name)));
  }

  /** Null takes a limit away. Without a name: those of all accounts together. */
  limit(name: string | null, limits: Partial<AccountLimits>): void {
    this.#change((list) => {
      if (name === null) return { ...list, usdPerDay: limits.usdPerDay ?? null };
      const account = named(list, name);
      const changed = { ...account, limits: { ...account.limits, ...limits } };
      return { ...list, accounts: list.accounts.map((one) => (one === account ? changed : one)) };
    });
    if (name !== null) this.#amend(name, limits);
  }

  /** What kept it is mended: it lends again. */
  restore(name: string): void {
    named(readHomeAccounts(this.#config.home), name);
    this.#mend(name);
  }

  spend(by: SpendKey, sinceMs: number): readonly Spend[] {
    return this.#withDatabase((database) => new Ledger(database).spend(by, sinceMs));
  }

  #mend(name: string): void {
    this.#tell(name, (at) => ({ type: 'account.restore', at }));
  }

  /** What waits for it hears of it at once. */
  #amend(name: string, changed: Partial<AccountLimits>): void {
    this.#tell(name, (at, { limits }) => {
      return { type: 'account.amend', limits: { ...limits, ...changed }, at };
    });
  }

  #tell(name: string, make: (at: number, before: Standing['context']) => Told): void {
    this.#withDatabase((database) => {
      database.write(() => {
        const books = new Books(database);
        const now = this.#clock.now();
        const known = books.look(name, now);
        if (known === null) return;
        const event = make(now, known.context);
        const limits = event.type === 'account.amend' ? event.limits : known.context.limits;
        books.keep(name, books.ask(name, limits, event), event);
      });
    });
  }

  /** Two that change the list at once come one after the other. */
  #change(change: (list: HomeAccounts) => HomeAccounts): void {
    const { home } = this.#config;
    this.#withDatabase((database) => {
      database.write(() => {
        const text = accountsText(change(readHomeAccounts(home)));
        // What is written must be readable again, whatever it was made of.
        this.#checked(JSON.parse(text));
        writeWhole(accountsFile(home), text, { mode: 0o600, flush: true });
      });
    });
  }

  #checked(document: unknown): HomeAccounts {
    return checkAccounts(document, 'the account', this.#config.cwd);
  }

  #withDatabase<Value>(use: (database: Database) => Value): Value {
    const database = Database.open(purseFile(this.#config.home));
    try {
      return use(database);
    } finally {
      database.close();
    }
  }
}

type Told = Parameters<Books['ask']>[2];

function named({ accounts }: HomeAccounts, name: string): PlanAccount {
  const found = accounts.find((account) => account.name === name);
  if (found) return found;
  const known = accounts.map((account) => account.name);
  const near = suggest(name, known) || 'there are none yet';
  const hint = 'see: troupe accounts list';
  throw new UserError('account.unknown', `no account is called "${name}"; ${near}`, hint);
}

function keyOf({ key }: PlanAccount): string {
  switch (key.kind) {
    case 'none':
      return '';
    case 'env':
      return key.name;
    case 'file':
      return key.path;
    case 'command':
      return `${key.argv[0]} ...`;
  }
}

function viewOf(account: PlanAccount, standing: Standing | null): AccountView {
  const { name, provider, limits } = account;
  const known = standing === null ? unused : standingView(standing);
  return { name, provider, key: keyOf(account), ...known, limits, from: 'home' };
}

function planView(name: string, standing: Standing): AccountView {
  const { limits } = standing.context;
  return { name, provider: '', key: '', ...standingView(standing), limits, from: 'plan' };
}

const unused = {
  ...{ state: 'unused', reason: '', untilMs: null, busy: 0, lent: 0 },
  ...{ spentUsd: 0, spentTodayUsd: 0, reservedUsd: 0 },
};

function standingView({ value, context, waiting }: Standing) {
  const { loans, lent, spent, today, trouble } = context;
  return {
    state: typeof value === 'string' ? value : (Object.keys(value)[0] ?? ''),
    reason: 'reason' in trouble ? trouble.reason : '',
    untilMs: waiting[0]?.dueMs ?? null,
    busy: Object.keys(loans).length,
    lent,
    spentUsd: usdOf(spent),
    spentTodayUsd: usdOf(today.spent),
    reservedUsd: usdOf(reservedOf(context)),
  };
}
