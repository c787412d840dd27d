/** Starts a child in a group of its own, without a shell, or says why that could not be done. */
import { type ChildProcessByStdio, spawn } from 'node:child_process';
import type { Readable, Writable } from 'node:stream';
import type { Fault } from '../../../machines/outcome.ts';
import {
  argumentsTooLong,
  commandMissing,
  errnoOf,
  folderMissing,
  interpreterNotFound,
  messageOf,
  notStarted,
  programNotExecutable,
  programNotFound,
} from '../faults.ts';
import { pathExtensions, pathVariable } from './environment.ts';
import { findProgram, isFolder } from './program.ts';

export interface Command {
  readonly argv: readonly string[];
  readonly cwd: string;
  /** All that the child sees. */
  readonly env: Readonly<Record<string, string>>;
}

export type Child = ChildProcessByStdio<Writable, Readable, Readable>;

export interface Started {
  readonly kind: 'started';
  readonly child: Child;
  readonly pid: number;
}

export type Start = Started | { readonly kind: 'refused'; readonly fault: Fault };

/**
 * A child that started is given back before Node can tell anything of it, so whoever awaits this
 * still hears its exit. Never rejects.
 */
export async function startChild(command: Command): Promise<Start> {
  const [program, ...parameters] = command.argv;
  if (program === undefined) return { kind: 'refused', fault: commandMissing() };
  try {
    const { cwd, env } = command;
    const stdio: ['pipe', 'pipe', 'pipe'] = ['pipe', 'pipe', 'pipe'];
    // Its own session, too: no terminal's Ctrl-C reaches it behind the runtime's back.
    const detached = process.platform !== 'win32';
    const child = spawn(program, parameters, { cwd, env, stdio, detached, windowsHide: true });
    // Also told of later failures (a signal that could not be sent): nobody listening would throw.
    const failed = new Promise<Error>((resolve) => child.on('error', resolve));
    if (child.pid !== undefined) return { kind: 'started', child, pid: child.pid };
    return { kind: 'refused', fault: await refusal(program, command, await failed) };
  } catch (error) {
    return { kind: 'refused', fault: await refusal(program, command, error) };
  }
}

/** The system says ENOENT for a program, its interpreter and a folder alike. */
async function refusal(program: string, command: Command, error: unknown): Promise<Fault> {
  const { cwd, env } = command;
  const errno = errnoOf(error);
  if (errno === 'E2BIG') return argumentsTooLong(program);
  if (!(await isFolder(cwd))) return folderMissing(cwd);
  const found = await findProgram(program, pathVariable(env), cwd, pathExtensions(env));
  if (errno === 'ENOENT')
    return found === null ? programNotFound(program) : interpreterNotFound(found);
  if (errno === 'EACCES' && found === null) return programNotExecutable(program);
  return notStarted(program, errno, messageOf(error));
}
