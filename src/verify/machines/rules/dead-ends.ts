/** Whatever is not final can be left. */
import type { Place, Way } from '../explore.ts';
import { type Finding, traceTo } from '../finding.ts';
import { isOver, stateOf } from '../spot.ts';
import { type Explored, firstOf, isStanding } from './explored.ts';

/** Nothing that may happen there changes anything. */
export function deadEnds(explored: Explored): Place[] {
  const still = explored.exploration.places.filter(isStanding).filter((place) => {
    if (isOver(place.spot) || !place.expanded) return false;
    if (place.ways.some((way) => doesSomething(place, way))) return false;
    return (
      place.ways.length === 0 || place.ways.every(({ event }) => isKnown(explored, event.type))
    );
  });
  return firstOf(still, ({ spot }) => stateOf(spot));
}

/** One that stays may still answer, count or begin anew. */
function doesSomething(place: Place, { to, transitions }: Way): boolean {
  return to !== place || transitions.some(({ actions, reenter }) => actions.length > 0 || reenter);
}

const isKnown = ({ exploration }: Explored, type: string): boolean =>
  !exploration.unknowns.has(type);

export function deadEnd(place: Place): Finding {
  const state = stateOf(place.spot);
  const types = [...new Set(place.ways.map(({ event }) => event.type))];
  const why = types.length > 0 ? `: ${types.join(', ')} changes nothing` : '';
  const message = `${state} is a dead end: it is not final, and nothing leads out of it${why}`;
  const hint = "make it `type: 'final'`, or give it a way out";
  return { property: 'dead-end', state, message, hint, trace: traceTo(place) };
}
