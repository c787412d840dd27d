/**
 * Lines that wait to be written, as the bytes that they will be in the file.
 *
 * Owns: the room they wait in, which is used again and again.
 */
import { lineBytesMax, writeLine } from './record.ts';

const roomBytes = 64 << 10;
/** A room that one long record needed is not kept. */
const keptBytesMax = 1 << 20;

export class WaitingLines {
  #room = Buffer.allocUnsafe(roomBytes);
  #length = 0;

  /** Of all that wait. */
  get length(): number {
    return this.#length;
  }

  /** Adds the record's line, and answers its length; null: it is longer than it may be. */
  add(record: object, bytesMax: number): number | null {
    const json = JSON.stringify(record);
    this.#makeRoom(this.#length + lineBytesMax(json));
    const bytes = writeLine(json, this.#room, this.#length);
    if (bytes > bytesMax) return null;
    this.#length += bytes;
    return bytes;
  }

  /** All of them, in the order of `add`; to be written before another one is added. */
  take(): Buffer {
    const lines = this.#room.subarray(0, this.#length);
    this.#length = 0;
    if (this.#room.length > keptBytesMax) this.#room = Buffer.allocUnsafe(roomBytes);
    return lines;
  }

  #makeRoom(bytes: number): void {
    if (bytes <= this.#room.length) return;
    const room = Buffer.allocUnsafe(Math.max(bytes, 2 * this.#room.length));
    this.#room.copy(room, 0, 0, this.#length);
    this.#room = room;
  }
}
