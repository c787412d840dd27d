/** The command line as commander sees it; only the command that was asked for is read whole. */
import { Command } from 'commander';
import { guide } from './guide.ts';
import { err, out } from './terminal/render.ts';
import { type Act, addExamples, shareExamples } from './verb.ts';
import { type Verb, verbGroups, verbs } from './verbs.ts';

export async function buildProgram(words: readonly string[], act: Act): Promise<Command> {
  const program = new Command('troupe')
    .description('Runs a team of AI agents by a plan: checked, bounded, safe from crashes.')
    .option('-V, --version', 'print the version')
    .configureOutput({
      writeOut: (text) => out.note(text),
      writeErr: (text) => err.note(text),
    })
    .exitOverride();
  addExamples(program, ['troupe init', 'troupe run plan.yaml', 'troupe resume latest']);
  const name = asked(words);
  for (const [heading, group] of Object.entries(verbGroups)) {
    program.commandsGroup(`${heading}:`);
    for (const verb of group) {
      const command = program.command(verb.name).description(verb.summary);
      if (verb.name === name) await defineAll(command, verb, act);
    }
  }
  // Made now, it stands with the last of the groups.
  program.helpCommand(true);
  guide(program, words);
  return program;
}

/** `troupe help rnu` is answered as `troupe rnu` is: with the word that may have been meant. */
export function withoutLostHelp(words: readonly string[]): readonly string[] {
  const [first, name = '-'] = words;
  const isLost = !name.startsWith('-') && !verbs.some((verb) => verb.name === name);
  return first === 'help' && isLost && name !== 'help' ? words.slice(1) : words;
}

async function defineAll(command: Command, { load }: Verb, act: Act): Promise<void> {
  (await load()).define(command, act);
  shareExamples(command);
}

/** `troupe run`, `troupe help run`: the first word that can be a command's. */
function asked(words: readonly string[]): string | undefined {
  return words.find((word) => !word.startsWith('-') && word !== 'help');
}
