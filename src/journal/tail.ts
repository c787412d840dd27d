/** Reads a journal that somebody else may be writing: all of it, then what has come since. */
import type { LoggedInput, StoredSystem } from '../kernel/log.ts';
import { hasJournal, openPages } from './pages.ts';
import { headerOf, readHistory } from './reading.ts';
import { parseRecord } from './record.ts';
import { scan } from './scan.ts';

export interface Tail {
  /** What the first input follows; null: nothing. */
  readonly base: StoredSystem | null;
  /** Gives, at each call, the whole inputs that were not given before; nothing is changed. */
  readonly fresh: () => Iterable<LoggedInput>;
}

export function openTail(folder: string): Tail {
  const past = hasPast(folder) ? readHistory(folder) : null;
  /** Where the last whole record ends. */
  let end = 0;
  let last = past?.base?.n ?? 0;
  function* fresh() {
    if (end === 0 && past) yield* upTo(past.inputs, past.header.after ?? 0);
    // A run that was killed in its first moments has no journal.
    const pages = openPages(folder);
    if (!pages) return;
    try {
      for (const { line, end: lineEnd } of scan(pages, end)) {
        const record = parseRecord(line);
        if (end === 0) headerOf(record, pages.path);
        else yield record as LoggedInput;
        end = lineEnd;
      }
    } finally {
      pages.close();
    }
  }
  /** What was lived elsewhere, before this journal. */
  function* upTo(inputs: Iterable<LoggedInput>, n: number): Generator<LoggedInput> {
    if (last >= n) return;
    for (const input of inputs) {
      yield input;
      last = input.n;
      if (last >= n) return;
    }
  }
  return { base: past?.base ?? null, fresh };
}

/** Only a journal that begins somewhere has more than its own lines. */
function hasPast(folder: string): boolean {
  if (!hasJournal(folder)) return false;
  const pages = openPages(folder);
  if (!pages) return false;
  try {
    const [first] = scan(pages);
    return first !== undefined && headerOf(parseRecord(first.line), pages.path).after !== undefined;
  } finally {
    pages.close();
  }
}
