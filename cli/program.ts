/** The command line as commander sees it; only the command that was asked for is read whole. */
import { Command } from 'commander';
import { err, out } from './render.ts';
import { headline } from './trouble.ts';
import { type Act, addExamples } from './verb.ts';
import { verbs } from './verbs.ts';

export async function buildProgram(words: readonly string[], act: Act): Promise<Command> {
  const program = new Command('troupe')
    .description('Runs a team of AI agents by a plan: checked, bounded, safe from crashes.')
    .option('-V, --version', 'print the version')
    .configureOutput({
      writeOut: (text) => out.note(text),
      writeErr: (text) => err.note(text),
      outputError: (text, write) => write(headline(text.replace(/^error: /, '').trimEnd())),
    })
    .exitOverride();
  addExamples(program, ['troupe init', 'troupe run plan.yaml', 'troupe resume latest']);
  const name = asked(words);
  for (const verb of verbs) {
    const command = program.command(verb.name).description(verb.summary);
    if (verb.name === name) (await verb.load()).define(command, act);
  }
  return program;
}

/** `troupe run`, `troupe help run`: the first word that can be a command's. */
function asked(words: readonly string[]): string | undefined {
  return words.find((word) => !word.startsWith('-') && word !== 'help');
}
