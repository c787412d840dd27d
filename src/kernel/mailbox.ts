/** First in, first out, in a ring that doubles when it is full: no shifting, no garbage. */

export class Mailbox<Item> {
  #ring: (Item | undefined)[];
  #head = 0;
  #length = 0;

  /** `capacity` is a power of two; it is only where the ring starts. */
  constructor(capacity = 4) {
    this.#ring = new Array(capacity);
  }

  get length(): number {
    return this.#length;
  }

  push(item: Item): void {
    if (this.#length === this.#ring.length) this.#grow();
    this.#ring[(this.#head + this.#length) & (this.#ring.length - 1)] = item;
    this.#length += 1;
  }

  shift(): Item | undefined {
    if (this.#length === 0) return undefined;
    const item = this.#ring[this.#head];
    this.#ring[this.#head] = undefined;
    this.#head = (this.#head + 1) & (this.#ring.length - 1);
    this.#length -= 1;
    return item;
  }

  /** Oldest first; for looking, not for taking. */
  *[Symbol.iterator](): Generator<Item> {
    for (let at = 0; at < this.#length; at += 1) {
      yield this.#ring[(this.#head + at) & (this.#ring.length - 1)] as Item;
    }
  }

  #grow(): void {
    const full = this.#ring;
    this.#ring = new Array(full.length * 2);
    for (let at = 0; at < this.#length; at += 1) {
      this.#ring[at] = full[(this.#head + at) & (full.length - 1)];
    }
    this.#head = 0;
  }
}
