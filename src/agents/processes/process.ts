/** Runs a program to its end, whatever it does: in bounds, and with nothing left behind. */
import { mkdir } from 'node:fs/promises';
import { dirname } from 'node:path';
import type { Token } from '../../../machines/ids.ts';
import type { Fault } from '../../../machines/outcome.ts';
import type { Clock } from '../../kernel/clock.ts';
import { broken, outputLost } from '../faults.ts';
import { isStillOurs } from '../hands/still-ours.ts';
import { Capture, type Captured, nothingCaptured } from './capture.ts';
import { drain } from './drain.ts';
import { type Ending, exitOf, faulted, firstFault, isOwn, watchLimits } from './endings.ts';
import { childEnvironment, type Environment } from './environment.ts';
import type { Guardian } from './guardian.ts';
import { recordProcess } from './ledger.ts';
import { ProcessGroup } from './process-group.ts';
import { secretsIn } from './scrub.ts';
import { type Child, type Started, startChild } from './start.ts';
import { endStrays } from './strays.ts';

export const defaultGraceMs = 3_000;
export const defaultOutputMaxBytes = 64 * 1024 * 1024;

export interface ProcessOptions {
  /** The program and its arguments; no shell looks at them. */
  readonly argv: readonly string[];
  readonly cwd: string;
  /** The machine's environment: the child sees the allow-listed part of it. */
  readonly environment: Environment;
  /** What the child sees besides. */
  readonly variables: Readonly<Record<string, string>>;
  /** Also seen by the child, and by no other attempt's: on Linux its strays are known by them. */
  readonly marks: Readonly<Record<string, string>>;
  /** Given to the child, then closed, unless somebody goes on talking to it. */
  readonly stdin: string;
  /** Called once, with the way to say more to the child. */
  readonly talk?: (mouth: Mouth) => void;
  /** Absolute; their folders are made. */
  readonly stdoutPath: string;
  readonly stderrPath: string;
  /** Where the processes of the run are recorded, and which attempt this one belongs to. */
  readonly runFolder: string;
  readonly token: Token;
  readonly timeoutMs: number;
  /** How long a child that was asked to end may take. */
  readonly graceMs?: number;
  /** Of each of the two streams; a child that prints more is ended. */
  readonly outputMaxBytes?: number;
  readonly clock: Clock;
  readonly signal: AbortSignal;
  readonly guardian: Guardian;
  readonly started?: (pid: number) => void;
  readonly said?: (stream: 'stdout' | 'stderr', text: string) => void;
}

/** What a running child is told. Whoever has ended hears nothing, and that is no error. */
export interface Mouth {
  readonly say: (text: string) => void;
  /** Nothing more will be said. */
  readonly close: () => void;
}

export interface Ended {
  readonly ending: Ending;
  /** Null when nothing was started. */
  readonly pid: number | null;
  readonly durationMs: number;
  readonly stdout: Captured;
  readonly stderr: Captured;
}

type Finish = Omit<Ended, 'durationMs'>;

/** Settles once nothing of the program runs any more. Never throws and never rejects. */
export async function runProcess(options: ProcessOptions): Promise<Ended> {
  const startedMs = options.clock.elapsed();
  const finish = await attempt(options).catch((error: unknown) => notStarted(broken(error)));
  return { ...finish, durationMs: Math.round(options.clock.elapsed() - startedMs) };
}

async function attempt(options: ProcessOptions): Promise<Finish> {
  const { argv, cwd, environment, variables, marks, guardian } = options;
  const env = childEnvironment(environment, { ...variables, ...marks, ...guardian.marks });
  const fault = await makeFolders(options);
  if (fault !== null) return notStarted(fault);
  if (!(await isStillOurs(options))) return { ...nothing, ending: { kind: 'cancelled' } };
  guardian.start();
  const start = await startChild({ argv, cwd, env });
  return start.kind === 'started' ? attend(start, options) : notStarted(start.fault);
}

async function makeFolders(options: ProcessOptions): Promise<Fault | null> {
  try {
    await mkdir(dirname(options.stdoutPath), { recursive: true });
    await mkdir(dirname(options.stderrPath), { recursive: true });
    return null;
  } catch (error) {
    return outputLost(options.stdoutPath, error);
  }
}

/** All listeners are there before the first await: Node drops what nobody listens for. */
async function attend({ child, pid }: Started, options: ProcessOptions): Promise<Finish> {
  const { clock, guardian, graceMs = defaultGraceMs } = options;
  const group = new ProcessGroup(pid, clock);
  guardian.enrol(pid);
  const exit = exitOf(child, group, guardian);
  const fault = introduce(child, pid, options);
  const captures = [capture(child, 'stdout', options), capture(child, 'stderr', options)] as const;
  const limits = watchLimits(options);
  const ending = fault
    ? faulted(fault)
    : await Promise.race([exit, limits.reached, firstFault(captures)]);
  limits.forget();
  if (isOwn(ending)) await drain(captures, clock);
  if ((await group.end(graceMs)) === 'gone') guardian.release(pid);
  await endStrays({ marks: linesOf(options.marks) }, clock);
  await drain(captures, clock);
  child.stdin.destroy();
  return { ...(await finish(ending, captures)), pid };
}

/** Puts the child on record before it is told what to do and before any of its words are read. */
function introduce(child: Child, pid: number, options: ProcessOptions): Fault | null {
  // A child need not read what it is given; how it ends says what that meant.
  child.stdin.on('error', () => {});
  try {
    recordProcess(options.runFolder, pid, options.token);
    options.started?.(pid);
    if (options.talk) converse(child, options.stdin, options.talk);
    else child.stdin.end(options.stdin);
    return null;
  } catch (error) {
    return outputLost(options.runFolder, error);
  }
}

function converse({ stdin }: Child, first: string, talk: (mouth: Mouth) => void): void {
  const say = (text: string): void => {
    if (stdin.writable) stdin.write(text);
  };
  if (first !== '') say(first);
  talk({ say, close: () => stdin.end() });
}

function capture(child: Child, name: 'stdout' | 'stderr', options: ProcessOptions): Capture {
  return new Capture(child[name], {
    name,
    path: name === 'stdout' ? options.stdoutPath : options.stderrPath,
    maxBytes: options.outputMaxBytes ?? defaultOutputMaxBytes,
    secrets: secretsIn(options.variables),
    said: (text) => options.said?.(name, text),
  });
}

async function finish(
  ending: Ending,
  [stdout, stderr]: readonly [Capture, Capture],
): Promise<Omit<Finish, 'pid'>> {
  const [out, err] = await Promise.all([stdout.close(), stderr.close()]);
  const fault = out.fault ?? err.fault;
  return {
    ending: fault !== null && isOwn(ending) ? faulted(fault) : ending,
    stdout: out.captured,
    stderr: err.captured,
  };
}

const notStarted = (fault: Fault): Finish => ({ ...nothing, ending: faulted(fault) });
const nothing = { pid: null, stdout: nothingCaptured, stderr: nothingCaptured };

const linesOf = (variables: Readonly<Record<string, string>>): readonly string[] =>
  Object.entries(variables).map(([name, value]) => `${name}=${value}`);
