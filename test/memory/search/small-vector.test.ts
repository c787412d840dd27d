/** Packed vectors: a byte a dimension, and hardly anything lost. */
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { normalise } from '../../../memory/embedding/embedder.ts';
import { pack, unpack } from '../../../memory/search/small-vector.ts';

test('what is packed comes back, within half a step', () => {
  const cell = fc.float({ min: -1, max: 1, noNaN: true });
  fc.assert(
    fc.property(fc.array(cell, { minLength: 1, maxLength: 50 }), (cells) => {
      const vector = normalise(Float32Array.from(cells));
      const packed = pack(vector);
      expect(packed).toHaveLength(vector.length + 4);
      const most = Math.max(...vector.map(Math.abs));
      unpack(packed).forEach((value, at) => {
        expect(Math.abs(value - (vector[at] as number))).toBeLessThanOrEqual(most / 127);
      });
    }),
  );
});
