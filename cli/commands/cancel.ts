/** `troupe cancel`: calls off a run, or one task of it. */
import type { Command } from 'commander';
import { exits } from '../exits.ts';
import { addHome, type HomeOption, openTroupe } from '../options.ts';
import { err } from '../terminal/render.ts';
import { type Act, addExamples } from '../verb.ts';

interface CancelOptions extends HomeOption {
  readonly reason?: string;
}

export function define(command: Command, act: Act): void {
  command
    .argument('<run>', 'its name, the beginning of it, or latest')
    .argument('[task]', 'the name of the task; without one, the whole run is called off')
    .option('--reason <text>', 'why, for the records');
  addHome(command).action(act(cancel));
  addExamples(command, [
    'troupe cancel latest',
    'troupe cancel latest deploy --reason "not on a Friday"',
  ]);
}

async function cancel(run: string, task: string | undefined, options: CancelOptions) {
  const troupe = openTroupe(options);
  const { reason = `${troupe.config.user} called it off` } = options;
  const what = task === undefined ? {} : { task };
  await troupe.ask(run, { type: 'run.cancel', reason, ...what });
  err.note(`${task ?? run} was called off.\n`);
  return exits.succeeded;
}
