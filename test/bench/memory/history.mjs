/** `troupe history --grep` from the shell over many conversations, where it finds nothing. */
import { spawnSync } from 'node:child_process';
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { shipped } from '../lib/build.mjs';
import { row } from '../lib/row.mjs';
import { scratchFolder } from '../lib/scratch.mjs';
import { promptOf } from './past.mjs';

export const title = 'troupe history --grep, from the shell';

const aRun = 50;
const entries = 100;

export async function run({ quick }) {
  const count = quick ? 1_000 : 10_000;
  const home = scratchFolder();
  let bytes = 0;
  for (let first = 0; first < count; first += aRun) bytes += writeRun(home, first);
  const samples = Array.from({ length: quick ? 3 : 7 }, () => grep(home, 'nobody said this'));
  const found = Array.from({ length: 3 }, () => grep(home, 'TICKET-17 ', 1));
  const what = `${count} conversations, ${Math.round(bytes / 1e6)} MB`;
  return [
    row({ what: `${what}: words that nobody said`, unit: 'ms', samples }),
    row({ what: `${what}: words of one of the oldest`, unit: 'ms', samples: found }),
  ];
}

function writeRun(home, first) {
  const run = `talk-${first}`;
  const folder = join(home, 'runs', run, 'conversations');
  mkdirSync(folder, { recursive: true });
  writeFileSync(join(home, 'runs', run, 'order.json'), '{}');
  let bytes = 0;
  for (let token = 1; token <= aRun; token += 1) {
    const text = conversation(run, first + token, token);
    writeFileSync(join(folder, `${token}.jsonl`), text);
    bytes += text.length;
  }
  return bytes;
}

function conversation(run, at, token) {
  const who = { run, task: `t${token}`, role: 'coder', agent: 'coder-1', attempt: 1, token };
  const where = { adapter: 'claude', cwd: '/', continues: null };
  const lines = [{ type: 'conversation.begun', v: 1, at, ...who, ...where }];
  for (let n = 0; n < entries; n += 1) {
    const text = n === 0 ? `${promptOf(at)} ` : `${promptOf(n)} and so on, `.repeat(1 + (n % 3));
    lines.push({ type: n === 0 ? 'prompt.given' : 'text.written', at, text });
  }
  return `${lines.map((line) => JSON.stringify(line)).join('\n')}\n`;
}

function grep(home, words, least = 0) {
  const argv = [shipped('cli/main.js'), 'history', '--grep', words, '--json', '--home', home];
  const startedMs = performance.now();
  const { status, stdout, stderr } = spawnSync(process.execPath, argv);
  const tookMs = performance.now() - startedMs;
  const lines = String(stdout).split('\n').length - 1;
  if (status !== 0 || lines < least) throw new Error(`history failed: ${lines} lines, ${stderr}`);
  return tookMs;
}
