/** Test paths from a machine's own graph: together they take every transition that can be taken. */
import type { EventObject } from 'xstate';
import type { Exploration, Place } from '../../../src/verify/machines/explore.ts';
import type { Standing } from '../../../src/verify/machines/spot.ts';
import { keysOf } from '../../../src/verify/machines/ways.ts';

export interface Path {
  readonly steps: readonly PathStep[];
  /** The keys of the transitions that it takes. */
  readonly takes: ReadonlySet<string>;
}

export interface PathStep {
  readonly event: EventObject;
  /** Where the model says that it leads. */
  readonly to: Place & { readonly spot: Standing };
}

/** The nearest way through each transition, without those that another way contains. */
export function pathsThrough({ places }: Exploration): readonly Path[] {
  const missing = new Map<string, Path>();
  for (const place of places) {
    for (const way of place.ways) {
      if (way.to.spot.kind !== 'standing') continue;
      const keys = way.transitions.map(keyOf);
      if (keys.every((key) => missing.has(key))) continue;
      const path = pathOf(place, { event: way.event, to: way.to as PathStep['to'] });
      for (const key of keys) if (!missing.has(key)) missing.set(key, path);
    }
  }
  return [...new Set(missing.values())];
}

const known = new WeakMap<object, ReadonlyMap<object, string>>();

type Transition = Place['ways'][number]['transitions'][number];

function keyOf(transition: Transition): string {
  const { machine } = transition.source;
  const keys = known.get(machine) ?? keysOf(machine);
  known.set(machine, keys);
  return keys.get(transition) ?? '';
}

function pathOf(place: Place, last: PathStep): Path {
  const steps = [last];
  const takes = new Set<string>();
  for (let at = place; at.from; at = at.from.place) {
    steps.unshift({ event: at.from.event, to: at as PathStep['to'] });
  }
  let before: Place | undefined;
  for (const { event, to } of steps) {
    const from = before ?? firstOf(place);
    const way = from.ways.find((one) => one.event === event && one.to === to);
    for (const transition of way?.transitions ?? []) takes.add(keyOf(transition));
    before = to;
  }
  return { steps, takes };
}

function firstOf(place: Place): Place {
  let at = place;
  while (at.from) at = at.from.place;
  return at;
}
