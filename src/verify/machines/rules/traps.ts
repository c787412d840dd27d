/** From every state a final one can be reached; in a machine that has none, `idle`. */
import type { AnyStateNode } from 'xstate';
import type { Exploration, Place } from '../explore.ts';
import { type Finding, traceTo } from '../finding.ts';
import { nodesOf } from '../graph.ts';
import { isOver, placeOf, type Standing, stateOf } from '../spot.ts';
import { endsOf, reachableFrom } from '../structure.ts';
import type { Subject } from '../subject.ts';
import { type Explored, firstOf, isStanding, isSure, type StandingPlace } from './explored.ts';

interface Goal {
  readonly name: string;
  readonly nodes: readonly AnyStateNode[];
  readonly isAt: (spot: Standing) => boolean;
}

export const isIdle = ({ key, tags }: AnyStateNode): boolean =>
  key === 'idle' || tags.includes('idle');

/** Null: it has neither, and nobody says what it is to come back to. */
export function goalOf({ machine, rules }: Subject): Goal | null {
  const ends = endsOf(machine);
  if (ends.length > 0) return { name: 'a final state', nodes: ends, isAt: isOver };
  const { home } = rules;
  const isHome = (node: AnyStateNode): boolean => isIdle(node) || placeOf(node) === home;
  const nodes = nodesOf(machine).filter(isHome);
  if (nodes.length === 0) return null;
  const ids = new Set(nodes.map(({ id }) => id));
  const isAt = ({ snapshot }: Standing): boolean => snapshot._nodes.some(({ id }) => ids.has(id));
  return { name: `\`${home ?? 'idle'}\``, nodes, isAt };
}

/** Each by the place where it is walked into. */
export function traps(explored: Explored, dead: readonly Place[]): Finding[] {
  const { exploration, subject } = explored;
  const goal = goalOf(subject);
  // That nothing leads to any of them is told of by itself.
  if (!goal?.nodes.some(({ id }) => exploration.entered.has(id))) return [];
  const saved = leadingTo(exploration, (place) => isStanding(place) && goal.isAt(place.spot));
  // A dead end, or a crash, is told of by itself.
  const ends = new Set(dead.map(({ spot }) => stateOf(spot)));
  const explained = leadingTo(exploration, (place) => {
    return place.spot.kind === 'fallen' || ends.has(stateOf(place.spot));
  });
  const lost = new Set(
    exploration.places
      .filter(isStanding)
      .filter((place) => !saved.has(place) && !explained.has(place))
      .filter((place) => isSure(explored) || isBeyond(place, goal)),
  );
  const entries = [...lost].filter(({ from }) => !from || !lost.has(from.place as StandingPlace));
  return firstOf(entries, ({ spot }) => stateOf(spot)).map((place) => trap(place, goal));
}

/** No way leads there from here even if no guard ever refused. */
function isBeyond({ spot }: StandingPlace, { nodes }: Goal): boolean {
  const reached = reachableFrom(spot.snapshot._nodes);
  const ids = new Set([...reached].map(({ id }) => id));
  return nodes.every(({ id }) => !ids.has(id));
}

function trap(place: StandingPlace, { name }: Goal): Finding {
  const state = stateOf(place.spot);
  const message = `once in ${state}, ${name} can't be reached any more`;
  const hint = 'give one of the states from there on a way to it';
  return { property: 'no-end', state, message, hint, trace: traceTo(place) };
}

/** Every place from which one of these can be reached. */
function leadingTo({ places }: Exploration, isGoal: (place: Place) => boolean): Set<Place> {
  const before = new Map<Place, Place[]>();
  for (const place of places) {
    for (const { to } of place.ways) before.set(to, [...(before.get(to) ?? []), place]);
  }
  const found = new Set(places.filter(isGoal));
  for (const place of found) for (const earlier of before.get(place) ?? []) found.add(earlier);
  return found;
}
