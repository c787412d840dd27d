/** Any command-line agent as an adapter: one child process an attempt, believed on evidence. */
import { join } from 'node:path';
import { noUsage, type Outcome } from '../../../machines/outcome.ts';
import { Cancellation } from '../../kernel/cancellation.ts';
import type { Adapter, AgentWorld, Assignment, LostAttempt } from '../agent.ts';
import { keepAnswer } from '../answer.ts';
import { crashed, limitsOf, outcomeOf, sessionOf } from '../closing.ts';
import type { Testimony } from '../listening/testimony.ts';
import { settle } from '../listening/usage.ts';
import {
  attemptMarks,
  attemptVariables,
  type Environment,
  type Run,
} from '../processes/environment.ts';
import { exitEvidence } from '../processes/exit-evidence.ts';
import type { Guardian } from '../processes/guardian.ts';
import {
  defaultGraceMs,
  defaultOutputMaxBytes,
  type Ended,
  runProcess,
} from '../processes/process.ts';
import { promptOf } from '../prompt.ts';
import { streamPaths } from '../streams.ts';
import type { Trouble, TroubleKind } from '../trouble.ts';
import { judge, type Verdict } from '../verdict.ts';
import type { Dialect, Order, Settings } from './dialect.ts';
import { Ear } from './ear.ts';
import { findAgent, type Presence, unfit } from './presence.ts';
import { Prompter } from './prompter.ts';
import { recall } from './recall.ts';

export interface CliAgentOptions extends Run {
  readonly dialect: Dialect;
  readonly settings: Settings;
  /** What the plan adds to the role's environment, as far as it is known before an attempt. */
  readonly env: Readonly<Record<string, string>>;
  readonly startWithinMs: number;
  readonly silenceMs: number;
  /** The machine's; a program sees the allow-listed part of it, and its own credentials. */
  readonly environment: Environment;
  readonly guardian: Guardian;
  readonly outputMaxBytes?: number;
  readonly graceMs?: number;
}

export function cliAgent(options: CliAgentOptions): Adapter {
  const { dialect, environment, env, runFolder } = options;
  let looked: Promise<Presence | null> | null = null;
  const look = (): Promise<Presence | null> => {
    looked ??= findAgent(dialect, { ...environment, ...ownOf(options) }, env);
    return looked;
  };
  return {
    name: dialect.name,
    open: async () => unfit(dialect, await look()),
    work: (assignment, world) => work(assignment, world, options, look).catch(crashed),
    recall: (attempt: LostAttempt) => recall(attempt, dialect, runFolder),
  };
}

/** The machine's variables that are this agent's own. */
function ownOf({ dialect, environment, settings }: CliAgentOptions): Record<string, string> {
  const names = dialect.credentialsIn(environment, settings);
  return Object.fromEntries(names.map((name) => [name, environment[name] ?? '']));
}

/** What a finished process has to be judged by. */
interface Finished {
  readonly ended: Ended;
  readonly told: Testimony;
  readonly stopped: Trouble | null;
}

async function work(
  assignment: Assignment,
  world: AgentWorld,
  options: CliAgentOptions,
  look: () => Promise<Presence | null>,
): Promise<Outcome> {
  const finished = await run(assignment, world, options);
  const { dialect, settings } = options;
  const { earlier, timeoutMs } = assignment;
  const asked = earlier?.session?.id ?? null;
  const verdict = judge({ ...finished, dialect, settings, asked, timeoutMs });
  const { ended, told } = finished;
  const { used, counters } = settle(told.counted, earlier?.session ?? null);
  const found = world.cancellation.isRequested ? null : await look();
  const measured = {
    durationMs: ended.durationMs,
    usage: wasRefused(told, verdict) ? noUsage : used,
    evidence: [
      exitEvidence(ended, found?.path ?? dialect.program, verdict.kind === 'well', {
        ...(found?.version && { version: found.version }),
        toolCalls: told.toolCalls,
        denials: told.denials.size,
      }),
    ],
    ...sessionOf(told, assignment, counters),
    ...limitsOf(told, world.clock.now()),
  };
  const output = await keepAnswer(told.answer, assignment, options.runFolder);
  return outcomeOf(verdict, { ...measured, output }, assignment, world.clock.now());
}

const refusals: readonly TroubleKind[] = ['quota', 'auth', 'exhausted', 'session-lost'];

/** No model has answered: that costs nothing, though nobody counted. */
function wasRefused(told: Testimony, verdict: Verdict): boolean {
  if (told.counted !== null || told.replies > 0) return false;
  const isRefused = verdict.kind === 'troubled' && refusals.includes(verdict.trouble.kind);
  return told.session === null || isRefused;
}

async function run(
  assignment: Assignment,
  world: AgentWorld,
  options: CliAgentOptions,
): Promise<Finished> {
  const { dialect, settings, environment, guardian, startWithinMs, silenceMs } = options;
  const { clock, tell } = world;
  const control = new AbortController();
  let stopped: Trouble | null = null;
  const stop = (trouble: Trouble): void => {
    if (!world.cancellation.isRequested) stopped = trouble;
    control.abort();
  };
  const ear = new Ear({ dialect, startWithinMs, silenceMs, clock, tell, stop });
  const signal = AbortSignal.any([world.cancellation.signal, control.signal]);
  const asking = settings.permissions === 'ask' ? dialect.asking : undefined;
  const prompter =
    asking &&
    new Prompter(asking, { ...world, cancellation: Cancellation.of(signal) }, ear.attention);
  const prompt = promptOf(assignment);
  const order: Order = { ...settings, session: assignment.earlier?.session?.id ?? null };
  const paths = streamPaths(assignment.task, assignment.token);
  const ended = await runProcess({
    argv: [dialect.program, ...dialect.argumentsOf(order)],
    cwd: assignment.cwd,
    environment,
    variables: {
      ...ownOf(options),
      ...dialect.variablesOf(order),
      ...attemptVariables(assignment),
    },
    marks: attemptMarks(options, assignment),
    stdin: asking ? asking.promptLine(prompt) : prompt,
    ...(prompter && { talk: (mouth) => prompter.open(mouth) }),
    stdoutPath: join(options.runFolder, paths.stdout),
    stderrPath: join(options.runFolder, paths.stderr),
    runFolder: options.runFolder,
    token: assignment.token,
    timeoutMs: assignment.timeoutMs,
    graceMs: options.graceMs ?? defaultGraceMs,
    outputMaxBytes: options.outputMaxBytes ?? defaultOutputMaxBytes,
    clock,
    signal,
    guardian,
    started: (pid) => {
      ear.begin();
      tell({ type: 'agent.started', pid });
    },
    said: (stream, text) => {
      ear.listen(stream, text);
      if (stream === 'stdout') prompter?.hear(text);
    },
  });
  ear.end();
  return { ended, told: ear.told, stopped };
}
