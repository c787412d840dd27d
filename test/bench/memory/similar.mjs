/** `troupe similar` from the shell to its answer, with 10,000 tasks behind it. */
import { spawnSync } from 'node:child_process';
import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { shipped } from '../lib/build.mjs';
import { row } from '../lib/row.mjs';
import { scratchFolder } from '../lib/scratch.mjs';
import { openAt, remember } from './past.mjs';

export const title = 'troupe similar, from the shell';

export async function run({ quick }) {
  const rows = [];
  for (const count of quick ? [10_000] : [10_000, 100_000]) {
    const home = scratchFolder();
    mkdirSync(join(home, 'runs'));
    const memory = await openAt(home);
    await remember(memory, count);
    await memory.tidy();
    await memory.close();
    const samples = Array.from({ length: 15 }, () => ask(home));
    const target = count === 10_000 ? { target: 400, atMost: true } : {};
    rows.push(row({ what: `with ${count} tasks`, unit: 'ms', samples, ...target }));
  }
  return rows;
}

function ask(home) {
  const words = [shipped('cli/main.js'), 'similar', 'people are logged out', '--json'];
  const startedMs = performance.now();
  const { status, stdout, stderr } = spawnSync(process.execPath, [...words, '--home', home]);
  const tookMs = performance.now() - startedMs;
  if (status !== 0 || stdout.length === 0) throw new Error(`similar failed: ${stderr}`);
  return tookMs;
}
