/** `troupe memory`: what is remembered, in numbers; what makes it run; what must be forgotten. */
import type { Command } from 'commander';
import type { MemoryStats } from '../../src/index.ts';
import { exits } from '../exits.ts';
import { defineForget } from '../memory-forget.ts';
import { defineUpkeep } from '../memory-upkeep.ts';
import { addHome, addJson, type HomeOption, type JsonOption, openTroupe } from '../options.ts';
import { out } from '../terminal/render.ts';
import { money, plural, table } from '../terminal/style.ts';
import { plainLine } from '../terminal/text.ts';
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
  defineForget(command, act);
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
