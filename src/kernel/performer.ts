/**
 * Carries out what the core wished for: starts and ends invoked work, runs named actions.
 *
 * Owns: the cancellations of the work under way, and which acts are still unfinished.
 * Invariants:
 * - it is only ever given wishes whose input is on disk (K3);
 * - the end of work comes back as an input with the effect that started it (K4);
 * - what a behaviour throws never gets past here: work answers with it, an act reports it.
 */
import type { Address } from '../../machines/ids.ts';
import type { Actor, Invocation } from './actor.ts';
import { type Logic, logicOf } from './admission.ts';
import type { Behaviour, Behaviours, Call } from './behaviours.ts';
import { Cancellation } from './cancellation.ts';
import type { Charts } from './charts.ts';
import { errorData, type Input } from './input.ts';
import { UserError } from './user-error.ts';
import { type ActWish, inputOf } from './wish.ts';

export interface Reports {
  /** The end of invoked work, as the input it is. */
  readonly ended: (input: Input & { kind: 'done' | 'broke' }) => void;
  /** An act that failed: the world did not do what the machines count on. */
  readonly failed: (act: ActWish, error: unknown) => void;
}

/** One piece of work under way. */
class Work implements Call {
  readonly input: unknown;
  readonly actor: Address;
  readonly effect: string;
  readonly resumed: boolean;
  readonly cancellation = new Cancellation();

  constructor(input: unknown, actor: Address, effect: string, resumed: boolean) {
    this.input = input;
    this.actor = actor;
    this.effect = effect;
    this.resumed = resumed;
  }

  get signal(): AbortSignal {
    return this.cancellation.signal;
  }
}

export class Performer {
  readonly #behaviours: Behaviours;
  readonly #logics = new Map<string, ReadonlyMap<string, Logic>>();
  readonly #reports: Reports;
  readonly #working = new Map<string, Work>();
  /** Unfinished acts by the number of their input, oldest first. */
  readonly #unfinished = new Map<number, number>();
  #owed: ActWish[] = [];
  #settled: (() => void)[] = [];

  constructor(charts: Charts, behaviours: Behaviours, reports: Reports) {
    this.#behaviours = behaviours;
    this.#reports = reports;
    for (const { key, origin } of charts.all) this.#logics.set(key, logicOf(origin));
  }

  /** Acts of every input up to this one have been carried out, given that `upTo` was begun. */
  performed(upTo: number): number {
    const [oldest = Number.POSITIVE_INFINITY] = this.#unfinished.keys();
    const [owed] = this.#owed;
    return Math.min(upTo, oldest - 1, owed ? inputOf(owed) - 1 : upTo);
  }

  /** Acts of which nobody knows whether an earlier life carried them out, oldest first. */
  owe(acts: readonly ActWish[]): void {
    this.#owed = [...acts];
  }

  catchUp(): void {
    for (let act = this.#owed[0]; act; act = this.#owed[0]) {
      this.act(act, true);
      this.#owed.shift();
    }
  }

  get busy(): boolean {
    return this.#working.size > 0 || this.#unfinished.size > 0;
  }

  invoke(actor: Actor, invocation: Invocation, resumed: boolean): void {
    const { id, src, input, effect } = invocation;
    const to = actor.address;
    const work = new Work(input, to, effect, resumed);
    this.#working.set(effect, work);
    const end = (ending: Input & { kind: 'done' | 'broke' }): void => {
      this.#working.delete(effect);
      this.#quieten();
      this.#reports.ended(ending);
    };
    const broke = (error: unknown): void =>
      end({ kind: 'broke', to, id, effect, error: errorData(error) });
    try {
      const answer = this.#workOf(actor, src)(work as unknown as Call<never>);
      if (!isPromise(answer)) return end({ kind: 'done', to, id, effect, output: answer });
      answer.then((output) => end({ kind: 'done', to, id, effect, output }), broke);
    } catch (error) {
      broke(error);
    }
  }

  cease(effect: string): void {
    this.#working.get(effect)?.cancellation.request();
  }

  act(wish: ActWish, resumed: boolean): void {
    const behaviour = this.#behaviours[wish.machine]?.[wish.name];
    if (!behaviour && !wish.run) return;
    try {
      const answer = behaviour ? behaviour(this.#callOf(wish, resumed)) : wish.run?.();
      if (isPromise(answer)) this.#await(wish, answer);
    } catch (error) {
      this.#reports.failed(wish, error);
    }
  }

  /** Gives all work up, and resolves when nothing is under way any more. */
  async close(): Promise<void> {
    for (const { cancellation } of this.#working.values()) cancellation.request();
    await this.quiet();
  }

  /** Resolves when neither work nor acts are under way. */
  quiet(): Promise<void> {
    if (!this.busy) return Promise.resolve();
    return new Promise((resolve) => this.#settled.push(resolve));
  }

  #await(wish: ActWish, answer: PromiseLike<unknown>): void {
    const n = inputOf(wish);
    this.#unfinished.set(n, (this.#unfinished.get(n) ?? 0) + 1);
    const finish = (): void => {
      const left = (this.#unfinished.get(n) as number) - 1;
      if (left > 0) this.#unfinished.set(n, left);
      else this.#unfinished.delete(n);
      this.#quieten();
    };
    answer.then(finish, (error: unknown) => {
      this.#reports.failed(wish, error);
      finish();
    });
  }

  #quieten(): void {
    if (this.busy) return;
    const settled = this.#settled;
    this.#settled = [];
    for (const resolve of settled) resolve();
  }

  #callOf({ params, address, effect }: ActWish, resumed: boolean): Call<never> {
    const { signal } = never;
    return { input: params as never, actor: address, effect, resumed, signal, cancellation: never };
  }

  #workOf(actor: Actor, src: string): Behaviour<never> {
    const { key } = actor.chart;
    const given = this.#behaviours[key]?.[src];
    if (given) return given;
    const logic = this.#logics.get(key)?.get(src);
    if (logic?.kind === 'promise') return logic.create as Behaviour<never>;
    throw new UserError(
      'behaviour.missing',
      `nothing is given for "${src}", which machine "${key}" invokes`,
      `give it when the system is opened: { behaviours: { "${key}": { "${src}": ... } } }`,
    );
  }
}

/** An act can't be called back. */
const never = new Cancellation();

function isPromise(value: unknown): value is PromiseLike<unknown> {
  return typeof (value as Partial<PromiseLike<unknown>> | null)?.then === 'function';
}
