/**
 * Contents by their hash: each is kept once, and nobody reads one that is not what it was.
 *
 * Owns: the folder `blobs`.
 * Invariants:
 * - a content is under its name only once all of it is on disk: it comes there by a rename;
 * - several processes may put the same one at once, and be killed at any moment.
 */
import { createHash } from 'node:crypto';
import {
  closeSync,
  createReadStream,
  existsSync,
  fsyncSync,
  openSync,
  readdirSync,
  renameSync,
  rmSync,
  statSync,
  utimesSync,
  writeSync,
} from 'node:fs';
import { readFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import type { Clock } from '../kernel/clock.ts';
import { type Random, randomName } from '../kernel/random.ts';
import { UserError } from '../kernel/user-error.ts';
import { ensureFolder, unwritable } from '../runs/disk.ts';

/** One that was put or used so lately may be about to be named by somebody. */
const youngMs = 60 * 60_000;
const draftStart = '.draft-';
/** Whoever lives writes on. */
const quietMs = 30_000;

export interface Blob {
  readonly sha256: string;
  readonly bytes: number;
}

export class Blobs {
  readonly #folder: string;
  readonly #clock: Clock;
  readonly #random: Random;

  constructor(home: string, clock: Clock, random: Random) {
    this.#folder = join(home, 'documents', 'blobs');
    this.#clock = clock;
    this.#random = random;
  }

  pathOf(sha256: string): string {
    return join(this.#folder, sha256.slice(0, 2), sha256);
  }

  /** Null for what is larger than `maxBytes`. */
  async put(content: AsyncIterable<Buffer>, maxBytes: number): Promise<Blob | null> {
    const draft = join(this.#folder, `${draftStart}${randomName(this.#random, 12)}`);
    try {
      ensureFolder(this.#folder);
      const blob = await writeTo(draft, content, maxBytes);
      if (blob !== null) this.#place(draft, blob);
      return blob;
    } catch (error) {
      throw unwritable(this.#folder, error);
    } finally {
      rmSync(draft, { force: true });
    }
  }

  /** Throws a UserError for one that is gone, or is not what it was. */
  async read(sha256: string): Promise<Buffer> {
    const bytes = await readFile(this.pathOf(sha256)).catch(() => null);
    if (bytes === null) throw missing(this.pathOf(sha256));
    if (createHash('sha256').update(bytes).digest('hex') !== sha256) {
      throw damaged(this.pathOf(sha256));
    }
    return bytes;
  }

  /** Drafts of those who were killed: nobody has written to them for a while. */
  dropDrafts(): void {
    if (!existsSync(this.#folder)) return;
    for (const name of readdirSync(this.#folder)) {
      const path = join(this.#folder, name);
      const stat = name.startsWith(draftStart) && statSync(path, { throwIfNoEntry: false });
      if (stat && this.#clock.now() - stat.mtimeMs > quietMs) rmSync(path, { force: true });
    }
  }

  /** At once, whoever may be about to name it: it is to be forgotten. */
  remove(sha256: string): void {
    if (sha256 !== '') rmSync(this.pathOf(sha256), { force: true });
  }

  /** Removes all that nobody names, and drafts of those who were killed. Answers the bytes. */
  sweep(named: ReadonlySet<string>): number {
    let freed = 0;
    for (const path of filesIn(this.#folder)) {
      const name = path.slice(path.lastIndexOf('/') + 1).replace(/^.*\\/, '');
      if (named.has(name)) continue;
      const stat = statSync(path, { throwIfNoEntry: false });
      if (!stat || this.#clock.now() - stat.mtimeMs < youngMs) continue;
      rmSync(path, { force: true });
      freed += stat.size;
    }
    return freed;
  }

  /** One that is there already is taken as used; of another size, it is mended. */
  #place(draft: string, { sha256, bytes }: Blob): void {
    const path = this.pathOf(sha256);
    const now = this.#clock.now() / 1_000;
    if (statSync(path, { throwIfNoEntry: false })?.size === bytes) utimesSync(path, now, now);
    else {
      ensureFolder(dirname(path));
      renameSync(draft, path);
    }
  }
}

async function writeTo(
  path: string,
  content: AsyncIterable<Buffer>,
  maxBytes: number,
): Promise<Blob | null> {
  const hash = createHash('sha256');
  let bytes = 0;
  const file = openSync(path, 'wx');
  try {
    for await (const piece of content) {
      bytes += piece.length;
      if (bytes > maxBytes) return null;
      hash.update(piece);
      for (let at = 0; at < piece.length; ) at += writeSync(file, piece, at);
    }
    fsyncSync(file);
    return { sha256: hash.digest('hex'), bytes };
  } finally {
    closeSync(file);
  }
}

export const bytesOf = (path: string): AsyncIterable<Buffer> => createReadStream(path);

function filesIn(folder: string): readonly string[] {
  if (!existsSync(folder)) return [];
  return readdirSync(folder, { withFileTypes: true }).flatMap((entry) => {
    const path = join(folder, entry.name);
    return entry.isDirectory() ? filesIn(path) : [path];
  });
}

function missing(path: string): UserError {
  const hint = 'it is kept again when its run is still there: troupe documents list';
  return new UserError('document.missing', `${path} is gone from the archive`, hint);
}

function damaged(path: string): UserError {
  const message = `${path} is damaged: it does not have the hash that it is named for`;
  const hint = 'remove that file; it is kept again when its run is still there';
  return new UserError('document.damaged', message, hint);
}
