/** An embedder that may fail, and the one that is built in, which never does. */
import { messageOf } from '../errors.ts';
import type { Embedder } from './embedder.ts';
import { StaticVectors } from './static-vectors.ts';

export interface Embedded {
  /** Whose vectors they are. */
  readonly id: string;
  readonly vectors: readonly Float32Array[];
}

/**
 * Nothing is lost because a network is: what could not be embedded gets a vector of the one that is
 * built in, which counts as outdated and is renewed later.
 */
export class Embedding {
  readonly #wished: Embedder | null;
  #builtIn: Embedder | null = null;
  #trouble: string | null = null;

  constructor(wished: Embedder | null) {
    this.#wished = wished;
  }

  /** The one in use, whether it can be reached or not. */
  get embedder(): Embedder {
    if (this.#wished) return this.#wished;
    this.#builtIn ??= StaticVectors.open();
    return this.#builtIn;
  }

  /** Why the one in use could not be asked the last time; null when it could. */
  get trouble(): string | null {
    return this.#trouble;
  }

  async embed(texts: readonly string[]): Promise<Embedded> {
    const { embedder } = this;
    try {
      const vectors = await embedder.embed(texts);
      this.#trouble = null;
      return { id: embedder.id, vectors };
    } catch (error) {
      if (!this.#wished) throw error;
      this.#trouble = messageOf(error);
      this.#builtIn ??= StaticVectors.open();
      return { id: this.#builtIn.id, vectors: await this.#builtIn.embed(texts) };
    }
  }
}
