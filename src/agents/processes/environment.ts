/** The environment that a child sees: what it needs of the machine, and what the plan adds. */
import type { RunId } from '../../../machines/ids.ts';
import type { Assignment } from '../agent.ts';
import { secretsMarked } from './scrub.ts';

/** As Node types it; always given, never read from the process here. */
export type Environment = Readonly<Record<string, string | undefined>>;

/** Everything else stays behind, so that an agent sees no key that was not meant for it. */
const allowedNames = new Set([
  ...['PATH', 'HOME', 'USER', 'LOGNAME', 'SHELL', 'TERM', 'COLORTERM', 'NO_COLOR'],
  ...['LANG', 'LANGUAGE', 'TZ', 'TMPDIR', 'TMP', 'TEMP'],
  // How this machine reaches the network: without these an agent hangs behind a company's proxy.
  ...['HTTP_PROXY', 'HTTPS_PROXY', 'ALL_PROXY', 'NO_PROXY'],
  ...['SSL_CERT_FILE', 'SSL_CERT_DIR', 'NODE_EXTRA_CA_CERTS'],
  // Windows: many programs do not even start without the first four.
  ...['SYSTEMROOT', 'SYSTEMDRIVE', 'WINDIR', 'COMSPEC', 'PATHEXT', 'OS'],
  ...['USERNAME', 'USERPROFILE', 'HOMEDRIVE', 'HOMEPATH', 'APPDATA', 'LOCALAPPDATA'],
  ...['PROGRAMDATA', 'PROGRAMFILES', 'PROGRAMFILES(X86)', 'COMMONPROGRAMFILES'],
  ...['NUMBER_OF_PROCESSORS', 'PROCESSOR_ARCHITECTURE'],
]);
const allowedPrefixes = ['LC_', 'XDG_'];

/** Names are compared in upper case: Windows says `Path`, and proxies come in both. */
function isAllowed(name: string): boolean {
  const upper = name.toUpperCase();
  return allowedNames.has(upper) || allowedPrefixes.some((prefix) => upper.startsWith(prefix));
}

export function childEnvironment(
  machine: Environment,
  added: Readonly<Record<string, string>>,
): Record<string, string> {
  const kept = Object.entries(machine).filter(
    (entry): entry is [string, string] => entry[1] !== undefined && isAllowed(entry[0]),
  );
  return { ...Object.fromEntries(kept), ...added };
}

export interface Run {
  readonly runId: RunId;
  /** Absolute. */
  readonly runFolder: string;
}

/** What the processes of a run have in their environment, and those of no other. */
export function runMarks({ runId, runFolder }: Run): Record<string, string> {
  return { TROUPE_RUN: runId, TROUPE_RUN_FOLDER: runFolder };
}

/** What no other attempt's processes have in their environment: strays are known by it. */
export function attemptMarks(run: Run, assignment: Assignment): Record<string, string> {
  return { ...runMarks(run), TROUPE_TOKEN: String(assignment.token) };
}

/** What the plan gives to a program, and what it can read about the attempt it works on. */
export function attemptVariables(assignment: Assignment): Record<string, string> {
  return {
    ...assignment.env,
    TROUPE_TASK: assignment.task,
    TROUPE_ROLE: assignment.role,
    TROUPE_AGENT: assignment.agent,
    TROUPE_ATTEMPT: String(assignment.attempt),
    TROUPE_ARTIFACTS: assignment.artifactsFolder,
    ...secretsMarked(assignment.secrets ?? []),
  };
}

/** The search path of an environment, whichever way it is spelled. */
export function pathVariable(environment: Environment): string {
  return lookUp(environment, 'PATH') ?? '';
}

/** Windows' list of endings that make a file a program. */
export function pathExtensions(environment: Environment): string {
  return lookUp(environment, 'PATHEXT') ?? '.COM;.EXE;.BAT;.CMD';
}

function lookUp(environment: Environment, name: string): string | undefined {
  if (process.platform !== 'win32') return environment[name];
  const found = Object.keys(environment).find((key) => key.toUpperCase() === name);
  return found === undefined ? undefined : environment[found];
}
