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
import { groundLostTo, isGroundLost } from './lost-ground.ts';
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

/** What the run can't go on without is gone. */
type Halt = (error: unknown) => void;

export function runBehaviours(world: RunWorld, halt: Halt) {
  const [turnover, cutShort] = [new Turnover(), new CutShort()];
  return {
    agent: {
      open: ({ input, signal }: Call<{ role: RoleName }>) =>
        unlessAborted(world.workerOf(input.role).open(), signal),
      work: (call: Call<WorkInput>) =>
        cutShort.watch(call.input.token, work(world, turnover, call, halt)),
    },
    task: {
      // Checks are run again after a stop of the runtime: looking twice changes nothing.
      verify: (call: Call<VerifyInput>) => verify(world, call, halt),
      recall: ({ input }: Call<WorkInput>) => cutShort.recall(world.workerOf(input.role), input),
      record: (call: Call<TaskRecord>) => record(world, call),
    },
    orchestrator: {
      conclude: ({ input }: Call<RunEnding>) => world.conclude(input),
    },
  } satisfies Behaviours;
}

/** For whoever only drops by with a word: records are kept, and no work is begun. */
export function visitBehaviours(world: RunWorld, halt: Halt): Behaviours {
  const { task, orchestrator } = runBehaviours(world, halt);
  return {
    agent: { open: wait, work: wait },
    task: { ...task, recall: wait, verify: wait },
    orchestrator,
  };
}

/** Until nobody asks any more. */
const wait = ({ signal }: Pick<Call, 'signal'>): Promise<never> =>
  new Promise((resolve) => {
    const leave = (): void => resolve(undefined as never);
    if (signal.aborted) leave();
    else signal.addEventListener('abort', leave, { once: true });
  });

/** Without ground nothing is seen, which is no verdict: it is looked again by whoever resumes. */
async function verify(
  world: RunWorld,
  { input, signal, resumed }: Call<VerifyInput>,
  halt: Halt,
): Promise<Verdict> {
  try {
    return await world.verify(input, signal, resumed ? 'again' : 'first');
  } catch (error) {
    if (!isGroundLost(error)) throw error;
    halt(error);
    return wait({ signal });
  }
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
async function work(
  world: RunWorld,
  turnover: Turnover,
  call: Call<WorkInput>,
  halt: Halt,
): Promise<Outcome> {
  const { input, resumed, cancellation } = call;
  if (resumed) return { ...interrupted, usage: unknownUsage, ...(await left(world, input)) };
  try {
    const begin = () => world.workerOf(input.role).work(input, cancellation);
    const outcome = (await turnover.take(cancellation, begin)) ?? interrupted;
    const lost = groundLostTo(outcome);
    if (lost === null) return outcome;
    halt(lost);
    return { ...outcome, kind: 'interrupted', fault: interruptedFault };
  } catch (error) {
    if (!isGroundLost(error)) return unprepared(error);
    halt(error);
    return interrupted;
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

const interruptedFault: Fault = {
  code: 'run.interrupted',
  message: 'the runtime was stopped while it was worked on',
  retryable: true,
};

const interrupted: Outcome = { kind: 'interrupted', fault: interruptedFault, ...nothingMeasured };

function unprepared(error: unknown): Outcome {
  const message = error instanceof Error ? error.message : String(error);
  const fault = { code: 'work.unprepared', message, retryable: true };
  return { kind: 'failed', fault, ...nothingMeasured };
}
