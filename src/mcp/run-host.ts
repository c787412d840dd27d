/**
 * The runs that an MCP server keeps: begun for its clients, and worked on in its process.
 * Owns: the living runs, until each has ended or the host is closed.
 * Invariant: closed, it leaves no run working; each can be resumed.
 */
import type { Troupe } from '../app.ts';
import type { Clock } from '../kernel/clock.ts';
import { UserError } from '../kernel/user-error.ts';
import type { Plan } from '../plan/plan.ts';
import type { Run } from '../runs/run.ts';
import type { Team } from './team.ts';

export interface RunHostOptions {
  readonly troupe: Troupe;
  readonly clock: Clock;
  readonly team: Team;
}

/** More at once would be no team that anybody watches. */
const runsMax = 32;

export class RunHost {
  readonly troupe: Troupe;
  readonly clock: Clock;
  readonly team: Team;
  readonly #living = new Map<string, Run>();
  #closing = false;

  constructor({ troupe, clock, team }: RunHostOptions) {
    this.troupe = troupe;
    this.clock = clock;
    this.team = team;
  }

  /** The runs that are worked on here, oldest first. */
  get living(): readonly Run[] {
    return [...this.#living.values()];
  }

  find(id: string): Run | undefined {
    return this.#living.get(id);
  }

  async begin(plan: Plan | string, inputs: Readonly<Record<string, string>>): Promise<Run> {
    this.#refuseWhenFull();
    // What surely goes wrong is told before a cent is spent.
    return this.#keep(await this.troupe.run(await this.troupe.clear(plan), { inputs }));
  }

  async resume(name: string): Promise<Run> {
    this.#refuseWhenFull();
    return this.#keep(await this.troupe.resume(name));
  }

  /** Every run is stopped gently. */
  async close(): Promise<void> {
    this.#closing = true;
    await Promise.all(this.living.map((run) => run.stop()));
  }

  #keep(run: Run): Run {
    this.#living.set(run.id, run);
    void run.end.then(() => this.#living.delete(run.id));
    if (this.#closing) void run.stop();
    return run;
  }

  #refuseWhenFull(): void {
    if (this.#closing) {
      throw new UserError('host.closing', 'the server is being stopped', 'start it again');
    }
    if (this.#living.size < runsMax) return;
    const message = `${runsMax} runs are worked on already`;
    throw new UserError('host.full', message, 'wait for one to end, or cancel one');
  }
}
