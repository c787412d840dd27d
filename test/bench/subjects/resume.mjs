/** A large run that is killed half-way and taken up again: from what was stored, and what came after. */
import { cpSync, readFileSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { loadEngine } from '../lib/build.mjs';
import { scratchFolder } from '../lib/scratch.mjs';
import { shapes } from '../lib/shapes.mjs';
import { planOf } from './engine.mjs';

const { System } = await loadEngine('src/kernel/system.js');
const { FileJournal } = await loadEngine('src/journal/file.js');
const machines = Object.values(await loadEngine('machines/index.js')).filter(({ id }) => id);
const [orchestratorMachine] = machines.filter(({ id }) => id === 'orchestrator');
const agents = 100;
/** Inputs that nothing is stored of: as many as may be, just before the next store. */
const tailShare = 0.2;

export async function run({ size }) {
  const [folder, killed] = [scratchFolder(), scratchFolder()];
  const hash = await liveHalf(folder, killed, size);
  const { n: storedN } = JSON.parse(readFileSync(join(killed, 'snapshot.json'), 'utf8')).system;
  const start = performance.now();
  const log = await FileJournal.open(killed);
  const system = await System.restore({ log, machines });
  const ms = performance.now() - start;
  if (hash !== system.hash()) throw new Error('the resumed system differs from the live one');
  const tail = system.core.n - storedN;
  await system.close();
  for (const each of [folder, killed]) rmSync(each, { recursive: true, force: true });
  return { ms, tail };
}

/** Tasks one to a half of all; then it is stored, and goes on for a while. */
async function liveHalf(folder, killed, size) {
  const log = await FileJournal.open(folder);
  const counts = { done: 0, stop: size / 2 };
  let full = () => {};
  const work = ({ signal }) => {
    counts.done += 1;
    if (counts.done <= counts.stop) return succeeded;
    full();
    return new Promise((resolve) => signal.addEventListener('abort', () => resolve(succeeded)));
  };
  const nothing = () => {};
  const behaviours = {
    agent: { open: () => null, work },
    task: { record: nothing },
    orchestrator: { conclude: nothing },
  };
  const system = await System.open({ log, machines, behaviours, storeEvery: Infinity });
  const halted = new Promise((resolve) => {
    full = resolve;
  });
  const orchestrator = system.spawn(orchestratorMachine, { id: 'orchestrator' });
  orchestrator.send({ type: 'plan.submit', plan: planOf(shapes.layered(size), agents) });
  await halted;
  await system.flushed();
  await system.store();
  await sayHello(system, size * tailShare);
  const hash = system.hash();
  // As a kill would leave it: nothing is stored on the way out.
  for (const name of ['journal.jsonl', 'snapshot.json']) {
    cpSync(join(folder, name), join(killed, name));
  }
  await system.close();
  return hash;
}

/** The rest of the journal: words to agents, as good as any other input. */
async function sayHello(system, count) {
  const said = { type: 'agent.tell', text: 'hello', from: 'the bench' };
  for (let at = 0; at < count; at += 1) {
    system.inject({ kind: 'event', to: `agent/worker-${(at % agents) + 1}`, event: said });
  }
  await system.flushed();
}

const measured = {
  durationMs: 0,
  output: { path: '', bytes: 0, sha256: '', text: 'ok' },
  usage: { inputTokens: 0, outputTokens: 0, costUsd: 0 },
  evidence: [],
};
const succeeded = { kind: 'succeeded', ...measured };
