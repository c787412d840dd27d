/**
 * The searching side of memory: chooses an index, opens it, and gives it up when it fails.
 *
 * Owns: the recollection, and the server when it is ours.
 */
import { createHash } from 'node:crypto';
import { mkdirSync, realpathSync } from 'node:fs';
import { join } from 'node:path';
import { type Choice, choose, type StoreWish } from './chroma/choice.ts';
import { ChromaFeed } from './chroma/chroma-feed.ts';
import type { ChromaAddress, ChromaIndex } from './chroma/chroma-index.ts';
import type { Embedder } from './embedding/embedder.ts';
import { messageOf } from './errors.ts';
import { ExactFeed } from './search/exact-feed.ts';
import { Recollection } from './search/recollection.ts';
import { removeArrays } from './search/saved-arrays.ts';
import type { Time } from './time.ts';
import type { Database } from './truth/database.ts';
import { countTasks } from './truth/tasks.ts';

export interface FinderOptions {
  readonly folder: string;
  readonly database: Database;
  readonly embedder: Embedder;
  readonly time: Time;
  readonly wish: StoreWish;
  readonly address: ChromaAddress | null;
  readonly lives: 'short' | 'long';
}

/** What searches, as it is told to a person. */
export interface StoreStatus {
  readonly kind: 'exact' | 'chroma';
  readonly why: string;
  /** What the index lacks, and answers for it meanwhile by a look at all of it. */
  readonly backlog: number;
}

export class Finder {
  readonly recollection: Recollection;
  readonly #folder: string;
  readonly #choice: Choice;
  readonly #chroma: ChromaFeed | null;

  constructor(
    recollection: Recollection,
    folder: string,
    choice: Choice,
    chroma: ChromaFeed | null,
  ) {
    this.recollection = recollection;
    this.#folder = folder;
    this.#choice = choice;
    this.#chroma = chroma;
  }

  static async open(options: FinderOptions): Promise<Finder> {
    const { database, folder, wish, address, lives, time } = options;
    const chromaFolder = chromaFolderIn(folder);
    const count = countTasks(database);
    const choice = await choose({ wish, address, lives, time, folder: chromaFolder, count });
    if (choice.kind === 'exact') return openExact(options, choice);
    try {
      return await openChroma(options, choice);
    } catch (error) {
      await choice.host?.end();
      if (wish === 'chroma') throw error;
      return openExact(options, { kind: 'exact', why: messageOf(error) });
    }
  }

  async status(): Promise<StoreStatus> {
    const { kind, why } = this.#choice;
    if (!this.#chroma) return { kind, why, backlog: 0 };
    const { failure } = this.#chroma;
    if (failure !== null) return { kind: 'exact', why: failure, backlog: 0 };
    return { kind, why, backlog: await this.#chroma.backlog() };
  }

  /** Resolves when the index has all that is remembered. */
  async level(): Promise<void> {
    await this.recollection.sync();
    await this.#chroma?.level();
  }

  /** What was forgotten leaves the index and every copy of it that we have made. */
  async forget(): Promise<void> {
    await this.recollection.sync();
    this.recollection.forgetSaved();
    for (const name of copies) removeArrays(join(this.#folder, name));
  }

  async close(): Promise<void> {
    await this.recollection.close();
    if (this.#choice.kind === 'chroma') await this.#choice.host?.end();
  }
}

const copies = ['recollection.bin', 'recollection-chroma.bin'] as const;
const [exactCopy, chromaCopy] = copies;

export const chromaFolderIn = (folder: string): string => join(folder, 'chroma');

function openExact({ database, folder, embedder }: FinderOptions, choice: Choice): Finder {
  const { id, dimensions } = embedder;
  const recollection = new Recollection(
    database,
    join(folder, exactCopy),
    `exact ${id}`,
    (saved) => new ExactFeed(id, dimensions, saved),
  );
  return new Finder(recollection, folder, choice, null);
}

async function openChroma(
  options: FinderOptions,
  { address, host, ...choice }: Choice & { kind: 'chroma' },
): Promise<Finder> {
  const { database, folder, embedder, time } = options;
  // Only who has a server pays for loading the client.
  const { ChromaIndex } = await import('./chroma/chroma-index.ts');
  const name = collectionName(folder, embedder);
  const open = async (at: ChromaAddress) => {
    const index: ChromaIndex = await ChromaIndex.open(at, name);
    const { id, dimensions } = embedder;
    return ChromaFeed.open({ database, time, index, name, embedder: id, dimensions });
  };
  let served = host;
  const feed = await open(address).catch(async (error: unknown) => {
    // A torn index may take the whole server with it: then it is made again.
    if (host?.whose !== 'ours') throw error;
    served = await host.restart();
    return open({ url: served.url, headers: {} });
  });
  const file = join(folder, chromaCopy);
  const recollection = new Recollection(database, file, `chroma ${embedder.id}`, () => feed);
  return new Finder(recollection, folder, { ...choice, address, host: served }, feed);
}

/** One for each project and embedder: servers are shared. */
function collectionName(folder: string, { id }: Embedder): string {
  mkdirSync(folder, { recursive: true });
  const project = createHash('sha256').update(realpathSync(folder)).digest('hex').slice(0, 16);
  return `troupe-${project}-${id.replace(/[^A-Za-z0-9]+/g, '-')}`.slice(0, 100);
}
