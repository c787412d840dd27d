/**
 * The house as an MCP server has it: its clients begin runs in it, and give work to its team.
 * Invariants: no more runs at once than somebody can watch; once it is being closed none begins.
 */
import type { Troupe } from '../app.ts';
import type { Clock } from '../kernel/clock.ts';
import { UserError } from '../kernel/user-error.ts';
import type { Plan } from '../plan/plan.ts';
import type { Run } from '../runs/run.ts';
import { House } from '../serving/house.ts';
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
  readonly #house: House;
  #closing = false;

  constructor({ troupe, clock, team }: RunHostOptions) {
    this.troupe = troupe;
    this.clock = clock;
    this.team = team;
    this.#house = new House(troupe, clock);
  }

  /** The runs that are worked on here, oldest first. */
  get living(): readonly Run[] {
    return this.#house.living;
  }

  find(id: string): Run | undefined {
    return this.#house.find(id);
  }

  async begin(plan: Plan | string, inputs: Readonly<Record<string, string>>): Promise<Run> {
    this.#refuseWhenFull();
    return this.#house.take({ plan, inputs });
  }

  async resume(name: string): Promise<Run> {
    this.#refuseWhenFull();
    return this.#house.goOnWith(name);
  }

  /** Every run is stopped gently. */
  async close(): Promise<void> {
    this.#closing = true;
    await this.#house.close();
  }

  #refuseWhenFull(): void {
    if (this.#closing) {
      throw new UserError('host.closing', 'the server is being stopped', 'start it again');
    }
    if (this.living.length < runsMax) return;
    const message = `${runsMax} runs are worked on already`;
    throw new UserError('host.full', message, 'wait for one to end, or cancel one');
  }
}
