/** The archive of a home: every document by its name, version by version. */
import { readFile } from 'node:fs/promises';
import type { Config } from '../config.ts';
import type { Clock } from '../kernel/clock.ts';
import type { Random } from '../kernel/random.ts';
import { UserError } from '../kernel/user-error.ts';
import { suggest } from '../plan/problems/nearest.ts';
import type { RunFolder } from '../runs/folder.ts';
import { type ArchivingWorld, archiveRun, archiveRuns } from './archiving.ts';
import { Blobs } from './blobs.ts';
import type { Archived, Version } from './document.ts';
import { readIndex, readIndexes, writeIndex } from './run-index.ts';

/** Larger ones are not looked through for words. */
const searchedMaxBytes = 8 * 1024 * 1024;

export class Archive {
  readonly #world: ArchivingWorld;

  constructor({ home, environment }: Config, clock: Clock, random: Random) {
    this.#world = { home, environment, clock, random, blobs: new Blobs(home, clock, random) };
  }

  /** Takes in whatever has ended since the last time. */
  catchUp(): Promise<void> {
    this.#world.blobs.dropDrafts();
    return archiveRuns(this.#world);
  }

  /** Every document by its name, with its versions, the oldest first. */
  all(): ReadonlyMap<string, readonly Version[]> {
    const byName = new Map<string, Archived[]>();
    for (const { documents } of readIndexes(this.#world.home)) {
      for (const document of documents) {
        const known = byName.get(document.name);
        if (known) known.push(document);
        else byName.set(document.name, [document]);
      }
    }
    const sorted = [...byName].sort(([one], [other]) => (one < other ? -1 : 1));
    return new Map(sorted.map(([name, versions]) => [name, numbered(versions)]));
  }

  /** `NAME`, or its end if only one ends so; with `@VERSION` for another than the newest. */
  find(given: string): Version {
    const all = this.all();
    const [, name = given, number] = /^(.+)@(\d{1,9})$/.exec(all.has(given) ? '' : given) ?? [];
    const versions = all.get(nameIn(all, name)) ?? [];
    const wanted = number === undefined ? versions.length : Number(number);
    const found = versions[wanted - 1];
    if (found) return found;
    const message = `${name} has no version ${number}; it has 1 to ${versions.length}`;
    throw new UserError('document.unknown', message, `see: troupe documents list ${name}`);
  }

  versions(given: string): readonly Version[] {
    const all = this.all();
    return all.get(nameIn(all, given)) ?? [];
  }

  /** Throws a UserError for a content that is not kept, is gone, or is not what it was. */
  async read(version: Version): Promise<Buffer> {
    if (version.kept !== 'whole') throw notKept(version);
    return this.#world.blobs.read(version.sha256);
  }

  /** Which contents are not what they were, each with what is wrong. */
  async check(): Promise<readonly { readonly document: Version; readonly problem: string }[]> {
    const problems: { document: Version; problem: string }[] = [];
    for (const document of [...this.all().values()].flat()) {
      if (document.kept !== 'whole') continue;
      const problem = await this.read(document).then(
        () => null,
        (error: Error) => error.message,
      );
      if (problem !== null) problems.push({ document, problem });
    }
    return problems;
  }

  /** For a run that is about to be removed: what it has made and nobody has kept is kept. */
  async keep(folder: RunFolder): Promise<void> {
    await archiveRun(this.#world, folder);
  }

  /** After runs were removed: of what they made, only what is the newest of its name stays. */
  prune(runs: readonly string[]): number {
    const all = this.all();
    const { home, random, blobs } = this.#world;
    for (const run of runs) {
      const index = readIndex(home, run);
      const documents = index.documents.map((each): Archived => {
        const isNewest = all.get(each.name)?.at(-1)?.run === run;
        return isNewest || each.kept !== 'whole' ? each : { ...each, kept: 'pruned' };
      });
      if (documents.length > 0) writeIndex(home, { ...index, documents }, random);
    }
    return blobs.sweep(this.#named());
  }

  /** Every version of what these tasks have made. */
  madeBy(isMeant: (run: string, task: string) => boolean): readonly Version[] {
    return [...this.all().values()].flat().filter(({ run, task }) => isMeant(run, task));
  }

  /** Those in whose text these words stand, in any case. */
  async holding(words: string): Promise<readonly Version[]> {
    const wanted = words.toLowerCase();
    const seen = new Map<string, boolean>();
    const found: Version[] = [];
    for (const version of this.madeBy(() => true)) {
      const { sha256, kept, bytes } = version;
      if (kept !== 'whole' || bytes > searchedMaxBytes) continue;
      const text = seen.has(sha256)
        ? ''
        : await readFile(this.#world.blobs.pathOf(sha256), 'utf8').catch(() => '');
      const holds = seen.get(sha256) ?? text.toLowerCase().includes(wanted);
      seen.set(sha256, holds);
      if (holds) found.push(version);
    }
    return found;
  }

  /** Takes what these tasks have made out of the archive, and each content that nobody else has. */
  forget(isMeant: (run: string, task: string) => boolean): void {
    const { home, random, blobs } = this.#world;
    const going = new Set(this.madeBy(isMeant).map(({ sha256 }) => sha256));
    for (const index of readIndexes(home)) {
      const documents = index.documents.filter(({ run, task }) => !isMeant(run, task));
      if (documents.length < index.documents.length)
        writeIndex(home, { ...index, documents }, random);
    }
    blobs.dropDrafts();
    const named = this.#named();
    for (const sha256 of going) if (!named.has(sha256)) blobs.remove(sha256);
  }

  #named(): ReadonlySet<string> {
    const kept = [...this.all().values()].flat().filter((each) => each.kept === 'whole');
    return new Set(kept.map(({ sha256 }) => sha256));
  }
}

function numbered(documents: readonly Archived[]): readonly Version[] {
  const inOrder = [...documents].sort((a, b) => a.at - b.at || (a.run < b.run ? -1 : 1));
  return inOrder.map((document, at) => ({ ...document, version: at + 1 }));
}

function nameIn(all: ReadonlyMap<string, unknown>, given: string): string {
  if (all.has(given)) return given;
  const names = [...all.keys()];
  const ends = names.filter((name) => name.endsWith(`/${given}`));
  if (ends.length === 1 && ends[0]) return ends[0];
  const few = (ends.length > 0 ? ends : names).slice(0, 5).join(', ') || 'none';
  const near = (ends.length === 0 && suggest(given, names)) || `there are ${few}`;
  const which = ends.length > 1 ? `${ends.length} documents end with` : 'no document is called';
  const hint = 'see: troupe documents list';
  throw new UserError('document.unknown', `${which} "${given}"; ${near}`, hint);
}

function notKept({ name, version, kept, run, bytes }: Version): UserError {
  const why =
    kept === 'pruned'
      ? `its run ${run} was pruned, and newer versions are there`
      : `with ${bytes} bytes it was too large; it may still be in the folder of ${run}`;
  const message = `version ${version} of ${name} is not kept: ${why}`;
  return new UserError('document.not-kept', message, `see: troupe documents list ${name}`);
}
