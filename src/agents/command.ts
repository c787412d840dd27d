/** The agent that is any program: asked on stdin, answering on stdout, well when it exits 0. */
import { basename, join } from 'node:path';
import type { Fault, Outcome } from '../../machines/outcome.ts';
import type { Adapter, AgentWorld, Assignment } from './agent.ts';
import { cancelled, exited, killed, timedOut } from './faults.ts';
import { waitOf } from './listening/patience.ts';
import { ReportLines } from './listening/report-lines.ts';
import {
  attemptMarks,
  attemptVariables,
  childEnvironment,
  type Environment,
  pathExtensions,
  pathVariable,
  type Run,
} from './processes/environment.ts';
import { exitEvidence } from './processes/exit-evidence.ts';
import type { Guardian } from './processes/guardian.ts';
import {
  defaultGraceMs,
  defaultOutputMaxBytes,
  type Ended,
  runProcess,
} from './processes/process.ts';
import { findProgram } from './processes/program.ts';
import { streamPaths } from './streams.ts';
import { faultOf as faultOfTrouble } from './trouble.ts';

export interface CommandOptions extends Run {
  /** The machine's environment; a program sees the allow-listed part of it. */
  readonly environment: Environment;
  readonly guardian: Guardian;
  readonly outputMaxBytes?: number;
  readonly graceMs?: number;
}

export function commandAdapter(options: CommandOptions): Adapter {
  return {
    name: 'command',
    // Which programs are meant is known by the assignments only.
    open: async () => null,
    work: (assignment, world) => work(assignment, world, options),
  };
}

async function work(
  assignment: Assignment,
  world: AgentWorld,
  options: CommandOptions,
): Promise<Outcome> {
  const report = new ReportLines(() => world.clock.now());
  const ended = await run(assignment, world, options, report);
  report.end();
  const program = await programPath(assignment, options);
  const { bytes, sha256, tail, path } = ended.stdout;
  const fault = faultOf(ended, basename(program), assignment.timeoutMs);
  const measured = {
    durationMs: ended.durationMs,
    output: {
      path: path === '' ? '' : streamPaths(assignment.task, assignment.token).stdout,
      bytes,
      sha256,
      text: tail,
    },
    usage: report.usageOf({ isPaid: assignment.account !== undefined && ended.pid !== null }),
    evidence: [exitEvidence(ended, program, fault === null)],
    ...(report.limits && { limits: report.limits }),
  };
  return fault === null
    ? { kind: 'succeeded', ...measured }
    : outcomeOf(fault, measured, ended, report, world.clock.now());
}

type Measured = Omit<Outcome & { kind: 'succeeded' }, 'kind'>;

/** What the program told of itself counts when it ended of itself. */
function outcomeOf(
  fault: Fault,
  measured: Measured,
  { ending }: Ended,
  { trouble }: ReportLines,
  nowMs: number,
): Outcome {
  if (trouble === null || ending.kind !== 'exited') return { kind: 'failed', fault, ...measured };
  const told = faultOfTrouble(trouble);
  if (trouble.kind !== 'quota') return { kind: 'failed', fault: told, ...measured };
  return { kind: 'limited', fault: told, waitMs: waitOf(trouble, nowMs), ...measured };
}

function run(
  assignment: Assignment,
  world: AgentWorld,
  options: CommandOptions,
  report: ReportLines,
): Promise<Ended> {
  const paths = streamPaths(assignment.task, assignment.token);
  return runProcess({
    argv: assignment.argv,
    cwd: assignment.cwd,
    environment: options.environment,
    variables: attemptVariables(assignment),
    marks: attemptMarks(options, assignment),
    stdin: assignment.prompt,
    stdoutPath: join(options.runFolder, paths.stdout),
    stderrPath: join(options.runFolder, paths.stderr),
    runFolder: options.runFolder,
    token: assignment.token,
    timeoutMs: assignment.timeoutMs,
    graceMs: options.graceMs ?? defaultGraceMs,
    outputMaxBytes: options.outputMaxBytes ?? defaultOutputMaxBytes,
    clock: world.clock,
    signal: world.cancellation.signal,
    guardian: options.guardian,
    started: (pid) => world.tell({ type: 'agent.started', pid }),
    said: (stream, text) => {
      if (stream === 'stderr') report.hear(text);
      world.tell({ type: 'agent.said', stream, text });
    },
  });
}

/** The file that was meant; only its name when no such file is found. */
async function programPath(assignment: Assignment, options: CommandOptions): Promise<string> {
  const [name = ''] = assignment.argv;
  const seen = childEnvironment(options.environment, assignment.env);
  const found = findProgram(name, pathVariable(seen), assignment.cwd, pathExtensions(seen));
  return (await found) ?? name;
}

function faultOf({ ending, stderr }: Ended, program: string, timeoutMs: number): Fault | null {
  switch (ending.kind) {
    case 'exited':
      return ending.exitCode === 0 ? null : exited(program, ending.exitCode, stderr.tail);
    case 'killed':
      return killed(program, ending.signal, stderr.tail);
    case 'timed-out':
      return timedOut(timeoutMs);
    case 'cancelled':
      return cancelled();
    case 'faulted':
      return ending.fault;
  }
}
