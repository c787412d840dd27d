/** Feeds the exact index as the database is read: it is level with it at every moment. */
import { ExactIndex } from './exact-index.ts';
import type { Feed } from './semantic-index.ts';
import type { Trace } from './trace.ts';

export class ExactFeed implements Feed {
  readonly index: ExactIndex;
  readonly #embedder: string;

  constructor(embedder: string, dimensions: number) {
    this.#embedder = embedder;
    this.index = new ExactIndex(dimensions);
  }

  take(traces: readonly Trace[]): void {
    for (const { id, embedder, packed } of traces) {
      if (embedder === this.#embedder) this.index.putPacked(id, packed);
    }
  }

  drop(ids: readonly number[]): Promise<void> {
    return this.index.remove(ids);
  }

  async settle(): Promise<void> {}
}
