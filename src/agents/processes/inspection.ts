/** Runs a command of the runtime's own to see how it ends: the checks of a task, not its work. */
import { join } from 'node:path';
import { assertNever } from '../../../machines/errors.ts';
import type { TaskId, Token } from '../../../machines/ids.ts';
import type { Fault } from '../../../machines/outcome.ts';
import type { Clock } from '../../kernel/clock.ts';
import { cancelled, exited, killed, lastWords, programNotFound, timedOut } from '../faults.ts';
import { streamPaths } from '../streams.ts';
import type { Ending } from './endings.ts';
import type { Environment, Run } from './environment.ts';
import { pathExtensions, pathVariable, runMarks } from './environment.ts';
import type { Guardian } from './guardian.ts';
import { runProcess } from './process.ts';
import { findProgram } from './program.ts';

export interface Inspection extends Run {
  readonly argv: readonly string[];
  readonly cwd: string;
  readonly environment: Environment;
  readonly variables: Readonly<Record<string, string>>;
  readonly task: TaskId;
  readonly token: Token;
  /** Counts the inspections of one attempt from 1. */
  readonly count: number;
  readonly timeoutMs: number;
  readonly clock: Clock;
  readonly signal: AbortSignal;
  readonly guardian: Guardian;
}

export interface Inspected {
  /** Null when it did not end by itself. */
  readonly exitCode: number | null;
  /** Null for exit 0. */
  readonly fault: Fault | null;
  readonly durationMs: number;
  readonly outputSha256: string;
  readonly lastWords: string;
  /** Where all that it said lies, under the run's folder; empty where it said nothing. */
  readonly output: string;
  readonly errors: string;
}

/** Never rejects; its output is kept beside the attempt's own. */
export async function inspect(inspection: Inspection): Promise<Inspected> {
  const { runFolder, runId, task, token, count, argv, timeoutMs } = inspection;
  const stem = streamPaths(task, token).stdout.replace(/\.out\.txt$/, `.check-${count}`);
  const { ending, durationMs, stdout, stderr } = await runProcess({
    ...inspection,
    stdin: '',
    stdoutPath: join(runFolder, `${stem}.out.txt`),
    stderrPath: join(runFolder, `${stem}.err.txt`),
    marks: { ...runMarks({ runId, runFolder }), TROUPE_TOKEN: `${token}.check-${count}` },
  });
  const words = lastWords(stderr.tail === '' ? stdout.tail : stderr.tail);
  const exitCode = ending.kind === 'exited' ? ending.exitCode : null;
  const fault = faultOf(ending, argv[0] ?? '', words, timeoutMs);
  const seen = { exitCode, fault, durationMs, outputSha256: stdout.sha256, lastWords: words };
  const output = stdout.path === '' ? '' : `${stem}.out.txt`;
  return { ...seen, output, errors: stderr.path === '' ? '' : `${stem}.err.txt` };
}

/** The first of the programs that the machine does not have. */
export async function missingProgram(
  programs: readonly string[],
  environment: Environment,
  cwd: string,
): Promise<Fault | null> {
  const [path, extensions] = [pathVariable(environment), pathExtensions(environment)];
  for (const name of programs) {
    if (!(await findProgram(name, path, cwd, extensions))) return programNotFound(name);
  }
  return null;
}

function faultOf(ending: Ending, program: string, words: string, timeoutMs: number): Fault | null {
  switch (ending.kind) {
    case 'exited':
      return ending.exitCode === 0 ? null : exited(program, ending.exitCode, words);
    case 'killed':
      return killed(program, ending.signal, words);
    case 'timed-out':
      return timedOut(timeoutMs);
    case 'cancelled':
      return cancelled();
    case 'faulted':
      return ending.fault;
    default:
      return assertNever(ending);
  }
}
