/** What a person is told of a mistyped command line: what is wrong, and where its help is. */
import type { Command } from 'commander';
import { headline } from './trouble.ts';

/** For a command and all below it, once they are known. */
export function guide(command: Command, words: readonly string[], path = command.name()): void {
  command.configureOutput({
    outputError: (text, write) => {
      const told = text.replace(/^error: /, '').trimEnd();
      const lost = lostWord(command, told, words);
      const [message, help] =
        lost === null ? [told, path] : [`unknown command '${lost}'`, parentOf(path)];
      write(`${headline(message)}  see: ${help} --help\n`);
    },
  });
  for (const child of command.commands) guide(child, words, `${path} ${child.name()}`);
}

/**
 * `troupe skills lits`: commander hands the word to the command that stands in for none, and then
 * calls it one too many for `list`, of which nobody has spoken.
 */
function lostWord(command: Command, told: string, words: readonly string[]): string | null {
  if (!/^too many arguments .* Expected 0 arguments/.test(told)) return null;
  const names = command.parent?.commands.map((each) => each.name()) ?? [];
  const [, word = '-'] = words;
  const isOfGroup = command.parent?.parent != null;
  return isOfGroup && !word.startsWith('-') && !names.includes(word) ? word : null;
}

const parentOf = (path: string): string => path.slice(0, path.lastIndexOf(' '));
