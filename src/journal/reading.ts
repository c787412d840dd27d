/** Reads journals that somebody else may be writing; nothing is changed. */
import { dirname, join } from 'node:path';
import type { LoggedInput, StoredSystem } from '../kernel/log.ts';
import { UserError } from '../kernel/user-error.ts';
import { journalFormat } from './journal.ts';
import { hasJournal, journalName, openPages } from './pages.ts';
import { parseRecord } from './record.ts';
import { damaged, type Pages, scan } from './scan.ts';
import { readBase, readSnapshot } from './snapshot.ts';

/** The first line of every journal. */
export interface Header {
  readonly journal: 'troupe';
  readonly format: number;
  /** Whatever its owner wants to be found there again; not changed by later openings. */
  readonly about: unknown;
  /** It begins after this input, with the system stored beside it; left out: at the start. */
  readonly after?: number;
  /** The journal beside this one whose past it shares, up to input `n`. */
  readonly forkedFrom?: Origin;
}

export interface Origin {
  /** The folder's name. */
  readonly run: string;
  readonly n: number;
}

/** How a journal stands. */
export interface Opened {
  readonly header: Header;
  /** Where the first input begins. */
  readonly start: number;
  /** Where the last sound record ends. */
  readonly bytes: number;
}

export interface History {
  readonly header: Header;
  /** What the first input follows; null: nothing. */
  readonly base: StoredSystem | null;
  readonly inputs: Iterable<LoggedInput>;
}

/** All that is known: a fork's past is read where it was lived, as long as that can be done. */
export function readHistory(folder: string): History {
  const opened = lookInto(folder);
  if (!opened.header) throw headless(folder);
  const { header } = opened;
  const { after = 0, forkedFrom } = header;
  const own = readInputs(folder, opened.start, after);
  const past = forkedFrom ? pastOf(folder, header, forkedFrom) : null;
  if (past) return { header, base: past.base, inputs: composed(past, own, after) };
  return { header, base: readBase(folder, after), inputs: own };
}

/** What is stored of it, and the inputs since: all that it takes to know how it stands. */
export function readState(folder: string): History {
  const opened = lookInto(folder);
  if (!opened.header) throw headless(folder);
  const { header } = opened;
  const { stored, inputs } = readFrom(folder, opened as Opened);
  return { header, base: stored, inputs };
}

/** The newest sound stored system, and the inputs after it. */
export function readFrom(folder: string, { header, start, bytes }: Opened) {
  const snapshot = readSnapshot(folder, bytes, (offset, n) => {
    const [next] = readInputs(folder, offset, n);
    return next !== undefined;
  });
  if (snapshot) {
    const { offset, system } = snapshot;
    return { stored: system, inputs: readInputs(folder, offset, system.n) };
  }
  const { after = 0 } = header;
  return { stored: readBase(folder, after), inputs: readInputs(folder, start, after) };
}

/** Null when it is gone, or was written by other machines than those that went on. */
function pastOf(folder: string, { about }: Header, { run, n }: Origin): History | null {
  const parent = join(dirname(folder), run);
  if (!hasJournal(parent)) return null;
  const past = readHistory(parent);
  const isShared = (past.base?.n ?? 0) <= n;
  return isShared && machinesIn(past.header.about) === machinesIn(about) ? past : null;
}

const machinesIn = (about: unknown): string =>
  JSON.stringify((about as { machines?: unknown } | null)?.machines ?? null);

function* composed(past: History, own: Iterable<LoggedInput>, n: number): Generator<LoggedInput> {
  let last = past.base?.n ?? 0;
  if (last < n) {
    for (const input of past.inputs) {
      yield input;
      last = input.n;
      if (last === n) break;
    }
  }
  if (last < n) throw lostPast(past.header, n);
  yield* own;
}

/** A header of null: a crash before the first line was whole. */
export type Looked = Omit<Opened, 'header'> & { readonly header: Header | null };

export function lookInto(folder: string): Looked {
  return withPages(folder, (pages) => {
    const [first] = scan(pages);
    if (!first) return { header: null, start: 0, bytes: 0 };
    const header = headerOf(parseRecord(first.line), pages.path);
    let bytes = first.end;
    for (const { end } of scan(pages, first.end)) bytes = end;
    return { header, start: first.end, bytes };
  });
}

export function headerOf(record: unknown, path: string): Header {
  const header = record as Partial<Header> | undefined;
  if (header?.journal !== 'troupe') {
    throw unreadable(path, 'it is no journal of Troupe', 'look at the file');
  }
  if (header.format !== journalFormat) {
    const why = `it has format ${header.format}, this version reads ${journalFormat}`;
    throw unreadable(path, why, 'open it with the version of Troupe that wrote it');
  }
  return header as Header;
}

/** Those from byte `start` on, where input `last` is behind. */
export function* readInputs(folder: string, start: number, last = 0): Generator<LoggedInput> {
  const pages = openPages(folder);
  if (!pages) throw missing(folder);
  let [at, next] = [start, last + 1];
  try {
    for (const { line, end } of scan(pages, start)) {
      const input = parseRecord(line) as LoggedInput | undefined;
      if (input?.n !== next) throw damaged(pages.path, at, `input ${next} is missing`);
      yield input;
      at = end;
      next += 1;
    }
  } finally {
    pages.close();
  }
}

function withPages<Answer>(folder: string, read: (pages: Pages) => Answer): Answer {
  const pages = openPages(folder);
  if (!pages) throw missing(folder);
  try {
    return read(pages);
  } finally {
    pages.close();
  }
}

function headless(folder: string): UserError {
  const path = join(folder, journalName);
  return unreadable(path, 'it has no header', 'its writer stopped before it began');
}

function lostPast({ about }: Header, n: number): UserError {
  const { run = 'the run it was forked from' } = (about ?? {}) as { readonly run?: string };
  const message = `${run} no longer goes on to input ${n}, where this one was forked from it`;
  return new UserError('journal.past-lost', message, 'restore its journal from a copy');
}

function missing(folder: string): UserError {
  return unreadable(join(folder, journalName), 'it is not there', 'restore it from a copy');
}

function unreadable(path: string, why: string, hint: string): UserError {
  return new UserError('journal.unreadable', `${path} can't be read: ${why}`, hint);
}
