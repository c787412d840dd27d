/** `troupe handback`: a person's word on a task that they took over: go on so, or it is done. */
import type { Command } from 'commander';
import { handBack, UserError } from '../../src/index.ts';
import { exits } from '../exits.ts';
import { addHome, type HomeOption, openTroupe } from '../options.ts';
import { err } from '../terminal/render.ts';
import { type Act, addExamples } from '../verb.ts';

interface HandbackOptions extends HomeOption {
  readonly note?: string;
  readonly done?: true;
}

const nothingSaid = new UserError(
  'handback.nothing',
  'whoever goes on needs a note',
  'add --note "The parser works; write its tests.", or --done when nothing is left to do',
);

export function define(command: Command, act: Act): void {
  command
    .argument('<run>', 'its name, the beginning of it, or latest')
    .argument('<task>', 'the name of the task that you took over')
    .option('--note <text>', 'what is done and what comes next; or a note as JSON')
    .option('--done', 'nothing is left to do: no agent goes on, and its checks look at it');
  addHome(command).action(act(handback));
  addExamples(command, [
    'troupe handback latest build --note "The parser works; write its tests."',
    `troupe handback latest build --note '{"done":["parser"],"open":["tests"],"next":"tests"}'`,
    'troupe handback latest build --done',
  ]);
}

async function handback(run: string, task: string, { note, done, ...options }: HandbackOptions) {
  if (note === undefined && done === undefined) throw nothingSaid;
  const work = done ? 'done' : 'open';
  await handBack(openTroupe(options), run, task, { note: note ?? '', work });
  const word = done
    ? `${task} is yours no more; what you have left is looked at by its checks.`
    : `${task} is an agent's again, which begins with your note.`;
  err.note(`${word}\n`);
  return exits.succeeded;
}
