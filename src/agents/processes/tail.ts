/** The end of a long text in little memory, cut where a character begins. */

/** The first allocation; most programs say little. */
const initialBytes = 4_096;

export class Tail {
  readonly #maxBytes: number;
  /** Up to twice the limit, so that moving the kept end costs each byte one copy. */
  #bytes: Buffer = Buffer.alloc(0);
  #length = 0;
  #seenBytes = 0;

  constructor(maxBytes: number) {
    this.#maxBytes = maxBytes;
  }

  add(chunk: Buffer): void {
    this.#seenBytes += chunk.length;
    const fresh = chunk.subarray(Math.max(0, chunk.length - this.#maxBytes));
    this.#makeRoom(fresh.length);
    fresh.copy(this.#bytes, this.#length);
    this.#length += fresh.length;
  }

  /** The whole text when it is short enough, its end otherwise. */
  text(): string {
    const kept = this.#bytes.subarray(Math.max(0, this.#length - this.#maxBytes), this.#length);
    const whole = this.#seenBytes <= this.#maxBytes;
    return (whole ? kept : kept.subarray(characterStart(kept))).toString('utf8');
  }

  #makeRoom(freshBytes: number): void {
    if (this.#length + freshBytes <= this.#bytes.length) return;
    const kept = this.#bytes.subarray(Math.max(0, this.#length - this.#maxBytes), this.#length);
    const wanted = Math.max(initialBytes, 2 * (kept.length + freshBytes));
    const roomy = Buffer.alloc(Math.min(wanted, 2 * this.#maxBytes));
    kept.copy(roomy);
    this.#bytes = roomy;
    this.#length = kept.length;
  }
}

/** Where the first whole character begins: a UTF-8 character has three bytes after its first. */
function characterStart(bytes: Buffer): number {
  let at = 0;
  while (at < 3 && ((bytes[at] ?? 0) & 0xc0) === 0x80) at += 1;
  return at;
}
