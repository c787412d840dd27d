/** The agent that is any program: asked on stdin, answering on stdout, well when it exits 0. */
import { basename, join } from 'node:path';
import type { Fault, Outcome } from '../../machines/outcome.ts';
import { noUsage } from '../../machines/outcome.ts';
import type { Adapter, AgentWorld, Assignment } from './agent.ts';
import {
  attemptMarks,
  attemptVariables,
  childEnvironment,
  type Environment,
  pathExtensions,
  pathVariable,
  type Run,
} from './environment.ts';
import { exitEvidence } from './exit-evidence.ts';
import { cancelled, exited, killed, timedOut } from './faults.ts';
import type { Guardian } from './guardian.ts';
import { defaultGraceMs, defaultOutputMaxBytes, type Ended, runProcess } from './process.ts';
import { findProgram } from './program.ts';
import { streamPaths } from './streams.ts';

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
  const ended = await run(assignment, world, options);
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
    usage: noUsage,
    evidence: [exitEvidence(ended, program, fault === null)],
  };
  return fault === null
    ? { kind: 'succeeded', ...measured }
    : { kind: 'failed', fault, ...measured };
}

function run(assignment: Assignment, world: AgentWorld, options: CommandOptions): Promise<Ended> {
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
    signal: world.signal,
    guardian: options.guardian,
    started: (pid) => world.tell({ type: 'agent.started', pid }),
    said: (stream, text) => world.tell({ type: 'agent.said', stream, text }),
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
