/** A folder for what a run writes, on the disk of the repository; gone when the process ends. */
import { mkdirSync, mkdtempSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { benchFolder } from './build.mjs';

const parent = process.env.BENCH_SCRATCH ?? join(benchFolder, 'node_modules/.scratch');
const made = [];

/** Not the system's temporary folder: that may be memory, where fsync costs nothing. */
export function scratchFolder() {
  mkdirSync(parent, { recursive: true });
  const folder = mkdtempSync(join(parent, 'run-'));
  made.push(folder);
  return folder;
}

process.on('exit', () => {
  for (const folder of made) rmSync(folder, { recursive: true, force: true });
});
