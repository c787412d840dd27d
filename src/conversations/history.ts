/** All conversations of a home: the latest ones, those that hold a word, and one by its id. */
import { existsSync, readdirSync, readFileSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { lockOwner } from '../journal/lock.ts';
import type { Clock } from '../kernel/clock.ts';
import { UserError } from '../kernel/user-error.ts';
import { findRun, listRuns, type RunFolder } from '../runs/folder.ts';
import type { Conversation } from './conversation.ts';
import {
  conversationFile,
  conversationId,
  conversationsFolder,
  type Entry,
  type Heading,
} from './entry.ts';
import { readEnding, readEntries, readHeading } from './reading.ts';
import { type Resumption, resumptionOf } from './resuming.ts';
import { WordsSearch } from './searching.ts';

export interface HistoryFilter {
  /** So many of the newest. */
  readonly last: number;
  /** An agent's name, or its role's. */
  readonly agent?: string;
  readonly task?: string;
  /** Words that are in it, in any case. */
  readonly grep?: string;
  /** Told now and then how many were looked through, of how many, while that takes its time. */
  readonly onProgress?: (looked: number, of: number) => void;
}

/** After so much work at once, others have their turn. */
const turnMs = 20;

/** Where one lies. */
interface Place {
  readonly folder: RunFolder;
  readonly path: string;
  readonly changedMs: number;
}

export class History {
  readonly #home: string;
  readonly #clock: Clock;

  constructor(home: string, clock: Clock) {
    this.#home = home;
    this.#clock = clock;
  }

  /** Newest first. */
  async list(filter: HistoryFilter): Promise<readonly Conversation[]> {
    const found: Conversation[] = [];
    const { last, grep = '', onProgress } = filter;
    const search = grep === '' ? null : new WordsSearch(grep);
    const places = await this.#places();
    let turnEndsMs = this.#clock.elapsed() + turnMs;
    for (const [looked, place] of places.entries()) {
      if (found.length >= last) break;
      const isWorthIt = search === null || search.mayHold(place.path);
      const conversation = isWorthIt ? await this.#match(place, filter) : null;
      if (conversation) found.push(conversation);
      if (this.#clock.elapsed() < turnEndsMs) continue;
      onProgress?.(looked + 1, places.length);
      await this.#clock.breathe();
      turnEndsMs = this.#clock.elapsed() + turnMs;
    }
    return found;
  }

  /** `RUN/NUMBER`, where the run may be shortened; `latest` is the newest of all. */
  async find(id: string): Promise<Conversation> {
    const place = await this.#placeOf(id);
    const heading = place && readHeading(place.path);
    if (place && heading) return conversationAt(place, heading, '');
    throw new UserError('conversation.unknown', `there is no conversation "${id}"`, seeAll);
  }

  async *entries({ heading }: Conversation): AsyncGenerator<Entry> {
    const folder = await findRun(this.#home, heading.run);
    yield* readEntries(join(folder.path, conversationFile(heading.token)));
  }

  /** How its agent is gone on with, by a person. */
  async resumption(conversation: Conversation): Promise<Resumption> {
    let opened: string | null = null;
    for await (const entry of this.entries(conversation)) {
      if (entry.type === 'session.opened') opened = entry.session;
    }
    return resumptionOf(conversation, opened);
  }

  /** The whole of a text that was too long for its line; null when it is gone. */
  async wholeText({ heading }: Conversation, full: string): Promise<string | null> {
    const folder = await findRun(this.#home, heading.run);
    return wholeAt(folder, full);
  }

  async #match(place: Place, filter: HistoryFilter): Promise<Conversation | null> {
    const heading = readHeading(place.path);
    // One that a fork has taken along is told of where it was held.
    if (heading === null || heading.run !== place.folder.id) return null;
    const { agent = heading.agent, task = heading.task, grep = '' } = filter;
    if (task !== heading.task || ![heading.agent, heading.role].includes(agent)) return null;
    const excerpt = grep === '' ? '' : await excerptIn(place, grep);
    return excerpt === null ? null : conversationAt(place, heading, excerpt);
  }

  async #placeOf(id: string): Promise<Place | null> {
    const at = id.lastIndexOf('/');
    if (id === 'latest') return (await this.#places())[0] ?? null;
    const [, token = ''] = /^(\d{1,12})$/.exec(id.slice(at + 1)) ?? [];
    if (at < 1 || token === '') throw unreadable(id);
    const folder = await findRun(this.#home, id.slice(0, at));
    const path = join(folder.path, conversationFile(Number(token)));
    return existsSync(path) ? { folder, path, changedMs: 0 } : null;
  }

  async #places(): Promise<readonly Place[]> {
    const folders = await listRuns(this.#home);
    return folders.flatMap(placesIn).sort((one, other) => other.changedMs - one.changedMs);
  }
}

const seeAll = 'see: troupe history';

function unreadable(id: string): UserError {
  const message = `"${id}" is no conversation: one is called RUN/NUMBER, or latest`;
  return new UserError('conversation.unreadable', message, seeAll);
}

function placesIn(folder: RunFolder): readonly Place[] {
  const path = join(folder.path, conversationsFolder);
  if (!existsSync(path)) return [];
  const names = readdirSync(path).filter((name) => name.endsWith('.jsonl'));
  return names.flatMap((name) => {
    const file = join(path, name);
    const stat = statSync(file, { throwIfNoEntry: false });
    return stat ? [{ folder, path: file, changedMs: stat.mtimeMs }] : [];
  });
}

function conversationAt({ folder, path }: Place, heading: Heading, excerpt: string): Conversation {
  const ending = readEnding(path);
  const isAlive = ending === null && lockOwner(folder.path) !== null;
  const state = ending ? 'ended' : isAlive ? 'alive' : 'cut off';
  return { id: conversationId(heading), heading, ending, state, excerpt };
}

const excerptCharacters = 60;

/** Null when the words are nowhere in it. */
async function excerptIn({ folder, path }: Place, words: string): Promise<string | null> {
  const wanted = words.toLowerCase();
  for await (const entry of readEntries(path)) {
    for (const text of textsOf(entry, folder)) {
      const at = text.toLowerCase().indexOf(wanted);
      if (at < 0) continue;
      const from = Math.max(0, at - excerptCharacters);
      return text.slice(from, at + wanted.length + excerptCharacters).trim();
    }
  }
  return null;
}

function textsOf(entry: Entry, folder: RunFolder): readonly string[] {
  if ('whole' in entry && entry.whole) return [wholeAt(folder, entry.whole.full) ?? ''];
  if ('text' in entry) return [entry.text];
  if (entry.type === 'tool.called') return [`${entry.tool} ${entry.input}`];
  return 'message' in entry ? [entry.message] : [];
}

/** The name comes from a file that anybody may have changed: it leads nowhere else. */
function wholeAt(folder: RunFolder, full: string): string | null {
  if (!/^conversations\/\d+\/\d+\.txt$/.test(full)) return null;
  try {
    return readFileSync(join(folder.path, full), 'utf8');
  } catch {
    return null;
  }
}
