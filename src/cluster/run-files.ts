/** The files of a run's folder that another node needs, on their way to the servers. */
import { createHash } from 'node:crypto';
import {
  closeSync,
  constants,
  fstatSync,
  openSync,
  readdirSync,
  readFileSync,
  realpathSync,
} from 'node:fs';
import { join, relative } from 'node:path';
import type { OutputRef } from '../../machines/outcome.ts';
import type { RunFolder } from '../runs/folder.ts';
import { listArtifacts } from '../runs/results.ts';
import type { FileShelf } from './file-shelf.ts';
import { type FileHead, isKept } from './run-record.ts';

/** A larger one goes to the store of files. */
const hereBytesMax = 128 * 1024;
const fileBytesMax = 256 * 1024 * 1024;

/** What a run is from its first moment on, with `/`; more than once only after an upgrade. */
export function firmFiles(folder: RunFolder): readonly string[] {
  const bases = readdirSync(folder.path).filter((name) => /^base-\d+\.json$/.test(name));
  return [relative(folder.path, folder.order), ...bases];
}

/** What an attempt has left behind: its words, and what it put among its task's artifacts. */
export function filesOf(folder: RunFolder, task: string, { path }: OutputRef): readonly string[] {
  const artifacts = listArtifacts(folder, task);
  return path === '' ? artifacts : [path, ...artifacts];
}

/** Null also for what is no file of this folder, is too large, or can't be read. */
function readable(root: string, path: string): Buffer | null {
  let file: number | null = null;
  try {
    if (realpathSync(join(root, path)) !== join(realpathSync(root), path)) return null;
    // Swapped for a link or a pipe meanwhile, it neither leads elsewhere nor holds anybody up.
    const { O_RDONLY, O_NOFOLLOW = 0, O_NONBLOCK = 0 } = constants;
    file = openSync(join(root, path), O_RDONLY | O_NOFOLLOW | O_NONBLOCK);
    const found = fstatSync(file);
    return found.isFile() && found.size <= fileBytesMax ? readFileSync(file) : null;
  } catch {
    return null;
  } finally {
    if (file !== null) closeSync(file);
  }
}

/** The record of a file, and what of it goes into the stream of the run. Null: there is none. */
export async function fileRecord(
  { path: root, id }: RunFolder,
  path: string,
  shelf: FileShelf,
): Promise<{ readonly head: FileHead; readonly body: Buffer } | null> {
  const content = isKept(path) ? readable(root, path) : null;
  if (content === null) return null;
  const sha256 = createHash('sha256').update(content).digest('hex');
  const about = { kind: 'file', path, bytes: content.length, sha256 } as const;
  if (content.length <= hereBytesMax) return { head: { ...about, where: 'here' }, body: content };
  await shelf.put(storedName(id, sha256), content);
  return { head: { ...about, where: 'store' }, body: Buffer.alloc(0) };
}

export const storedName = (run: string, sha256: string): string => `${run}/${sha256}`;
