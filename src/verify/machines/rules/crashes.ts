/** No event of the alphabet makes a step throw, and no `always` goes on for ever. */
import type { Place } from '../explore.ts';
import { type Finding, traceTo } from '../finding.ts';
import { stateOf } from '../spot.ts';
import { type Explored, firstOf } from './explored.ts';

export function crashes({ exploration }: Explored): Finding[] {
  const fallen = exploration.places.filter((place) => {
    const type = place.from?.event.type ?? '';
    // What reads data that nobody has described may well break for want of it.
    return place.spot.kind === 'fallen' && !exploration.unknowns.has(type);
  });
  const named = (place: Place): string =>
    `${place.from && stateOf(place.from.place.spot)} ${place.from?.event.type}`;
  return firstOf(fallen, named).map(crash);
}

function crash(place: Place): Finding {
  const { spot, from } = place;
  const state = from ? stateOf(from.place.spot) : '';
  const type = from?.event.type ?? '';
  const trace = traceTo(place);
  const message = spot.kind === 'fallen' ? spot.message : '';
  if (spot.kind === 'fallen' && spot.why === 'loop') {
    const hint = 'give one of its `always` a guard that comes to an end';
    const found = `"${type}" in ${state} begins a loop of transitions that never rests`;
    return { property: 'always-loop', state, message: found, hint, trace };
  }
  const broke = /^xstate\.error\.actor\.(.+)$/.exec(type)?.[1];
  const [found, hint] = broke
    ? [`the failure of "${broke}" in ${state} ends the machine`, 'handle it there with `onError`']
    : [`"${type}" in ${state} crashes it: ${message}`, 'guard against it, or handle it'];
  return { property: 'crash', state, message: found, hint, trace };
}
