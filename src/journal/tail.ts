/** Reads a journal that somebody else may be writing: all of it, then what has come since. */
import { closeSync, existsSync, openSync } from 'node:fs';
import { join } from 'node:path';
import type { LoggedInput } from '../kernel/log.ts';
import { headerOf, journalName } from './file.ts';
import { parseRecord } from './record.ts';
import { scan } from './scan.ts';

/** Gives, at each call, the whole inputs that were not given before; nothing is changed. */
export function openTail(folder: string): () => Iterable<LoggedInput> {
  const path = join(folder, journalName);
  /** Where the last whole record ends. */
  let end = 0;
  return function* fresh() {
    // A run that was killed in its first moments has no journal.
    if (!existsSync(path)) return;
    const file = openSync(path, 'r');
    try {
      for (const { line, end: lineEnd } of scan(file, path, end)) {
        const record = parseRecord(line);
        if (end === 0) headerOf(record, path);
        else yield record as LoggedInput;
        end = lineEnd;
      }
    } finally {
      closeSync(file);
    }
  };
}
