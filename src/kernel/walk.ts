/**
 * One macrostep along compiled routes: the event's own transition, then whatever `always` and
 * raised events bring, until nothing moves. Mutable while it walks, and gone with the step.
 */
import type { EventObject } from 'xstate';
import { InvariantError } from '../../machines/errors.ts';
import {
  type Children,
  type Configuration,
  candidatesFor,
  type Operation,
  type Params,
  type Route,
} from './configuration.ts';
import { Copier } from './copying.ts';
import { type Effect, effectOf } from './effects.ts';
import { allows, type GuardArgs } from './guard.ts';
import { type ActorState, noChildren, type Step } from './state.ts';
import { microstepsMax, refuseSpawn, type Transition } from './xstate.ts';

/** What a walk needs of its machine. */
export interface Roads {
  /** Null when the transition isn't the plain case. */
  routeOf(at: Configuration, transition: Transition): Route | null;
  /** The state as XState shows it, for guards that look at more than the context. */
  snapshot(state: ActorState): unknown;
  readonly self: unknown;
  readonly system: unknown;
}

interface Args {
  readonly context: unknown;
  readonly event: EventObject;
  readonly self: unknown;
  readonly system: unknown;
  readonly spawn: () => never;
}

/**
 * Reused from step to step, because most of a step's cost would be the making of its tools. A walk
 * is never begun while another one of the same machine is under way: nothing in it calls back.
 */
export class Walk {
  readonly #roads: Roads;
  /** Events that the walk raised for itself. */
  readonly #raised: EventObject[] = [];
  /** Kept from step to step, with its room; the first `#wanted` are of this one. */
  readonly #effects: Effect[] = [];
  readonly #copier = new Copier();
  #wanted = 0;
  #start: ActorState;
  #at: Configuration;
  #context: unknown;
  #children: Children;
  #ended = false;
  #lastArgs: Args | undefined;

  constructor(roads: Roads, start: ActorState) {
    this.#roads = roads;
    this.#start = start;
    this.#at = start.at;
    this.#context = start.context;
    this.#children = start.children;
  }

  /** Null when the step isn't the plain case: nothing has happened, XState's own way is open. */
  run(state: ActorState, event: EventObject): Step | null {
    this.#reset(state);
    const first = this.#choose(candidatesFor(this.#at, event.type), event);
    // XState ends a machine whose invocation failed unheard; that is its business.
    if (!first && event.type.startsWith('xstate.error')) return null;
    if (first && !this.#take(first, event)) return null;
    return this.#settle(event) ? this.#result() : null;
  }

  /** Enters the machine's first states with its first context; null as in `run`. */
  begin(route: Route, unborn: ActorState, context: unknown, event: EventObject): Step | null {
    this.#reset(unborn);
    this.#at = route.target;
    this.#context = context;
    for (const operation of route.operations) this.#perform(operation, event);
    return this.#settle(event) ? this.#result() : null;
  }

  #reset(start: ActorState): void {
    this.#start = start;
    this.#at = start.at;
    this.#context = start.context;
    this.#children = start.children;
    this.#ended = false;
    this.#lastArgs = undefined;
    // A step that failed midway may have left some; to set the length of an empty list is slow.
    if (this.#raised.length > 0) this.#raised.length = 0;
    this.#wanted = 0;
  }

  #result(): Step {
    const effects = this.#wanted === 0 ? noEffects : this.#effects.slice(0, this.#wanted);
    return { state: this.#state(), effects };
  }

  #state(): ActorState {
    const { output, error, history } = this.#start;
    const status = this.#ended ? 'done' : 'active';
    return {
      at: this.#at,
      context: this.#context,
      children: this.#children,
      status,
      output,
      error,
      history,
    };
  }

  #settle(event: EventObject): boolean {
    let current = event;
    let moved = true;
    for (let steps = 0; !this.#ended; steps += 1) {
      if (steps >= microstepsMax)
        throw new InvariantError('`always` or raised events never settle');
      const at = this.#at;
      const context = this.#context;
      const children = this.#children;
      let next: Transition | undefined = moved ? this.#choose(at.always, current) : undefined;
      const eventless: boolean = next !== undefined;
      if (!next) {
        if (this.#raised.length === 0) return true;
        current = this.#raised.shift() as EventObject;
        next = this.#choose(candidatesFor(at, current.type), current);
      }
      if (next && !this.#take(next, current)) return false;
      const same = at === this.#at && context === this.#context && children === this.#children;
      moved = !(eventless && same);
    }
    return true;
  }

  #choose(candidates: readonly Transition[], event: EventObject): Transition | undefined {
    let args: GuardArgs | undefined;
    for (const candidate of candidates) {
      const { guard } = candidate;
      if (guard === undefined) return candidate;
      args ??= { context: this.#context, event };
      if (allows(guard, this.#at, args, this.#snapshot)) return candidate;
    }
    return undefined;
  }

  readonly #snapshot = (): unknown => this.#roads.snapshot(this.#state());

  #take(transition: Transition, event: EventObject): boolean {
    const route = this.#roads.routeOf(this.#at, transition);
    if (!route) return false;
    for (const operation of route.operations) this.#perform(operation, event);
    this.#at = route.target;
    if (!route.ends) return true;
    this.#ended = true;
    return Object.keys(this.#children).length === 0;
  }

  #perform(operation: Operation, event: EventObject): void {
    switch (operation.op) {
      case 'act':
        return this.#act(operation, event);
      case 'assign':
        return this.#assign(operation, event);
      case 'emit':
        return this.#emit(operation, event);
      case 'raise':
        return this.#raise(operation, event);
      case 'cancel':
        this.#want({ kind: 'timer.cancel', timer: operation.timer });
        return;
      case 'invoke':
        return this.#invoke(operation, event);
      case 'cease':
        return this.#cease(operation);
    }
  }

  #act({ name, params, exec }: Operation & { op: 'act' }, event: EventObject): void {
    const resolved = this.#paramsOf(params, event);
    const effect = effectOf(name, resolved, exec, this.#args(event));
    if (effect) this.#want(effect);
  }

  #assign({ assignment, params }: Operation & { op: 'assign' }, event: EventObject): void {
    const args = this.#args(event);
    const given = this.#paramsOf(params, event);
    const context = this.#copier.copy(this.#context as object) as Record<string, unknown>;
    if (typeof assignment === 'function') {
      this.#context = Object.assign(context, assignment(args, given));
      return;
    }
    for (const key in assignment) {
      const value = assignment[key];
      context[key] = typeof value === 'function' ? value(args, given) : value;
    }
    this.#context = context;
  }

  #emit({ event: fact, params }: Operation & { op: 'emit' }, event: EventObject): void {
    const said = this.#valueOf(fact, params, event) as EventObject;
    this.#want({ kind: 'fact', event: said });
  }

  #raise({ raise, params }: Operation & { op: 'raise' }, event: EventObject): void {
    const raised = this.#valueOf(raise.event, params, event) as EventObject;
    const { delay } = raise;
    const { delays } = this.#at.machine.implementations;
    const named = typeof delay === 'string' ? (delays as Record<string, Params>)[delay] : delay;
    const delayMs = this.#valueOf(named, params, event);
    if (typeof delayMs === 'number') {
      const timer = raise.id ?? null;
      this.#want({ kind: 'timer.set', timer, event: raised, delayMs });
    } else this.#raised.push(raised);
  }

  /** What XState lets be a value or a function of the arguments and the action's params. */
  #valueOf(value: Params, params: Params, event: EventObject): unknown {
    if (typeof value !== 'function') return value;
    return value(this.#args(event), this.#paramsOf(params, event));
  }

  #invoke({ id, src, input, alone }: Operation & { op: 'invoke' }, event: EventObject): void {
    const given = typeof input === 'function' ? input(this.#args(event)) : input;
    const first = this.#children === noChildren;
    this.#children = first ? alone : { ...this.#children, ...alone };
    this.#want({ kind: 'invoke.start', id, src, input: given });
  }

  #cease({ id }: Operation & { op: 'cease' }): void {
    if (!(id in this.#children)) return;
    this.#children = without(this.#children, id);
    this.#want({ kind: 'invoke.stop', id });
  }

  #want(effect: Effect): void {
    this.#effects[this.#wanted] = effect;
    this.#wanted += 1;
  }

  #paramsOf(params: Params, event: EventObject): unknown {
    return typeof params === 'function' ? params(this.#args(event)) : params;
  }

  /** What XState gives to every function of a machine; the same object while nothing changed. */
  #args(event: EventObject): Args {
    const args = this.#lastArgs;
    if (args && args.context === this.#context && args.event === event) return args;
    const { self, system } = this.#roads;
    this.#lastArgs = { context: this.#context, event, self, system, spawn: refuseSpawn };
    return this.#lastArgs;
  }
}

/** There is no other child, mostly, and nothing to copy then. */
function without(children: Children, id: string): Children {
  for (const other in children) {
    if (other === id) continue;
    const { [id]: _, ...left } = children;
    return left;
  }
  return noChildren;
}

const noEffects: readonly Effect[] = [];
