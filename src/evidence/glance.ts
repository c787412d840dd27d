/** A quick look at a folder: whether a file in it was made, changed or taken away since. */
import { createHash } from 'node:crypto';
import { lstat, readdir } from 'node:fs/promises';
import { join } from 'node:path';

/** Of a folder with more, nobody can say quickly whether it has changed. */
const filesMax = 20_000;
/** What tools write for themselves is no work. */
const skipped = new Set(['.git', '.troupe', 'node_modules']);

/** Names, sizes and times, and no contents; null for a folder that is too large for that. */
export async function glance(folder: string): Promise<string | null> {
  const hash = createHash('sha256');
  let files = 0;
  const ahead = [folder];
  for (let path = ahead.pop(); path !== undefined; path = ahead.pop()) {
    const entries = await readdir(path, { withFileTypes: true }).catch(() => []);
    for (const entry of entries.sort((a, b) => (a.name < b.name ? -1 : 1))) {
      if (skipped.has(entry.name)) continue;
      const inner = join(path, entry.name);
      files += 1;
      if (files > filesMax) return null;
      if (entry.isDirectory()) ahead.push(inner);
      // It may be gone by now: then that is the change.
      const found = await lstat(inner).catch(() => null);
      const size = entry.isDirectory() ? 0 : found?.size;
      const time = entry.isDirectory() ? 0 : found?.mtimeMs;
      hash.update(JSON.stringify([inner, size, time]));
    }
  }
  return hash.digest('hex');
}
