/** Killed at any moment, the writer or the server: nothing acknowledged is lost, none is wrong. */
import { spawn } from 'node:child_process';
import { mkdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { loadEngine } from '../lib/build.mjs';
import { row } from '../lib/row.mjs';
import { scratchFolder } from '../lib/scratch.mjs';
import { openAt, promptOf, remember, time } from './past.mjs';

export const title = 'kill -9';

const writer = fileURLToPath(new URL('./writer.mjs', import.meta.url));

export async function run({ quick }) {
  const trials = quick ? 20 : 200;
  const home = scratchFolder();
  const bad = { lost: 0, wrong: 0 };
  let acknowledged = 0;
  for (let trial = 0; trial < trials; trial += 1) {
    acknowledged = Math.max(acknowledged, await killWriter(home, acknowledged, trial));
    await judge(home, acknowledged, bad);
  }
  const served = await killServers(quick ? 10 : 200);
  return [
    zero(`writer, ${trials} trials: acknowledged and lost`, bad.lost, `${acknowledged} tasks`),
    zero(`writer, ${trials} trials: wrong neighbours`, bad.wrong),
    zero(`server, ${served.trials} trials: lost or wrong`, served.bad),
  ];
}

const zero = (what, count, note = '') =>
  row({ what, unit: '', samples: [count], target: 0, atMost: true, note });

/** Answers up to which task it has acknowledged. */
function killWriter(home, from, trial) {
  return new Promise((resolve) => {
    const child = spawn(process.execPath, [writer, home, String(from)], { stdio: 'pipe' });
    let said = '';
    child.stdout.setEncoding('utf8').on('data', (text) => {
      if (said === '') setTimeout(() => child.kill('SIGKILL'), (trial * 37) % 200);
      said += text;
    });
    child.once('close', () => {
      const lines = said
        .slice(0, said.lastIndexOf('\n') + 1)
        .trim()
        .split('\n');
      resolve(Number(lines.at(-1)) || 0);
    });
  });
}

async function judge(home, acknowledged, bad) {
  const memory = await openAt(home, { store: 'exact' });
  if (memory.count < acknowledged) bad.lost += acknowledged - memory.count;
  for (const at of [0, acknowledged >> 1, acknowledged - 1]) {
    if (at < 0 || acknowledged === 0) continue;
    const [first] = await memory.similar(promptOf(at), 1);
    if (first?.task.prompt !== promptOf(at)) bad.wrong += 1;
  }
  await memory.close();
}

/** Each time while it is being fed. */
async function killServers(trials) {
  const home = scratchFolder();
  const folder = join(home, 'memory');
  mkdirSync(folder);
  const { setUpChroma } = await loadEngine('memory/index.js');
  await setUpChroma(folder, time);
  let bad = 0;
  let count = 0;
  for (let trial = 0; trial < trials; trial += 1) {
    const memory = await openAt(home, { store: 'chroma', lives: 'long' });
    await memory.store();
    await remember(memory, 200, count);
    count += 200;
    await memory.tidy();
    const levelled = memory.level();
    const { pid } = JSON.parse(readFileSync(join(folder, 'chroma', 'server.json'), 'utf8'));
    await new Promise((resolve) => setTimeout(resolve, (trial * 13) % 120));
    process.kill(pid, 'SIGKILL');
    await levelled;
    for (const at of [count - 1, (count * trial) % count]) {
      const [first] = await memory.similar(promptOf(at), 1);
      if (first?.task.prompt !== promptOf(at)) bad += 1;
    }
    await memory.close();
  }
  const memory = await openAt(home, { store: 'chroma', lives: 'long' });
  await memory.level();
  const { kind, backlog } = await memory.store();
  if (kind !== 'chroma' || backlog !== 0) bad += 1;
  await memory.close();
  return { trials, bad };
}
