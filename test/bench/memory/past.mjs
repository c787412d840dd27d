/** A past to be remembered: tasks with prompts, some of them by the name of a ticket. */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { loadEngine, repository } from '../lib/build.mjs';

const verbs = 'Add,Fix,Refactor,Test,Document,Remove,Rename,Speed up,Validate,Translate'.split(',');
const things =
  'login form,invoice export,search index,upload queue,user table,cache layer,mail template,audit log,price rule,chat room,map view,payment hook,report page,test runner,build script,error page'.split(
    ',',
  );
const wishes =
  'so that it works on phones,because customers complain,before the release,without new packages,as the design says,and keep the old address,with a migration,behind a flag'.split(
    ',',
  );

/** Words that the embedding knows, so that vectors differ as those of real tasks do. */
const vocabulary = readFileSync(join(repository, 'memory/embedding/data/general.vocab.txt'), 'utf8')
  .split('\n', 20_000)
  .map((line) => line.split(/[\t ]/)[0])
  .filter((word) => /^[a-z]{4,}$/.test(word));

const wordsMet = (at, count) =>
  Array.from({ length: count }, (_, place) => {
    const step = Math.imul(at * count + place + 1, 0x9e3779b1) >>> 0;
    return vocabulary[step % vocabulary.length];
  }).join(' ');

export const time = {
  now: () => Date.now(),
  elapsed: () => performance.now(),
  at(dueMs, call) {
    const timer = setTimeout(call, Math.max(0, dueMs - Date.now()));
    return () => clearTimeout(timer);
  },
  breathe: () => new Promise((resolve) => setImmediate(resolve)),
};

export function promptOf(at) {
  const pick = (list, step) => list[Math.floor(at / step) % list.length];
  const name = `${pick(things, 10)} of handler${(at * 7) % 4_001}.ts`;
  const about = wordsMet(at, 4);
  return `${pick(verbs, 1)} the ${name} with ${about} ${pick(wishes, 160)} for TICKET-${at}`;
}

export function taskOf(at) {
  return {
    ...{ runId: `run-${Math.floor(at / 20)}`, taskId: `task-${at}`, role: 'coder' },
    ...{ adapter: 'command', outcome: 'succeeded', prompt: promptOf(at), fault: null },
    solution: 'It was done in two files; the tests of both pass. '.repeat(6),
    evidence: [{ kind: 'run', passed: true, summary: '`npm test` exited 0' }],
    ...{ files: [], gitCommit: null, costUsd: 0.1, durationMs: 60_000, attempts: 1 },
    finishedAt: Date.UTC(2026, 0, 1) + at * 1_000,
  };
}

/** Opens the memory of a home. */
export async function openAt(home, more = {}) {
  const { openMemory } = await loadEngine('memory/index.js');
  return openMemory({ folder: join(home, 'memory'), time, ...more });
}

/** Answers how many a second. */
export async function remember(memory, count, from = 0) {
  const startedMs = performance.now();
  for (let at = from; at < from + count; at += 1_000) {
    const size = Math.min(1_000, from + count - at);
    await memory.remember(Array.from({ length: size }, (_, step) => taskOf(at + step)));
  }
  return count / ((performance.now() - startedMs) / 1_000);
}

/** Asked in other words than what was done, and by its ticket every other time. */
export function questionOf(at, count) {
  const which = (at * 7_919) % count;
  return at % 2 === 0 ? `TICKET-${which}` : `repair the ${things[at % things.length]} on mobile`;
}
