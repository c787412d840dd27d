/**
 * The form of a compacted file: gzip members one after the other, which any `zcat` can read. Each
 * tells in its header how long it is, packed and unpacked, so that whoever looks for a later place
 * passes it by, and nobody ever holds more than one of them.
 */
import { readSync, writeSync } from 'node:fs';
import { crc32, deflateRawSync, gunzipSync } from 'node:zlib';
import { damaged } from './scan.ts';

/** Of a block as it is unpacked. */
export const blockBytes = 1 << 20;
/** The ten bytes of every gzip header, two for the length of our field, and the field: TJ. */
const headBytes = 24;
const fieldAt = 12;
const fieldName = 0x4a54;

/** Appends one block; answers how many bytes it takes. */
export function writeBlock(file: number, plain: Buffer): number {
  const packed = deflateRawSync(plain, { level: 9 });
  const head = Buffer.alloc(headBytes);
  const foot = Buffer.alloc(8);
  const length = headBytes + packed.length + foot.length;
  // Magic, deflate, "has an extra field"; no time; nobody says of which system it is.
  head.set([0x1f, 0x8b, 8, 4, 0, 0, 0, 0, 0, 0xff, 12, 0]);
  head.writeUInt16LE(fieldName, fieldAt);
  head.writeUInt16LE(8, fieldAt + 2);
  head.writeUInt32LE(length, fieldAt + 4);
  head.writeUInt32LE(plain.length, fieldAt + 8);
  foot.writeUInt32LE(crc32(plain), 0);
  foot.writeUInt32LE(plain.length, 4);
  writeSync(file, Buffer.concat([head, packed, foot]));
  return length;
}

/** What was written, from byte `start` of it on. */
export function* readBlocks(file: number, start: number, path: string): Generator<Buffer> {
  let [position, plainAt] = [0, 0];
  for (;;) {
    const head = readAt(file, position, headBytes);
    if (head.length === 0) return;
    if (!isHead(head)) throw damaged(path, position, 'no block begins there');
    const length = head.readUInt32LE(fieldAt + 4);
    const plainLength = head.readUInt32LE(fieldAt + 8);
    if (plainAt + plainLength > start) {
      const plain = unpacked(readAt(file, position, length), path, position);
      yield plain.subarray(Math.max(0, start - plainAt));
    }
    position += length;
    plainAt += plainLength;
  }
}

function isHead(head: Buffer): boolean {
  return head.length === headBytes && head.readUInt16LE(fieldAt) === fieldName;
}

/** The checksum at its end is looked at, too. */
function unpacked(block: Buffer, path: string, position: number): Buffer {
  try {
    return gunzipSync(block);
  } catch (error) {
    throw damaged(path, position, `the block there can't be unpacked: ${(error as Error).message}`);
  }
}

function readAt(file: number, position: number, length: number): Buffer {
  const room = Buffer.allocUnsafe(length);
  return room.subarray(0, readSync(file, room, 0, length, position));
}
