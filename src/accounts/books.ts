/**
 * The accounts' actors: one row each, stepped purely, one event at a time.
 *
 * Owns: the rows of `accounts` and `inputs`.
 * Invariants:
 * - only a step changes a row, and only inside a transaction;
 * - every event that changed something is kept, in order: the rows can be made of it again;
 * - a wait that is over has ended, whoever looks next and whenever.
 */
import { accountMachine } from '../../machines/account.ts';
import type { AccountEvent, AccountFact } from '../../machines/events.ts';
import { accountName } from '../../machines/ids.ts';
import type { AccountLimits } from '../../machines/loan.ts';
import type { AccountContext } from '../../machines/rules/lending.ts';
import { Chart } from '../kernel/chart.ts';
import type { Effect } from '../kernel/effects.ts';
import { type ActorState, noChildren, noHistory, type Step } from '../kernel/state.ts';
import type { Database } from './database.ts';

/** Kept of what was asked of all accounts; the oldest go first. */
const inputsMax = 100_000;

interface Waiting {
  readonly id: string;
  readonly type: string;
  readonly dueMs: number;
}

/** An account as its row has it. */
export interface Standing {
  readonly value: ActorState['at']['value'];
  readonly context: AccountContext;
  readonly waiting: readonly Waiting[];
}

export interface Answer {
  readonly before: Standing | null;
  readonly after: Standing;
  readonly facts: readonly AccountFact[];
}

const chart = new Chart(accountMachine);

export class Books {
  readonly #database: Database;

  constructor(database: Database) {
    this.#database = database;
  }

  /** As it stands at that time; null when it was never used. Nothing is written. */
  look(name: string, atMs: number): Standing | null {
    const standing = this.#read(name);
    return standing && untilNow(standing, atMs).after;
  }

  names(): readonly string[] {
    const rows = this.#database.rows<{ name: string }>('SELECT name FROM accounts ORDER BY name');
    return rows.map(({ name }) => name);
  }

  /** What it would answer; nothing is written before `keep`. */
  ask(name: string, limits: AccountLimits, event: AccountEvent): Answer {
    const before = this.#read(name);
    const opened = before ?? beginning(name, limits, event.at);
    const isAsBefore = JSON.stringify(opened.context.limits) === JSON.stringify(limits);
    const amended = isAsBefore
      ? { after: opened, facts: [] }
      : stepped(opened, { type: 'account.amend', limits, at: event.at });
    const { after, facts } = stepped(amended.after, event);
    return { before, after, facts: [...amended.facts, ...facts] };
  }

  /** For an account that is known. */
  askKnown(name: string, event: AccountEvent): Answer | null {
    const before = this.#read(name);
    return before && this.ask(name, before.context.limits, event);
  }

  keep(name: string, { before, after }: Answer, event: AccountEvent): void {
    const { limits } = after.context;
    if (before === null) this.#log(name, { type: 'account.open', limits, at: event.at });
    else if (JSON.stringify(before.context.limits) !== JSON.stringify(limits)) {
      if (event.type !== 'account.amend') this.#log(name, amendment(limits, event.at));
    }
    this.#log(name, event);
    this.#database.run(
      `INSERT INTO accounts (name, state) VALUES (?, ?)
       ON CONFLICT DO UPDATE SET state = excluded.state`,
      name,
      JSON.stringify(after),
    );
  }

  /** What was spent stays in the loans. */
  forget(name: string): void {
    this.#database.run('DELETE FROM accounts WHERE name = ?', name);
    this.#database.run('DELETE FROM inputs WHERE account = ?', name);
  }

  /** Made again of all that was asked of it; null when some of that is not kept any more. */
  replayed(name: string): Standing | null {
    const rows = this.#database.rows<{ event: string }>(
      'SELECT event FROM inputs WHERE account = ? ORDER BY n',
      name,
    );
    let standing: Standing | null = null;
    for (const { event } of rows) {
      const input = JSON.parse(event) as Opening | AccountEvent;
      if (input.type === 'account.open') standing = beginning(name, input.limits, input.at);
      else if (standing === null) return null;
      else standing = stepped(standing, input).after;
    }
    return standing;
  }

  #log(name: string, event: Opening | AccountEvent): void {
    const sql = 'INSERT INTO inputs (account, event) VALUES (?, ?)';
    this.#database.run(sql, name, JSON.stringify(event));
    this.#database.run(`DELETE FROM inputs WHERE n <= (SELECT MAX(n) FROM inputs) - ${inputsMax}`);
  }

  #read(name: string): Standing | null {
    const sql = 'SELECT state FROM accounts WHERE name = ?';
    const [row] = this.#database.rows<{ state: string }>(sql, name);
    return row ? (JSON.parse(row.state) as Standing) : null;
  }
}

interface Opening {
  readonly type: 'account.open';
  readonly limits: AccountLimits;
  readonly at: number;
}

const amendment = (limits: AccountLimits, at: number): AccountEvent => ({
  ...{ type: 'account.amend', limits, at },
});

function beginning(name: string, limits: AccountLimits, at: number): Standing {
  const step = chart.initial({ name: accountName(name), limits, at });
  return standingOf(step, [], at);
}

/** The waits that ended before it come first. */
function stepped(standing: Standing, event: AccountEvent) {
  const now = untilNow(standing, event.at);
  const step = chart.step(stateOf(now.after), event);
  const after = standingOf(step, now.after.waiting, event.at);
  return { after, facts: [...now.facts, ...factsOf(step)] };
}

function untilNow(standing: Standing, atMs: number) {
  let after = standing;
  const facts: AccountFact[] = [];
  for (;;) {
    const [next] = [...after.waiting].sort((one, other) => one.dueMs - other.dueMs);
    if (!next || next.dueMs > atMs) return { after, facts };
    const step = chart.step(stateOf(after), { type: next.type });
    const waiting = after.waiting.filter(({ id }) => id !== next.id);
    after = standingOf(step, waiting, next.dueMs);
    facts.push(...factsOf(step));
  }
}

function stateOf({ value, context }: Standing): ActorState {
  return {
    at: chart.configurationAt(value),
    context,
    children: noChildren,
    status: 'active',
    output: undefined,
    error: undefined,
    history: noHistory,
  };
}

function standingOf(step: Step, before: readonly Waiting[], atMs: number): Standing {
  const waiting = step.effects.reduce((all, effect) => rearmed(all, effect, atMs), before);
  return { value: step.state.at.value, context: step.state.context as AccountContext, waiting };
}

function rearmed(all: readonly Waiting[], effect: Effect, atMs: number): readonly Waiting[] {
  if (effect.kind === 'timer.cancel') return all.filter(({ id }) => id !== effect.timer);
  if (effect.kind !== 'timer.set') return all;
  const { timer, event, delayMs } = effect;
  const id = timer ?? event.type;
  const others = all.filter((one) => one.id !== id);
  return [...others, { id, type: event.type, dueMs: atMs + delayMs }];
}

function factsOf({ effects }: Step): AccountFact[] {
  return effects.flatMap((effect) =>
    effect.kind === 'fact' ? [effect.event as unknown as AccountFact] : [],
  );
}
