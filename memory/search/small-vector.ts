/** A unit vector in a byte a dimension, with the scale that brings it back. */
import { assert } from '../errors.ts';

const mostOf = 127;
const scaleBytes = 4;

/** The bytes of its cells, then its scale: what is stored. */
export function pack(vector: Float32Array): Buffer {
  let most = 0;
  for (const value of vector) most = Math.max(most, Math.abs(value));
  const scale = most / mostOf;
  const packed = Buffer.alloc(vector.length + scaleBytes);
  for (let at = 0; at < vector.length; at += 1) {
    packed.writeInt8(scale === 0 ? 0 : Math.round((vector[at] as number) / scale), at);
  }
  packed.writeFloatLE(scale, vector.length);
  return packed;
}

export function unpack(packed: Buffer): Float32Array {
  const { cells, scale } = partsOf(packed);
  return Float32Array.from(cells, (cell) => cell * scale);
}

/** Without copying: the cells are a view of the same bytes. */
export function partsOf(packed: Buffer): { readonly cells: Int8Array; readonly scale: number } {
  const dimensions = packed.length - scaleBytes;
  assert(dimensions >= 0, 'a packed vector has a scale');
  const cells = new Int8Array(packed.buffer, packed.byteOffset, dimensions);
  return { cells, scale: packed.readFloatLE(dimensions) };
}
