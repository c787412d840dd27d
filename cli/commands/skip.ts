/** `troupe skip`: does without a task; whoever needs it goes on. */
import type { Command } from 'commander';
import { exits } from '../exits.ts';
import { addHome, type HomeOption, openTroupe } from '../options.ts';
import { err } from '../terminal/render.ts';
import { type Act, addExamples } from '../verb.ts';

interface SkipOptions extends HomeOption {
  readonly reason?: string;
}

export function define(command: Command, act: Act): void {
  command
    .argument('<run>', 'its name, the beginning of it, or latest')
    .argument('<task>', 'the name of the task that is not needed')
    .option('--reason <text>', 'why, for the records and for those that need it');
  addHome(command).action(act(skip));
  addExamples(command, [
    'troupe skip latest benchmark',
    'troupe skip latest benchmark --reason "the machine is busy"',
  ]);
}

async function skip(run: string, task: string, { reason, ...options }: SkipOptions) {
  const troupe = openTroupe(options);
  const by = troupe.config.user;
  await troupe.ask(run, { type: 'task.skip', task, by, ...(reason && { reason }) });
  err.note(`${task} is skipped; whoever needs it goes on without it.\n`);
  return exits.succeeded;
}
