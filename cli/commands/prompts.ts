/** `troupe prompts`: a library of prompts with versions, variables and includes. */
import { readFile } from 'node:fs/promises';
import { type Command, InvalidArgumentError } from 'commander';
import { type Prompt, UserError } from '../../src/index.ts';
import { exits } from '../exits.ts';
import {
  addHome,
  addJson,
  collectInput,
  type HomeOption,
  type JsonOption,
  openTroupe,
  readWhole,
} from '../options.ts';
import { err, out } from '../terminal/render.ts';
import { dayOf, plural, table } from '../terminal/style.ts';
import { plainLine } from '../terminal/text.ts';
import { type Act, addExamples } from '../verb.ts';

type Options = HomeOption & JsonOption;

export function define(command: Command, act: Act): void {
  defineSave(command, act);
  const list = command.command('list', { isDefault: true }).description('list them by name');
  list.option('--category <name>', 'only of this').option('--tag <name>', 'only with this');
  addHome(addJson(list, 'print one object a line')).action(act(listAll));
  const show = command.command('show').description('print the text of one').argument('<name>');
  show.option('--at <version>', 'not the newest', readVersion);
  addHome(addJson(show, 'print one object')).action(act(showOne));
  const render = command.command('render').description('print it with its variables filled in');
  render.argument('<name>').option('--with <name=value>', 'a value; can be repeated', collectInput);
  addHome(render.option('--at <version>', 'not the newest', readVersion)).action(act(renderOne));
  const back = command.command('rollback').description('make an older version the newest');
  addHome(back.argument('<name>').argument('<version>', '', readVersion)).action(act(rollBack));
  const rm = command.command('rm').description('remove one, with its history').argument('<name>');
  addHome(rm).action(act(remove));
  const search = command.command('search').description('find by words').argument('<words...>');
  search.option('--category <name>', 'only of this').option('--tag <name>', 'only with this');
  addHome(addJson(search, 'print one object a line')).action(act(find));
  defineExchange(command, act);
  addExamples(command, [
    'echo "Review {{file}} for {{what|bugs}}." | troupe prompts save review --tag code',
    'troupe prompts render review --with file=src/app.ts',
    'troupe prompts diff review 1 2',
    'troupe prompts export review > review.json',
  ]);
}

interface SaveOptions extends Options {
  readonly category?: string;
  readonly tag?: readonly string[];
}

function defineSave(command: Command, act: Act): void {
  const save = command.command('save').description('save a text, from a file or from stdin');
  save.argument('<name>').argument('[file]', 'where the text is (default: stdin)');
  save.option('--category <name>', 'what it belongs to');
  save.option('--tag <name>', 'can be repeated', (tag, before: string[] = []) => [...before, tag]);
  addHome(addJson(save, 'print one object')).action(act(saveOne));
}

async function saveOne(name: string, file: string | undefined, options: SaveOptions) {
  const text = await textOf(file);
  const { category, tag: tags } = options;
  const about = { ...(category === undefined ? {} : { category }), ...(tags && { tags }) };
  const saved = await (await openTroupe(options).prompts()).save(name, text.trimEnd(), about);
  if (options.json) await out.json(saved);
  else err.note(`Saved ${saved.name}, version ${saved.version}.\n`);
  return exits.succeeded;
}

/** Of a file, or of stdin where none is named. */
async function textOf(file: string | undefined): Promise<string> {
  if (file === undefined) return readStdin();
  try {
    return await readFile(file, 'utf8');
  } catch (error) {
    const message = `${file} can't be read: ${(error as Error).message}`;
    throw new UserError('prompt.no-file', message, 'name a file, or give the text on stdin');
  }
}

async function readStdin(): Promise<string> {
  let text = '';
  for await (const piece of process.stdin.setEncoding('utf8')) text += piece;
  return text;
}

interface Within {
  readonly category?: string;
  readonly tag?: string;
}

async function listAll(options: Options & Within) {
  const library = await openTroupe(options).prompts();
  await tell(library.list(options), options);
  return exits.succeeded;
}

async function find(words: readonly string[], options: Options & Within) {
  const library = await openTroupe(options).prompts();
  await tell(library.search(words.join(' '), options), options);
  return exits.succeeded;
}

async function tell(prompts: readonly Prompt[], { json }: JsonOption): Promise<void> {
  if (json) for (const prompt of prompts) await out.json(prompt);
  else if (prompts.length === 0)
    err.note('There is none. Save one: troupe prompts save NAME FILE\n');
  else await out.write(table(prompts.map(rowOf), out.columns));
}

function rowOf({ name, category, tags, version, saved_at: at, text }: Prompt): readonly string[] {
  const about = [category, ...tags].filter((word) => word !== '').join(', ');
  return [name, `v${version}`, dayOf(at), plainLine(about), plainLine(text)];
}

async function showOne(name: string, options: Options & { readonly at?: number }) {
  const found = (await openTroupe(options).prompts()).show(name, options.at);
  if (options.json) await out.json(found);
  else await out.write(`${found.text}\n`);
  return exits.succeeded;
}

interface RenderOptions extends HomeOption {
  readonly at?: number;
  readonly with?: Readonly<Record<string, string>>;
}

async function renderOne(name: string, options: RenderOptions) {
  const library = await openTroupe(options).prompts();
  const text = library.render(name, options.with ?? {}, options.at);
  await out.write(`${text}\n`);
  const warning = library.warning(text);
  if (warning !== null) err.note(`Mind: ${warning}.\n`);
  return exits.succeeded;
}

/** To compare, and to carry from one home to another. */
function defineExchange(command: Command, act: Act): void {
  const diff = command.command('diff').description('what changed between two versions');
  diff.argument('<name>').argument('[from]', 'default: the one before', readVersion);
  diff.argument('[to]', 'default: the newest', readVersion);
  addHome(addJson(diff, 'print one object a line: kind, line')).action(act(diffOne));
  const save = command.command('export').description('print prompts with their histories, as JSON');
  addHome(save.argument('[names...]', 'default: all')).action(act(exportThem));
  const load = command.command('import');
  load.description('take in what an export has').argument('[file]', 'where it is (default: stdin)');
  addHome(addJson(load, 'print one object: added, changed, bad')).action(act(importThem));
}

const signs = { same: ' ', added: '+', removed: '-' } as const;

async function diffOne(
  name: string,
  from: number | undefined,
  to: number | undefined,
  options: Options,
) {
  const changes = (await openTroupe(options).prompts()).diff(name, from, to);
  if (options.json) for (const change of changes) await out.json(change);
  else await out.write(changes.map(({ kind, line }) => `${signs[kind]} ${line}\n`).join(''));
  return exits.succeeded;
}

async function exportThem(names: readonly string[], options: HomeOption) {
  await out.write((await openTroupe(options).prompts()).export(names));
  return exits.succeeded;
}

async function importThem(file: string | undefined, options: Options) {
  const text = await textOf(file);
  const { added, changed, bad } = await (await openTroupe(options).prompts()).import(text);
  if (options.json) await out.json({ added, changed, bad });
  else err.note(`${plural(added.length, 'prompt')} added, ${changed.length} changed.\n`);
  for (const { name, why } of bad) err.note(`${plainLine(name)}: ${plainLine(why)}\n`);
  return bad.length === 0 ? exits.succeeded : exits.failed;
}

async function rollBack(name: string, version: number, options: HomeOption) {
  const saved = await (await openTroupe(options).prompts()).rollBack(name, version);
  err.note(`${saved.name} is as it was in version ${version}: now version ${saved.version}.\n`);
  return exits.succeeded;
}

async function remove(name: string, options: HomeOption) {
  await (await openTroupe(options).prompts()).remove(name);
  err.note(`Removed ${name}.\n`);
  return exits.succeeded;
}

function readVersion(given: string): number {
  const version = readWhole(given);
  if (version < 1) throw new InvalidArgumentError('It must be 1 or more.');
  return version;
}
