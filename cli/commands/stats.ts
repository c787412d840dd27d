/** `troupe stats`: how the agents of this project have done so far, beside each other. */
import { type Command, Option } from 'commander';
import { duration, projectStats, type Stat, type StatKey, statKeys } from '../../src/index.ts';
import { exits } from '../exits.ts';
import { addHome, addJson, type HomeOption, type JsonOption, openTroupe } from '../options.ts';
import { err, out } from '../terminal/render.ts';
import { money, plural, table } from '../terminal/style.ts';
import { plainLine } from '../terminal/text.ts';
import { type Act, addExamples } from '../verb.ts';

interface StatsOptions extends HomeOption, JsonOption {
  readonly by: StatKey;
}

export function define(command: Command, act: Act): void {
  const by = new Option('--by <what>', 'what is counted together').choices([...statKeys]);
  command.addOption(by.default('adapter'));
  addJson(command, 'print one object');
  addHome(command).action(act(stats));
  addExamples(command, [
    'troupe stats',
    'troupe stats --by role',
    'troupe stats --by kind',
    'troupe stats --by skill',
  ]);
}

async function stats({ by, json, ...options }: StatsOptions) {
  const { config } = openTroupe(options);
  const told = await projectStats(config.home, by);
  if (json) await out.json(told);
  else if (told.stats.length === 0) err.note('No task has ended yet. Start: troupe run PLAN\n');
  else await out.write(pageOf(by, told.runs, told.stats));
  return exits.succeeded;
}

function pageOf(by: StatKey, runs: number, stats: readonly Stat[]): string {
  const heads = [by.toUpperCase(), 'DONE', 'RATE', 'SURELY', 'HALF WITHIN', '90 % WITHIN'];
  const rows = stats.map(rowOf);
  const few = stats.filter(({ isFew }) => isFew).map(({ key }) => plainLine(key));
  const doubt = few.length === 0 ? '' : `Too few tasks to go by: ${few.join(', ')}.\n`;
  const page = table([[...heads, 'RETRIES', 'A TASK', 'ALL'], ...rows], out.columns + 60);
  return `${page}\nFrom ${plural(runs, 'run')} of this home. ${doubt}`.trimEnd().concat('\n');
}

function rowOf({ key, tasks, completed, successRate, between, ...stat }: Stat): readonly string[] {
  const { durationMs, retries, costUsd } = stat;
  const unpriced = costUsd.unknown > 0 ? ` (${costUsd.unknown} unknown)` : '';
  return [
    plainLine(key),
    `${completed} of ${tasks}`,
    percent(successRate),
    `${percent(between[0])} to ${percent(between[1])}`,
    durationMs ? duration(durationMs.p50) : '',
    durationMs ? duration(durationMs.p90) : '',
    retries.toFixed(2),
    money(costUsd.perTask),
    `${money(costUsd.total)}${unpriced}`,
  ];
}

const percent = (share: number): string => `${Math.round(share * 100)} %`;
