/** Reads a journal that somebody else may be writing: all of it, then what has come since. */
import { closeSync, existsSync, openSync } from 'node:fs';
import { join } from 'node:path';
import type { LoggedInput } from '../kernel/log.ts';
import { headerOf, journalName } from './file.ts';
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
      for (const scanned of scan(file, path, end)) {
        if (end === 0) headerOf(scanned.record, path);
        else yield scanned.record as LoggedInput;
        end = scanned.end;
      }
    } finally {
      closeSync(file);
    }
  };
}
