/**
 * A living system: takes inputs, journals them, steps, flushes once for many, and only then acts.
 *
 * Owns: the core, the performer, and the order between them.
 * Invariants:
 * - K3 a wish is performed only after the flush that covers its input.
 * - K5 the clock is armed for the earliest journalled due time, also after a restart; where it is
 *   behind the journal, time goes on from there.
 * - A system whose log failed performs nothing more and takes nothing more: it is halted.
 */
import type { AnyMachineSnapshot, AnyStateMachine, EventObject, InputFrom } from 'xstate';
import { assertNever } from '../../machines/errors.ts';
import { type Address, address } from '../../machines/ids.ts';
import type { SpawnWish } from '../../machines/messages.ts';
import type { Actor } from './actor.ts';
import { Alarm } from './alarm.ts';
import { Asks } from './asks.ts';
import { Charts } from './charts.ts';
import { systemClock } from './clock.ts';
import { Core, defaultLimits } from './core.ts';
import { type Ending, endingOf } from './ending.ts';
import type { Input } from './input.ts';
import type { Log } from './log.ts';
import { Performer } from './performer.ts';
import { hashOf, storeCore } from './persist.ts';
import { recover } from './recovery.ts';
import { Ref } from './ref.ts';
import { closed, gone, taken, unknownEvent } from './refusals.ts';
import { timeLost, workUnderWay } from './revival.ts';
import { SafePoint } from './safe-point.ts';
import type { SystemOptions } from './system-options.ts';
import type { FactWish, Wish } from './wish.ts';

type FactListener = (fact: FactWish) => void;

/** How long it steps before I/O, signals and screens get their turn. */
const stretchMs = 8;
const defaultStoreEvery = 10_000;

interface Applied {
  readonly n: number;
  readonly wishes: readonly Wish[];
}

export class System {
  readonly core: Core;
  readonly #log: Log;
  readonly #charts: Charts;
  readonly #performer: Performer;
  readonly #storeEvery: number;
  readonly #factListeners = new Set<FactListener>();
  readonly #asks: Asks;
  readonly #safe = new SafePoint();
  readonly #alarm: Alarm;
  readonly #endings = new Map<Address, ((ending: Ending) => void)[]>();
  #state: 'open' | 'closing' | 'closed' | { readonly halted: unknown } = 'open';
  #haltListeners: ((error: unknown) => void)[] = [];
  /** Stepped, and waiting for their flush. */
  #applied: Applied[] = [];
  /** The last input whose acts have been begun. */
  #begun = 0;
  #pumping: Promise<void> | null = null;
  /** Whether the last flush had to be waited for. */
  #flushWaits = false;
  #closing: Promise<void> | null = null;
  #storedAt = 0;

  private constructor(options: SystemOptions) {
    this.#alarm = new Alarm(options.clock ?? systemClock, () => this.#ring());
    this.#asks = new Asks(this.#alarm.clock);
    this.#log = options.log;
    this.#charts = new Charts(options.machines);
    this.core = new Core(this.#charts, { ...defaultLimits, ...options.limits });
    this.#storeEvery = options.storeEvery ?? defaultStoreEvery;
    this.#performer = new Performer(this.#charts, options.behaviours ?? {}, {
      ended: (input) => this.#takeEnd(input),
      failed: (act, error) => options.onActFailed?.(act, error),
    });
  }

  /** Opens the log, brings the system to where it was, and goes on with what was under way. */
  static async open(options: SystemOptions): Promise<System> {
    const system = await System.restore(options);
    system.start();
    return system;
  }

  /** Brings the system to where it was; it does nothing before it is started. */
  static async restore(options: SystemOptions): Promise<System> {
    const system = new System(options);
    await system.#recover();
    return system;
  }

  /** Performs what an earlier life left undone, and calls again what was under way. */
  start(): void {
    this.#performer.catchUp();
    this.#goOn();
  }

  /** A new actor; its address must not be taken. */
  spawn<Machine extends AnyStateMachine>(
    machine: Machine,
    wish: { id: string; input?: InputFrom<Machine> } & Pick<SpawnWish, 'supervisor' | 'notify'>,
  ): Ref<Machine> {
    const { id, ...rest } = wish;
    const key = this.#charts.keyOf(machine);
    this.inject({ kind: 'spawn', machine: key, address: address(id), input: undefined, ...rest });
    return this.ref(machine, id);
  }

  /** The way to an actor that was spawned before, perhaps in an earlier life of the process. */
  ref<Machine extends AnyStateMachine>(machine: Machine, id: string): Ref<Machine> {
    return new Ref(this, machine, address(id));
  }

  /** Sends from outside; resolves when the message is safe. Refuses what nobody could mean. */
  async send(to: Address, event: EventObject, by?: string): Promise<void> {
    this.#admit(to, event);
    this.inject({ kind: 'event', to, event, ...(by === undefined ? {} : { by }) });
    return this.flushed();
  }

  /** The first reply to an event that carries `replyTo`; rejects after the deadline. */
  ask(to: Address, event: EventObject, deadlineMs: number): Promise<EventObject> {
    const { replyTo, reply, withdraw } = this.#asks.open(to, this.core.n + 1, deadlineMs);
    this.send(to, { ...event, replyTo } as EventObject).catch(withdraw);
    return reply;
  }

  /** How an actor ended, once that is safe; when the system halts, only `onHalt` tells. */
  ending(of: Address): Promise<Ending> {
    const known = this.core.registry.lookUp(of);
    return new Promise((resolve) => {
      if (known && !known.alive) {
        const tell = (): void => resolve(endingOf(known));
        return void this.flushed().then(tell, () => {});
      }
      const waiting = this.#endings.get(of) ?? [];
      this.#endings.set(of, [...waiting, resolve]);
    });
  }

  /** An actor's state now, or its last one. */
  look(at: Address): AnyMachineSnapshot | undefined {
    const actor = this.core.registry.lookUp(at);
    return actor?.chart.snapshot(actor.state);
  }

  /** Calls for every fact, once its input is safe. Returns how to stop. */
  onFact(listener: FactListener): () => void {
    this.#factListeners.add(listener);
    return () => this.#factListeners.delete(listener);
  }

  /** Calls when the log fails: nothing is taken or done any more. */
  onHalt(listener: (error: unknown) => void): void {
    if (typeof this.#state === 'object') listener(this.#state.halted);
    else this.#haltListeners.push(listener);
  }

  /** The same for the same inputs, live or replayed. */
  hash(): string {
    return hashOf(this.core);
  }

  /** Resolves when everything taken so far is safe; rejects when it never will be. */
  flushed(): Promise<void> {
    if (typeof this.#state === 'object') return Promise.reject(this.#state.halted);
    return this.#safe.reached(this.core.n);
  }

  /** Resolves when nothing is to be done but wait for timers and people. */
  async idle(): Promise<void> {
    while (this.#pumping || this.#performer.busy) {
      await this.#pumping;
      await this.#performer.quiet();
    }
  }

  /** Gives up work under way, waits for its end, and closes the log. The system can be reopened. */
  close(): Promise<void> {
    this.#closing ??= this.#close();
    return this.#closing;
  }

  async #close(): Promise<void> {
    if (this.#state === 'open') this.#state = 'closing';
    this.#alarm.clear();
    // Before the last flush is waited for: no disk is so slow that agents go on meanwhile.
    await this.#performer.close();
    while (this.#pumping) await this.#pumping;
    await this.#performer.quiet();
    if (this.#state === 'closing') {
      this.#state = 'closed';
      await this.#leaveBehind();
    }
    await this.#log.close();
  }

  /** The one door for everything that comes from outside. */
  inject(input: Input): void {
    if (typeof this.#state === 'object') throw this.#state.halted;
    if (this.#state === 'closed') throw closed();
    if (input.kind === 'spawn') this.#admitSpawn(input);
    if (input.kind !== 'pause') this.#makeUpFor(this.#alarm.leap(this.core.at));
    const n = this.core.n + 1;
    const at = this.#alarm.nowFrom(this.core.at);
    try {
      const logged = { n, at, input, performed: this.#performedSoFar() };
      this.#log.append(logged);
      this.#applied.push({ n, wishes: this.core.apply(logged) });
    } catch (error) {
      this.#halt(error);
      throw error;
    }
    this.#pumping ??= this.#pump();
  }

  /** Flushes and performs until nothing is left; batches grow while a flush is under way. */
  async #pump(): Promise<void> {
    // Whatever comes in the same turn of the event loop shares the flush, if that takes time.
    await (this.#flushWaits ? this.#alarm.clock.breathe() : null);
    let breathedAt = this.#alarm.clock.elapsed();
    try {
      while (this.#applied.length > 0) {
        const batch = this.#applied;
        this.#applied = [];
        const flushed = this.#log.flush();
        this.#flushWaits = flushed !== undefined;
        if (flushed) await flushed;
        this.#safe.advance((batch.at(-1) as Applied).n);
        for (const { n, wishes } of batch) {
          for (const wish of wishes) this.#perform(wish);
          this.#begun = n;
        }
        await this.#storeWhenDue();
        if (this.#alarm.clock.elapsed() - breathedAt > stretchMs) {
          this.#arm();
          await this.#alarm.clock.breathe();
          breathedAt = this.#alarm.clock.elapsed();
        }
      }
    } catch (error) {
      this.#halt(error);
    } finally {
      this.#pumping = null;
    }
    this.#arm();
  }

  #perform(wish: Wish): void {
    switch (wish.kind) {
      case 'invoke':
        if (this.#state !== 'open') return;
        return this.#performer.invoke(wish.actor, wish.invocation, false);
      case 'cease':
        return this.#performer.cease(wish.effect);
      case 'act':
        return this.#performer.act(wish, false);
      case 'fact':
        for (const listener of this.#factListeners) listener(wish);
        return;
      case 'reply':
        return this.#asks.deliver(wish.to, wish.event);
      case 'ended':
        return this.#announceEnd(wish.actor);
      default:
        return assertNever(wish);
    }
  }

  #announceEnd(actor: Actor): void {
    const waiting = this.#endings.get(actor.address);
    this.#endings.delete(actor.address);
    for (const resolve of waiting ?? []) resolve(endingOf(actor));
  }

  /** Work that ended after all is closing or for nobody is not worth a record. */
  #takeEnd(input: Input & { kind: 'done' | 'broke' }): void {
    if (this.#state !== 'open') return;
    if (this.core.awaits(input.to, input.id, input.effect)) this.#feed(input);
  }

  /** An input that no caller waits for. */
  #feed(input: Input): void {
    try {
      this.inject(input);
    } catch {
      // It halted, and has said so.
    }
  }

  /** Refused before it is written: what can't come true now can't at any replay. */
  #admitSpawn({ machine, address: at }: SpawnWish): void {
    this.#charts.get(machine);
    if (this.core.registry.find(at)) throw taken(at);
  }

  #admit(to: Address, event: EventObject): void {
    const actor = this.core.registry.find(to);
    if (!actor) throw gone(to);
    if (event.type.startsWith('xstate.') || !actor.chart.knows(event.type)) {
      throw unknownEvent(actor, event.type);
    }
  }

  /** Brings the clock's one alarm to the earliest due time. */
  #arm(): void {
    if (this.#state !== 'open') return;
    this.#alarm.set(this.core.nextDue()?.dueMs);
  }

  #ring(): void {
    if (this.#state !== 'open') return;
    this.#makeUpFor(this.#alarm.leap(this.core.at));
    const now = this.#alarm.clock.now();
    // What is set meanwhile waits for the next turn, or a delay of 0 could come back for ever.
    const { timerOrder: last } = this.core.counters;
    const next = () => this.core.nextDue();
    for (let due = next(); due && due.dueMs <= now && due.order <= last; due = next()) {
      this.#feed({ kind: 'timer', to: due.address, timer: due.timer });
      if (this.#state !== 'open') return;
    }
    if (!this.#pumping) this.#arm();
  }

  #performedSoFar(): number {
    return this.#performer.performed(this.#begun);
  }

  /** Rarer the more actors there are, so that its cost per input does not grow with them. */
  async #storeWhenDue(): Promise<void> {
    const since = this.core.n - this.#storedAt;
    if (since < this.#storeEvery || since < 2 * this.core.registry.kept) return;
    await this.#store();
  }

  /**
   * Stores the system as it is now, so that the next life starts from here. False while acts are
   * under way: the next life would not know of them.
   */
  async store(): Promise<boolean> {
    await this.flushed();
    return this.#store();
  }

  async #store(): Promise<boolean> {
    const { n } = this.core;
    if (this.#performedSoFar() < n) return false;
    this.#storedAt = n;
    await this.#log.store({ n, core: storeCore(this.core) });
    return true;
  }

  /** What a later version can go on from, and any version faster; without it all is replayed. */
  async #leaveBehind(): Promise<void> {
    if (this.core.registry.size === 0 || this.#storedAt === this.core.n) return;
    // All of it is in the journal: what can't be stored now is not lost.
    await this.#store().catch(() => {});
  }

  async #recover(): Promise<void> {
    const { storedAt, owed } = recover(this.core, this.#charts, await this.#log.load());
    this.#storedAt = storedAt;
    this.#safe.advance(this.core.n);
    this.#begun = this.core.n;
    this.#performer.owe(owed);
    this.#alarm.goOnFrom(this.core.at);
  }

  /** What was under way when the last life ended is called again, and told so. */
  #goOn(): void {
    const underWay = workUnderWay(this.core, this.#charts);
    this.#makeUpFor(this.#alarm.clock.now() - this.core.at);
    for (const { actor, invocation } of underWay) {
      const { id, effect } = invocation;
      // The end of another one, known at once, may have made it needless.
      if (this.core.awaits(actor.address, id, effect)) {
        this.#performer.invoke(actor, invocation, true);
      }
    }
    this.#arm();
  }

  #makeUpFor(lostMs: number): void {
    const lost = timeLost(this.core, this.#charts, lostMs);
    if (lost) this.#feed(lost);
  }

  #halt(error: unknown): void {
    if (typeof this.#state === 'object') return;
    this.#state = { halted: error };
    this.#alarm.clear();
    const listeners = this.#haltListeners;
    this.#haltListeners = [];
    this.#safe.fail(error);
    for (const listener of listeners) listener(error);
  }
}
