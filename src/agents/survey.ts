/** Which agents this machine has, for whoever asks before a task is risked. */
import { access } from 'node:fs/promises';
import { presets } from './api/endpoints.ts';
import type { Dialect } from './command-line/dialect.ts';
import { dialects } from './command-line/dialects.ts';
import { findAgent, unfit } from './command-line/presence.ts';
import type { Environment } from './processes/environment.ts';

export interface AgentSurvey {
  readonly name: string;
  /** A program of this machine, or a service that a key opens. */
  readonly kind: 'program' | 'service';
  readonly status: 'ready' | 'logged-out' | 'too-old' | 'missing';
  /** Null when it is missing, or does not say. */
  readonly version: string | null;
  /** Absolute; null when it is missing. */
  readonly path: string | null;
  /** What it would log in with: a variable's name, or a file's. Null when nothing was found. */
  readonly logIn: string | null;
  /** What to do about it; empty when there is nothing to do. */
  readonly fix: string;
}

export async function surveyAgents(machine: Environment): Promise<readonly AgentSurvey[]> {
  const programs = Object.values(dialects).map((dialect) => survey(dialect, machine));
  return [...(await Promise.all(programs)), ...surveyServices(machine)];
}

async function survey(dialect: Dialect, machine: Environment): Promise<AgentSurvey> {
  const { name, install } = dialect;
  const kind = 'program';
  const found = await findAgent(dialect, machine);
  if (found === null) {
    return { name, kind, status: 'missing', version: null, path: null, logIn: null, fix: install };
  }
  const logIn = await logInOf(dialect, machine);
  const status = unfit(dialect, found) ? 'too-old' : logIn === null ? 'logged-out' : 'ready';
  return { name, kind, status, ...found, logIn, fix: fixOf(status, dialect) };
}

/** Whether the key is right, only a call can tell. */
function surveyServices(machine: Environment): readonly AgentSurvey[] {
  return Object.entries(presets).map(([name, { keyVariable }]) => {
    const [isThere, where] = [Boolean(machine[keyVariable]), { version: null, path: null }];
    const kind = 'service';
    if (isThere) return { name, kind, status: 'ready', ...where, logIn: keyVariable, fix: '' };
    const fix = `export ${keyVariable}=..., or add an account: troupe accounts add`;
    return { name, kind, status: 'missing', ...where, logIn: null, fix };
  });
}

function fixOf(status: AgentSurvey['status'], { install, logIn }: Dialect): string {
  if (status === 'too-old') return `${install}@latest`;
  return status === 'logged-out' ? logIn : '';
}

/** Where it keeps log-ins elsewhere (a key-chain), this finds none: a key tells for sure. */
async function logInOf(dialect: Dialect, machine: Environment): Promise<string | null> {
  const key = dialect.keys.find((name) => machine[name]);
  if (key !== undefined) return key;
  const file = dialect.logInFile(machine);
  return access(file).then(
    () => file,
    () => null,
  );
}
