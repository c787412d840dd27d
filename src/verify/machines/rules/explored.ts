/** What the rules look at, and how they put into words what they find. */
import type { Exploration, Place } from '../explore.ts';
import type { Standing } from '../spot.ts';
import type { Subject } from '../subject.ts';

export interface Explored {
  readonly subject: Subject;
  readonly exploration: Exploration;
}

export type StandingPlace = Place & { readonly spot: Standing };

/** Whether all that may happen was seen. */
export const isSure = ({ exploration }: Explored): boolean =>
  exploration.isWhole && exploration.unknowns.size === 0;

export const isStanding = (place: Place): place is StandingPlace => place.spot.kind === 'standing';

/** The first of each name, which is the nearest. */
export function firstOf<Item>(items: readonly Item[], name: (item: Item) => string): Item[] {
  const named = new Map<string, Item>();
  for (const item of items) if (!named.has(name(item))) named.set(name(item), item);
  return [...named.values()];
}
