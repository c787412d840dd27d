/** Which agents this machine has, for whoever asks before a task is risked. */
import { access } from 'node:fs/promises';
import type { Dialect } from './dialect.ts';
import { dialects } from './dialects.ts';
import type { Environment } from './environment.ts';
import { findAgent, unfit } from './presence.ts';

export interface AgentSurvey {
  readonly name: string;
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

export function surveyAgents(machine: Environment): Promise<readonly AgentSurvey[]> {
  return Promise.all(Object.values(dialects).map((dialect) => survey(dialect, machine)));
}

async function survey(dialect: Dialect, machine: Environment): Promise<AgentSurvey> {
  const { name, install } = dialect;
  const found = await findAgent(dialect, machine);
  if (found === null) {
    return { name, status: 'missing', version: null, path: null, logIn: null, fix: install };
  }
  const logIn = await logInOf(dialect, machine);
  const status = unfit(dialect, found) ? 'too-old' : logIn === null ? 'logged-out' : 'ready';
  return { name, status, ...found, logIn, fix: fixOf(status, dialect) };
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
