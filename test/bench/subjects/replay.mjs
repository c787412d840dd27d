/** Brings a system back from its journal on disk: the records of messages, or a whole run. */
import { readdirSync, rmSync } from 'node:fs';
import { loadEngine } from '../lib/build.mjs';
import { scratchFolder } from '../lib/scratch.mjs';
import { run as runPlan } from './engine.mjs';
import { counter, sendAll } from './inputs.mjs';

const { System } = await loadEngine('src/kernel/system.js');
const { FileJournal } = await loadEngine('src/journal/file.js');
const machines = Object.values(await loadEngine('machines/index.js')).filter(({ id }) => id);

/** `of` is `messages` or `plan`; `size` counts them, or its tasks. */
export async function run({ of, size }) {
  const folder = scratchFolder();
  const hash = of === 'plan' ? await writePlan(folder, size) : await writeMessages(folder, size);
  const start = performance.now();
  const log = await FileJournal.open(folder);
  const system = await System.restore({ log, machines: of === 'plan' ? machines : [counter] });
  const ms = performance.now() - start;
  if (hash !== system.hash()) throw new Error('the replayed system differs from the live one');
  const inputs = system.core.n;
  await system.close();
  const files = readdirSync(folder).length;
  rmSync(folder, { recursive: true, force: true });
  return { ms, inputs, files, perS: (inputs / ms) * 1_000 };
}

async function writePlan(folder, size) {
  const { hash } = await runPlan({ journal: 'file', folder, keep: true, shape: 'layered', size });
  return hash;
}

async function writeMessages(folder, size) {
  const log = await FileJournal.open(folder);
  // Never stored: every message is replayed.
  const system = await System.open({ log, machines: [counter], storeEvery: Infinity });
  await sendAll(size, {
    spawn: (id) => system.spawn(counter, { id }),
    send: (to, event) => system.inject({ kind: 'event', to, event }),
    settled: () => system.idle(),
  });
  const hash = system.hash();
  await system.close();
  return hash;
}
