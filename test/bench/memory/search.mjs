/** One question to memory that is open: by a look at all, and by a Chroma server. */
import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { loadEngine } from '../lib/build.mjs';
import { row } from '../lib/row.mjs';
import { scratchFolder } from '../lib/scratch.mjs';
import { openAt, questionOf, remember, time } from './past.mjs';

export const title = 'A question, of a memory that is open';

export async function run({ quick }) {
  const rows = [];
  for (const count of quick ? [10_000] : [10_000, 100_000]) {
    const home = scratchFolder();
    const memory = await openAt(home, { store: 'exact' });
    await remember(memory, count);
    const few = count === 10_000 ? { target: 5, atMost: true } : {};
    const what = `${count} tasks, the index that is built in`;
    rows.push(row({ what, unit: 'ms', samples: await ask(memory, count), ...few }));
    await memory.close();
    rows.push(await askChroma(home, count));
  }
  return rows;
}

async function askChroma(home, count) {
  const { setUpChroma } = await loadEngine('memory/index.js');
  mkdirSync(join(home, 'memory'), { recursive: true });
  await setUpChroma(join(home, 'memory'), time);
  const memory = await openAt(home, { store: 'chroma', lives: 'long' });
  const startedMs = performance.now();
  await memory.level();
  const seconds = (performance.now() - startedMs) / 1_000;
  const samples = await ask(memory, count);
  await memory.close();
  const target = count === 10_000 ? 5 : 15;
  const note = `fed in ${seconds.toFixed(0)} s`;
  return row({ what: `${count} tasks, Chroma`, unit: 'ms', samples, target, atMost: true, note });
}

async function ask(memory, count) {
  const samples = [];
  for (let at = 0; at < 220; at += 1) {
    const startedMs = performance.now();
    await memory.similar(questionOf(at, count), 5);
    if (at >= 20) samples.push(performance.now() - startedMs);
  }
  return samples;
}
