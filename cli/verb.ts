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

const examples = new WeakMap<Command, readonly string[]>();

export function addExamples(command: Command, lines: readonly string[]): void {
  examples.set(command, lines);
  const shown = lines.map((line) => `  $ ${line}\n`).join('');
  command.addHelpText('after', `\nExamples:\n${shown}`);
}

/** `troupe token create --help` shows those of `troupe token` that are about it. */
export function shareExamples(group: Command): void {
  const lines = examples.get(group) ?? [];
  for (const command of group.commands) {
    const words = `troupe ${group.name()} ${command.name()}`;
    const about = lines.filter((line) => line.endsWith(words) || line.includes(`${words} `));
    if (!examples.has(command) && about.length > 0) addExamples(command, about);
  }
}
