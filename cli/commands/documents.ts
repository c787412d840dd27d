/** `troupe documents`: what runs have produced, version by version, with where it came from. */

import { existsSync } from 'node:fs';
import { mkdir, writeFile } from 'node:fs/promises';
import { basename, dirname, join, resolve } from 'node:path';
import { type Command, InvalidArgumentError } from 'commander';
import {
  type Archive,
  compareContents,
  isVerified,
  systemClock,
  textOf,
  UserError,
  type Version,
} from '../../src/index.ts';
import { ago } from '../ago.ts';
import { exits } from '../exits.ts';
import {
  addHome,
  addJson,
  type HomeOption,
  type JsonOption,
  openTroupe,
  readWhole,
} from '../options.ts';
import { sizeOf } from '../quantities.ts';
import { err, out } from '../terminal/render.ts';
import { plural, table } from '../terminal/style.ts';
import { plainLine, plainText } from '../terminal/text.ts';
import { type Act, addExamples } from '../verb.ts';

type Options = HomeOption & JsonOption;
const which = 'its name, or the end of it; NAME@VERSION for an older one';

export function define(command: Command, act: Act): void {
  const list = command.command('list', { isDefault: true }).description('list them by name');
  list.argument('[name]', 'the versions of this one');
  addHome(addJson(list, 'print one object a line')).action(act(listThem));
  const show = command.command('show').description('print one').argument('<name>', which);
  addHome(addJson(show, 'print where it came from, as one object')).action(act(showOne));
  const diff = command.command('diff').description('what changed between two versions');
  diff.argument('<name>', 'its name, or the end of it');
  diff.option('--from <version>', 'default: the one before', readVersion);
  diff.option('--to <version>', 'default: the newest', readVersion);
  addHome(addJson(diff, 'print one object a line: kind, line')).action(act(compare));
  const restore = command.command('restore').description('write one to a file');
  restore.argument('<name>', which).option('--to <file>', 'where to (default: its own name, here)');
  addHome(restore.option('--force', 'also over a file that is there')).action(act(restoreOne));
  const give = command.command('export').description('write the newest of each to a folder');
  give.argument('<folder>').argument('[begin]', 'only those whose names begin so');
  addHome(give.option('--force', 'also over files that are there')).action(act(exportAll));
  const check = command.command('check').description('look whether all is what it was');
  addHome(addJson(check, 'print one object a line')).action(act(checkAll));
  addExamples(command, [
    'troupe documents list',
    'troupe documents show level-6/design/output',
    'troupe documents diff report.md --from 1 --to 3',
    'troupe documents restore report.md@2 --to old.md',
    'troupe documents export backup level-6/',
  ]);
}

/** With all that has ended by now. */
async function open(options: HomeOption): Promise<Archive> {
  const archive = await openTroupe(options).documents();
  await archive.catchUp();
  return archive;
}

async function listThem(name: string | undefined, options: Options) {
  const archive = await open(options);
  const all = name === undefined ? [...archive.all().values()] : [archive.versions(name)];
  const shown = name === undefined ? all.flatMap((versions) => versions.slice(-1)) : all.flat();
  if (options.json) for (const version of shown) await out.json(aboutOf(version));
  else if (shown.length === 0) err.note('Nothing is archived yet. Runs do it: troupe run PLAN\n');
  else await out.write(table(shown.map(rowOf), out.columns));
  return exits.succeeded;
}

const aboutOf = (version: Version) => ({ ...version, verified: isVerified(version) });

function rowOf(version: Version): readonly string[] {
  const { name, bytes, kept, run, agent, status, at } = version;
  const standing = isVerified(version) ? 'verified' : status;
  return [
    plainLine(name),
    `v${version.version}`,
    sizeOf(bytes),
    ago(systemClock.now() - at),
    kept === 'whole' ? standing : kept,
    plainLine(`${run}${agent === null ? '' : `, ${agent}`}`),
  ];
}

async function showOne(name: string, options: Options) {
  const archive = await open(options);
  const version = archive.find(name);
  if (options.json) {
    await out.json(aboutOf(version));
    return exits.succeeded;
  }
  const text = textOf(await archive.read(version));
  if (text === null) throw noText(version);
  await out.write(plainText(text.endsWith('\n') ? text : `${text}\n`));
  err.note(originOf(version));
  return exits.succeeded;
}

function originOf(version: Version): string {
  const { run, task, agent, attempts, evidence } = version;
  const seen = evidence.map(({ passed, summary }) => `  ${passed ? '✓' : '✗'} ${summary}\n`);
  const by = `${agent ?? 'nobody'}, ${plural(attempts, 'attempt')}`;
  return plainText(`Version ${version.version}, from ${task} of ${run} (${by}).\n${seen.join('')}`);
}

function noText({ name, version, bytes }: Version): UserError {
  const message = `version ${version} of ${name} is no text that could be shown (${bytes} bytes)`;
  const hint = `write it to a file: troupe documents restore ${name}@${version}`;
  return new UserError('document.binary', message, hint);
}

const signs = { same: ' ', added: '+', removed: '-' } as const;

interface DiffOptions extends Options {
  readonly from?: number;
  readonly to?: number;
}

async function compare(name: string, options: DiffOptions) {
  const archive = await open(options);
  const versions = archive.versions(name);
  const { to = versions.length, from = to - 1 } = options;
  const { name: full } = archive.find(name);
  if (from < 1) {
    const message = `no version of ${full} comes before version ${to}`;
    throw new UserError('document.unknown', message, 'name two: --from 1 --to 2');
  }
  const [before, after] = [archive.find(`${full}@${from}`), archive.find(`${full}@${to}`)];
  const found = compareContents(await archive.read(before), await archive.read(after));
  if (found.kind === 'same') err.note(`Versions ${from} and ${to} are the same.\n`);
  else if (found.kind === 'binary') err.note(`They differ: ${sizesOf(before, after)}.\n`);
  else {
    for (const { kind, line } of found.changes) {
      if (options.json) await out.json({ kind, line });
      else await out.write(`${signs[kind]} ${plainText(line)}\n`);
    }
  }
  return exits.succeeded;
}

const sizesOf = (...versions: readonly Version[]): string =>
  versions.map(({ version, bytes, sha256 }) => `v${version} ${bytes} B ${sha256}`).join(', ');

interface WriteOptions extends HomeOption {
  readonly to?: string;
  readonly force?: true;
}

async function restoreOne(name: string, options: WriteOptions) {
  const archive = await open(options);
  const version = archive.find(name);
  const path = resolve(options.to ?? basename(version.name));
  await place(path, await archive.read(version), options);
  err.note(`Wrote version ${version.version} of ${version.name} to ${path}.\n`);
  return exits.succeeded;
}

async function exportAll(folder: string, begin: string | undefined, options: WriteOptions) {
  const archive = await open(options);
  const newest = [...archive.all().values()].flatMap((versions) => versions.slice(-1));
  const chosen = newest.filter(
    ({ name, kept }) => name.startsWith(begin ?? '') && kept === 'whole',
  );
  for (const version of chosen) {
    await place(join(folder, version.name), await archive.read(version), options);
  }
  const about = `${JSON.stringify(chosen.map(aboutOf), null, 2)}\n`;
  await place(join(folder, 'documents.json'), Buffer.from(about), options);
  err.note(`Wrote ${plural(chosen.length, 'document')} to ${resolve(folder)}.\n`);
  return exits.succeeded;
}

async function place(path: string, content: Buffer, { force }: WriteOptions): Promise<void> {
  if (existsSync(path) && !force) {
    const message = `${path} is there already`;
    throw new UserError('document.in-the-way', message, 'write elsewhere with --to, or --force');
  }
  await mkdir(dirname(path), { recursive: true });
  await writeFile(path, content);
}

async function checkAll(options: Options) {
  const problems = await (await open(options)).check();
  for (const { document, problem } of problems) {
    const { name, version, sha256 } = document;
    if (options.json) await out.json({ name, version, sha256, problem });
    else await out.write(`${plainLine(name)}@${version}: ${plainLine(problem)}\n`);
  }
  err.note(problems.length === 0 ? 'All is what it was.\n' : '');
  return problems.length === 0 ? exits.succeeded : exits.failed;
}

function readVersion(given: string): number {
  const version = readWhole(given);
  if (version < 1) throw new InvalidArgumentError('It must be 1 or more.');
  return version;
}
