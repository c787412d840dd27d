/** The part of `troupe memory` that looks after it: prune, archive, pin, consolidate, export. */
import { type Command, InvalidArgumentError } from 'commander';
import { type MemoryDesk, parseDuration, type SurplusTask, UserError } from '../src/index.ts';
import { type Exit, exits } from './exits.ts';
import {
  addHome,
  addJson,
  commandLine,
  type HomeOption,
  type JsonOption,
  openTroupe,
  readWhole,
} from './options.ts';
import { err, out } from './terminal/render.ts';
import { dayOf, plural, table } from './terminal/style.ts';
import { plainLine, plainText } from './terminal/text.ts';
import type { Act } from './verb.ts';

type Options = HomeOption & JsonOption;

export function defineUpkeep(command: Command, act: Act): void {
  defineBudgeted(command, act);
  const restore = command.command('restore').description('bring archived tasks back');
  restore.argument('[what...]', 'a run, a task as RUN/TASK, or words; all when left out');
  restore.option('--list', 'only show what is archived');
  addHome(addJson(restore, 'print one object: restored, tasks')).action(act(restoreWhat));
  for (const [name, pin, about] of [
    ['pin', 'on', 'keep what is meant, whatever it is worth'],
    ['unpin', 'off', 'let it go like everything else'],
  ] as const) {
    const verb = command.command(name).description(about);
    verb.argument('<what...>', 'a run, a task as RUN/TASK, or words that stand in it');
    addHome(addJson(verb, 'print one object: changed, tasks')).action(
      act((words: readonly string[], options: Options) => pinWhat(words, pin, options)),
    );
  }
  const merge = command
    .command('consolidate')
    .description('archive what says the same as something else')
    .option('--yes', 'do it, instead of saying how many would go');
  addHome(addJson(merge, 'print one object: groups, archived')).action(act(consolidate));
  const told = command
    .command('told')
    .description('show what recall would put in front of a prompt, and how large that is')
    .argument('<prompt...>')
    .option('--recall <n>', 'as the role would say it', readCount, 3);
  addHome(addJson(told, 'print one object: text, sources, tokens, warning')).action(act(showTold));
  const renew = command
    .command('reembed')
    .description('give everything a vector of the embedding in use, after a change of it');
  addHome(addJson(renew, 'print one object: renewed')).action(act(reembed));
  const save = command
    .command('export')
    .description('write all that is remembered, archived or not, as lines of JSON')
    .argument('<file>', 'made anew, whole or not at all');
  addHome(addJson(save, 'print one object: file, tasks')).action(act(exportTo));
  const load = command
    .command('import')
    .description('take in what an export has: what is known stays as it is')
    .argument('<file>', 'bad lines are named, and the others taken');
  addHome(addJson(load, 'print one object: added, known, bad')).action(act(importFrom));
}

interface BudgetOptions extends Options {
  readonly keep?: number;
  readonly maxMb?: number;
  readonly olderThan?: number;
  readonly below?: number;
  readonly yes?: true;
}

function defineBudgeted(command: Command, act: Act): void {
  for (const [name, about] of [
    ['prune', 'forget for good what is worth least, to keep to a budget'],
    ['archive', 'put away what is worth least, to keep to a budget; restore brings it back'],
  ] as const) {
    const verb = command.command(name).description(about);
    verb
      .option('--keep <n>', 'so many stay, at most', readCount)
      .option('--max-mb <n>', 'so many megabytes stay, at most', readCount)
      .option('--older-than <time>', 'what ended longer ago goes, 90d', readAge)
      .option('--below <worth>', 'what is worth less goes, from 0 to 1', readWorth)
      .option('--yes', 'do it, instead of showing what would go');
    addHome(addJson(verb, 'print one object: pruned or archived, tasks')).action(
      act((options: BudgetOptions) => keepBudget(name, options)),
    );
  }
}

async function keepBudget(verb: 'prune' | 'archive', options: BudgetOptions): Promise<Exit> {
  const { keep: tasksMax, maxMb, olderThan: ageMaxMs, below: worthMin, yes } = options;
  if ([tasksMax, maxMb, ageMaxMs, worthMin].every((limit) => limit === undefined)) {
    const hint = `say what may stay: troupe memory ${verb} --keep 5000`;
    throw new UserError('memory.no-budget', 'there is no budget to keep to', hint);
  }
  const desk = await openTroupe(options).memory();
  const going = await desk.surplus({
    ...(tasksMax !== undefined && { tasksMax }),
    ...(maxMb !== undefined && { bytesMax: maxMb * 1_000_000 }),
    ...(ageMaxMs !== undefined && { ageMaxMs }),
    ...(worthMin !== undefined && { worthMin }),
  });
  const count = yes ? await carryOut(desk, verb, going) : 0;
  const done = verb === 'prune' ? 'pruned' : 'archived';
  if (options.json) await out.json({ [done]: count, tasks: going });
  else if (yes) err.note(`${plural(count, 'task')} ${done}.\n`);
  else await propose(verb, going, options);
  return exits.succeeded;
}

function carryOut(desk: MemoryDesk, verb: 'prune' | 'archive', going: readonly SurplusTask[]) {
  return verb === 'archive' ? desk.archive(going) : desk.forget(going.map(({ id }) => id));
}

const shownMax = 20;

async function propose(
  verb: 'prune' | 'archive',
  going: readonly SurplusTask[],
  options: BudgetOptions,
): Promise<void> {
  const rows = going
    .slice(0, shownMax)
    .map(({ run_id: run, task_id: task, worth, why }) => [
      worth.toFixed(2),
      plainLine(`${run}/${task}`),
      why,
    ]);
  if (rows.length > 0) await out.write(table(rows, out.columns));
  const more = going.length > shownMax ? `, ${going.length - shownMax} more than are shown` : '';
  const words = ['memory', verb, ...budgetWords(options), '--yes'];
  const todo = going.length === 0 ? '' : ` To do it: ${commandLine(words, options)}`;
  err.note(`${plural(going.length, 'task')} would go${more}.${todo}\n`);
}

function budgetWords({ keep, maxMb, olderThan, below }: BudgetOptions): readonly string[] {
  const given = [
    ['--keep', keep],
    ['--max-mb', maxMb],
    ['--older-than', olderThan === undefined ? undefined : `${olderThan}ms`],
    ['--below', below],
  ] as const;
  return given.flatMap(([name, value]) => (value === undefined ? [] : [name, String(value)]));
}

function readCount(given: string): number {
  const count = readWhole(given);
  if (count < 0) throw new InvalidArgumentError('It must be 0 or more.');
  return count;
}

function readAge(given: string): number {
  const ageMs = parseDuration(given);
  if (ageMs === null) throw new InvalidArgumentError('Write it with its unit: 90d.');
  return ageMs;
}

function readWorth(given: string): number {
  const worth = Number(given);
  if (given.trim() === '' || !(worth >= 0 && worth <= 1)) {
    throw new InvalidArgumentError('It must be a number from 0 to 1.');
  }
  return worth;
}

interface RestoreOptions extends Options {
  readonly list?: true;
}

async function restoreWhat(words: readonly string[], options: RestoreOptions) {
  const desk = await openTroupe(options).memory();
  const what = words.join(' ');
  const tasks = await desk.archived(what);
  if (tasks.length === 0 && what !== '') throw notArchived(what);
  const restored = options.list ? 0 : await desk.restore(what);
  if (options.json) await out.json({ restored, tasks });
  else if (!options.list) err.note(`${plural(restored, 'task')} restored.\n`);
  else if (tasks.length === 0) err.note('Nothing is archived.\n');
  else {
    const rows = tasks.map(({ archived_at: at, run_id: run, task_id: task, why }) => {
      return [dayOf(at), plainLine(`${run}/${task}`), plainLine(why)];
    });
    await out.write(table(rows, out.columns));
  }
  return exits.succeeded;
}

function notArchived(what: string): UserError {
  const hint = 'see what is: troupe memory restore --list';
  return new UserError('memory.not-archived', `nothing that is archived is "${what}"`, hint);
}

async function pinWhat(words: readonly string[], pin: 'on' | 'off', options: Options) {
  const desk = await openTroupe(options).memory();
  const what = words.join(' ');
  const tasks = await desk.meant(what);
  if (tasks.length === 0) {
    const hint = 'name a run, a task as RUN/TASK, or words that stand in it';
    throw new UserError('memory.unknown', `nothing that is remembered is "${what}"`, hint);
  }
  const ids = tasks.map(({ id }) => id);
  const changed = await desk.pin(ids, pin);
  if (options.json) await out.json({ changed, tasks });
  else err.note(`${plural(changed, 'task')} ${pin === 'on' ? 'pinned' : 'unpinned'}.\n`);
  return exits.succeeded;
}

async function consolidate(options: Options & { readonly yes?: true }) {
  const desk = await openTroupe(options).memory();
  const { groups, archived } = await desk.consolidate({ dryRun: !options.yes });
  if (options.json)
    await out.json({ groups, archived: options.yes ? archived : 0, like: archived });
  else if (options.yes) err.note(`${plural(archived, 'task')} archived.\n`);
  else {
    const again = commandLine(['memory', 'consolidate', '--yes'], options);
    const todo = archived === 0 ? '' : ` To put them away: ${again}`;
    err.note(`${plural(archived, 'task')} say the same as ${plural(groups, 'other')}.${todo}\n`);
  }
  return exits.succeeded;
}

async function showTold(words: readonly string[], options: Options & { readonly recall: number }) {
  const desk = await openTroupe(options).memory();
  const told = await desk.told(words.join(' '), options.recall);
  if (options.json) await out.json(told);
  else if (told.text === '') err.note('Nothing that still holds is like it.\n');
  else {
    await out.write(`${plainText(told.text)}\n`);
    err.note(`It adds about ${plural(told.tokens, 'token')}.\n`);
    if (told.warning !== null) err.note(`Mind: ${told.warning}.\n`);
  }
  return exits.succeeded;
}

async function reembed(options: Options) {
  const desk = await openTroupe(options).memory();
  const renewed = await desk.reembed((done, all) => {
    err.note(`\rEmbedded ${done} of ${all}${done === all ? '\n' : ''}`);
  });
  if (options.json) await out.json({ renewed });
  else if (renewed === 0) err.note('Everything has a vector of the embedding in use.\n');
  return exits.succeeded;
}

async function exportTo(file: string, options: Options) {
  const tasks = await (await openTroupe(options).memory()).export(file);
  if (options.json) await out.json({ file, tasks });
  else err.note(`${plural(tasks, 'task')} written to ${plainLine(file)}.\n`);
  return exits.succeeded;
}

async function importFrom(file: string, options: Options) {
  const { added, known, bad } = await (await openTroupe(options).memory()).import(file);
  if (options.json) await out.json({ added, known, bad });
  else err.note(`${plural(added, 'task')} added, ${known} known already.\n`);
  if (!options.json) {
    for (const { line, why } of bad) err.note(`${plainLine(file)}:${line}: ${plainLine(why)}\n`);
  }
  if (bad.length === 0) return exits.succeeded;
  err.note(`${plural(bad.length, 'line')} could not be read: mend them and import it again.\n`);
  return exits.failed;
}
