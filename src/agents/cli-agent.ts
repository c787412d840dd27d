/** Any command-line agent as an adapter: one child process an attempt, believed on evidence. */
import { createHash } from 'node:crypto';
import { open as openFile } from 'node:fs/promises';
import { join } from 'node:path';
import { noUsage, type Outcome, type OutputRef, type Session } from '../../machines/outcome.ts';
import type { Adapter, AgentWorld, Assignment, LostAttempt } from './agent.ts';
import { tailMaxBytes } from './capture.ts';
import type { Dialect, Order, Settings } from './dialect.ts';
import { Ear } from './ear.ts';
import { attemptMarks, attemptVariables, type Environment, type Run } from './environment.ts';
import { exitEvidence } from './exit-evidence.ts';
import { broken } from './faults.ts';
import type { Guardian } from './guardian.ts';
import { waitOf } from './patience.ts';
import { findAgent, type Presence, unfit } from './presence.ts';
import { defaultGraceMs, defaultOutputMaxBytes, type Ended, runProcess } from './process.ts';
import { promptOf } from './prompt.ts';
import { recall } from './recall.ts';
import { streamPaths } from './streams.ts';
import type { Testimony } from './testimony.ts';
import type { Trouble } from './trouble.ts';
import { settle } from './usage.ts';
import { judge, type Verdict } from './verdict.ts';

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
    work: (assignment, world) => work(assignment, world, options, look),
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
  const verdict = judge({ ...finished, dialect, settings, timeoutMs: assignment.timeoutMs });
  const { ended, told } = finished;
  const { used, counters } = settle(told.counted, assignment.earlier?.session ?? null);
  const isUnused = told.session === null && told.counted === null;
  const found = world.signal.aborted ? null : await look();
  const measured = {
    durationMs: ended.durationMs,
    usage: isUnused ? noUsage : used,
    evidence: [
      exitEvidence(ended, found?.path ?? dialect.program, verdict.kind === 'well', {
        ...(found?.version && { version: found.version }),
        toolCalls: told.toolCalls,
        denials: told.denials.size,
      }),
    ],
    ...sessionOf(told, assignment, counters),
  };
  try {
    const output = await keepAnswer(told.answer, assignment, options.runFolder);
    return outcomeOf(verdict, { ...measured, output }, assignment, world.clock.now());
  } catch (error) {
    const output = { path: '', bytes: 0, sha256: '', text: '' };
    return { kind: 'failed', fault: broken(error), ...measured, output };
  }
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
    if (!world.signal.aborted) stopped = trouble;
    control.abort();
  };
  const ear = new Ear({ dialect, startWithinMs, silenceMs, clock, tell, stop });
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
    stdin: promptOf(assignment),
    stdoutPath: join(options.runFolder, paths.stdout),
    stderrPath: join(options.runFolder, paths.stderr),
    runFolder: options.runFolder,
    token: assignment.token,
    timeoutMs: assignment.timeoutMs,
    graceMs: options.graceMs ?? defaultGraceMs,
    outputMaxBytes: options.outputMaxBytes ?? defaultOutputMaxBytes,
    clock,
    signal: AbortSignal.any([world.signal, control.signal]),
    guardian,
    started: (pid) => {
      ear.begin();
      tell({ type: 'agent.started', pid });
    },
    said: (stream, text) => ear.listen(stream, text),
  });
  ear.end();
  return { ended, told: ear.told, stopped };
}

/** The one that was opened, else the one that was asked for. */
function sessionOf(
  { session }: Testimony,
  { earlier }: Assignment,
  counted: Session['counted'],
): { readonly session?: Session } {
  const id = session ?? earlier?.session?.id ?? null;
  return id === null ? {} : { session: { id, counted } };
}

type Measured = Omit<Outcome & { kind: 'succeeded' }, 'kind'>;

function outcomeOf(
  verdict: Verdict,
  measured: Measured,
  { earlier, attempt }: Assignment,
  nowMs: number,
): Outcome {
  if (verdict.kind === 'well') return { kind: 'succeeded', ...measured };
  const { fault } = verdict;
  if (verdict.kind === 'ill') return { kind: 'failed', fault, ...measured };
  const { trouble } = verdict;
  if (trouble.kind === 'quota') {
    return { kind: 'limited', fault, waitMs: limitMs(trouble, attempt, nowMs), ...measured };
  }
  if (trouble.kind !== 'session-lost') return { kind: 'failed', fault, ...measured };
  const { session: _, ...without } = measured;
  // Only a session that was asked for can be lost: anything else would be tried again for ever.
  return earlier?.session
    ? { kind: 'interrupted', fault, ...without }
    : { kind: 'failed', fault, ...without };
}

const limitMinMs = 1_000;
const limitMaxMs = 7 * 24 * 60 * 60_000;
const unknownLimitMs = 30_000;
const unknownLimitMaxMs = 15 * 60_000;

/** As long as was said; when nothing was, longer from attempt to attempt. */
function limitMs(trouble: Trouble, attempt: number, nowMs: number): number {
  if (trouble.until === null) {
    return Math.min(unknownLimitMaxMs, unknownLimitMs * 2 ** Math.min(attempt - 1, 10));
  }
  return Math.ceil(Math.min(limitMaxMs, Math.max(limitMinMs, waitOf(trouble, nowMs))));
}

/** Short answers go into the record; a long one lies on disk, whole, before anybody hears of it. */
async function keepAnswer(
  answer: string,
  { task, token }: Assignment,
  runFolder: string,
): Promise<OutputRef> {
  const bytes = Buffer.from(answer);
  const sha256 = createHash('sha256').update(bytes).digest('hex');
  if (bytes.length <= tailMaxBytes) return { path: '', bytes: bytes.length, sha256, text: answer };
  const path = streamPaths(task, token).answer;
  const file = await openFile(join(runFolder, path), 'w');
  try {
    await file.writeFile(bytes);
    await file.sync();
  } finally {
    await file.close();
  }
  return { path, bytes: bytes.length, sha256, text: answer.slice(-tailMaxBytes / 4) };
}
