/** `troupe memory forget`: shows all that there is of tasks, and takes it away for good. */
import type { Command } from 'commander';
import { type Trail, UserError } from '../src/index.ts';
import { exits } from './exits.ts';
import {
  addHome,
  addJson,
  commandLine,
  type HomeOption,
  type JsonOption,
  openTroupe,
} from './options.ts';
import { err, out } from './terminal/render.ts';
import { dayOf, plural, table } from './terminal/style.ts';
import { plainLine } from './terminal/text.ts';
import type { Act } from './verb.ts';

interface ForgetOptions extends HomeOption, JsonOption {
  readonly yes?: true;
}

export function defineForget(command: Command, act: Act): void {
  const forget = command
    .command('forget')
    .description('take tasks out of memory, conversations and documents, for good')
    .argument('<what...>', 'a run, a task as RUN/TASK, or words that stand in any of it')
    .option('--yes', 'do it, instead of showing what would go');
  addJson(forget, 'print one object: forgotten, tasks, stays');
  addHome(forget).action(act(forgetWhat));
}

async function forgetWhat(words: readonly string[], options: ForgetOptions) {
  const troupe = openTroupe(options);
  const desk = await troupe.memory();
  const what = words.join(' ');
  const tasks = await desk.trails(what);
  if (tasks.length === 0) throw nothingMeant(what);
  const forgotten = options.yes ? await desk.forgetTrails(tasks) : 0;
  const stays = [...new Set(tasks.map(({ run_id: run }) => run))];
  if (options.json) await out.json({ forgotten, tasks, stays });
  else if (options.yes) err.note(`Forgotten: ${plural(forgotten, 'task')}.\n${staysNote(tasks)}`);
  else await propose(tasks, words, options);
  return exits.succeeded;
}

async function propose(tasks: readonly Trail[], words: readonly string[], options: ForgetOptions) {
  const rows = tasks.map((task) => [
    task.finished_at === null ? '' : dayOf(task.finished_at),
    plainLine(`${task.run_id}/${task.task_id}`),
    kindsOf(task),
    plainLine(task.prompt),
  ]);
  await out.write(table(rows, out.columns));
  const again = commandLine(['memory', 'forget', ...words, '--yes'], options);
  err.note(`${staysNote(tasks)}Nothing is forgotten yet. To do it: ${again}\n`);
}

function kindsOf({ id, conversations, documents }: Trail): string {
  const kinds = [
    ...(id === null ? [] : ['memory']),
    ...(conversations.length === 0 ? [] : [plural(conversations.length, 'conversation')]),
    ...(documents.length === 0 ? [] : [plural(documents.length, 'document')]),
  ];
  return kinds.join(', ') || 'nothing';
}

const namedMax = 5;

/** What a run has left in its own folder is what it is resumed and replayed from. */
function staysNote(tasks: readonly Trail[]): string {
  const runs = [...new Set(tasks.map(({ run_id: run }) => plainLine(run)))];
  const more = runs.length > namedMax ? ` and ${runs.length - namedMax} more` : '';
  const alive = tasks.flatMap((task) => task.alive).slice(0, namedMax);
  const goesOn = `It goes on, and stays: ${alive.map(plainLine).join(', ')}. Forget it later.\n`;
  return (
    'The folders of their runs keep journal, results, artifacts and streams until they are ' +
    `removed: ${runs.slice(0, namedMax).join(', ')}${more}.\n` +
    `What you have exported yourself is yours.\n${alive.length > 0 ? goesOn : ''}`
  );
}

function nothingMeant(what: string): UserError {
  const hint = 'name a run, a task as RUN/TASK, or words that stand in it';
  return new UserError('memory.unknown', `nothing that is remembered is "${what}"`, hint);
}
