/**
 * One hash for a whole folder: its files, links and what they hold. The same files give the same
 * hash on every machine, and any change to them another one.
 */
import { createHash, type Hash } from 'node:crypto';
import { createReadStream } from 'node:fs';
import { lstat, readdir, readlink } from 'node:fs/promises';
import { join } from 'node:path';

export interface FolderHash {
  readonly sha256: string;
  readonly files: number;
  readonly bytes: number;
}

export interface FolderLimits {
  readonly filesMax: number;
  readonly bytesMax: number;
}

const folderLimits: FolderLimits = { filesMax: 20_000, bytesMax: 512 * 1024 * 1024 };

/** Null when it is larger than that: reading it all would cost more than it tells. */
export async function hashFolder(
  folder: string,
  signal: AbortSignal,
  limits: FolderLimits = folderLimits,
): Promise<FolderHash | null> {
  const hash = createHash('sha256');
  let [files, bytes] = [0, 0];
  const ahead = [''];
  for (let path = ahead.pop(); path !== undefined; path = ahead.pop()) {
    const entries = await readdir(join(folder, path), { withFileTypes: true });
    for (const { name } of entries.sort((a, b) => (a.name < b.name ? -1 : 1))) {
      signal.throwIfAborted();
      const inner = path === '' ? name : `${path}/${name}`;
      const found = await lstat(join(folder, inner));
      files += 1;
      bytes += found.isFile() ? found.size : 0;
      if (files > limits.filesMax || bytes > limits.bytesMax) return null;
      if (found.isDirectory()) ahead.push(inner);
      await add(hash, folder, inner, found);
    }
  }
  return { sha256: hash.digest('hex'), files, bytes };
}

type Found = Awaited<ReturnType<typeof lstat>>;

/** Each part with its length before it, so that no two folders read alike. */
async function add(hash: Hash, folder: string, path: string, found: Found): Promise<void> {
  const isProgram = found.isFile() && (Number(found.mode) & 0o100) !== 0;
  const kind = found.isDirectory() ? 'folder' : found.isSymbolicLink() ? 'link' : 'file';
  const size = found.isFile() ? Number(found.size) : 0;
  hash.update(JSON.stringify([kind, path, isProgram, size]));
  if (kind === 'link') hash.update(JSON.stringify(await readlink(join(folder, path))));
  if (!found.isFile()) return;
  for await (const chunk of createReadStream(join(folder, path))) hash.update(chunk as Buffer);
}
