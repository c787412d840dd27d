/**
 * Who listens where: at one address, or to everything below a place.
 *
 * Owns: the listeners by pattern. Invariant: a pattern with nobody left is forgotten.
 */

export class Listeners<Listener> {
  readonly #exact = new Map<string, Set<Listener>>();
  /** By what their addresses begin with: `run/7f3/` for `run/7f3/*`. */
  readonly #below = new Map<string, Set<Listener>>();

  add(pattern: string, listener: Listener): void {
    const [map, key] = this.#placeOf(pattern);
    const found = map.get(key);
    if (found) found.add(listener);
    else map.set(key, new Set([listener]));
  }

  delete(pattern: string, listener: Listener): void {
    const [map, key] = this.#placeOf(pattern);
    const found = map.get(key);
    found?.delete(listener);
    if (found?.size === 0) map.delete(key);
  }

  /** Whatever it listens to. */
  forget(listener: Listener): void {
    for (const map of [this.#exact, this.#below]) {
      for (const [key, found] of map) {
        if (found.delete(listener) && found.size === 0) map.delete(key);
      }
    }
  }

  clear(): void {
    this.#exact.clear();
    this.#below.clear();
  }

  /** Once for each pattern that fits. Nothing is made on the way: every message comes by here. */
  visit(address: string, call: (listener: Listener) => void): void {
    const here = this.#exact.get(address);
    if (here) for (const listener of here) call(listener);
    if (this.#below.size <= fewMax) this.#visitFew(address, call);
    else this.#visitAbove(address, call);
  }

  #visitFew(address: string, call: (listener: Listener) => void): void {
    for (const [beginning, found] of this.#below) {
      if (address.startsWith(beginning)) for (const listener of found) call(listener);
    }
  }

  /** What it costs does not grow with the listeners elsewhere. */
  #visitAbove(address: string, call: (listener: Listener) => void): void {
    for (let at = address.lastIndexOf('/'); at > 0; at = address.lastIndexOf('/', at - 1)) {
      const found = this.#below.get(address.slice(0, at + 1));
      if (found) for (const listener of found) call(listener);
    }
  }

  #placeOf(pattern: string): readonly [Map<string, Set<Listener>>, string] {
    return pattern.endsWith('/*') ? [this.#below, pattern.slice(0, -1)] : [this.#exact, pattern];
  }
}

/** To compare with so many beginnings costs less than to cut the address into its own. */
const fewMax = 8;
