/** A subject of a stream is read in order, whole, and with little of it in memory at a time. */
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { type Kept, readStretches } from '../../src/cluster/stretches.ts';

const large = new Uint8Array(2_000_000);

/** A stream in which these sequences are ours; counts what is read before any of it is taken. */
function streamOf(sequences: readonly number[], bytes: (sequence: number) => number) {
  const held = { bytes: 0, bytesMax: 0, count: 0 };
  const next = async (from: number): Promise<Kept | null> => {
    let [low, high] = [0, sequences.length];
    while (low < high) {
      const middle = (low + high) >> 1;
      if ((sequences[middle] as number) < from) low = middle + 1;
      else high = middle;
    }
    const sequence = sequences[low];
    if (sequence === undefined) return null;
    const data = large.subarray(0, bytes(sequence));
    held.count += 1;
    held.bytes += data.length;
    held.bytesMax = Math.max(held.bytesMax, held.bytes);
    return { sequence, data };
  };
  return { next, held };
}

async function readAll(sequences: readonly number[], bytes: (sequence: number) => number) {
  const { next, held } = streamOf(sequences, bytes);
  const read: number[] = [];
  for await (const kept of readStretches(next, sequences[0] ?? 1, sequences.at(-1) ?? 0)) {
    read.push(kept.sequence);
    held.bytes = 0;
  }
  return { read, held };
}

test('whatever lies between them, each message is read once, in order', async () => {
  const gaps = fc.array(fc.oneof(fc.constant(1), fc.integer({ min: 1, max: 50_000 })), {
    minLength: 1,
    maxLength: 200,
  });
  await fc.assert(
    fc.asyncProperty(gaps, fc.integer({ min: 0, max: 2_000_000 }), async (steps, most) => {
      let at = 0;
      const sequences = steps.map((step) => {
        at += step;
        return at;
      });
      const { read } = await readAll(sequences, (sequence) => (sequence % 7 === 0 ? most : 10));
      expect(read).toEqual(sequences);
    }),
    { numRuns: 50 },
  );
});

test('100,000 records are read with a bounded part of them in memory', async () => {
  const sequences = Array.from({ length: 100_000 }, (_, at) => at + 1);
  const { read, held } = await readAll(sequences, () => 20_000);
  expect(read).toHaveLength(100_000);
  // 2 GB went through.
  expect(held.bytesMax).toBeLessThan(64 * 1024 * 1024);
  // Lanes also look at what begins the next one.
  expect(held.count).toBeLessThan(110_000);
});

test('small messages that are followed by large ones fill no memory either', async () => {
  const sequences = Array.from({ length: 5_000 }, (_, at) => at + 1);
  const { read, held } = await readAll(sequences, (at) => (at < 2_000 ? 10 : 400_000));
  expect(read).toHaveLength(5_000);
  expect(held.bytesMax).toBeLessThan(64 * 1024 * 1024);
  expect(held.count).toBeLessThan(10_000);
});
