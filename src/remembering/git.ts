/** The commit that a folder was at, read from git's own log of it: no program is started. */
import { existsSync, readFileSync, statSync } from 'node:fs';
import { dirname, join, resolve } from 'node:path';

/** `<old> <new> Name <mail> 1700000000 +0100<tab>what` */
const logLine = /^[0-9a-f]+ ([0-9a-f]{40,64}) .*> (\d+) [+-]\d{4}\t/;

/** Null where there is no repository, or it had no commit yet. `at` in ms since the epoch. */
export function commitAt(folder: string, at: number): string | null {
  try {
    const git = gitFolder(folder);
    if (git === null) return null;
    const lines = readFileSync(join(git, 'logs', 'HEAD'), 'utf8')
      .split('\n')
      .reverse();
    for (const line of lines) {
      const [, commit = null, seconds] = logLine.exec(line) ?? [];
      if (commit !== null && Number(seconds) * 1_000 <= at) return commit;
    }
  } catch {
    // A repository without a log: nobody can say.
  }
  return null;
}

function gitFolder(folder: string): string | null {
  const place = join(folder, '.git');
  if (!existsSync(place)) return dirname(folder) === folder ? null : gitFolder(dirname(folder));
  if (statSync(place).isDirectory()) return place;
  // A worktree: the file says where its folder is.
  const [, path = null] = /^gitdir: (.+)$/m.exec(readFileSync(place, 'utf8')) ?? [];
  return path === null ? null : resolve(folder, path);
}
