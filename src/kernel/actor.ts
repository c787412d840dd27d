/** One actor at rest: where it stands, and what it waits for, which is made when first needed. */
import type { EventObject } from 'xstate';
import type { Address } from '../../machines/ids.ts';
import type { Chart } from './chart.ts';
import { Few, none } from './few.ts';
import { Mailbox } from './mailbox.ts';
import type { ActorState } from './state.ts';
import type { Timer } from './timer-queue.ts';

/** Work under way for an actor. */
export interface Invocation {
  readonly id: string;
  readonly src: string;
  readonly input: unknown;
  /** Fences it: `<input number>.<index>`. */
  readonly effect: string;
}

export interface Ties {
  readonly supervisor: Address | null;
  readonly notify: 'exit' | 'crash';
  /** The actor that invoked it, and under which id. */
  readonly parent: { readonly address: Address; readonly id: string } | null;
}

export class Actor {
  readonly address: Address;
  readonly chart: Chart;
  readonly ties: Ties;
  state: ActorState;
  #mailbox: Mailbox<EventObject> | null = null;
  #timers: Few<Timer> | null = null;
  #invocations: Few<Invocation> | null = null;

  constructor(address: Address, chart: Chart, ties: Ties, state: ActorState) {
    this.address = address;
    this.chart = chart;
    this.ties = ties;
    this.state = state;
  }

  get alive(): boolean {
    return this.state.status === 'active';
  }

  get mailbox(): Mailbox<EventObject> {
    this.#mailbox ??= new Mailbox();
    return this.#mailbox;
  }

  get waiting(): number {
    return this.#mailbox?.length ?? 0;
  }

  unread(): Iterable<EventObject> {
    return this.#mailbox ?? [];
  }

  get timers(): ReadonlyMap<string, Timer> {
    return this.#timers?.asMap() ?? none;
  }

  get invocations(): ReadonlyMap<string, Invocation> {
    return this.#invocations?.asMap() ?? none;
  }

  setTimer(timer: Timer): void {
    this.#timers ??= new Few();
    this.#timers.set(timer.timer, timer);
  }

  dropTimer(id: string): Timer | undefined {
    const dropped = this.#timers?.take(id);
    if (dropped) dropped.state = 'dropped';
    return dropped;
  }

  invocation(id: string): Invocation | undefined {
    return this.#invocations?.get(id);
  }

  addInvocation(invocation: Invocation): void {
    this.#invocations ??= new Few();
    this.#invocations.set(invocation.id, invocation);
  }

  dropInvocation(id: string): Invocation | undefined {
    return this.#invocations?.take(id);
  }

  /** What is left to end when it ends: its invocations are told. */
  clear(): readonly Invocation[] {
    const invocations = [...this.invocations.values()];
    this.#timers = null;
    this.#invocations = null;
    this.#mailbox = null;
    return invocations;
  }
}
