/** `troupe completion`: prints a script that completes commands in a shell. */
import { Argument, type Command } from 'commander';
import { exits } from '../exits.ts';
import { completionScripts, type Shell, shells } from '../shells.ts';
import { out } from '../terminal/render.ts';
import { type Act, addExamples } from '../verb.ts';

export function define(command: Command, act: Act): void {
  command
    .addArgument(new Argument('<shell>', 'the shell that you use').choices(shells))
    .action(act(completion));
  addExamples(command, [
    'source <(troupe completion bash)',
    'troupe completion zsh > ~/.zfunc/_troupe',
    'troupe completion fish | source',
  ]);
}

async function completion(shell: Shell) {
  await out.write(completionScripts[shell]);
  return exits.succeeded;
}
