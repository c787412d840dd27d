/** The contract of a command-line agent: how it is called, and what its lines mean. Pure. */
import { join } from 'node:path';
import type { Leave, Question } from '../agent.ts';
import type { Sign } from '../listening/sign.ts';
import type { Environment } from '../processes/environment.ts';
import type { Trouble } from '../trouble.ts';

/**
 * `read` changes nothing, `edit` changes files where it works, `full` does what it likes, `ask`
 * does what a person allows.
 */
export type Permissions = 'read' | 'edit' | 'full' | 'ask';

/** What the plan says of a role's agents. */
export interface Settings {
  /** Null: what the program takes by itself. */
  readonly model: string | null;
  readonly permissions: Permissions;
  /** Null: no limit. Only where the program has one. */
  readonly maxTurns: number | null;
  readonly budgetUsd: number | null;
  /** Beside those of its permissions; absent: none. Only where the program can be told. */
  readonly tools?: readonly string[];
}

/** One call of the program. */
export interface Order extends Settings {
  /** The session to go on with; null for a new one. */
  readonly session: string | null;
}

export interface Dialect {
  readonly name: string;
  readonly program: string;
  /** Said to a person who has not got it, or has got it too old. */
  readonly install: string;
  /** The first version that speaks as its adapter expects. */
  readonly oldest: string;
  /** How a person who is not logged in gets there. */
  readonly logIn: string;
  /** The arguments; the prompt comes on stdin, where no length and no leading `-` matters. */
  argumentsOf(order: Order): readonly string[];
  /** What the program finds in its environment, unless the plan says otherwise. */
  variablesOf(order: Order): Readonly<Record<string, string>>;
  /** Which of the machine's variables are this program's own: no other agent sees them. */
  credentialsIn(machine: Environment, settings: Settings): readonly string[];
  /** Those of them that are keys: with one of these it needs no log-in. */
  readonly keys: readonly string[];
  /** The file that a log-in leaves behind. */
  logInFile(machine: Environment): string;
  /** What one line of stdout says, parsed; nothing for what is unknown or of no interest. */
  read(line: unknown): readonly Sign[];
  /** What a line of stderr says. */
  readAside(line: string): readonly Sign[];
  /** What this person can do about it; empty when there is nothing to do. */
  hintFor(trouble: Trouble, settings: Settings): string;
  /** How it asks a person while it works; absent: it can't. */
  readonly asking?: AskingDialect;
}

export interface AskingDialect {
  /** Every line that asks holds it; others are not looked at. */
  readonly mark: string;
  /** The prompt, as a line on its stdin, which stays open. */
  promptLine(prompt: string): string;
  read(line: unknown):
    | { readonly kind: 'nothing' }
    /** It asks what nobody here understands; it must not wait for ever. */
    | { readonly kind: 'unknown'; readonly answer: string }
    | ({ readonly kind: 'question'; readonly answer: (leave: Leave) => string } & Question);
}

/** A folder of the person's home, unless a variable says where it is. */
export function homeFolder(machine: Environment, variable: string, name: string): string {
  return machine[variable] || join(machine.HOME ?? machine.USERPROFILE ?? '', name);
}

export const present = (machine: Environment, names: readonly string[]): readonly string[] =>
  names.filter((name) => machine[name] !== undefined && machine[name] !== '');

/** What helps whoever the agent is. */
export function commonHint({ kind }: Trouble, { permissions }: Settings, logIn: string): string {
  switch (kind) {
    case 'auth':
      return logIn;
    case 'permission':
      return permissions === 'full' ? '' : `its role has "permissions: ${permissions}"`;
    case 'turns':
      return 'raise "maxTurns" of its role, or give it a smaller task';
    case 'budget':
      return 'raise "budgetUsd" of its role, or give it a smaller task';
    default:
      return '';
  }
}
