/**
 * A map for what an actor has few of (timers, invoked work), by id. Mostly it holds one item at a
 * time, so the first is kept in two fields: a Map that is filled with one and emptied again, task
 * after task, would allocate anew each time.
 *
 * Invariant: like a Map, it keeps the order in which they were set.
 */
export class Few<Item extends object> {
  #id: string | null = null;
  #only: Item | undefined;
  /** Holds them all, from the moment that there were two at once; null until then. */
  #many: Map<string, Item> | null = null;

  get(id: string): Item | undefined {
    if (this.#many) return this.#many.get(id);
    return this.#id === id ? this.#only : undefined;
  }

  set(id: string, item: Item): void {
    if (!this.#many && this.#id !== null && this.#id !== id) this.#many = new Map(this.asMap());
    if (this.#many) this.#many.set(id, item);
    else {
      this.#id = id;
      this.#only = item;
    }
  }

  take(id: string): Item | undefined {
    const item = this.get(id);
    if (this.#many) this.#many.delete(id);
    else if (item) {
      this.#id = null;
      this.#only = undefined;
    }
    return item;
  }

  /** For looking at all of them. */
  asMap(): ReadonlyMap<string, Item> {
    if (this.#many) return this.#many;
    return this.#id === null ? none : new Map([[this.#id, this.#only as Item]]);
  }
}

export const none: ReadonlyMap<string, never> = new Map<string, never>();
