/** Our engine: the kernel, the product's machines and a journal; its behaviours do nothing. */
import { rmSync } from 'node:fs';
import { loadEngine } from '../lib/build.mjs';
import { timePlan } from '../lib/run-plan.mjs';
import { scratchFolder } from '../lib/scratch.mjs';

const { System } = await loadEngine('src/kernel/system.js');
const { MemoryJournal } = await loadEngine('src/journal/memory.js');
const { FileJournal } = await loadEngine('src/journal/file.js');
const machines = Object.values(await loadEngine('machines/index.js')).filter(({ id }) => id);
const { defaultBackoff } = await loadEngine('machines/rules/backoff.js');
const graph = await loadEngine('machines/rules/plan-graph.js');
const [orchestratorMachine] = machines.filter(({ id }) => id === 'orchestrator');

export async function run({ journal, folder = scratchFolder(), ...args }) {
  const log = journal === 'memory' ? new MemoryJournal() : await FileJournal.open(folder);
  let system;
  const figures = await timePlan(args, async (tasks, bodies, agents) => {
    system = await System.open({ log, machines, behaviours: behavioursOf(bodies) });
    const orchestrator = system.spawn(orchestratorMachine, { id: 'orchestrator' });
    orchestrator.send({ type: 'plan.submit', plan: planOf(tasks, agents) });
    const ending = await orchestrator.ending();
    if (ending.output?.status !== 'succeeded') throw new Error(JSON.stringify(ending));
  });
  const inputs = system.core.n;
  const kept = args.keep ? { hash: system.hash() } : {};
  await system.close();
  if (!args.keep) rmSync(folder, { recursive: true, force: true });
  return { ...figures, inputs, ...kept };
}

const measured = {
  durationMs: 0,
  output: { path: '', bytes: 0, sha256: '', text: 'ok' },
  usage: { inputTokens: 0, outputTokens: 0, costUsd: 0 },
  evidence: [],
};
const succeeded = { kind: 'succeeded', ...measured };

function behavioursOf(bodies) {
  const work = async ({ input }) => {
    bodies.run(input.task);
    return succeeded;
  };
  const nothing = () => {};
  return {
    agent: { open: async () => null, work },
    task: { record: nothing },
    orchestrator: { conclude: nothing },
  };
}

/** What the product makes of a plan, for one role. */
export function planOf(tasks, agents) {
  const wave = graph.waves(tasks);
  const rank = graph.ranks(tasks, () => 1_000);
  const waiting = graph.dependants(tasks);
  const role = { name: 'worker', count: agents, concurrency: agents, ...restart };
  return {
    name: 'bench',
    mode: 'eager',
    concurrency: agents,
    onFailure: 'continue',
    seed: 1,
    budgetUsd: null,
    roles: [role],
    tasks: tasks.map(({ id, needs }, order) => ({
      id,
      role: role.name,
      needs,
      dependants: waiting.get(id),
      wave: wave.get(id),
      rank: rank.get(id),
      priority: 0,
      order,
      ...limits,
    })),
  };
}

const restart = {
  restart: 'one_for_one',
  maxRestarts: 5,
  periodMs: 60_000,
  backoff: defaultBackoff,
  handoff: false,
  attemptUsdMax: null,
};
const limits = {
  retries: 2,
  backoff: defaultBackoff,
  timeoutMs: 3_600_000,
  verifyTimeoutMs: 60_000,
  checked: false,
  approveWithinMs: null,
};
