/**
 * One attempt at a worker's, from its order to its end.
 *
 * Invariant: when `ended` has resolved nothing of it runs any more.
 */

import { runId } from '../../machines/ids.ts';
import type { Fault, Outcome } from '../../machines/outcome.ts';
import { noOutput, noUsage } from '../../machines/outcome.ts';
import { type Price, priced } from '../accounts/prices.ts';
import type { Adapter, AgentEvent, AgentWorld, Leave, Question } from '../agents/agent.ts';
import type { Guardian } from '../agents/processes/guardian.ts';
import type { Config } from '../config.ts';
import { adapterOf } from '../crew/staffing.ts';
import { watched } from '../crew/watching.ts';
import { Cancellation } from '../kernel/cancellation.ts';
import type { Clock } from '../kernel/clock.ts';
import type { Packed } from './packing.ts';
import { emptyParcel, type Parcel } from './parcel.ts';
import { openScratch, packScratch, type Scratch } from './scratch.ts';
import type { FetchPiece } from './unpacking.ts';
import type { WorkOrder } from './wire.ts';

export interface ShiftWorld {
  readonly clock: Clock;
  readonly config: Config;
  readonly guardian: Guardian;
  /** Absolute: this attempt's own. */
  readonly folder: string;
  readonly fetch: FetchPiece;
  readonly tell: (event: AgentEvent) => void;
  readonly ask: (id: number, question: Question) => void;
  /** From then on its files can be fetched by whoever has ordered it. */
  readonly offer: (packed: Packed) => Promise<void>;
}

export interface ShiftEnd {
  readonly outcome: Outcome;
  readonly parcel: Parcel;
}

export class Shift {
  readonly order: WorkOrder;
  readonly #world: ShiftWorld;
  readonly #given = new Cancellation();
  readonly #questions = new Map<number, (leave: Leave) => void>();
  #asked = 0;

  constructor(order: WorkOrder, world: ShiftWorld) {
    this.order = order;
    this.#world = world;
  }

  async work(): Promise<ShiftEnd> {
    const { order } = this;
    const { config, folder, fetch, clock, offer } = this.#world;
    const { environment, cwd: base } = config;
    const around = { environment, clock };
    const place = { environment, clock, folder, fetch, base };
    let spent: Spent = { durationMs: 0, usage: noUsage };
    try {
      const scratch = await openScratch(order, place, this.#given);
      const outcome = await this.#attempt(scratch);
      spent = { durationMs: outcome.durationMs, usage: outcome.usage };
      const packed = await packScratch(order, scratch, around);
      await offer(packed);
      return { outcome, parcel: packed.parcel };
    } catch (error) {
      // Who was given up has not failed.
      return endedBy(error, this.#given.isRequested ? 'interrupted' : 'failed', spent);
    }
  }

  giveUp(): void {
    this.#given.request();
  }

  answer(id: number, leave: Leave): void {
    this.#questions.get(id)?.(leave);
    this.#questions.delete(id);
  }

  async #attempt({ run, cwd, assignment }: Scratch): Promise<Outcome> {
    const { limits, price } = this.order.terms;
    const { clock, tell } = this.#world;
    const cancellation = this.#given;
    const ask = (question: Question): Promise<Leave> => this.#ask(question);
    const world: AgentWorld = { clock, cancellation, tell, ask };
    const adapter = this.#adapter(run, price);
    return watched(limits, cwd, world, (seen) => adapter.work(assignment, seen));
  }

  #adapter(path: string, price: Price | null): Adapter {
    const { role, run, speed } = this.order.terms;
    const { guardian, config } = this.#world;
    const { environment } = config;
    const priceFor = () => (usage: Parameters<typeof priced>[0]) => priced(usage, price).costUsd;
    const folder = { path, id: runId(run) };
    return adapterOf(role, {
      folder,
      order: { speed },
      guardian,
      environment,
      accounting: { priceFor },
    });
  }

  #ask(question: Question): Promise<Leave> {
    this.#asked += 1;
    const id = this.#asked;
    return new Promise((resolve) => {
      this.#questions.set(id, resolve);
      this.#world.ask(id, question);
    });
  }
}

type Spent = Pick<Outcome, 'durationMs' | 'usage'>;

/** What it has cost is spent, also where nothing can be sent back. */
function endedBy(error: unknown, kind: 'failed' | 'interrupted', spent: Spent): ShiftEnd {
  const message = error instanceof Error ? error.message : String(error);
  const fault: Fault = { code: 'worker.failed', message, retryable: true };
  const outcome: Outcome = { kind, fault, ...spent, output: noOutput, evidence: [] };
  return { outcome, parcel: emptyParcel };
}
