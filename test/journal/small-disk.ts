/** Real file systems that a test can fill or lock, where this machine lets it mount one. */
import { execFileSync } from 'node:child_process';
import { mkdtempSync, rmSync, statfsSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { onTestFinished } from 'vitest';

const mount = (options: string, folder: string): void => {
  execFileSync('mount', ['-t', 'tmpfs', '-o', options, 'troupe-test', folder], { stdio: 'pipe' });
};
const unmount = (folder: string): void => {
  execFileSync('umount', [folder], { stdio: 'pipe' });
};

/** Why this machine can't; null when it can. */
export const noMounts: string | null = (() => {
  if (process.platform !== 'linux') return 'there is no tmpfs outside Linux';
  if (process.getuid?.() !== 0) return 'only root can mount a tmpfs';
  const folder = mkdtempSync(join(tmpdir(), 'troupe-disk-'));
  try {
    mount('size=64k', folder);
    unmount(folder);
    return null;
  } catch (error) {
    return `mount -t tmpfs failed: ${(error as Error).message.trim()}`;
  } finally {
    rmSync(folder, { recursive: true });
  }
})();

/** An empty file system of its own; gone when the test has finished. */
export function makeDisk(kilobytes: number): string {
  const folder = mkdtempSync(join(tmpdir(), 'troupe-disk-'));
  mount(`size=${kilobytes}k`, folder);
  onTestFinished(() => {
    unmount(folder);
    rmSync(folder, { recursive: true });
  });
  return folder;
}

export function makeReadOnly(disk: string): void {
  execFileSync('mount', ['-o', 'remount,ro', disk], { stdio: 'pipe' });
}

/** Leaves not a byte free. Returns how to free them again. */
export function fill(disk: string): () => void {
  const { bavail, bsize } = statfsSync(disk);
  const path = join(disk, 'filling');
  writeFileSync(path, Buffer.alloc(bavail * bsize));
  return () => rmSync(path);
}
