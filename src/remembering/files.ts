/** The files a task has touched: those that were checked, and those it names and has written. */
import { createHash } from 'node:crypto';
import { readFile, stat } from 'node:fs/promises';
import { resolve } from 'node:path';
import type { TouchedFile } from '../../memory/index.ts';
import type { TaskResult } from '../runs/results.ts';

const filesMax = 20;
const namesMax = 100;
/** Larger ones that were not checked are not read for this. */
const readBytesMax = 1_048_576;
/** A file may be written to disk a little before or after its attempt is said to run. */
const slackMs = 2_000;

/** What looks like the path of a file: a name with an ending, with folders or without. */
const pathLike = /(?:[\w@.-]+\/)*[\w@-][\w@.-]*\.[A-Za-z]\w{0,7}\b/g;

export async function touchedFiles(
  cwd: string,
  result: TaskResult,
  finishedAt: number,
): Promise<readonly TouchedFile[]> {
  const files = new Map<string, TouchedFile>();
  for (const file of checkedFiles(cwd, result)) files.set(file.path, file);
  const begunAt = finishedAt - result.duration_ms;
  for (const name of namesIn(result.output)) {
    const path = resolve(cwd, name);
    if (files.size >= filesMax || files.has(path)) continue;
    const file = await writtenBetween(path, begunAt - slackMs, finishedAt + slackMs);
    if (file) files.set(path, file);
  }
  return [...files.values()];
}

/** The runtime has seen these with its own eyes, and knows how they looked. */
function checkedFiles(cwd: string, { evidence }: TaskResult): readonly TouchedFile[] {
  return evidence.flatMap(({ kind, facts: { file, bytes, sha256 } }) => {
    const isWhole = typeof file === 'string' && typeof bytes === 'number';
    if (kind !== 'file' || !isWhole || typeof sha256 !== 'string') return [];
    return [{ path: resolve(cwd, file), bytes, sha256 }];
  });
}

function namesIn(text: string): readonly string[] {
  return [...new Set(text.match(pathLike) ?? [])].slice(0, namesMax);
}

/** Null when it is no file, is large, or was written by somebody else. */
async function writtenBetween(path: string, from: number, to: number): Promise<TouchedFile | null> {
  try {
    const { size: bytes, mtimeMs } = await stat(path);
    if (mtimeMs < from || mtimeMs > to || bytes > readBytesMax) return null;
    const sha256 = createHash('sha256')
      .update(await readFile(path))
      .digest('hex');
    return { path, bytes, sha256 };
  } catch {
    return null;
  }
}
