/** What remembering costs a run: the same plan with it and without it, in turn. */
import { spawnSync } from 'node:child_process';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { shipped } from '../lib/build.mjs';
import { row } from '../lib/row.mjs';
import { scratchFolder } from '../lib/scratch.mjs';
import { interleaved } from '../lib/statistics.mjs';
import { promptOf } from './past.mjs';

export const title = 'What remembering costs a run';

export async function run({ quick }) {
  const count = quick ? 5_000 : 20_000;
  const tasks = Array.from({ length: count }, (_, at) => ({ id: `t${at}`, prompt: promptOf(at) }));
  const agents = { coder: { adapter: 'simulated', work: '1ms', count: 16 } };
  const plan = join(scratchFolder(), 'plan.json');
  writeFileSync(plan, JSON.stringify({ name: 'long', concurrency: 16, agents, tasks }));
  const samples = await interleaved(quick ? 5 : 7, {
    off: () => play(plan, 'off'),
    on: () => play(plan, 'on'),
  });
  const judged = { target: 1.02, atMost: true, against: 'off' };
  return [
    row({
      what: `${count} tasks`,
      unit: 'ms',
      samples: samples.on,
      baseline: samples.off,
      ...judged,
    }),
  ];
}

function play(plan, memory) {
  const home = scratchFolder();
  const words = [shipped('cli/main.js'), 'run', plan, '--quiet', '--home', home];
  const env = { ...process.env, TROUPE_MEMORY: memory };
  const startedMs = performance.now();
  const { status, stderr } = spawnSync(process.execPath, words, { env, stdio: 'pipe' });
  if (status !== 0) throw new Error(`the plan failed: ${stderr}`);
  return performance.now() - startedMs;
}
