/** `troupe handback`: an agent goes on with a task that a person took over, from their note. */
import type { Command } from 'commander';
import { handBack } from '../../src/index.ts';
import { exits } from '../exits.ts';
import { addHome, type HomeOption, openTroupe } from '../options.ts';
import { err } from '../render.ts';
import { type Act, addExamples } from '../verb.ts';

interface HandbackOptions extends HomeOption {
  readonly note: string;
}

export function define(command: Command, act: Act): void {
  command
    .argument('<run>', 'its name, the beginning of it, or latest')
    .argument('<task>', 'the name of the task that you took over')
    .requiredOption('--note <text>', 'what is done and what comes next; or a note as JSON');
  addHome(command).action(act(handback));
  addExamples(command, [
    'troupe handback latest build --note "The parser works; write its tests."',
    `troupe handback latest build --note '{"done":["parser"],"open":["tests"],"next":"tests"}'`,
  ]);
}

async function handback(run: string, task: string, { note, ...options }: HandbackOptions) {
  await handBack(openTroupe(options), run, task, note);
  err.note(`${task} is an agent's again, which begins with your note.\n`);
  return exits.succeeded;
}
