/** `troupe similar`: finds the past tasks that are nearest in meaning to a text. */
import { existsSync } from 'node:fs';
import { type Command, InvalidArgumentError } from 'commander';
import { type SimilarTask, systemClock, type Troupe } from '../../src/index.ts';
import { ago } from '../ago.ts';
import { exits } from '../exits.ts';
import {
  addHome,
  addJson,
  commandLine,
  type HomeOption,
  type JsonOption,
  openTroupe,
  readWhole,
} from '../options.ts';
import { err, out } from '../terminal/render.ts';
import { type Palette, paletteFor, plural } from '../terminal/style.ts';
import { cut, plainLine } from '../terminal/text.ts';
import { type Act, addExamples } from '../verb.ts';

interface SimilarOptions extends HomeOption, JsonOption {
  readonly limit: number;
}

/** More than these are worth a word: whoever waits wants to know what for. */
const manyToRemember = 1_000;
/** In front of every line but the first of an answer. */
const indent = '      ';
const defaultLimit = 5;

export function define(command: Command, act: Act): void {
  command
    .argument('<text...>', 'what to look for, in your own words')
    .option('--limit <n>', 'how many to find', readLimit, defaultLimit);
  addJson(command, 'print one object a line: score, prompt, outcome, solution, ...');
  addHome(command).action(act(similar));
  addExamples(command, [
    'troupe similar "users are logged out too early"',
    'troupe similar ECONNRESET --limit 10 --json',
  ]);
}

function readLimit(given: string): number {
  const limit = readWhole(given);
  if (limit < 1) throw new InvalidArgumentError('It must be 1 or more.');
  return limit;
}

async function similar(words: readonly string[], options: SimilarOptions) {
  const troupe = openTroupe(options);
  const found = await troupe.similar(words.join(' '), { limit: options.limit, onProgress });
  if (options.json) for (const each of found) await out.json(each);
  else await show(found, troupe, options);
  return exits.succeeded;
}

function onProgress(remembered: number): void {
  if (remembered >= manyToRemember) err.note(`\rRemembering what was done: ${remembered} tasks\n`);
}

async function show(found: readonly SimilarTask[], troupe: Troupe, options: HomeOption) {
  if (found.length === 0) return err.note(`${await whyNothing(troupe)}\n`);
  const palette = paletteFor(out, troupe.config.environment);
  const texts = found.map((each) => textOf(each, palette, options));
  await out.write(`${texts.join('\n')}`);
}

async function whyNothing(troupe: Troupe): Promise<string> {
  const { tasks } = existsSync(troupe.config.home)
    ? await (await troupe.memory()).stats()
    : { tasks: 0 };
  if (tasks === 0) return 'Nothing is remembered yet: every task that ends will be, by itself.';
  return `Nothing like that is among the ${plural(tasks, 'task')} remembered: try other words.`;
}

function textOf(each: SimilarTask, palette: Palette, options: HomeOption): string {
  const { score, prompt, outcome, solution, run_id: run, task_id: task, finished_at: at } = each;
  const { bold, dim, green, red, yellow } = palette;
  const colour = outcome === 'succeeded' ? (each.valid ? green : yellow) : red;
  const age = ago(systemClock.now() - at);
  const wide = out.isTerminal ? out.columns - indent.length : Number.POSITIVE_INFINITY;
  const lines = [
    `${bold(score.toFixed(2))}  ${colour(outcome)}, ${age}: ${plainLine(each.why)}`,
    `${indent}${cut(plainLine(prompt), wide)}`,
    ...(solution === '' ? [] : [`${indent}${dim(cut(`→ ${plainLine(solution)}`, wide))}`]),
    `${indent}${dim(`${commandLine(['replay', run], options)}   (task ${plainLine(task)})`)}`,
  ];
  return `${lines.join('\n')}\n`;
}
