/** `troupe history`: what agents said, read, played again, exported, or gone on with. */
import { type Command, InvalidArgumentError, Option } from 'commander';
import {
  type Conversation,
  type ExportFormat,
  exportConversation,
  exportFormats,
  shellLine,
  systemClock,
} from '../../src/index.ts';
import { ago } from '../ago.ts';
import { exits } from '../exits.ts';
import {
  addHome,
  addJson,
  type HomeOption,
  type JsonOption,
  openTroupe,
  readSpeed,
  readWhole,
} from '../options.ts';
import { Dialogue } from '../reports/dialogue.ts';
import { err, out } from '../terminal/render.ts';
import { money, paletteFor, table } from '../terminal/style.ts';
import { plainLine } from '../terminal/text.ts';
import { type Act, addExamples } from '../verb.ts';
import { play } from '../watching/film.ts';
import { Stops } from '../watching/stops.ts';

type Options = HomeOption & JsonOption;
/** Whoever waits longer is told how far it is. */
const quietMs = 1_000;
const what = 'RUN/NUMBER as listed, or latest';

export function define(command: Command, act: Act): void {
  const list = command.command('list', { isDefault: true }).description('list the newest');
  list.option('--last <n>', 'so many', readCount, 20);
  list.option('--agent <name>', 'only of this agent, or of this role');
  list.option('--task <id>', 'only of this task').option('--grep <words>', 'only with these in it');
  addHome(addJson(list, 'print one object a line')).action(act(listAll));
  const show = command.command('show').description('print one').argument('<id>', what);
  addHome(addJson(show, 'print its entries as lines of JSON')).action(act(showOne));
  const replay = command.command('replay').description('play one again, as it happened');
  replay.argument('<id>', what).option('--speed <n>', 'so many times faster', readSpeed, 1);
  addHome(addJson(replay, 'print its entries as lines of JSON')).action(act(replayOne));
  const give = command.command('export').description('print one as a file').argument('<id>', what);
  const formats = new Option('--format <format>', 'what it is made of').choices(exportFormats);
  addHome(give.addOption(formats.default('markdown'))).action(act(exportOne));
  const resume = command.command('resume').description('print how its agent is gone on with');
  addHome(addJson(resume.argument('<id>', what), 'print one object')).action(act(resumeOne));
  addExamples(command, [
    'troupe history --last 10 --agent coder',
    'troupe history --grep "rate limit"',
    'troupe history show latest',
    'troupe history replay latest --speed 20',
    'troupe history export latest --format html > talk.html',
    'eval "$(troupe history resume latest)"',
  ]);
}

interface ListOptions extends Options {
  readonly last: number;
  readonly agent?: string;
  readonly task?: string;
  readonly grep?: string;
}

async function listAll(options: ListOptions) {
  const history = await openTroupe(options).history();
  const progress = progressOf(options);
  const found = await history.list({ ...options, onProgress: progress.tell });
  progress.end();
  if (options.json) for (const each of found) await out.json(rowOf(each));
  else if (found.length === 0) err.note(nothingFound(options));
  else await out.write(table(found.map(lineOf), out.columns));
  return exits.succeeded;
}

/** Silent for the first second, and where nobody would see a line that is written over. */
function progressOf({ json }: ListOptions) {
  const begunMs = systemClock.elapsed();
  let said = 0;
  const tell = (looked: number, of: number): void => {
    if (json || !err.isTerminal || systemClock.elapsed() - begunMs < quietMs) return;
    err.note(`\rLooked through ${looked} of ${of}`);
    said += 1;
  };
  return { tell, end: () => (said > 0 ? err.note('\n') : undefined) };
}

function nothingFound({ agent, task, grep }: ListOptions): string {
  const isNarrow = [agent, task, grep].some((filter) => filter !== undefined);
  if (isNarrow) return 'No conversation is like that. See all: troupe history\n';
  return 'Nobody has said anything yet. Agents do in a run: troupe run PLAN\n';
}

function rowOf({ id, heading, ending, state, excerpt }: Conversation) {
  const { type: _, v: __, ...begun } = heading;
  const { outcome = null, usage = null, durationMs = null, texts = null } = ending ?? {};
  const ended = { outcome, usage, durationMs, texts, calls: ending?.calls ?? null };
  return { id, state, ...begun, ...ended, fault: ending?.fault ?? null, excerpt };
}

function lineOf({ id, heading, ending, state, excerpt }: Conversation): readonly string[] {
  const { task, attempt, agent, adapter, at } = heading;
  return [
    id,
    ago(systemClock.now() - at),
    `${plainLine(task)} #${attempt}`,
    `${plainLine(agent)} (${plainLine(adapter)})`,
    ending?.outcome ?? state,
    ending ? money(ending.usage.costUsd) : '',
    plainLine(excerpt || (ending?.fault?.message ?? '')),
  ];
}

async function showOne(id: string, options: Options) {
  const troupe = openTroupe(options);
  const history = await troupe.history();
  const found = await history.find(id);
  const dialogue = new Dialogue(out, paletteFor(out, troupe.config.environment));
  for await (const entry of history.entries(found)) {
    if (options.json) await out.json(entry);
    else await dialogue.tell(entry);
  }
  await dialogue.end();
  if (found.state !== 'ended') err.note(`It has no end: it is ${found.state}.\n`);
  return exits.succeeded;
}

async function replayOne(id: string, options: Options & { readonly speed: number }) {
  const troupe = openTroupe(options);
  const history = await troupe.history();
  const scenes = history.entries(await history.find(id));
  const dialogue = new Dialogue(out, paletteFor(out, troupe.config.environment));
  const stops = new Stops(systemClock);
  const { speed, json } = options;
  const show = (entry: Parameters<Dialogue['tell']>[0]): Promise<void> =>
    json ? out.json(entry) : dialogue.tell(entry);
  const note = (text: string): void => err.note(text);
  try {
    await play({ scenes, speed, show, clock: systemClock, stopped: stops.first, note });
    await dialogue.end();
  } finally {
    stops.close();
  }
  return exits.succeeded;
}

async function exportOne(id: string, options: HomeOption & { readonly format: ExportFormat }) {
  const history = await openTroupe(options).history();
  const pieces = exportConversation(history, await history.find(id), options.format);
  for await (const piece of pieces) await out.write(piece);
  return exits.succeeded;
}

async function resumeOne(id: string, options: Options) {
  const history = await openTroupe(options).history();
  const { cwd, argv } = await history.resumption(await history.find(id));
  if (options.json) await out.json({ cwd, argv });
  else await out.write(`${shellLine(cwd, argv)}\n`);
  return exits.succeeded;
}

function readCount(given: string): number {
  const count = readWhole(given);
  if (count < 1) throw new InvalidArgumentError('It must be 1 or more.');
  return count;
}
