/** Writes memories into a file of lines, and takes what must be forgotten out of those again. */
import { createReadStream, existsSync, mkdirSync } from 'node:fs';
import { type FileHandle, open, rename, rm } from 'node:fs/promises';
import { dirname } from 'node:path';
import { createInterface } from 'node:readline';
import type { Time } from '../time.ts';
import { archivedAfter } from '../truth/archive.ts';
import type { Database } from '../truth/database.ts';
import { dropExport, exportsMade, noteExport } from '../truth/exports.ts';
import { tasksAfter } from '../truth/tasks.ts';
import { usesOf } from '../truth/upkeep.ts';
import { type Dossier, headLine, isHeadLine, lineOf, nameOfLine } from './export-lines.ts';

const pageRows = 500;

/** Answers how many. It is noted first: what is exported can be forgotten from the file, too. */
export async function exportTo(database: Database, path: string, time: Time): Promise<number> {
  noteExport(database, path, time.now());
  mkdirSync(dirname(path), { recursive: true });
  let count = -1;
  await writeWhole(path, async (write) => {
    for (const line of linesOf(database)) {
      await write(line);
      count += 1;
    }
  });
  return count;
}

function* linesOf(database: Database): Generator<string> {
  yield headLine();
  for (const dossier of dossiers(database)) yield lineOf(dossier);
}

function* dossiers(database: Database): Generator<Dossier> {
  for (let after = 0, page = tasksAfter(database, 0, pageRows); page.length > 0; ) {
    for (const task of page) {
      yield { task, pinned: task.pinned, archived: null, uses: usesOf(database, task.id) };
    }
    after = page.at(-1)?.id ?? after;
    page = tasksAfter(database, after, pageRows);
  }
  for (let after = 0, page = archivedAfter(database, 0, pageRows); page.length > 0; ) {
    for (const task of page) {
      const archived = { at: task.archivedAt, why: task.why };
      yield { task, pinned: task.pinned, archived, uses: usesOf(database, task.id) };
    }
    after = page.at(-1)?.id ?? after;
    page = archivedAfter(database, after, pageRows);
  }
}

/** The forgotten tasks leave every file that we have exported and that is still ours. */
export async function forgetFromExports(
  database: Database,
  forgotten: readonly { readonly runId: string; readonly taskId: string }[],
): Promise<void> {
  const names = new Set(forgotten.map(nameOf));
  for (const path of exportsMade(database)) {
    if (existsSync(path) && (await isOurs(path))) await withoutLines(path, names);
    else dropExport(database, path);
  }
}

const nameOf = ({ runId, taskId }: { readonly runId: string; readonly taskId: string }): string =>
  JSON.stringify([runId, taskId]);

async function isOurs(path: string): Promise<boolean> {
  for await (const line of readLines(path)) return isHeadLine(line);
  return false;
}

async function withoutLines(path: string, names: ReadonlySet<string>): Promise<void> {
  await writeWhole(path, async (write) => {
    for await (const line of readLines(path)) {
      const named = nameOfLine(line);
      if (!named || !names.has(nameOf(named))) await write(line);
    }
  });
}

export function readLines(path: string): AsyncIterable<string> {
  return createInterface({ input: createReadStream(path, 'utf8'), crlfDelay: Infinity });
}

const bufferCharsMax = 1_000_000;

/** Beside it first: whoever is killed meanwhile leaves the old file, or none. */
async function writeWhole(
  path: string,
  fill: (write: (line: string) => Promise<void>) => Promise<void>,
): Promise<void> {
  const draft = `${path}.${process.pid}.draft`;
  const file = await open(draft, 'w', 0o600);
  try {
    await fillBuffered(file, fill);
    await file.sync();
  } catch (error) {
    await file.close();
    await rm(draft, { force: true });
    throw error;
  }
  await file.close();
  await rename(draft, path);
}

async function fillBuffered(
  file: FileHandle,
  fill: (write: (line: string) => Promise<void>) => Promise<void>,
): Promise<void> {
  let waiting = '';
  await fill(async (line) => {
    waiting += `${line}\n`;
    if (waiting.length < bufferCharsMax) return;
    await file.writeFile(waiting);
    waiting = '';
  });
  await file.writeFile(waiting);
}
