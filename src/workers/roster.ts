/**
 * Who has joined a hub, and which of their places are free. Pure: no time, no wire.
 *
 * Owns: the members, and who waits for a place.
 * Invariants:
 * - a place is one attempt's at a time;
 * - whoever waits longest for a place that it could take gets it.
 */
import { anyRole } from './wire.ts';

export interface Member {
  /** Its desk: another one each time it joins. */
  readonly desk: string;
  readonly name: string;
  /** Places by role. */
  readonly places: ReadonlyMap<string, number>;
  readonly labels: ReadonlySet<string>;
}

/** Whom an attempt needs. */
export interface Wish {
  readonly role: string;
  readonly labels: readonly string[];
}

export interface Place {
  readonly member: Member;
  /** The role by which its place is counted. */
  readonly place: string;
}

/** A place that is given to one attempt, by its ticket. */
export interface Seat extends Place {
  readonly ticket: string;
}

interface Entry {
  readonly member: Member;
  readonly taken: Map<string, number>;
}

interface Waiter {
  readonly wish: Wish;
  readonly take: (place: Place) => void;
}

export class Roster {
  readonly #entries = new Map<string, Entry>();
  readonly #waiting = new Set<Waiter>();

  get members(): readonly Member[] {
    return [...this.#entries.values()].map(({ member }) => member);
  }

  find(desk: string): Member | undefined {
    return this.#entries.get(desk)?.member;
  }

  join(member: Member): void {
    this.#entries.set(member.desk, { member, taken: new Map() });
    this.#serve();
  }

  leave(desk: string): void {
    this.#entries.delete(desk);
  }

  /** Whether anybody who is here could do it, free or not. */
  knows(wish: Wish): boolean {
    return [...this.#entries.values()].some((entry) => placesFor(entry, wish).length > 0);
  }

  /** Null when every place is taken, or others have waited for it before. */
  take(wish: Wish): Place | null {
    let best: { readonly entry: Entry; readonly place: string } | null = null;
    let bestLoad = 1;
    for (const entry of this.#entries.values()) {
      const place = freePlace(entry, wish);
      if (place === null) continue;
      const load = loadAt(entry, place);
      if (load >= bestLoad) continue;
      best = { entry, place };
      bestLoad = load;
    }
    if (best === null) return null;
    best.entry.taken.set(best.place, (best.entry.taken.get(best.place) ?? 0) + 1);
    return { member: best.entry.member, place: best.place };
  }

  /** Called once, when a place is free. Returns how to wait no longer. */
  wait(wish: Wish, take: (place: Place) => void): () => void {
    const waiter = { wish, take };
    this.#waiting.add(waiter);
    return () => {
      this.#waiting.delete(waiter);
    };
  }

  giveBack({ member, place }: Place): void {
    const entry = this.#entries.get(member.desk);
    if (!entry) return;
    entry.taken.set(place, Math.max(0, (entry.taken.get(place) ?? 0) - 1));
    this.#serve();
  }

  #serve(): void {
    for (const waiter of this.#waiting) {
      const place = this.take(waiter.wish);
      if (place === null) continue;
      this.#waiting.delete(waiter);
      waiter.take(place);
    }
  }
}

/** Places for this role alone come before those that others could take. */
function freePlace(entry: Entry, { role, labels }: Wish): string | null {
  for (const label of labels) if (!entry.member.labels.has(label)) return null;
  if (loadAt(entry, role) < 1) return role;
  return loadAt(entry, anyRole) < 1 ? anyRole : null;
}

/** Which share of such places is taken; one that offers none has none to give. */
function loadAt({ member, taken }: Entry, place: string): number {
  const all = member.places.get(place);
  return all === undefined ? 1 : (taken.get(place) ?? 0) / all;
}

const placesFor = ({ member }: Entry, wish: Wish): readonly string[] => placesAt(member, wish);

/** By which of its places the member could do it: those for this role alone come first. */
export function placesAt(
  member: Pick<Member, 'labels' | 'places'>,
  { role, labels }: Wish,
): readonly string[] {
  if (!labels.every((label) => member.labels.has(label))) return [];
  return [role, anyRole].filter((place) => member.places.has(place));
}
