/**
 * One attempt at a worker's, as the hub sees it.
 *
 * Owns: its ticket, and what came of it. Invariants:
 * - it ends once: with what its worker says, or because the worker refuses it, is lost or given up;
 * - from then on whatever its worker says of it changes nothing.
 */
import type { Fault, Outcome } from '../../machines/outcome.ts';
import { noOutput, unknownUsage } from '../../machines/outcome.ts';
import type { AgentWorld } from '../agents/agent.ts';
import type { Parcel } from './parcel.ts';
import type { Seat } from './roster.ts';
import type { Told } from './wire.ts';

export type Ending =
  | { readonly kind: 'ended'; readonly outcome: Outcome; readonly parcel: Parcel }
  /** Nobody knows what became of it. */
  | { readonly kind: 'lost'; readonly fault: Fault };

interface Settle {
  readonly resolve: (ending: Ending) => void;
  readonly reject: (error: unknown) => void;
}

export class Engagement {
  readonly ticket: string;
  readonly seat: Seat;
  readonly ended: Promise<Ending>;
  readonly #world: AgentWorld;
  readonly #answer: (id: number, leave: unknown) => void;
  #settle: Settle = { resolve: () => {}, reject: () => {} };
  #state: 'sent' | 'begun' | 'over' = 'sent';
  /** Beats since, in which its worker did not name it. */
  #missed = 0;

  constructor(
    ticket: string,
    seat: Seat,
    world: AgentWorld,
    answer: (id: number, leave: unknown) => void,
  ) {
    this.ticket = ticket;
    this.seat = seat;
    this.#world = world;
    this.#answer = answer;
    this.ended = new Promise((resolve, reject) => {
      this.#settle = { resolve, reject };
    });
  }

  hear(told: Told): void {
    if (this.#state === 'over') return;
    switch (told.type) {
      case 'work.told':
        return this.#tell(told);
      case 'work.asked':
        // A question that nobody can be asked is denied.
        this.#ask(told).catch(() => this.#answer(told.id, denied));
        return;
      case 'work.ended':
        this.#tell(told);
        return this.#end({ kind: 'ended', outcome: told.outcome, parcel: told.parcel });
    }
  }

  /** Its worker has it. */
  confirm(): void {
    if (this.#state === 'sent') this.#state = 'begun';
  }

  /** Its worker does not begin it. */
  refuse(error: unknown): void {
    if (this.#state === 'over') return;
    this.#state = 'over';
    this.#settle.reject(error);
  }

  lose(fault: Fault): void {
    this.#end({ kind: 'lost', fault });
  }

  /** What its worker says it works on: one that is not named twice was lost on the way. */
  check(tickets: ReadonlySet<string>): void {
    if (this.#state !== 'begun') return;
    this.#missed = tickets.has(this.ticket) ? 0 : this.#missed + 1;
    if (this.#missed >= missedMax) this.lose(forgotten(this.seat.member.name));
  }

  #tell({ events }: Told & { type: 'work.told' | 'work.ended' }): void {
    for (const event of events) this.#world.tell(event);
  }

  async #ask({ id, question }: Told & { type: 'work.asked' }): Promise<void> {
    const leave = await this.#world.ask?.(question);
    this.#answer(id, leave ?? denied);
  }

  #end(ending: Ending): void {
    if (this.#state === 'over') return;
    this.#state = 'over';
    this.#settle.resolve(ending);
  }
}

/** What was told just before may still be on its way. */
const missedMax = 3;

const denied = { answer: 'deny', by: 'nobody' } as const;

const fault = (code: string, message: string): Fault => ({ code, message, retryable: true });

export const gone = (name: string): Fault =>
  fault('worker.lost', `the worker ${name} has not been heard of for longer than its lease`);
export const left = (name: string): Fault =>
  fault('worker.left', `the worker ${name} has left, and gave the task back`);
export const unheard = (error: unknown): Fault =>
  fault('worker.unheard', `what its worker told could not be kept: ${String(error)}`);
const forgotten = (name: string): Fault =>
  fault('worker.forgot', `the worker ${name} does not know of the task any more`);

/** It was not the task's fault: it is given to others, and no retry is spent. */
export function interruptedBy(fault: Fault): Outcome {
  const measured = { durationMs: 0, output: noOutput, usage: unknownUsage, evidence: [] };
  return { kind: 'interrupted', fault, ...measured };
}
