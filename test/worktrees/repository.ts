/** Repositories to try worktrees on: made anew, with nobody's settings, and looked at whole. */
import { spawnSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { lstatSync, readdirSync, readFileSync, readlinkSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { writeFiles } from '../app/temp.ts';

const environment = {
  PATH: process.env.PATH ?? '',
  HOME: '/nonexistent',
  GIT_CONFIG_NOSYSTEM: '1',
  GIT_CEILING_DIRECTORIES: tmpdir(),
  GIT_AUTHOR_DATE: '@1700000000 +0000',
  GIT_COMMITTER_DATE: '@1700000000 +0000',
  LC_ALL: 'C',
};

/** Throws what git says when it does not do it. */
export function git(folder: string, ...words: readonly string[]): string {
  const settings = ['-c', 'user.name=Ada', '-c', 'user.email=ada@example.org'];
  const run = spawnSync('git', ['-C', folder, ...settings, ...words], {
    encoding: 'utf8',
    env: environment,
  });
  if (run.status !== 0) throw new Error(`git ${words.join(' ')}: ${run.stderr}`);
  return run.stdout.replace(/\n$/, '');
}

/** With one commit that has these files. */
export function makeRepository(folder: string, files: Readonly<Record<string, string>>): string {
  git(folder, 'init', '--quiet', '--initial-branch=main');
  writeFiles(folder, files);
  git(folder, 'add', '--all');
  git(folder, 'commit', '--quiet', '--message=first');
  return git(folder, 'rev-parse', 'HEAD');
}

/**
 * All that is the person's, as hashes: files, index, branches, HEAD, stash and settings. Not what
 * runs may add: objects, their own branches, worktrees and `.troupe`.
 */
export function fingerprint(folder: string): Readonly<Record<string, string>> {
  const prints: Record<string, string> = {};
  const ours = /^\.git\/(objects|worktrees|(logs\/)?refs\/heads\/troupe)(\/|$)|^\.troupe(\/|$)/;
  const visit = (name: string): void => {
    if (ours.test(name)) return;
    const path = join(folder, name);
    const found = lstatSync(path);
    if (found.isDirectory()) {
      for (const each of readdirSync(path)) visit(name === '' ? each : `${name}/${each}`);
    } else if (found.isSymbolicLink()) prints[name] = `-> ${readlinkSync(path)}`;
    else prints[name] = createHash('sha256').update(readFileSync(path)).digest('hex');
  };
  visit('');
  return prints;
}

export const branchesIn = (folder: string): readonly string[] =>
  git(folder, 'for-each-ref', '--format=%(refname:short)', 'refs/heads')
    .split('\n')
    .filter((name) => name !== '');

/** The text of a file as a commit or branch has it. */
export const shown = (folder: string, commit: string, file: string): string =>
  git(folder, 'show', `${commit}:${file}`);
