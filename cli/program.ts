/** The command line as commander sees it; only the command that was asked for is read whole. */
import { Command } from 'commander';
import { guide } from './guide.ts';
import { err, out } from './render.ts';
import { type Act, addExamples } from './verb.ts';
import { verbs } from './verbs.ts';

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
  for (const verb of verbs) {
    const command = program.command(verb.name).description(verb.summary);
    if (verb.name === name) (await verb.load()).define(command, act);
  }
  guide(program, words);
  return program;
}

/** `troupe run`, `troupe help run`: the first word that can be a command's. */
function asked(words: readonly string[]): string | undefined {
  return words.find((word) => !word.startsWith('-') && word !== 'help');
}
