/** Walks through all that may happen to a machine, breadth first, as far as it is allowed to. */
import { getAdjacencyMap } from '@xstate/graph';
import type { EventObject } from 'xstate';
import type { Transition } from '../../kernel/xstate.ts';
import { eventsAt } from './alphabet.ts';
import { fingerprint } from './fingerprint.ts';
import type { Unknowns } from './payload.ts';
import { type Spot, unborn } from './spot.ts';
import { type Sent, Stepper } from './stepper.ts';
import type { Subject } from './subject.ts';

export interface Place {
  readonly spot: Spot;
  /** Steps from the birth on the shortest way. */
  readonly depth: number;
  /** Whether everything that may happen here was tried. */
  readonly expanded: boolean;
  readonly ways: readonly Way[];
  /** The shortest way here; null at the beginning. */
  readonly from: { readonly place: Place; readonly event: EventObject } | null;
}

export interface Way {
  readonly event: EventObject;
  /** What was taken, microstep by microstep; empty when nothing was. */
  readonly transitions: readonly Transition[];
  /** What was said to others by it. */
  readonly messages: readonly Sent[];
  readonly to: Place;
}

export interface Exploration {
  /** The first is the beginning; in the order in which they were found. */
  readonly places: readonly Place[];
  /** Whether nothing was left out. */
  readonly isWhole: boolean;
  readonly depth: number;
  /** Places that were reached and not gone on from. */
  readonly frontier: number;
  /** The ids of the states that were entered, also of those that are left at once. */
  readonly entered: ReadonlySet<string>;
  readonly unknowns: Unknowns;
}

/** Enough for machines of people; a whole run has a checker of its own. */
const defaultStatesMax = 20_000;

export function explore(subject: Subject, statesMax = defaultStatesMax): Exploration {
  const stepper = new Stepper(subject);
  const expanded = new Set<Spot>();
  const logic = {
    transition: (spot: Spot, event: EventObject) => stepper.step(spot, event),
    getInitialSnapshot: () => unborn,
  };
  const events = (spot: Spot): EventObject[] => {
    if (expanded.size >= statesMax) return [];
    expanded.add(spot);
    return [...eventsAt(subject, spot)];
  };
  // XState's types want a whole actor logic; the walk asks for nothing but these two.
  const map = getAdjacencyMap(logic as never, {
    fromState: unborn as never,
    events: events as never,
    serializeState: ((spot: Spot) => spot.key) as never,
    serializeEvent: fingerprint,
  }) as unknown as AdjacencyMap;
  const { entered, unknowns } = stepper;
  return { ...placesOf(map, expanded, stepper), entered, unknowns };
}

type AdjacencyMap = Readonly<
  Record<
    string,
    {
      readonly state: Spot;
      readonly transitions: Readonly<Record<string, { event: EventObject; state: Spot }>>;
    }
  >
>;

type Open = { -readonly [Key in keyof Place]: Place[Key] } & { ways: Way[] };

/** The same as a graph of objects, with the shortest way to each. */
function placesOf(map: AdjacencyMap, expanded: ReadonlySet<Spot>, stepper: Stepper) {
  const places = new Map<string, Open>();
  const first = opened(unborn, null, expanded);
  places.set(unborn.key, first);
  // A Map goes on to what is added while it is walked through.
  for (const place of places.values()) {
    for (const { event, state } of Object.values(map[place.spot.key]?.transitions ?? {})) {
      let to = places.get(state.key);
      if (!to) {
        to = opened(state, { place, event }, expanded);
        places.set(state.key, to);
      }
      const transitions = stepper.transitionsOf(place.spot, event);
      const messages = stepper.messagesOf(place.spot, event);
      place.ways.push({ event, to, transitions, messages });
    }
  }
  const all = [...places.values()];
  const frontier = all.filter((place) => !place.expanded).length;
  const depth = all.at(-1)?.depth ?? 0;
  return { places: all, isWhole: frontier === 0, depth, frontier };
}

function opened(spot: Spot, from: Place['from'], expanded: ReadonlySet<Spot>): Open {
  const depth = from ? from.place.depth + 1 : 0;
  return { spot, depth, expanded: expanded.has(spot), ways: [], from };
}
