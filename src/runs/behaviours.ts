/** What the world does when a run's machines name it: open, work, verify, record, conclude. */

import type { TaskRecord } from '../../machines/events.ts';
import type { RoleName } from '../../machines/ids.ts';
import {
  type Fault,
  noOutput,
  noUsage,
  type Outcome,
  unknownUsage,
} from '../../machines/outcome.ts';
import type { WorkInput } from '../../machines/rules/duty.ts';
import type { RunEnding } from '../../machines/rules/orchestration.ts';
import type { Verdict, VerifyInput } from '../../machines/task.ts';
import type { Behaviours, Call } from '../kernel/behaviours.ts';
import type { Cancellation } from '../kernel/cancellation.ts';
import { CutShort } from './cut-short.ts';
import { Turnover } from './turnover.ts';

/** How a role's agents do their work; made once for each role. */
export interface Worker {
  open(): Promise<Fault | null>;
  /** Ends every attempt with one outcome; rejects only for what nobody foresaw. */
  work(input: WorkInput, cancellation: Cancellation): Promise<Outcome>;
  /** What an attempt left behind whose runtime was stopped; left out, nobody knows its cost. */
  recall?(input: WorkInput): Promise<Pick<Outcome, 'session' | 'usage'>>;
}

/** `again`: a look like this was cut off by a stop of the runtime, and may have left something. */
export type Sight = 'first' | 'again';

export interface RunWorld {
  readonly workerOf: (role: RoleName) => Worker;
  readonly verify: (input: VerifyInput, signal: AbortSignal, sight: Sight) => Promise<Verdict>;
  /** The task's result is there, for whoever comes after it, when this returns; more may follow. */
  readonly record: (record: TaskRecord) => void | Promise<void>;
  readonly conclude: (ending: RunEnding) => Promise<void>;
}

export function runBehaviours(world: RunWorld) {
  const [turnover, cutShort] = [new Turnover(), new CutShort()];
  return {
    agent: {
      open: ({ input, signal }: Call<{ role: RoleName }>) =>
        unlessAborted(world.workerOf(input.role).open(), signal),
      work: (call: Call<WorkInput>) =>
        cutShort.watch(call.input.token, work(world, turnover, call)),
    },
    task: {
      // Checks are run again after a stop of the runtime: looking twice changes nothing.
      verify: ({ input, signal, resumed }: Call<VerifyInput>) =>
        world.verify(input, signal, resumed ? 'again' : 'first'),
      recall: ({ input }: Call<WorkInput>) => cutShort.recall(world.workerOf(input.role), input),
      record: (call: Call<TaskRecord>) => record(world, call),
    },
    orchestrator: {
      conclude: ({ input }: Call<RunEnding>) => world.conclude(input),
    },
  } satisfies Behaviours;
}

/** For whoever only drops by with a word: records are kept, and no work is begun. */
export function visitBehaviours(world: RunWorld): Behaviours {
  const { task, orchestrator } = runBehaviours(world);
  const wait = ({ signal }: Call): Promise<void> =>
    new Promise((resolve) => signal.addEventListener('abort', () => resolve(), { once: true }));
  return {
    agent: { open: wait, work: wait },
    task: { ...task, recall: wait, verify: wait },
    orchestrator,
  };
}

/**
 * After the work that the same flush let go: that work starts sooner, and whatever it reads of the
 * disk comes later than this turn's end.
 */
async function record(world: RunWorld, { input }: Call<TaskRecord>): Promise<void> {
  await null;
  await world.record(input);
}

/** A look that never ends must not keep a run from its end: whoever gave it up has his answer. */
function unlessAborted<Answer>(look: Promise<Answer>, signal: AbortSignal): Promise<Answer | null> {
  return new Promise((resolve, reject) => {
    look.then(resolve, reject);
    signal.addEventListener('abort', () => resolve(null), { once: true });
  });
}

/** An attempt is never begun twice under one token: after a stop it ends as interrupted. */
async function work(world: RunWorld, turnover: Turnover, call: Call<WorkInput>): Promise<Outcome> {
  const { input, resumed, cancellation } = call;
  if (resumed) return { ...interrupted, usage: unknownUsage, ...(await left(world, input)) };
  try {
    const begin = () => world.workerOf(input.role).work(input, cancellation);
    return (await turnover.take(cancellation, begin)) ?? interrupted;
  } catch (error) {
    return unprepared(error);
  }
}

/** Where nothing can be recalled the next attempt begins anew. */
async function left(world: RunWorld, input: WorkInput) {
  try {
    return await world.workerOf(input.role).recall?.(input);
  } catch {
    return {};
  }
}

const nothingMeasured = { durationMs: 0, output: noOutput, usage: noUsage, evidence: [] };

const interrupted: Outcome = {
  kind: 'interrupted',
  fault: {
    code: 'run.interrupted',
    message: 'the runtime was stopped while it was worked on',
    retryable: true,
  },
  ...nothingMeasured,
};

function unprepared(error: unknown): Outcome {
  const message = error instanceof Error ? error.message : String(error);
  const fault = { code: 'work.unprepared', message, retryable: true };
  return { kind: 'failed', fault, ...nothingMeasured };
}
