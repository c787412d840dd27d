/** Steps a machine as the kernel does, and says where it stands then; it never throws. */
import type { AnyMachineSnapshot, AnyStateNode, EventObject } from 'xstate';
import type { Message } from '../../../machines/messages.ts';
import { PureMachine, type ResolvedAction, type Transition } from '../../kernel/xstate.ts';
import { bareEvent, type Unknowns } from './payload.ts';
import { type Fallen, type Spot, type Standing, standing } from './spot.ts';
import type { Subject } from './subject.ts';

/** What a machine is told at its birth. */
export interface Birth extends EventObject {
  readonly type: 'xstate.init';
  readonly input: unknown;
}

export class Stepper {
  readonly unknowns: Unknowns = new Map();
  readonly #pure: PureMachine;
  readonly #subject: Subject;
  readonly #view: (context: never) => unknown;
  /** The ids of all states that were entered, also those left in the same step. */
  readonly entered = new Set<string>();
  readonly #steps = new Map<Spot, Map<EventObject, readonly Transition[]>>();
  /** Of the step under way. */
  #transitions: Transition[] = [];
  #sent: readonly Sent[] = [];
  readonly #messages = new Map<Spot, Map<EventObject, readonly Sent[]>>();
  /** One object a place, so that many ways to it cost no memory. */
  readonly #known = new Map<string, Spot>();

  constructor(subject: Subject) {
    this.#pure = new PureMachine(subject.machine, {
      microstep: (transitions, { _nodes }) => this.#note(transitions, _nodes),
    });
    this.#subject = subject;
    this.#view = subject.rules.view ?? ((context) => context);
  }

  /** The transitions that a step took, in their order. */
  transitionsOf(spot: Spot, event: EventObject): readonly Transition[] {
    return this.#steps.get(spot)?.get(event) ?? [];
  }

  /** What a step said to others, in its order. */
  messagesOf(spot: Spot, event: EventObject): readonly Sent[] {
    return this.#messages.get(spot)?.get(event) ?? [];
  }

  step(spot: Spot, event: EventObject): Spot {
    this.#transitions = [];
    this.#sent = [];
    const next = this.#attempt(spot, event);
    const taken = this.#steps.get(spot) ?? new Map();
    this.#steps.set(spot, taken.set(event, this.#transitions));
    if (this.#sent.length > 0) {
      const said = this.#messages.get(spot) ?? new Map();
      this.#messages.set(spot, said.set(event, this.#sent));
    }
    if (next.kind === 'standing') this.#enter(next.snapshot._nodes);
    const known = this.#known.get(next.key);
    if (known) return known;
    this.#known.set(next.key, next);
    return next;
  }

  #attempt(spot: Spot, event: EventObject): Spot {
    try {
      switch (spot.kind) {
        case 'unborn':
          return this.#standing(null, ...this.#pure.initial((event as Birth).input));
        case 'fallen':
          return spot;
        case 'standing':
          return this.#next(spot, event);
      }
    } catch (error) {
      return fallen(spot, event, error);
    }
  }

  #next(spot: Standing, event: EventObject): Spot {
    const left = without(spot, event);
    // Work that ended with nobody to handle it changes nothing; its failure is XState's to judge.
    const given = this.#subject.events[event.type] || isOwn(event) ? event : this.#bare(event);
    return this.#standing(left, ...this.#pure.transition(spot.snapshot, given));
  }

  #note(transitions: readonly Transition[], nodes: readonly AnyStateNode[]): void {
    this.#transitions.push(...transitions);
    // A state with an `always` is left before anybody sees it.
    this.#enter([...transitions.map(({ source }) => source), ...nodes]);
  }

  #enter(nodes: readonly AnyStateNode[]): void {
    for (const { id } of nodes) this.entered.add(id);
  }

  #bare(event: EventObject): EventObject {
    return bareEvent(event, this.unknowns);
  }

  #standing(
    before: Pick<Standing, 'timers' | 'works'> | null,
    snapshot: AnyMachineSnapshot,
    actions: readonly ResolvedAction[],
  ): Spot {
    if (snapshot.status === 'error') throw snapshot.error;
    const timers = new Map(before?.timers);
    const works = new Map(before?.works);
    for (const { type, params } of actions) note(type, params, timers, works);
    this.#sent = actions.flatMap(sentBy);
    return standing({ snapshot, timers, works }, this.#view);
  }
}

/** What the runtime sends is known whole, but for what invoked work has found. */
const isOwn = ({ type, ...data }: EventObject): boolean =>
  /^xstate\.(after|error)\./.test(type) || (type.startsWith('xstate.done.') && 'output' in data);

function without(spot: Standing, { type, ...data }: EventObject): Standing {
  const timers = new Map(spot.timers);
  const works = new Map(spot.works);
  for (const [id, event] of timers) if (event.type === type) timers.delete(id);
  const { actorId } = data as { actorId?: string };
  if (type.startsWith('xstate.') && actorId !== undefined) works.delete(actorId);
  return { ...spot, timers, works };
}

/** A message to one receiver. */
export interface Sent {
  /** An address: `task/build`. */
  readonly to: string;
  readonly type: string;
  /** Nobody minds when the receiver has ended. */
  readonly ifThere: boolean;
}

/** Messages by address; what goes to a parent or child by XState's own means stays among them. */
function sentBy({ type, params }: ResolvedAction): readonly Sent[] {
  switch (type) {
    case 'send':
      return toEach(params as Message);
    case 'sendAll':
      return (params as { messages: readonly Message[] }).messages.flatMap(toEach);
    default:
      return [];
  }
}

function toEach({ to, event, ifThere = false }: Message): readonly Sent[] {
  const receivers = Array.isArray(to) ? (to as readonly string[]) : [to as string];
  return receivers.map((one) => ({ to: one, type: event.type, ifThere }));
}

interface Raised {
  readonly event: EventObject;
  readonly id?: string;
  readonly delay?: number;
}

function note(
  type: string,
  params: unknown,
  timers: Map<string, EventObject>,
  works: Map<string, string>,
): void {
  switch (type) {
    case 'xstate.raise': {
      const { event, id, delay } = params as Raised;
      if (delay === undefined) return;
      if (!Number.isFinite(delay)) throw new BadDelay(event.type, delay);
      timers.set(id ?? event.type, event);
      return;
    }
    case 'xstate.cancel':
      timers.delete((params as { sendId: string }).sendId);
      return;
    case 'xstate.spawnChild': {
      const { id, src } = params as { id: string; src: unknown };
      works.set(id, String(src));
      return;
    }
    case 'xstate.stopChild':
      works.delete((params as { id: string } | undefined)?.id ?? '');
      return;
    default:
      return;
  }
}

class BadDelay extends Error {
  constructor(type: string, delay: number) {
    super(`the delay of ${type} is ${delay}`);
  }
}

function fallen({ key }: Spot, { type }: EventObject, error: unknown): Fallen {
  const message = error instanceof Error ? error.message : String(error);
  const why = whyOf(error, message);
  return { kind: 'fallen', key: `${key} ${type} ${why} ${message}`, why, message };
}

function whyOf(error: unknown, message: string): Fallen['why'] {
  if (error instanceof BadDelay) return 'delay';
  return /infinite loop/i.test(message) ? 'loop' : 'crash';
}
