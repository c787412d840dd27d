/**
 * The files of a workspace that a task's checks have looked at, as long as they are what was seen.
 *
 * Others that a task leaves in its workspace are not archived: a workspace is a person's, or git's,
 * and nobody can say which of its files are meant. What is meant is checked, or is an artifact.
 */
import { createHash } from 'node:crypto';
import { createReadStream, lstatSync, realpathSync } from 'node:fs';
import { join, relative, sep } from 'node:path';
import type { TaskResult } from '../runs/results.ts';

export interface SeenFile {
  /** As the check names it, with `/`. */
  readonly name: string;
  /** Absolute. */
  readonly path: string;
}

export async function seenFiles(cwd: string, result: TaskResult): Promise<readonly SeenFile[]> {
  const found = new Map<string, SeenFile>();
  for (const { kind, passed, facts } of result.evidence) {
    const { file, bytes, sha256 } = facts;
    if (kind !== 'file' || !passed || typeof file !== 'string') continue;
    const path = inside(cwd, file, Number(bytes));
    if (path === null || (await hashOf(path)) !== sha256) continue;
    const name = relative(realpathSync(cwd), path).replaceAll('\\', '/');
    found.set(name, { name, path });
  }
  return [...found.values()];
}

/** Null for what is no file, has another size by now, or lies elsewhere. */
function inside(cwd: string, file: string, bytes: number): string | null {
  try {
    const path = realpathSync(join(cwd, file));
    const stat = lstatSync(path);
    const isOwn = path.startsWith(`${realpathSync(cwd)}${sep}`);
    return isOwn && stat.isFile() && stat.size === bytes ? path : null;
  } catch {
    return null;
  }
}

/** Null for what is gone meanwhile. */
async function hashOf(path: string): Promise<string | null> {
  const hash = createHash('sha256');
  try {
    for await (const piece of createReadStream(path)) hash.update(piece as Buffer);
    return hash.digest('hex');
  } catch {
    return null;
  }
}
