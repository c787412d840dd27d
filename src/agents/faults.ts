/** The ways in which an agent's attempt can fail, each worded once for every adapter. */
import { stripVTControlCharacters } from 'node:util';
import type { Fault } from '../../machines/outcome.ts';

/** What of a program's last words goes into a message. */
const lastWordsMaxLines = 5;
const lastWordsMaxCharacters = 600;

const lasting = (code: string, message: string): Fault => ({ code, message, retryable: false });
const passing = (code: string, message: string): Fault => ({ code, message, retryable: true });

export const commandMissing = (): Fault =>
  lasting('agent.command-missing', 'the task names no program: give it, or its role, a "run"');

export const programNotFound = (program: string): Fault =>
  lasting(
    'agent.program-not-found',
    `the program "${program}" was not found: install it, put its folder on PATH, or give its path`,
  );

export const interpreterNotFound = (path: string): Fault =>
  lasting(
    'agent.program-not-found',
    `"${path}" is there, but the interpreter that its first line names is not`,
  );

export const programNotExecutable = (program: string): Fault =>
  lasting(
    'agent.program-not-executable',
    `"${program}" may not be executed: it is no program, or it lacks the permission (chmod +x)`,
  );

export const folderMissing = (cwd: string): Fault =>
  lasting('agent.folder-missing', `the working folder "${cwd}" is not there, or is not a folder`);

export const argumentsTooLong = (program: string): Fault =>
  lasting(
    'agent.arguments-too-long',
    `the arguments of "${program}" are longer than the system allows: pass the text on stdin`,
  );

/** A shortage of processes, files or memory passes; anything else would only fail again. */
export function notStarted(program: string, code: string | null, message: string): Fault {
  const shortage = code !== null && ['EAGAIN', 'EMFILE', 'ENFILE', 'ENOMEM'].includes(code);
  const text = `"${program}" could not be started: ${message}`;
  return shortage ? passing('agent.not-started', text) : lasting('agent.not-started', text);
}

export const exited = (program: string, exitCode: number, stderr: string): Fault =>
  passing('agent.exited', withLastWords(`${program} exited ${exitCode}`, stderr));

export const killed = (program: string, signal: string, stderr: string): Fault =>
  passing('agent.killed', withLastWords(`${program} was ended by ${signal}`, stderr));

export const timedOut = (timeoutMs: number): Fault =>
  passing('agent.timed-out', `gave no answer within ${timeoutMs} ms`);

export const cancelled = (): Fault => lasting('agent.cancelled', 'the attempt was given up');

export const outputTooLarge = (stream: string, maxBytes: number): Fault =>
  lasting('agent.output-too-large', `printed more than ${maxBytes} bytes on ${stream}`);

/** What was said of a disk that takes nothing more: no other attempt would fare better. */
const noDisk: ReadonlySet<string> = new Set(['ENOSPC', 'EDQUOT', 'EROFS']);

export function outputLost(path: string, error: unknown): Fault {
  const errno = errnoOf(error);
  if (errno === null) return broken(error);
  const code = noDisk.has(errno) ? 'agent.disk-full' : 'agent.output-lost';
  return passing(code, `${path} could not be written: ${messageOf(error)}`);
}

/** A bug of ours or of a listener, kept inside the attempt that met it. */
export const broken = (error: unknown): Fault => lasting('agent.broken', messageOf(error));

/** The operating system's name for what went wrong, `ENOENT`. */
export function errnoOf(error: unknown): string | null {
  if (!(error instanceof Error) || !('code' in error)) return null;
  return typeof error.code === 'string' ? error.code : null;
}

export function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}

function withLastWords(what: string, stderr: string): string {
  const words = lastWords(stderr);
  return words === '' ? what : `${what}: ${words}`;
}

/** Where a program was when it failed (`    at main (x.js:1)`), which hides what it said. */
const trace = /^\s+at \S|^Node\.js v\d/;

/** The last lines of a terminal's text as one could read them: no colours, controls or traces. */
export function lastWords(text: string): string {
  return stripVTControlCharacters(text)
    .split(/[\r\n]+/)
    .map((line) => line.replace(/[^\P{Cc}\t]/gu, '').trimEnd())
    .filter((line) => line !== '' && !trace.test(line))
    .slice(-lastWordsMaxLines)
    .join('\n')
    .slice(-lastWordsMaxCharacters);
}
