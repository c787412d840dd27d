/**
 * Runs a task's checks and says what was seen: nothing is believed that was not looked at here.
 *
 * All checks are run, also after one has failed: the next attempt is told everything at once.
 */
import { createHash } from 'node:crypto';
import { createReadStream } from 'node:fs';
import { readFile, realpath, stat } from 'node:fs/promises';
import { isAbsolute, relative, sep } from 'node:path';
import { assertNever } from '../../machines/errors.ts';
import type { Evidence, Fault } from '../../machines/outcome.ts';

/** A check with every template filled in. */
export type Check =
  | { readonly kind: 'run'; readonly argv: readonly string[]; readonly timeoutMs: number }
  | {
      readonly kind: 'file';
      /** As the plan names it, and where that is. */
      readonly name: string;
      readonly path: string;
      readonly minBytes: number;
      readonly matches: string | null;
      /** Links may not lead out of it. Null: anywhere. */
      readonly within: string | null;
    }
  /** `judge` answers what is wrong with a value, one line each. */
  | {
      readonly kind: 'schema';
      /** `text`: the output is looked at as it is. */
      readonly of: 'json' | 'text';
      readonly judge: (value: unknown) => readonly string[];
    };

export interface CommandSeen {
  /** Null when it did not end by itself. */
  readonly exitCode: number | null;
  /** Why it did not end well; null for exit 0. */
  readonly fault: Fault | null;
  readonly durationMs: number;
  readonly outputSha256: string;
  /** The last lines of what it said. */
  readonly lastWords: string;
  /** Where all of it lies, under the run's folder; empty where it said nothing. */
  readonly output: string;
  readonly errors: string;
}

export interface CheckWorld {
  /** Runs a program where the task works; rejects where nothing can be seen at all. */
  readonly runCommand: (argv: readonly string[], timeoutMs: number) => Promise<CommandSeen>;
  /** The task's whole output. */
  readonly readOutput: () => Promise<string>;
  /** Aborted when nobody waits for the answer any more. */
  readonly signal: AbortSignal;
}

export interface Seen {
  readonly evidence: readonly Evidence[];
  /** Null when every check passed. */
  readonly fault: Fault | null;
}

/** Of a file that is matched against an expression, or of an output that is parsed. */
export const textBytesMax = 64 * 1024 * 1024;

/** Of what is said about one check, however much a program has to say. */
const summaryCharactersMax = 2_000;

export async function runChecks(checks: readonly Check[], world: CheckWorld): Promise<Seen> {
  const evidence: Evidence[] = [];
  for (const check of checks) evidence.push(readable(await look(check, world)));
  const failed = evidence.filter(({ passed }) => !passed);
  if (failed.length === 0) return { evidence, fault: null };
  const message = failed.map(({ summary }) => summary).join('; ');
  return { evidence, fault: { code: 'verify.failed', message, retryable: true } };
}

/** Without what a terminal would take for a command. */
function readable(evidence: Evidence): Evidence {
  const text = evidence.summary.replace(/[^\P{Cc}\t\n]/gu, ' ');
  return { ...evidence, summary: text.slice(0, summaryCharactersMax) };
}

function look(check: Check, world: CheckWorld): Promise<Evidence> {
  switch (check.kind) {
    case 'run':
      return lookByRunning(check, world);
    case 'file':
      return lookAtFile(check, world);
    case 'schema':
      return lookAtOutput(check, world);
    default:
      return assertNever(check);
  }
}

async function lookByRunning(
  { argv, timeoutMs }: Check & { kind: 'run' },
  { runCommand }: CheckWorld,
): Promise<Evidence> {
  const seen = await runCommand(argv, timeoutMs);
  const { exitCode, fault, durationMs, outputSha256, lastWords } = seen;
  const command = argv.join(' ');
  const words = lastWords === '' ? '' : `: ${lastWords}`;
  const end = exitCode === null ? (fault?.message ?? 'did not end') : `exited ${exitCode}`;
  return {
    kind: 'run',
    passed: fault === null,
    summary: fault ? `\`${command}\` ${end}${words}` : `\`${command}\` ${end}`,
    facts: {
      command,
      ...(exitCode === null ? {} : { exitCode }),
      ...{ durationMs, outputSha256, ...keptOf(seen) },
    },
  };
}

/** Programs that said nothing left no file. */
function keptOf({ output, errors }: CommandSeen) {
  return { ...(output !== '' && { output }), ...(errors !== '' && { errors }) };
}

async function lookAtFile(
  check: Check & { kind: 'file' },
  { signal }: CheckWorld,
): Promise<Evidence> {
  const { name, path, minBytes, matches } = check;
  const seen = (passed: boolean, summary: string, facts: Evidence['facts'] = {}): Evidence => ({
    kind: 'file',
    passed,
    summary,
    facts: { file: name, ...facts },
  });
  try {
    const found = await stat(path);
    if (await leadsOut(check)) return seen(false, `${name} is a link to what was not committed`);
    if (!found.isFile()) return seen(false, `${name} is no file`);
    const facts = { bytes: found.size, sha256: await sha256Of(path, signal) };
    if (found.size < minBytes) {
      return seen(false, `${name} has ${found.size} bytes, of ${minBytes} at least`, facts);
    }
    if (matches === null) return seen(true, `${name} has ${found.size} bytes`, facts);
    if (found.size > textBytesMax) return seen(false, `${name} is too large to be read`, facts);
    const held = new RegExp(matches).test(await readFile(path, { encoding: 'utf8', signal }));
    const verb = held ? 'matches' : 'does not match';
    return seen(held, `${name} ${verb} /${matches}/`, { ...facts, matches });
  } catch (error) {
    return seen(false, `${name} ${missing(error)}`);
  }
}

/** What was named outside of the folder was meant to be there. */
async function leadsOut({ path, within }: Check & { kind: 'file' }): Promise<boolean> {
  if (within === null || !isBelow(path, within)) return false;
  return !isBelow(await realpath(path), await realpath(within));
}

function isBelow(path: string, folder: string): boolean {
  const way = relative(folder, path);
  return !(isAbsolute(way) || way === '..' || way.startsWith(`..${sep}`));
}

function missing(error: unknown): string {
  const { code, message } = error as NodeJS.ErrnoException;
  return code === 'ENOENT' ? 'is not there' : `can't be read: ${message}`;
}

async function lookAtOutput(
  { of, judge }: Check & { kind: 'schema' },
  { readOutput }: CheckWorld,
): Promise<Evidence> {
  const problems = await readOutput().then(
    (output) => judgeOutput(output, of, judge),
    (error: unknown) => [`the output ${missing(error)}`],
  );
  const [first] = problems;
  const more = problems.length > 1 ? ` (and ${problems.length - 1} more)` : '';
  return {
    kind: 'schema',
    passed: first === undefined,
    summary: first === undefined ? 'the output satisfies the schema' : `${first}${more}`,
    facts: { problems: problems.length },
  };
}

function judgeOutput(
  output: string,
  of: 'json' | 'text',
  judge: (value: unknown) => readonly string[],
): readonly string[] {
  if (output.length > textBytesMax) return ['the output is too large to be looked at'];
  let value: unknown;
  try {
    value = of === 'text' ? output : JSON.parse(output);
  } catch (error) {
    return [`the output is not JSON: ${messageOf(error)}`];
  }
  try {
    return judge(value);
  } catch (error) {
    return [`the output could not be judged: ${messageOf(error)}`];
  }
}

function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}

async function sha256Of(path: string, signal: AbortSignal): Promise<string> {
  const hash = createHash('sha256');
  for await (const chunk of createReadStream(path, { signal })) hash.update(chunk as Buffer);
  return hash.digest('hex');
}
