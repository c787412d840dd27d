/** Reads a file of machines: as Node does, or by the TypeScript tool of its own project. */
import { existsSync, rmSync, writeFileSync } from 'node:fs';
import { basename, dirname, extname, join, resolve } from 'node:path';
import { pathToFileURL } from 'node:url';
import { messageOf } from '../../../machines/errors.ts';
import { type Random, randomName, systemRandom } from '../../kernel/random.ts';
import { isUserError, UserError } from '../../kernel/user-error.ts';
import { translated } from './project-typescript.ts';
import { subjectsOf } from './read-subjects.ts';
import type { Subject } from './subject.ts';

const readable = ['.ts', '.mts', '.js', '.mjs'];
const typescript = ['.ts', '.mts'];

type Exports = Readonly<Record<string, unknown>>;

export async function loadSubjects(path: string): Promise<readonly Subject[]> {
  const file = resolve(path);
  if (!existsSync(file)) {
    throw new UserError('machine.missing', `${path} is not there`, 'give the path of a file');
  }
  if (!readable.includes(extname(file))) {
    const hint = `machines are in files that end in ${readable.join(', ')}`;
    throw new UserError('machine.unreadable', `${path} is no file of machines`, hint);
  }
  return subjectsOf(path, await importFile(path, file));
}

async function importFile(path: string, file: string): Promise<Exports> {
  const { typescript: native } = process.features as { typescript?: unknown };
  try {
    if (native || !typescript.includes(extname(file))) return await importUrl(file);
    const text = await translated(file);
    if (text === null) throw untranslated(path, file);
    return await importText(file, text, systemRandom);
  } catch (error) {
    if (isUserError(error)) throw error;
    const message = `${path} can't be read: ${messageOf(error)}`;
    throw new UserError('machine.unreadable', message, adviceOn(error, path));
  }
}

/** A package is looked for from where the file is, not from where Troupe is. */
function adviceOn(error: unknown, path: string): string {
  const [, name] = /Cannot find package '([^']+)'/.exec(messageOf(error)) ?? [];
  if (name === undefined) return `try: node ${path}, which must not fail`;
  return `install it where the file is: npm install --prefix ${dirname(path)} ${name}`;
}

const importUrl = (file: string): Promise<Exports> => import(pathToFileURL(file).href);

/** Beside the file for a moment: what it imports is found from there. */
async function importText(file: string, text: string, random: Random): Promise<Exports> {
  const name = `.${basename(file)}.${randomName(random, 8)}.mjs`;
  const beside = join(dirname(file), name);
  try {
    writeFileSync(beside, text);
    return await importUrl(beside);
  } finally {
    rmSync(beside, { force: true });
  }
}

function untranslated(path: string, file: string): UserError {
  const message = `${path} is TypeScript, which Node ${process.versions.node} can't read`;
  const plain = `${basename(file).replace(/\.m?ts$/, '')}.mjs`;
  const hint =
    'use Node 22.18 or newer, or install esbuild in the project, or make JavaScript of it: ' +
    `npx esbuild ${path} --bundle --packages=external --format=esm --outfile=${plain}`;
  return new UserError('machine.unreadable', message, hint);
}
