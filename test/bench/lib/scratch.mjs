/**
 * A folder for what a run writes, on the disk of the repository. Gone when the bench ends, not
 * before: on ext4 a file takes ten times as long to be made for a minute after others were removed.
 */
import { mkdirSync, mkdtempSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

/** Who has started this process removes what is in it. */
const given = process.env.BENCH_SCRATCH;
const parent = given ?? fileURLToPath(new URL('../node_modules/.scratch', import.meta.url));
const made = [];

/** Not the system's temporary folder: that may be memory, where fsync costs nothing. */
export function scratchFolder() {
  mkdirSync(parent, { recursive: true });
  const folder = mkdtempSync(join(parent, 'run-'));
  made.push(folder);
  return folder;
}

/** For the environment of a child: its folders lie in one of this process. */
export const scratchOfOurs = () => ({ BENCH_SCRATCH: given ?? made[0] ?? scratchFolder() });

process.on('exit', () => {
  if (given) return;
  for (const folder of made) rmSync(folder, { recursive: true, force: true });
});
