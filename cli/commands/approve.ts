/** `troupe approve`: lets a task begin that asks a person, or rejects it. */
import type { Command } from 'commander';
import { exits } from '../exits.ts';
import { addHome, type HomeOption, openTroupe } from '../options.ts';
import { err } from '../render.ts';
import { type Act, addExamples } from '../verb.ts';

interface ApproveOptions extends HomeOption {
  readonly reject?: true;
}

export function define(command: Command, act: Act): void {
  command
    .argument('<run>', 'its name, the beginning of it, or latest')
    .argument('<task>', 'the name of the task that asks')
    .option('--reject', 'say no: the task fails');
  addHome(command).action(act(approve));
  addExamples(command, ['troupe approve latest deploy', 'troupe approve latest deploy --reject']);
}

async function approve(run: string, task: string, options: ApproveOptions) {
  const troupe = openTroupe(options);
  const type = options.reject ? 'task.reject' : 'task.approve';
  await troupe.ask(run, { type, task, by: troupe.config.user });
  err.note(`${task} was ${options.reject ? 'rejected' : 'approved'}.\n`);
  return exits.succeeded;
}
