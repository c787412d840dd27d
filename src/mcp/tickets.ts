/**
 * The tickets of a home: looked up, listed, waited for, called off. Nothing is kept for them: each
 * is read from its run, so that it outlives its client, its session and this server.
 */
import type { ProtocolError } from '@modelcontextprotocol/server';
import { sleep } from '../kernel/clock.ts';
import { isUserError } from '../kernel/user-error.ts';
import { invalid } from './answers.ts';
import { allResultsOf } from './results.ts';
import type { RunHost } from './run-host.ts';
import { runOf } from './shapes.ts';
import { assignedName } from './team.ts';
import { type RunStanding, type Ticket, ticketOf } from './ticket.ts';

const listedMax = 20;
/** A run of another process tells nobody here that it ended. */
const lookMs = 500;

export interface TicketPage {
  readonly tickets: readonly Ticket[];
  /** The last of them, when there are more. */
  readonly next: string | null;
}

export class Tickets {
  readonly #host: RunHost;

  constructor(host: RunHost) {
    this.#host = host;
  }

  /** Only by its whole name: a ticket is no search. Throws what the client reads. */
  async find(id: string): Promise<Ticket> {
    return ticketOf(await this.#standing(id));
  }

  /** Newest first. */
  async page(after: string | undefined): Promise<TicketPage> {
    const names = await this.#host.troupe.names();
    const at = after === undefined ? -1 : names.indexOf(after);
    if (after !== undefined && at === -1) throw invalid(`no such cursor: ${after}`);
    const shown = names.slice(at + 1, at + 1 + listedMax);
    const tickets = await Promise.all(shown.map((name) => this.find(name)));
    const isLast = at + 1 + listedMax >= names.length;
    return { tickets, next: isLast ? null : (shown.at(-1) ?? null) };
  }

  /** Resolves when it is settled, or when nobody waits any more. */
  async settled(id: string, signal: AbortSignal): Promise<Ticket> {
    for (;;) {
      const ticket = await this.find(id);
      if (ticket.status !== 'working' || signal.aborted) return ticket;
      const run = this.#host.find(id);
      const pause = sleep(this.#host.clock, lookMs);
      await (run?.state === 'alive' ? Promise.race([run.end, pause]) : pause);
    }
  }

  /** Asks for its end; that it has ended is for `settled` to say. */
  async cancel(id: string): Promise<void> {
    const reason = 'called off over MCP';
    await this.#host.troupe.ask(id, { type: 'run.cancel', reason });
  }

  /** What the tool that began the run answers once it is over. */
  async answer(id: string): Promise<Readonly<Record<string, unknown>>> {
    const { view, alive } = await this.#standing(id);
    if (view.name !== assignedName) return runOf(view, alive);
    const tasks = view.tasks.map((task) => task.id);
    return { run: id, results: await allResultsOf(this.#host, id, tasks) };
  }

  async #standing(id: string): Promise<RunStanding> {
    const { view, owner, orderedAt } = await this.#look(id);
    if (view.id !== id) throw unknown(id);
    return { view, alive: owner !== null, orderedAt };
  }

  async #look(id: string) {
    try {
      return await this.#host.troupe.look(id);
    } catch (error) {
      if (isUserError(error)) throw unknown(id);
      throw error;
    }
  }
}

const unknown = (id: string): ProtocolError => invalid(`no task is called ${id}`);
