/** Feeds the exact index as the database is read: it is level with it at every moment. */
import { ExactIndex, type VectorArrays } from './exact-index.ts';
import type { Feed } from './semantic-index.ts';
import type { Trace } from './trace.ts';

export class ExactFeed implements Feed {
  readonly index: ExactIndex;
  readonly embedder: string;

  constructor(embedder: string, dimensions: number | null, saved: readonly Uint8Array[]) {
    this.embedder = embedder;
    this.index = new ExactIndex(dimensions, vectorsIn(saved));
  }

  take(traces: readonly Trace[]): void {
    for (const { id, embedder, packed } of traces) {
      if (embedder === this.embedder) this.index.putPacked(id, packed);
    }
  }

  renew(traces: readonly Trace[]): void {
    this.take(traces);
  }

  drop(ids: readonly number[]): Promise<void> {
    return this.index.remove(ids);
  }

  async settle(): Promise<void> {}

  arrays(): readonly ArrayBufferView[] {
    const { ids, scales, cells } = this.index.arrays();
    return [ids, scales, cells];
  }
}

function vectorsIn([ids, scales, cells]: readonly Uint8Array[]): VectorArrays | undefined {
  if (!ids || !scales || !cells) return undefined;
  return {
    ids: new Float64Array(ids.buffer, ids.byteOffset, ids.byteLength / 8),
    scales: new Float32Array(scales.buffer, scales.byteOffset, scales.byteLength / 4),
    cells: new Int8Array(cells.buffer, cells.byteOffset, cells.byteLength),
  };
}
