/**
 * A copy of arrays in one file, read at once: a line of JSON, then their bytes one after the other.
 *
 * It is only ever a copy: one that is torn, damaged or of another version is none.
 */
import { closeSync, openSync, readFileSync, renameSync, rmSync, writeSync } from 'node:fs';
import { crc32 } from 'node:zlib';

const format = 2;
/** Every array begins at a multiple of it, so that it can be looked at where it lies. */
const alignment = 8;

export interface Saved<Head> {
  readonly head: Head;
  readonly arrays: readonly Uint8Array[];
}

interface Frame<Head> {
  readonly format: number;
  readonly head: Head;
  /** Bytes of each array. */
  readonly lengths: readonly number[];
  readonly sums: readonly number[];
}

/** Whole or not at all. */
export function saveArrays<Head>(file: string, head: Head, arrays: readonly Uint8Array[]): void {
  const frame: Frame<Head> = {
    ...{ format, head },
    lengths: arrays.map(({ length }) => length),
    sums: arrays.map((array) => crc32(array)),
  };
  const draft = `${file}.${process.pid}`;
  const descriptor = openSync(draft, 'w');
  try {
    writeAligned(descriptor, Buffer.from(`${JSON.stringify(frame)}\n`), ' ');
    for (const array of arrays) writeAligned(descriptor, array, '\0');
  } finally {
    closeSync(descriptor);
  }
  renameSync(draft, file);
}

/** Null when there is none that can be used. */
export function loadArrays<Head>(file: string): Saved<Head> | null {
  try {
    const bytes = readFileSync(file);
    const lineEnd = bytes.indexOf('\n');
    const frame = JSON.parse(bytes.toString('utf8', 0, lineEnd)) as Frame<Head>;
    if (frame.format !== format) return null;
    let start = aligned(lineEnd + 1);
    const arrays = frame.lengths.map((length) => {
      const array = bytes.subarray(start, start + length);
      start += aligned(length);
      return array;
    });
    const isWhole = frame.lengths.every((length, at) => arrays[at]?.length === length);
    const isSound = isWhole && arrays.every((array, at) => crc32(array) === frame.sums[at]);
    return isSound ? { head: frame.head, arrays } : null;
  } catch {
    return null;
  }
}

export function removeArrays(file: string): void {
  rmSync(file, { force: true });
}

function aligned(length: number): number {
  return Math.ceil(length / alignment) * alignment;
}

function writeAligned(descriptor: number, bytes: Uint8Array, filling: string): void {
  for (let at = 0; at < bytes.length; ) at += writeSync(descriptor, bytes, at);
  const missing = aligned(bytes.length) - bytes.length;
  if (missing > 0) writeSync(descriptor, filling.repeat(missing));
}

/** The bytes of any array, without copying them. */
export function bytesOf(array: ArrayBufferView): Uint8Array {
  return new Uint8Array(array.buffer, array.byteOffset, array.byteLength);
}
