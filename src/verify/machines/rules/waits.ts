/** Whatever waits has a deadline, or says what it waits for. */
import type { AnyStateNode } from 'xstate';
import { type Finding, traceTo } from '../finding.ts';
import { isOver, leaves, placeOf, type Standing, stateOf } from '../spot.ts';
import { endsOf } from '../structure.ts';
import type { Subject } from '../subject.ts';
import { type Explored, firstOf, isStanding, type StandingPlace } from './explored.ts';
import { isIdle } from './traps.ts';

export function waits({ subject, exploration }: Explored, dead: readonly string[]): Finding[] {
  const endless = exploration.places.filter(isStanding).filter((place) => {
    const { spot } = place;
    if (isOver(spot) || spot.timers.size > 0 || dead.includes(stateOf(spot))) return false;
    return !mayRest(subject, place);
  });
  return firstOf(endless, ({ spot }) => stateOf(spot)).map(wait);
}

function mayRest({ machine, rules }: Subject, { spot, from }: StandingPlace): boolean {
  if (leaves(spot.snapshot).some((node) => saysWhy(node) || placeOf(node) in rules.rests)) {
    return true;
  }
  // Work that nobody may stop waiting for is a wait like no other.
  if (rules.waits === 'strict' || spot.works.size > 0) return false;
  // Nothing has begun, or the machine is never meant to end: it waits for whoever wants something.
  return from?.place.from === null || endsOf(machine).length === 0;
}

function saysWhy(node: AnyStateNode): boolean {
  const around = node.parent ? saysWhy(node.parent) : false;
  const reason = (node.meta as { waitsFor?: unknown } | undefined)?.waitsFor;
  return around || isIdle(node) || typeof reason === 'string';
}

function wait(place: StandingPlace): Finding {
  const { spot } = place;
  const state = stateOf(spot);
  const message = `${state} may wait for ever for ${awaited(spot)}`;
  const hint = "give it a deadline (`after`), or say why not: meta: { waitsFor: '...' }";
  return { property: 'no-deadline', state, message, hint, trace: traceTo(place) };
}

function awaited({ works, snapshot }: Standing): string {
  if (works.size > 0) return `the work "${[...works.values()].join('", "')}"`;
  const types = leaves(snapshot).flatMap((node) => [...node.transitions.keys()]);
  return types.length > 0 ? [...new Set(types)].join(', ') : 'an event';
}
