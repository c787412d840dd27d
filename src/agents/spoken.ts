/** One attempt by a program that one talks with over its stdio, in whichever protocol. */
import { join } from 'node:path';
import { noUsage, type Outcome } from '../../machines/outcome.ts';
import { sleep } from '../kernel/clock.ts';
import type { AgentWorld, Assignment } from './agent.ts';
import { keepAnswer } from './answer.ts';
import { crashed, outcomeOf, sessionOf } from './closing.ts';
import { commonHint, type Settings } from './command-line/dialect.ts';
import { broken } from './faults.ts';
import { Attention } from './listening/attention.ts';
import type { Testimony } from './listening/testimony.ts';
import { settle } from './listening/usage.ts';
import {
  attemptMarks,
  attemptVariables,
  type Environment,
  type Run,
} from './processes/environment.ts';
import { exitEvidence } from './processes/exit-evidence.ts';
import type { Guardian } from './processes/guardian.ts';
import { defaultGraceMs, type Ended, runProcess } from './processes/process.ts';
import { streamPaths } from './streams.ts';
import { type Trouble, trouble } from './trouble.ts';
import { judge } from './verdict.ts';
import { Wire } from './wire.ts';

export interface SpokenOptions extends Run {
  readonly settings: Settings;
  readonly environment: Environment;
  readonly guardian: Guardian;
  readonly startWithinMs: number;
  readonly silenceMs: number;
  readonly graceMs?: number;
}

/** What a talk is made of. */
export interface Talk {
  readonly wire: Wire;
  readonly attention: Attention;
  readonly assignment: Assignment;
  readonly world: AgentWorld;
  /** Aborted when the attempt is over: what goes wrong then says nothing. */
  readonly signal: AbortSignal;
}

/** Resolves when the turn has ended; what it throws is how the turn went wrong. */
export type Converse = (talk: Talk) => Promise<void>;

/** What came of the program, and of the talk with it. */
interface Finished {
  readonly ended: Ended;
  readonly told: Testimony;
  readonly stopped: Trouble | null;
}

/** Never rejects. */
export function workSpoken(
  assignment: Assignment,
  world: AgentWorld,
  options: SpokenOptions,
  converse: Converse,
): Promise<Outcome> {
  return work(assignment, world, options, converse).catch(crashed);
}

async function work(
  assignment: Assignment,
  world: AgentWorld,
  options: SpokenOptions,
  converse: Converse,
): Promise<Outcome> {
  const { ended, told, stopped } = await run(assignment, world, options, converse);
  const { earlier, timeoutMs, argv } = assignment;
  const { settings, runFolder } = options;
  const [program = 'it'] = argv;
  // Once its turn was over it was we who ended it.
  const isOurs = told.ended !== null && stopped === null && !world.cancellation.isRequested;
  const verdict = judge({
    dialect: { program, hintFor: (found) => commonHint(found, settings, logIn) },
    ended: isOurs ? { ...ended, ending: { kind: 'exited', exitCode: 0 } } : ended,
    ...{ settings, told, stopped, asked: earlier?.session?.id ?? null, timeoutMs },
  });
  const { used, counters } = settle(told.counted, earlier?.session ?? null);
  const measured = {
    durationMs: ended.durationMs,
    usage: told.counted === null && told.replies === 0 ? noUsage : used,
    evidence: [
      exitEvidence(ended, program, verdict.kind === 'well', {
        toolCalls: told.toolCalls,
        denials: told.denials.size,
      }),
    ],
    ...sessionOf(told, assignment, counters),
    output: await keepAnswer(told.answer, assignment, runFolder),
  };
  return outcomeOf(verdict, measured, assignment, world.clock.now());
}

const logIn = 'log in as the program itself says';

async function run(
  assignment: Assignment,
  world: AgentWorld,
  options: SpokenOptions,
  converse: Converse,
): Promise<Finished> {
  const { clock, tell } = world;
  const { runFolder, environment, guardian, graceMs = defaultGraceMs } = options;
  const over = new AbortController();
  let stopped: Trouble | null = null;
  const stop = (found: Trouble): void => {
    if (!world.cancellation.isRequested && !over.signal.aborted) stopped = found;
    over.abort();
  };
  const { startWithinMs, silenceMs } = options;
  const attention = new Attention({ startWithinMs, silenceMs, clock, tell, stop });
  const signal = AbortSignal.any([world.cancellation.signal, over.signal]);
  const wire = new Wire();
  let talking: Promise<void> = Promise.resolve();
  const paths = streamPaths(assignment.task, assignment.token);
  const ended = await runProcess({
    argv: assignment.argv,
    cwd: assignment.cwd,
    ...{ environment, guardian, clock, runFolder, graceMs, signal },
    variables: attemptVariables(assignment),
    marks: attemptMarks(options, assignment),
    stdin: '',
    stdoutPath: join(runFolder, paths.stdout),
    stderrPath: join(runFolder, paths.stderr),
    token: assignment.token,
    timeoutMs: assignment.timeoutMs,
    talk: (mouth) => {
      wire.open(mouth);
      talking = hold({ wire, attention, assignment, world, signal }, converse);
      // Then it has its time to end by itself.
      void talking
        .then(() => sleep(clock, Math.min(graceMs, 1_000), signal))
        .then(() => over.abort());
    },
    started: (pid) => {
      attention.begin();
      tell({ type: 'agent.started', pid });
    },
    said: (stream, text) => {
      attention.overhear();
      if (stream === 'stdout') wire.hear(text);
      else tell({ type: 'agent.said', stream, text });
    },
  });
  over.abort();
  wire.end();
  await talking;
  attention.end();
  return { ended, told: attention.told, stopped };
}

/** Never rejects. */
async function hold(talk: Talk, converse: Converse): Promise<void> {
  const { signal, attention, wire } = talk;
  try {
    await converse(talk);
  } catch (error) {
    if (signal.aborted) return;
    const found = trouble('malformed', broken(error).message);
    attention.take([{ type: 'turn.ended', trouble: found, answer: null }]);
  }
  wire.hangUp();
}
