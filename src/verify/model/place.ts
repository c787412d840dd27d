/**
 * Where one task is, as far as anything can follow from it: what its machine's step makes of an
 * event, without all that only counts or tells.
 *
 * What is left out: the number of attempts and of pauses, what was spent, evidence, sessions and
 * the names of agents. No guard of the machine asks for them, but for the thousand pauses after
 * which a task gives up: without them a task may pause for ever, which only adds to what can be.
 */
import type { EventObject } from 'xstate';
import { assert } from '../../../machines/errors.ts';
import type { Told, TroupeEvent } from '../../../machines/events.ts';
import type { TaskSpec } from '../../../machines/plan.ts';
import type { TaskContext, TaskInput } from '../../../machines/rules/attempt.ts';
import { Chart } from '../../kernel/chart.ts';
import type { Effect } from '../../kernel/effects.ts';
import type { ActorState } from '../../kernel/state.ts';

export interface Place {
  readonly state: ActorState;
  /** Armed, and not fired. */
  readonly timers: ReadonlyMap<string, EventObject>;
  /** Invoked, and not ended. */
  readonly works: readonly string[];
  /** It waits for an agent of this role that is none of these. */
  readonly wants: { readonly role: string; readonly avoid: readonly string[] } | null;
  /** It has a slot of this role; `isManned`: and an agent that is at work for it. */
  readonly holds: {
    readonly role: string;
    readonly as: 'worker' | 'reviewer';
    readonly isManned: boolean;
  } | null;
  /** Tasks that it has asked for, and that have not ended. */
  readonly awaits: number;
  /** The agent that works for it, or did last. */
  readonly agent: string;
  readonly settled: Told | null;
}

type Message = { readonly event: EventObject };

export class Mover {
  readonly #chart: Chart;

  /** Of the product, or of a test that has planted a mistake in it. */
  constructor(machine: ConstructorParameters<typeof Chart>[0]) {
    this.#chart = new Chart(machine);
  }

  birth(spec: TaskSpec, open: number): Place {
    const input: TaskInput = { spec, open, seed: 1 };
    const { state, effects } = this.#chart.initial(input);
    const unborn = { state, timers: new Map(), works: [], wants: null, holds: null };
    return after({ ...unborn, awaits: 0, agent: '', settled: null }, state, effects);
  }

  /** `timer`: the one that fires by it. */
  step(place: Place, event: EventObject): Place {
    const { state, effects } = this.#chart.step(place.state, event);
    const { type } = event;
    const work = type.startsWith('xstate.done.actor.') ? type.split('.').at(-1) : undefined;
    const timers = new Map([...place.timers].filter(([, set]) => set !== event));
    const works = place.works.filter((each) => each !== work);
    const base = type === 'task.assign' ? taken(place, event) : place;
    const left = type === 'agent.lost' ? unmanned(base) : unwanted(base, type);
    const awaits = awaitedAfter(place, type);
    return after({ ...left, timers, works, awaits }, state, effects);
  }
}

/** One less when one has ended, none when they were refused. */
function awaitedAfter({ awaits }: Place, type: string): number {
  if (awaits === 0 || type === 'task.refuse') return 0;
  return type === 'dependency.settled' ? awaits - 1 : awaits;
}

function taken(place: Place, event: EventObject): Place {
  const { wants } = place;
  assert(wants, 'a task is assigned that wants nobody');
  const { agent } = event as TroupeEvent & { type: 'task.assign' };
  const as = wants.avoid.length > 0 || isReviewed(place) ? 'reviewer' : 'worker';
  return { ...place, wants: null, holds: { role: wants.role, as, isManned: true }, agent };
}

/** Its agent is free again: it has reported, or was given up, or is gone. */
const unmanned = (place: Place): Place =>
  place.holds ? { ...place, holds: { ...place.holds, isManned: false } } : place;

/** Whoever is told that nobody comes waits in no queue any more. */
const unwanted = (place: Place, type: string): Place =>
  type === 'role.lost' || type === 'task.refuse' ? { ...place, wants: null } : place;

const isReviewed = ({ state }: Place): boolean =>
  (state.context as TaskContext).review.stage === 'open';

function after(place: Place, state: ActorState, effects: readonly Effect[]): Place {
  let next: Place = { ...place, state: slim(state) };
  for (const effect of effects) next = enacted(next, effect);
  return next;
}

function enacted(place: Place, effect: Effect): Place {
  switch (effect.kind) {
    case 'send':
      return effect.messages.reduce(heard, place);
    case 'timer.set': {
      const timer = effect.timer ?? effect.event.type;
      return { ...place, timers: new Map([...place.timers, [timer, effect.event]]) };
    }
    case 'timer.cancel': {
      const timers = [...place.timers].filter(([timer]) => timer !== effect.timer);
      return { ...place, timers: new Map(timers) };
    }
    case 'invoke.start':
      return { ...place, works: [...place.works, effect.id] };
    case 'invoke.stop':
      return { ...place, works: place.works.filter((work) => work !== effect.id) };
    default:
      return place;
  }
}

/** What others hear of it. A message that is not known here is a machine that has outgrown this. */
function heard(place: Place, { event }: Message): Place {
  const said = event as TroupeEvent;
  switch (said.type) {
    case 'task.ready':
      return { ...place, wants: { role: said.role, avoid: said.avoid ?? [] } };
    case 'task.withdrawn':
      return { ...place, wants: null };
    case 'task.released':
      return { ...place, holds: null };
    case 'task.settled':
      return { ...place, wants: null, holds: null, awaits: 0, settled: said.status };
    case 'agent.abandon':
    case 'report.taken':
      return unmanned(place);
    case 'task.add':
      return { ...place, awaits: said.tasks.length };
    // To those that it has asked for, when nobody waits for them any more.
    case 'task.cancel':
    case 'agent.assign':
    case 'dependency.settled':
      return place;
    default:
      throw new TypeError(`the model of a task knows no ${said.type}`);
  }
}

function slim(state: ActorState): ActorState {
  const context = state.context as TaskContext;
  const counters = { attempt: 0, pauses: 0, costUsd: 0, evidence: [], earlier: null, prefer: null };
  return { ...state, context: { ...context, ...counters } };
}

/** The same for places from which the same can follow. */
export function keyOf({ state, timers, works, wants, holds, awaits }: Place): string {
  const { spec, outcome, fault, review, delegated, held, ...rest } = state.context as TaskContext;
  const known = {
    ...rest,
    ...{ agent: null, token: null },
    outcome: outcome?.kind ?? null,
    // Which trouble it was only counts where somebody could be fallen back on.
    fault: fault === null ? null : [fault.retryable, spec.fallback ? fault.code : ''],
    review: review.stage === 'open' ? panelKey(review) : review.stage,
    // Who has it, and when they took it, is told to people.
    held: held ? held.from : '',
    delegated: delegated ? [delegated.subtasks.length, delegated.open] : [0, 0],
  };
  const where = [
    state.at.value,
    known,
    [...timers.keys()],
    works,
    wants?.role,
    wants?.avoid.length,
  ];
  return JSON.stringify([...where, holds, awaits]);
}

type Panel = TaskContext['review'] & { stage: 'open' };

function panelKey({ votes, spoilt, last }: Panel): unknown {
  const accepted = votes.filter(({ accepts }) => accepts).length;
  return [accepted, votes.length, spoilt, last && [last.fault?.retryable, last.restMs !== null]];
}
