/** What a person asks who wants to see agents at work: one of them here, or all in panes. */
import type { Troupe } from '../app.ts';
import { type Heard, listen } from '../conversations/listening.ts';
import { type Clock, systemClock } from '../kernel/clock.ts';
import { UserError } from '../kernel/user-error.ts';
import { suggest } from '../plan/problems/nearest.ts';
import { panesMax, Session } from './session.ts';
import { Tmux } from './tmux.ts';

export interface Attended {
  readonly run: string;
  readonly agents: readonly string[];
  /** Agents that have no pane: there was no room. */
  readonly left: number;
}

export interface PanesWish {
  /** The program and its arguments that show one agent of a run. */
  readonly view: (run: string, agent: string) => readonly string[];
  readonly socket?: string;
}

export class Attendance {
  readonly #troupe: Troupe;
  readonly #clock: Clock;

  constructor(troupe: Troupe, clock: Clock = systemClock) {
    this.#troupe = troupe;
    this.#clock = clock;
  }

  /** The run's own name, and its agents'; throws a UserError when it has none. */
  async agentsOf(
    run: string,
  ): Promise<{ readonly run: string; readonly agents: readonly string[] }> {
    const { view } = await this.#troupe.look(run);
    const agents = view.agents.map(({ id }) => id);
    if (agents.length > 0) return { run: view.id, agents };
    const hint = `see how it stands: troupe ps ${view.id}`;
    throw new UserError('run.no-agents', `${view.id} has no agents yet`, hint);
  }

  /** Follows one agent; ends with the run, or when the signal says so. */
  async *follow(run: string, agent: string, signal: AbortSignal): AsyncGenerator<Heard> {
    const { agents, run: id } = await this.agentsOf(run);
    if (!agents.includes(agent)) throw unknown(agent, agents, id);
    const { path: folder } = await this.#troupe.folder(id);
    const facts = this.#troupe.facts(id, { follow: true });
    yield* listen({ folder, agent, facts, clock: this.#clock, signal });
  }

  /** Throws a UserError when it is not there. */
  async requireTmux(): Promise<void> {
    await this.#tmux('troupe').do(['-V']);
  }

  /** A session that is not shown yet, and who is in it. */
  async panes(run: string, wish: PanesWish): Promise<Attended & { readonly session: Session }> {
    const { agents, run: id } = await this.agentsOf(run);
    const { cwd } = this.#troupe.config;
    const tmux = this.#tmux(wish.socket ?? 'troupe');
    const shown = agents.slice(0, panesMax);
    const views = shown.map((agent) => ({ title: agent, command: wish.view(id, agent) }));
    const session = await Session.open(tmux, { run: id, cwd, views });
    return { run: id, agents: shown, left: agents.length - shown.length, session };
  }

  #tmux(socket: string): Tmux {
    return new Tmux({ environment: this.#troupe.config.environment, socket });
  }
}

function unknown(agent: string, agents: readonly string[], run: string): UserError {
  const near = suggest(agent, agents) || `there are ${agents.slice(0, 5).join(', ')}`;
  const hint = `see them: troupe ps ${run}`;
  return new UserError('agent.unknown', `no agent is called "${agent}"; ${near}`, hint);
}
