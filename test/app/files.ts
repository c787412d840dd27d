/** All files below a folder, for tests that look at what was left on disk. */
import { readdirSync } from 'node:fs';
import { join } from 'node:path';

export function filesUnder(folder: string): readonly string[] {
  const entries = readdirSync(folder, { recursive: true, withFileTypes: true });
  return entries
    .filter((entry) => entry.isFile())
    .map((entry) => join(entry.parentPath, entry.name));
}
