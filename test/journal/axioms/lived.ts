/** Runs to be judged: the golden one, and lives made under a clock that nobody waits for. */
import { join } from 'node:path';
import { type Address, orchestratorAddress } from '../../../machines/ids.ts';
import { orchestratorMachine } from '../../../machines/index.ts';
import type { Outcome } from '../../../machines/outcome.ts';
import type { PlanSpec } from '../../../machines/plan.ts';
import type { WorkInput } from '../../../machines/rules/duty.ts';
import type { VerifyInput } from '../../../machines/task.ts';
import { readHistory } from '../../../src/journal/file.ts';
import { MemoryJournal } from '../../../src/journal/memory.ts';
import type { Call } from '../../../src/kernel/behaviours.ts';
import type { Clock } from '../../../src/kernel/clock.ts';
import type { LoggedInput } from '../../../src/kernel/log.ts';
import { System } from '../../../src/kernel/system.ts';
import * as outcomes from '../../machines/outcomes.ts';
import { machines } from '../../replay/expectation.ts';

export const golden = (): LoggedInput[] => [
  ...readHistory(join(import.meta.dirname, '../../replay/v1')).inputs,
];

/** Moves to the next alarm when it is told to. */
class SteppedClock implements Clock {
  #now = 1_000_000;
  #alarms: { readonly dueMs: number; readonly call: () => void }[] = [];

  now = (): number => this.#now;
  elapsed = (): number => this.#now;
  breathe = async (): Promise<void> => {};

  at(dueMs: number, call: () => void): () => void {
    const alarm = { dueMs, call };
    this.#alarms.push(alarm);
    return () => {
      this.#alarms = this.#alarms.filter((each) => each !== alarm);
    };
  }

  ring(): void {
    const [next] = [...this.#alarms].sort((one, two) => one.dueMs - two.dueMs);
    if (!next) throw new Error('the run stands still, and no alarm is set');
    this.#alarms = this.#alarms.filter((each) => each !== next);
    this.#now = Math.max(this.#now, next.dueMs);
    next.call();
  }
}

export interface Life {
  /** How the attempts of a task end, in their order; later ones succeed. */
  readonly outcomes?: Readonly<Record<string, readonly Outcome[]>>;
  /** How every review ends; without a verdict when left out. */
  readonly reviews?: Outcome;
  /** Attempts that take so long; the others take 2 s. */
  readonly workMs?: Readonly<Record<string, number>>;
  readonly machines?: typeof machines;
  /** Approves these as soon as they ask. */
  readonly approves?: readonly Address[];
}

const usualWorkMs = 2_000;

/** The journal of a run from its first to its last input. */
export async function live(plan: PlanSpec, life: Life = {}): Promise<LoggedInput[]> {
  const clock = new SteppedClock();
  const log = new MemoryJournal();
  const later = <Answer>(answer: Answer, ms = usualWorkMs): Promise<Answer> =>
    new Promise((resolve) => clock.at(clock.now() + ms, () => resolve(answer)));
  const work = ({ input, signal }: Call<WorkInput>): Promise<Outcome> => {
    const { task, attempt } = input;
    const judged = input.review && life.reviews;
    const outcome = judged ?? life.outcomes?.[task]?.[attempt - 1] ?? outcomes.succeeded;
    const stopped = new Promise<Outcome>((resolve) => {
      signal.addEventListener('abort', () => resolve(outcome), { once: true });
    });
    return Promise.race([later(outcome, life.workMs?.[task]), stopped]);
  };
  const verify = (_: Call<VerifyInput>) =>
    later({ evidence: [outcomes.fileEvidence], fault: null });
  const system = await System.open({
    log,
    machines: life.machines ?? machines,
    behaviours: {
      agent: { open: () => later(null), work },
      task: { verify, record: () => {} },
      orchestrator: { conclude: () => {} },
    },
    clock,
  });
  const orchestrator = system.spawn(orchestratorMachine, { id: orchestratorAddress });
  await orchestrator.send({ type: 'plan.submit', plan });
  const unasked = new Set(life.approves);
  while (system.core.registry.find(orchestratorAddress)) {
    for (const to of unasked) {
      if (system.look(to)?.value !== 'approving') continue;
      unasked.delete(to);
      await system.send(to, { type: 'task.approve', by: 'a person' } as { type: string });
    }
    await new Promise((resolve) => setImmediate(resolve));
    if (system.core.registry.find(orchestratorAddress)) clock.ring();
  }
  await system.close();
  return [...(await log.history())];
}
