/** `troupe add`: gives a run more to do, one task or a file of them. */
import { readFileSync } from 'node:fs';
import type { Command } from 'commander';
import { duration, type RunView, type Troupe, UserError } from '../../src/index.ts';
import { exits } from '../exits.ts';
import {
  addHome,
  addJson,
  type HomeOption,
  type JsonOption,
  openTroupe,
  readWhole,
} from '../options.ts';
import { err, out } from '../terminal/render.ts';
import { money } from '../terminal/style.ts';
import { type Act, addExamples } from '../verb.ts';

interface AddOptions extends HomeOption, JsonOption {
  readonly file?: string;
  readonly id?: string;
  readonly agent?: string;
  readonly needs?: readonly string[];
  readonly run?: string;
  readonly priority?: number;
  readonly retries?: number;
  readonly timeout?: string;
}

export function define(command: Command, act: Act): void {
  command
    .argument('<run>', 'its name, the beginning of it, or latest')
    .argument('[prompt...]', 'what is to be done; may use {{results.TASK.output}} of what it needs')
    .option('--id <name>', 'what the task is called (default: added-1, added-2, ...)')
    .option('--agent <role>', 'the role that does it; may be left out where there is only one')
    .option('--needs <tasks>', 'what must be done before, separated by commas', readNames)
    .option('--run <line>', 'a shell line, for a role that runs commands')
    .option('--priority <n>', 'higher goes first', readWhole)
    .option('--retries <n>', 'attempts after the first', readWhole)
    .option('--timeout <time>', 'the limit of one attempt: 20m')
    .option('--file <path>', 'a file with `tasks:` as a plan has them; - for stdin');
  addJson(command, 'print what was added, and what the run can still come to, as one JSON object');
  addHome(command).action(act(add));
  addExamples(command, [
    'troupe add latest --agent coder --needs build "Write the release notes."',
    'troupe add latest --id lint --run "npm run lint" --priority 5',
    'troupe add latest --file more.yaml --json',
  ]);
}

const readNames = (given: string): readonly string[] =>
  given
    .split(',')
    .map((name) => name.trim())
    .filter((name) => name !== '');

async function add(run: string, words: readonly string[], options: AddOptions) {
  const troupe = openTroupe(options);
  const { view: before } = await troupe.look(run);
  const said = options.file === undefined ? oneTask(words, options, before) : tasksIn(options.file);
  await troupe.ask(before.id, { type: 'task.add', by: troupe.config.user, ...said });
  await tell(troupe, before, options);
  return exits.succeeded;
}

/** As JSON, which names no place on a line: what is wrong with it is said by its key. */
function oneTask(words: readonly string[], options: AddOptions, { tasks }: RunView) {
  const { agent, needs, run, priority, retries, timeout } = options;
  const prompt = words.join(' ');
  if (prompt === '' && run === undefined && options.id === undefined) throw nothingToAdd();
  const known = new Set(tasks.map(({ id }) => id));
  const id = options.id ?? freeName(known);
  const task = {
    ...{ id, agent, needs, run, priority, retries, timeout },
    ...(prompt !== '' && { prompt }),
  };
  return { text: JSON.stringify({ tasks: [task] }, null, 1), file: 'the new task' };
}

function freeName(known: ReadonlySet<string>): string {
  let count = 1;
  while (known.has(`added-${count}`)) count += 1;
  return `added-${count}`;
}

function tasksIn(file: string) {
  try {
    const text = readFileSync(file === '-' ? 0 : file, 'utf8');
    return { text, file: file === '-' ? 'stdin' : file };
  } catch (error) {
    const hint = 'name a file with tasks, as a plan has them';
    throw new UserError('add.no-file', `${file} can't be read: ${(error as Error).message}`, hint);
  }
}

async function tell(troupe: Troupe, before: RunView, { json }: AddOptions): Promise<void> {
  const { view, owner } = await troupe.look(before.id);
  const known = new Set(before.tasks.map(({ id }) => id));
  const added = view.tasks.map(({ id }) => id).filter((id) => !known.has(id));
  const worst = await troupe.remainder(before.id);
  if (json) {
    const { durationMs, costUsd, calls } = worst ?? {};
    const remainder = worst && { duration_ms: durationMs, cost_usd: costUsd, calls };
    return out.json({ run: before.id, tasks: added, alive: owner !== null, remainder });
  }
  const cost = !worst || worst.costUsd === null ? 'nobody knows what' : money(worst.costUsd);
  const bound = worst && `; at worst ${duration(worst.durationMs)} more, for ${cost}`;
  err.note(`Added to ${before.id}: ${added.join(', ')}${bound ?? ''}.\n`);
  if (!owner) err.note(`Nobody works on it: troupe resume ${before.id}\n`);
}

function nothingToAdd(): UserError {
  const hint = 'say it, troupe add RUN --agent ROLE "..."; or name a file, --file more.yaml';
  return new UserError('add.nothing', 'there is nothing to add', hint);
}
