/**
 * Makes a golden journal: a small run that meets everything a run can meet, under a clock that
 * nobody waits for. `TROUPE_RECORD=v2 npx vitest run test/replay` writes one into `v2/` beside it.
 */
import { copyFileSync, mkdirSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import {
  type Address,
  agentAddress,
  agentId,
  orchestratorAddress,
  roleName,
  taskAddress,
  taskId,
} from '../../machines/ids.ts';
import { orchestratorMachine } from '../../machines/index.ts';
import type { Outcome } from '../../machines/outcome.ts';
import type { WorkInput } from '../../machines/rules/duty.ts';
import type { VerifyInput } from '../../machines/task.ts';
import { FileJournal } from '../../src/journal/file.ts';
import { MemoryJournal } from '../../src/journal/memory.ts';
import type { Behaviours, Call } from '../../src/kernel/behaviours.ts';
import type { Clock } from '../../src/kernel/clock.ts';
import type { LoggedInput, StoredSystem } from '../../src/kernel/log.ts';
import { storeCore } from '../../src/kernel/persist.ts';
import { System } from '../../src/kernel/system.ts';
import { versionsOf } from '../../src/kernel/versions.ts';
import * as outcomes from '../machines/outcomes.ts';
import { planSpec, roleSpec } from '../machines/plans.ts';
import { type Expectation, expectationOf, machines } from './expectation.ts';

/** 2026-01-01T00:00:00Z. */
const beganMs = 1_767_225_600_000;
const workMs = 2_000;
const storedName = 'stored.jsonl';

/** Moves to the next alarm when it is told to, and only then. */
class SteppedClock implements Clock {
  #now = beganMs;
  #order = 0;
  readonly #alarms = new Map<number, { dueMs: number; call: () => void }>();

  now = (): number => this.#now;
  elapsed = (): number => this.#now;
  breathe = async (): Promise<void> => {};

  at(dueMs: number, call: () => void): () => void {
    this.#order += 1;
    const order = this.#order;
    this.#alarms.set(order, { dueMs, call });
    return () => this.#alarms.delete(order);
  }

  ring(): void {
    const [next] = [...this.#alarms].sort(([a, one], [b, two]) => one.dueMs - two.dueMs || a - b);
    if (!next) throw new Error('the run stands still, and no alarm is set');
    const [order, { dueMs, call }] = next;
    this.#alarms.delete(order);
    this.#now = Math.max(this.#now, dueMs);
    call();
  }
}

const planner = roleSpec({ name: roleName('planner') });
const coder = roleSpec({
  name: roleName('coder'),
  count: 2,
  concurrency: 2,
  restart: 'one_for_all',
  handoff: true,
});

const plan = planSpec(
  [
    { id: 'design', role: planner.name, checked: true },
    { id: 'flaky', retries: 2 },
    { id: 'build', needs: ['design'] },
    { id: 'limits', needs: ['flaky'], approveWithinMs: 3_600_000 },
    { id: 'broken', needs: ['build'], retries: 1 },
    { id: 'steady', needs: ['limits'] },
    { id: 'skipped', needs: ['broken', 'steady'] },
    { id: 'released', needs: ['steady'], role: planner.name, checked: true },
  ],
  { name: 'golden', mode: 'waves', roles: [planner, coder] },
);

/** What each attempt of a task ends with; it succeeds in all later ones. */
const endings: Readonly<Record<string, readonly Outcome[]>> = {
  flaky: [outcomes.failed(outcomes.passingFault), outcomes.interrupted],
  build: [outcomes.failed(outcomes.crashFault)],
  // Its first agent is stopped in the middle, because `build` killed its neighbour.
  limits: [outcomes.succeeded, outcomes.limited(90_000)],
  broken: [outcomes.failed(outcomes.passingFault), outcomes.failed(outcomes.lastingFault)],
};

function behavioursUnder(clock: Clock): Behaviours {
  const later = <Answer>(answer: Answer): Promise<Answer> =>
    new Promise((resolve) => clock.at(clock.now() + workMs, () => resolve(answer)));
  const work = ({ input: { task, attempt } }: Call<WorkInput>): Promise<Outcome> =>
    later(endings[task]?.[attempt - 1] ?? outcomes.succeeded);
  /** The first look at `released` finds it wanting. */
  const verify = ({ input: { task, attempt } }: Call<VerifyInput>) =>
    later({
      evidence: [outcomes.fileEvidence],
      fault: task === 'released' && attempt === 1 ? outcomes.passingFault : null,
    });
  return {
    agent: { open: () => later(null), work },
    task: { verify, record: () => {} },
    orchestrator: { conclude: () => {} },
  };
}

export interface Recording {
  readonly inputs: readonly LoggedInput[];
  /** The system in the middle of the run. */
  readonly stored: StoredSystem;
  readonly hash: string;
  readonly expectation: Expectation;
}

/** The run, live. */
export async function record(): Promise<Recording> {
  const clock = new SteppedClock();
  const log = new MemoryJournal();
  const system = await System.open({ log, machines, behaviours: behavioursUnder(clock), clock });
  const orchestrator = system.spawn(orchestratorMachine, { id: orchestratorAddress });
  await orchestrator.send({ type: 'plan.submit', plan });
  const tell = (to: Address, text: string): Promise<void> =>
    system.send(to, { type: 'agent.tell', text, from: 'a person' } as { type: string });
  await tell(agentAddress(agentId('coder-1')), 'look at the tests\nfirst \u{1f3ad}');
  let stored: StoredSystem | null = null;
  const limits = taskAddress(taskId('limits'));
  while (system.core.registry.find(orchestratorAddress)) {
    if (system.look(limits)?.value === 'approving') {
      stored = { n: system.core.n, core: structuredClone(storeCore(system.core)) };
      await system.send(limits, { type: 'task.approve', by: 'a person' } as { type: string });
    }
    await new Promise((resolve) => setImmediate(resolve));
    if (system.core.registry.find(orchestratorAddress)) clock.ring();
  }
  const hash = system.hash();
  await system.close();
  if (!stored) throw new Error('nobody was asked: the run has no middle');
  const inputs = [...(await log.history())];
  return { inputs, stored, hash, expectation: expectationOf(inputs) };
}

/** Into a folder that is not there yet: a golden journal is never replaced. */
export async function write(folder: string, { inputs, stored, expectation }: Recording) {
  mkdirSync(folder);
  const about = { run: 'golden', machines: versionsOf(machines) };
  const journal = await FileJournal.open(folder, { about });
  for (const input of inputs) {
    journal.append(input);
    if (input.n === stored.n) await journal.store(stored);
  }
  await journal.close();
  rmSync(join(folder, 'lock.1'));
  // No tool may format it: its checksum is that of its text.
  renameSync(join(folder, 'snapshot.json'), join(folder, storedName));
  writeFileSync(join(folder, 'expected.json'), `${JSON.stringify(expectation, null, 2)}\n`);
}

/** A golden folder as a run's folder, to be opened. */
export function layOut(golden: string, folder: string): void {
  copyFileSync(join(golden, 'journal.jsonl'), join(folder, 'journal.jsonl'));
  copyFileSync(join(golden, storedName), join(folder, 'snapshot.json'));
}
