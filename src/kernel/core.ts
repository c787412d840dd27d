/**
 * The system as a deterministic program: an input goes in, states change, wishes for the world
 * come out. It reads no clock and does nothing itself.
 *
 * Owns: every actor, mailbox and timer, and the counters. Nobody else changes them.
 * Invariants (of the list in src/README.md):
 * - K1 only `#attempt` (a step), `#crash` and `#stop` replace an actor's state.
 * - K2 `apply` depends on nothing but the inputs so far, in their order.
 * - K4 every wish for the world carries (actor, input number, index).
 * - K6 mailboxes, ended actors, dead letters and the messages of one input are bounded.
 * - K7 a message to nobody becomes a dead letter.
 * - K8 what a step throws ends its actor, and its supervisor hears of it.
 */
import type { EventObject } from 'xstate';
import { assert, InvariantError } from '../../machines/errors.ts';
import type { Address } from '../../machines/ids.ts';
import type { SpawnWish } from '../../machines/messages.ts';
import { Actor, type Invocation, type Ties } from './actor.ts';
import type { Charts } from './charts.ts';
import { type DeadLetter, DeadLetters } from './dead-letters.ts';
import { type Effect, type InvokeWish, type Message, parent, self } from './effects.ts';
import { End } from './end.ts';
import { errorData, type Input, type Stamped } from './input.ts';
import { Mailbox } from './mailbox.ts';
import { Registry } from './registry.ts';
import { type Due, type Timer, TimerQueue } from './timer-queue.ts';
import type { OnStep, Wish } from './wish.ts';

export interface CoreLimits {
  /** Messages that wait in one mailbox; more become dead letters. */
  readonly mailboxMax: number;
  /** Messages that one input may cause; more is a loop, and whoever gets the next one crashes. */
  readonly messagesPerInputMax: number;
  /** Ended actors whose last state is kept to be looked at; the oldest go first. */
  readonly endedMax: number;
}

export const defaultLimits: CoreLimits = {
  mailboxMax: 1_000_000,
  messagesPerInputMax: 100_000_000,
  endedMax: 1_000_000,
};

/** Replies go to an address of this form, and leave the system. */
const askPrefix = 'ask/';

export class Core {
  readonly registry: Registry;
  readonly deadLetters = new DeadLetters();
  readonly limits: CoreLimits;
  /** Of actors so far, for measurements: not stored, and nothing follows from it. */
  steps = 0;
  /** Told of every step that was taken, for whoever looks: nothing follows from it. */
  onStep: OnStep | null = null;
  readonly #charts: Charts;
  readonly #timers = new TimerQueue();
  /** Actors with something in their mailbox. */
  readonly #runnable = new Mailbox<Actor>(1024);
  /** The number and time of the input under way. */
  #n = 0;
  #at = 0;
  #index = 0;
  #factSeq = 0;
  #timerOrder = 0;
  #wishes: Wish[] = [];

  constructor(charts: Charts, limits: CoreLimits = defaultLimits) {
    this.#charts = charts;
    this.limits = limits;
    this.registry = new Registry(limits.endedMax);
  }

  get n(): number {
    return this.#n;
  }

  get at(): number {
    return this.#at;
  }

  get counters() {
    const [n, at, factSeq, timerOrder] = [this.#n, this.#at, this.#factSeq, this.#timerOrder];
    return { n, at, factSeq, timerOrder };
  }

  /** Puts a stored system in place of this one; see persist.ts. */
  restore(counters: Core['counters'], actors: readonly Actor[]): void {
    assert(this.#n === 0, 'only a system that has seen no input can be restored');
    this.#n = counters.n;
    this.#at = counters.at;
    this.#factSeq = counters.factSeq;
    this.#timerOrder = counters.timerOrder;
    for (const actor of actors) {
      this.registry.add(actor);
      for (const timer of actor.timers.values()) this.#timers.add(timer);
    }
  }

  /** Works one input off until every mailbox is empty. */
  apply({ n, at, input }: Stamped): readonly Wish[] {
    if (n !== this.#n + 1) throw new InvariantError(`input ${n} does not follow ${this.#n}`);
    this.#n = n;
    this.#at = at;
    this.#index = 0;
    this.#wishes = [];
    this.#take(input);
    this.#drain();
    return this.#wishes;
  }

  /** The next timer to fire, if any. */
  nextDue(): Due | undefined {
    return this.#timers.peek();
  }

  /** Whether an end of this invocation would still change anything. */
  awaits(address: Address, id: string, effect: string): boolean {
    return this.registry.find(address)?.invocation(id)?.effect === effect;
  }

  #take(input: Input): void {
    switch (input.kind) {
      case 'spawn':
        return this.#spawn(input, null);
      case 'stop':
        return this.#stop(input.address);
      case 'event':
        return this.#post(input.to, input.event, false);
      case 'done':
        return this.#post(input.to, new End('done', input.id, input.effect, input.output), true);
      case 'broke':
        return this.#post(input.to, new End('error', input.id, input.effect, input.error), true);
      case 'timer':
        return this.#fire(input.to, input.timer);
      case 'pause':
        return this.#postpone(input.forMs, input.of);
    }
  }

  #fire(address: Address, id: string): void {
    const actor = this.registry.find(address);
    const timer = actor?.dropTimer(id);
    if (actor && timer) this.#enqueue(actor, timer.event);
  }

  /** In the order in which they were set, so that equal due times stay in theirs. */
  #postpone(byMs: number, of?: readonly Address[]): void {
    const actors = of?.flatMap((at) => this.registry.find(at) ?? []) ?? this.registry.living();
    const set = actors
      .flatMap((actor) => [...actor.timers.values()].map((timer) => ({ actor, timer })))
      .sort((a, b) => a.timer.order - b.timer.order);
    for (const { actor, timer } of set) {
      this.#schedule(actor, timer.timer, timer.event, timer.dueMs + byMs);
    }
  }

  #post(to: Address, event: EventObject, ifThere: boolean): void {
    const actor = this.registry.find(to);
    if (actor) return this.#enqueue(actor, event);
    if (to.startsWith(askPrefix)) this.#wishes.push({ kind: 'reply', to, event });
    else if (!ifThere) this.#bury(to, event, 'nobody is there');
  }

  #enqueue(actor: Actor, event: EventObject): void {
    const { mailbox } = actor;
    if (mailbox.length >= this.limits.mailboxMax) {
      return this.#bury(actor.address, event, 'its mailbox is full');
    }
    mailbox.push(event);
    if (mailbox.length === 1) this.#runnable.push(actor);
  }

  #bury(to: Address, event: EventObject, why: DeadLetter['why']): void {
    this.deadLetters.add({ n: this.#n, at: this.#at, to, event, why });
  }

  /** One message a turn, so that nobody waits for a busy neighbour. */
  #drain(): void {
    let budget = this.limits.messagesPerInputMax;
    let left = budget;
    for (let actor = this.#runnable.shift(); actor; actor = this.#runnable.shift()) {
      if (!actor.alive) continue;
      const event = actor.mailbox.shift() as EventObject;
      if (actor.waiting > 0) this.#runnable.push(actor);
      left -= 1;
      if (left >= 0) {
        if (!(event instanceof End) || this.#concludes(actor, event)) this.#attempt(actor, event);
        continue;
      }
      this.#crash(actor, new InvariantError(`input ${this.#n} causes messages without end`));
      // Whoever looks after it has its turn, but a loop of crashes comes to an end too.
      budget = Math.floor(budget / 2);
      left = budget;
    }
  }

  /** False when its work was given up, or begun again, after it had ended. */
  #concludes(actor: Actor, { actorId, effect }: End): boolean {
    const awaited = actor.invocation(actorId)?.effect === effect;
    if (awaited) actor.dropInvocation(actorId);
    return awaited;
  }

  #enact(actor: Actor, effect: Effect): void {
    switch (effect.kind) {
      case 'send':
        for (const message of effect.messages) this.#send(actor, message);
        return;
      case 'spawn':
        for (const wish of effect.wishes) this.#spawn(wish, null);
        return;
      case 'stop':
        for (const address of effect.addresses) this.#stop(address);
        return;
      case 'timer.set':
        return this.#setTimer(actor, effect);
      case 'timer.cancel':
        return this.#dropTimer(actor, effect.timer);
      case 'invoke.start':
        return this.#invoke(actor, effect);
      case 'invoke.stop':
        return this.#cease(actor, actor.dropInvocation(effect.id));
      case 'fact':
        return this.#tell(actor.address, effect.event);
      case 'act':
        return this.#act(actor, effect);
    }
  }

  #send(actor: Actor, { to, event, ifThere = false }: Message): void {
    if (typeof to === 'string') return this.#post(to, event, ifThere);
    if (Array.isArray(to)) {
      for (const address of to as readonly Address[]) this.#post(address, event, ifThere);
      return;
    }
    this.#post(this.#resolve(actor, to as typeof parent), event, ifThere);
  }

  #resolve(actor: Actor, to: typeof parent | typeof self | { child: string }): Address {
    if (to === self) return actor.address;
    if (to === parent) {
      assert(actor.ties.parent, `${actor.address} has no parent to send to`);
      return actor.ties.parent.address;
    }
    return `${actor.address}/${(to as { child: string }).child}` as Address;
  }

  #spawn(wish: SpawnWish, parentOf: Ties['parent']): void {
    const { address, machine, input, supervisor = null, notify = 'crash' } = wish;
    assert(!this.registry.find(address), `${address} is taken by a living actor`);
    const chart = this.#charts.get(machine);
    const ties: Ties = { supervisor, notify, parent: parentOf };
    const actor = new Actor(address, chart, ties, chart.unborn);
    this.registry.add(actor);
    this.#attempt(actor, null, input);
  }

  /** The first step when there is no event yet. */
  #attempt(actor: Actor, event: EventObject | null, input?: unknown): void {
    this.steps += 1;
    const { chart, state: before } = actor;
    try {
      const { state, effects } = event ? chart.step(before, event) : chart.initial(input);
      actor.state = state;
      for (const effect of effects) this.#enact(actor, effect);
    } catch (error) {
      return this.#crash(actor, error);
    }
    this.onStep?.(actor, event, before);
    if (!actor.alive) this.#end(actor);
  }

  /** A crash stays in its actor (K8). */
  #crash(actor: Actor, error: unknown): void {
    actor.state = { ...actor.state, status: 'error', error };
    this.#end(actor);
  }

  #stop(address: Address): void {
    const actor = this.registry.find(address);
    if (!actor) return;
    actor.state = { ...actor.state, status: 'stopped' };
    this.#end(actor);
  }

  #setTimer(actor: Actor, { timer, event, delayMs }: Effect & { kind: 'timer.set' }): void {
    if (!Number.isFinite(delayMs)) {
      throw new InvariantError(`the delay of ${event.type} is ${delayMs}`);
    }
    const id = timer ?? `${event.type}#${this.#timerOrder + 1}`;
    this.#schedule(actor, id, event, this.#at + Math.max(0, delayMs));
  }

  #schedule(actor: Actor, id: string, event: EventObject, dueMs: number): void {
    this.#timerOrder += 1;
    const order = this.#timerOrder;
    const { address } = actor;
    this.#dropTimer(actor, id);
    const timer: Timer = { dueMs, order, address, timer: id, event, state: 'set' };
    actor.setTimer(timer);
    this.#timers.add(timer);
  }

  #dropTimer(actor: Actor, id: string): void {
    if (actor.dropTimer(id)) this.#timers.noteStale();
  }

  #invoke(actor: Actor, { id, src, input }: InvokeWish): void {
    // It may have stopped itself a moment ago.
    if (actor.state.status === 'stopped') return;
    this.#cease(actor, actor.dropInvocation(id));
    const invocation = { id, src, input, effect: this.#nextEffect() };
    actor.addInvocation(invocation);
    const machine = this.#charts.childOf(actor.chart, src);
    if (!machine) {
      this.#wishes.push({ kind: 'invoke', actor, invocation });
      return;
    }
    const address = `${actor.address}/${id}` as Address;
    this.#spawn({ machine, address, input }, { address: actor.address, id });
  }

  #cease(actor: Actor, invocation: Invocation | undefined): void {
    if (!invocation) return;
    if (this.#charts.childOf(actor.chart, invocation.src)) {
      this.#stop(`${actor.address}/${invocation.id}` as Address);
    } else this.#wishes.push({ kind: 'cease', effect: invocation.effect });
  }

  #tell(actor: Address, event: EventObject): void {
    this.#factSeq += 1;
    this.#wishes.push({ kind: 'fact', seq: this.#factSeq, at: this.#at, actor, event });
  }

  #act(actor: Actor, { name, params, run }: Effect & { kind: 'act' }): void {
    const { address, chart } = actor;
    const effect = this.#nextEffect();
    this.#wishes.push({ kind: 'act', address, machine: chart.key, effect, name, params, run });
  }

  #nextEffect(): string {
    this.#index += 1;
    return `${this.#n}.${this.#index}`;
  }

  /** Its timers and work end with it, those who depend on it hear of it, and its state is kept. */
  #end(actor: Actor): void {
    // An actor that stops itself ends in the middle of its step.
    if (this.registry.find(actor.address) !== actor) return;
    this.registry.retire(actor);
    for (const event of actor.unread()) this.#bury(actor.address, event, 'it ended first');
    for (const id of actor.timers.keys()) this.#dropTimer(actor, id);
    for (const invocation of actor.clear()) this.#cease(actor, invocation);
    if (actor.state.status === 'error') this.#stopSupervised(actor.address);
    this.#wishes.push({ kind: 'ended', actor });
    this.#notifySupervisor(actor);
    this.#notifyParent(actor);
  }

  /** OTP's link from a supervisor to all below it: without it nobody would look after them. */
  #stopSupervised(supervisor: Address): void {
    const gone = new Set([supervisor]);
    // In the order of their births: whoever looks after another one was there before it.
    for (const { address, ties } of this.registry.living()) {
      const above = ties.supervisor ?? ties.parent?.address;
      if (!above || !gone.has(above)) continue;
      gone.add(address);
      this.#stop(address);
    }
  }

  #notifySupervisor({ address, ties, state }: Actor): void {
    if (!ties.supervisor || state.status === 'stopped') return;
    const crashed = state.status === 'error';
    if (!crashed && ties.notify === 'crash') return;
    const error = crashed ? errorData(state.error).message : null;
    const event = {
      type: 'child.exited',
      child: address,
      output: state.output,
      error,
      at: this.#at,
    };
    this.#post(ties.supervisor, event, true);
  }

  #notifyParent({ ties, state }: Actor): void {
    const { parent: above } = ties;
    const actor = above && this.registry.find(above.address);
    if (!actor || state.status === 'stopped') return;
    const { effect } = actor.invocation(above.id) as Invocation;
    const end =
      state.status === 'done'
        ? new End('done', above.id, effect, state.output)
        : new End('error', above.id, effect, errorData(state.error));
    this.#enqueue(actor, end);
  }
}
