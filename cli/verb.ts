/** What the file of a command must have, and the last part of its help. */
import type { Command } from 'commander';
import type { Exit } from './exits.ts';

/** Makes an action of a body that answers how the process ends. */
export type Act = <Args extends readonly unknown[]>(
  body: (...args: Args) => Promise<Exit>,
) => (...args: Args) => Promise<void>;

export interface VerbFile {
  /** Adds arguments, options, examples and the action. */
  readonly define: (command: Command, act: Act) => void;
}

export function addExamples(command: Command, lines: readonly string[]): void {
  const shown = lines.map((line) => `  $ ${line}\n`).join('');
  command.addHelpText('after', `\nExamples:\n${shown}`);
}
