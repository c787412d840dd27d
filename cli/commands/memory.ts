/** `troupe memory`: what is remembered, in numbers; what makes it run; what must be forgotten. */
import type { Command } from 'commander';
import { type Forgettable, type MemoryStats, UserError } from '../../src/index.ts';
import { exits } from '../exits.ts';
import { defineUpkeep } from '../memory-upkeep.ts';
import {
  addHome,
  addJson,
  commandLine,
  type HomeOption,
  type JsonOption,
  openTroupe,
} from '../options.ts';
import { err, out } from '../render.ts';
import { dayOf, money, plural, table } from '../style.ts';
import { plainLine } from '../text.ts';
import { type Act, addExamples } from '../verb.ts';

type Options = HomeOption & JsonOption;

export function define(command: Command, act: Act): void {
  const stats = command
    .command('stats', { isDefault: true })
    .description('say what is remembered, and whether it helped');
  addJson(stats, 'print one object');
  addHome(stats).action(act(showStats));
  const setup = command
    .command('setup')
    .description("make Chroma's server run on this machine, with a copy of its library if need be");
  addHome(setup).action(act(setUp));
  const forget = command
    .command('forget')
    .description('take out what must not be kept, for good')
    .argument('<what...>', 'a run, a task as RUN/TASK, or words that stand in it')
    .option('--yes', 'do it, instead of showing what would go');
  addJson(forget, 'print one object: forgotten, tasks');
  addHome(forget).action(act(forgetWhat));
  defineUpkeep(command, act);
  const health = command
    .command('health')
    .description('say how well memory is, and what would help');
  addJson(health, 'print one object: score, reasons, suggestion');
  addHome(health).action(act(showHealth));
  addExamples(command, [
    'troupe memory stats',
    'troupe memory setup',
    'troupe memory archive --keep 5000 --older-than 90d',
    'troupe memory pin release-7f3k2/notes',
    'troupe memory export memory.jsonl',
    'troupe memory forget release-7f3k2/notes --yes',
    'troupe memory forget "project aurora"',
  ]);
}

async function showStats(options: Options) {
  const stats = await (await openTroupe(options).memory()).stats();
  if (options.json) await out.json(stats);
  else await out.write(pageOf(stats));
  return exits.succeeded;
}

function pageOf(stats: MemoryStats): string {
  const { tasks, succeeded, failed, cancelled, runs, superseded, stale, bytes } = stats;
  const { pinned, archived, outdated, embedder_trouble: trouble } = stats;
  const { store, store_why: why, embedder, recall } = stats;
  const rows = [
    ['tasks', `${tasks} of ${plural(runs, 'run')}`],
    ['', `${succeeded} succeeded, ${failed} failed, ${cancelled} cancelled`],
    ['done again since', String(superseded)],
    ['files changed since', String(stale)],
    ['pinned, archived', `${pinned}, ${archived}`],
    ['size', `${(bytes / 1024 ** 2).toFixed(1)} MiB`],
    ['search', `${store} (${why})`],
    ['embedding', outdated === 0 ? embedder : `${embedder}; ${outdated} still have another one's`],
    ...(trouble === null ? [] : [['', `it can't be used now: ${plainLine(trouble)}`]]),
    ['told of the past', courseLine(recall.told)],
    ['others of their roles', courseLine(recall.others)],
  ];
  return table(rows, Number.POSITIVE_INFINITY);
}

function courseLine({ tasks, success, attempts, cost_usd: cost }: MemoryStats['recall']['told']) {
  if (tasks === 0 || success === null || attempts === null) return 'none yet';
  const share = `${Math.round(success * 100)} % succeeded`;
  const price = cost === null ? '' : `, ${money(cost)} each`;
  return `${plural(tasks, 'task')}: ${share}, ${attempts.toFixed(1)} attempts${price}`;
}

async function setUp(options: HomeOption) {
  const desk = await openTroupe(options).memory();
  await out.write(`${plainLine(await desk.setUp())}\n`);
  return exits.succeeded;
}

interface ForgetOptions extends Options {
  readonly yes?: true;
}

async function forgetWhat(words: readonly string[], options: ForgetOptions) {
  const desk = await openTroupe(options).memory();
  const what = words.join(' ');
  const tasks = await desk.meant(what);
  if (tasks.length === 0) throw nothingMeant(what);
  const forgotten = options.yes ? await desk.forget(tasks.map(({ id }) => id)) : 0;
  if (options.json) await out.json({ forgotten, tasks });
  else if (options.yes) err.note(`Forgotten: ${plural(forgotten, 'task')}. ${runsNote(tasks)}\n`);
  else await propose(tasks, words, options);
  return exits.succeeded;
}

async function propose(tasks: readonly Forgettable[], words: readonly string[], options: Options) {
  const rows = tasks.map(({ run_id: run, task_id: task, prompt, finished_at: at }) => [
    dayOf(at),
    plainLine(`${run}/${task}`),
    plainLine(prompt),
  ]);
  await out.write(table(rows, out.columns));
  const again = commandLine(['memory', 'forget', ...words, '--yes'], options);
  err.note(`Nothing is forgotten yet. To do it: ${again}\n`);
}

/** What a run has left in its own folder is not ours to take away. */
function runsNote(tasks: readonly Forgettable[]): string {
  const runs = [...new Set(tasks.map(({ run_id: run }) => run))];
  const [first = ''] = runs;
  const others = runs.length > 1 ? ` and ${runs.length - 1} more` : '';
  return `The folders of their runs keep what they have: ${plainLine(first)}${others}.`;
}

function nothingMeant(what: string): UserError {
  const hint = 'name a run, a task as RUN/TASK, or words that stand in it';
  return new UserError('memory.unknown', `nothing that is remembered is "${what}"`, hint);
}

async function showHealth(options: Options) {
  const health = await (await openTroupe(options).memory()).health();
  const { score, reasons, suggestion } = health;
  if (options.json) await out.json(health);
  else {
    const advice = suggestion === '' ? '' : `Try: ${suggestion}\n`;
    await out.write(`${score} of 100: ${reasons.join('; ')}\n${advice}`);
  }
  return exits.succeeded;
}
