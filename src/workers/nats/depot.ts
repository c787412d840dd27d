/**
 * Files on their way through the servers' store: in pieces, by what is in them, so that what many
 * attempts read is brought there once.
 *
 * Invariants: a piece is there whole or not at all; nothing larger than a piece is held in memory.
 * Whoever reads checks the hash of the file, so a wrong piece does no more than fail an attempt.
 */
import { createHash } from 'node:crypto';
import { type FileHandle, open } from 'node:fs/promises';
import { type Clock, sleep } from '../../kernel/clock.ts';
import { UserError } from '../../kernel/user-error.ts';
import type { Freight } from '../freight.ts';
import type { Packed } from '../packing.ts';
import type { Parcel } from '../parcel.ts';
import type { FetchPiece } from '../unpacking.ts';
import { parcelKeptMs, type Servers } from './servers.ts';

const pieceBytes = 4 * 1024 * 1024;
const triesMax = 10;
const pauseMs = 300;
const tryWithinMs = 15_000;

export class Depot implements Freight {
  readonly #servers: Servers;
  readonly #clock: Clock;

  constructor(servers: Servers) {
    this.#servers = servers;
    this.#clock = servers.clock;
  }

  /** Nothing is taken back: others may send the same, and the servers forget it in time. */
  async offer({ parcel, paths }: Packed): Promise<() => void> {
    for (const [at, { kind, inline, sha256, bytes }] of parcel.files.entries()) {
      const isLarge = inline === undefined && (kind === 'file' || kind === 'program');
      if (isLarge) await this.#bring(paths[at] as string, sha256, bytes);
    }
    return () => {};
  }

  fetching({ files }: Parcel): FetchPiece {
    return async (at, offset) => {
      const file = files[at];
      return file ? this.#piece(file.sha256, offset) : Buffer.alloc(0);
    };
  }

  /** A text that is too long to be said. */
  async put(text: Buffer): Promise<string> {
    const sha256 = createHash('sha256').update(text).digest('hex');
    for (let offset = 0; offset < text.length; offset += pieceBytes) {
      const name = nameOf(sha256, offset);
      await this.#keep(name, async () => text.subarray(offset, offset + pieceBytes));
    }
    return sha256;
  }

  async read(sha256: string, bytes: number): Promise<Buffer> {
    const pieces: Buffer[] = [];
    for (let offset = 0; offset < bytes; offset += pieceBytes) {
      pieces.push(await this.#piece(sha256, offset));
    }
    const text = Buffer.concat(pieces);
    if (createHash('sha256').update(text).digest('hex') === sha256) return text;
    throw missing(sha256);
  }

  async #bring(path: string, sha256: string, bytes: number): Promise<void> {
    const handle = await open(path, 'r');
    try {
      for (let offset = 0; offset < bytes; offset += pieceBytes) {
        await this.#keep(nameOf(sha256, offset), () => readPiece(handle, offset));
      }
    } finally {
      await handle.close();
    }
  }

  async #keep(name: string, content: () => Promise<Buffer>): Promise<void> {
    const { parcels } = this.#servers;
    await this.#again(async () => {
      const known = await parcels.info(name);
      const isFresh = known && this.#clock.now() - Date.parse(known.mtime) < parcelKeptMs / 2;
      if (!isFresh || known.deleted) await parcels.putBlob({ name }, await content());
    });
  }

  #piece(sha256: string, offset: number): Promise<Buffer> {
    const name = nameOf(sha256, offset);
    return this.#again(async (signal) => {
      const chunks: Uint8Array[] = [];
      for await (const chunk of this.#servers.shelf.read(name, signal)) chunks.push(chunk);
      if (chunks.length === 0) throw missing(sha256);
      return Buffer.concat(chunks);
    });
  }

  /** What answers may be on a server that has just died: then another does. */
  async #again<Value>(call: (signal: AbortSignal) => Promise<Value>): Promise<Value> {
    for (let tries = 1; ; tries += 1) {
      const over = new AbortController();
      try {
        return await Promise.race([call(over.signal), this.#late(over.signal)]);
      } catch (error) {
        if (tries >= triesMax || this.#servers.nc.isClosed()) throw asWire(error);
        await sleep(this.#clock, pauseMs);
      } finally {
        over.abort();
      }
    }
  }

  async #late(signal: AbortSignal): Promise<never> {
    await sleep(this.#clock, tryWithinMs, signal);
    throw new Error('no server answered in time');
  }
}

const nameOf = (sha256: string, offset: number): string => `${sha256}.${offset / pieceBytes}`;

async function readPiece(handle: FileHandle, offset: number): Promise<Buffer> {
  const buffer = Buffer.alloc(pieceBytes);
  const { bytesRead } = await handle.read(buffer, 0, pieceBytes, offset);
  return buffer.subarray(0, bytesRead);
}

function asWire(error: unknown): UserError {
  const message = `the store of files does not answer: ${String(error)}`;
  return new UserError('bus.store', message, 'see: troupe nats check');
}

function missing(sha256: string): UserError {
  const message = `a file (${sha256.slice(0, 12)}) is not in the store`;
  return new UserError('bus.store', message, 'it is sent again with the next attempt');
}
