/**
 * How many attempts a worker may be at, of each role.
 *
 * Owns: how many it is at. Invariants:
 * - of a role it is at no more than that role's places and what is left of those for any role;
 * - to find a place costs the same, however many are taken.
 */
import { anyRole } from './wire.ts';

export class Places {
  readonly #own: ReadonlyMap<string, number>;
  /** For any role. */
  readonly #common: number;
  readonly #taken = new Map<string, number>();
  /** Of the common ones: what the roles' own places did not hold. */
  #commonTaken = 0;

  constructor(offered: Readonly<Record<string, number>>) {
    const { [anyRole]: common = 0, ...own } = offered;
    this.#own = new Map(Object.entries(own));
    this.#common = common;
  }

  take(role: string): 'taken' | 'full' {
    const taken = this.#takenBy(role);
    if (taken >= this.#ownOf(role)) {
      if (this.#commonTaken >= this.#common) return 'full';
      this.#commonTaken += 1;
    }
    this.#taken.set(role, taken + 1);
    return 'taken';
  }

  /** Whichever it was: one that is at a common place moves to a place of its role's own. */
  giveBack(role: string): void {
    const taken = this.#takenBy(role);
    if (taken > this.#ownOf(role)) this.#commonTaken -= 1;
    if (taken > 1) this.#taken.set(role, taken - 1);
    else this.#taken.delete(role);
  }

  #ownOf(role: string): number {
    return this.#own.get(role) ?? 0;
  }

  #takenBy(role: string): number {
    return this.#taken.get(role) ?? 0;
  }
}
