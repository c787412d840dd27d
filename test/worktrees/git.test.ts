/** Git is run in a world of its own: nobody's settings, no network, in bounds. */
import { chmodSync, existsSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { systemClock } from '../../src/kernel/clock.ts';
import { Git, GitError } from '../../src/worktrees/git.ts';
import { eventually, runningWith } from '../agents/processes.ts';
import { tempFolders, writeFiles } from '../app/temp.ts';
import { makeRepository, git as other } from './repository.ts';

const temp = tempFolders('git');
const marks = { TROUPE_RUN: 'git-test' };
const gitWith = (more: Readonly<Record<string, string>> = {}, clock = systemClock): Git =>
  new Git({ environment: { PATH: process.env.PATH, ...more }, marks, clock });

function scene() {
  const folder = temp();
  const commit = makeRepository(folder, { 'a.txt': 'a\n' });
  return { folder, commit, call: { gitDir: join(folder, '.git'), cwd: folder } };
}

test('nothing that the person has set in the environment reaches it', async () => {
  const { folder, commit, call } = scene();
  writeFiles(folder, {
    'home/.gitconfig': '[alias]\n\trev-parse = !touch trapped\n[core]\n\tbare=1',
  });
  const git = gitWith({
    HOME: join(folder, 'home'),
    GIT_CONFIG_GLOBAL: join(folder, 'home/.gitconfig'),
    GIT_DIR: join(folder, 'nowhere'),
    GIT_WORK_TREE: join(folder, 'nowhere'),
    GIT_INDEX_FILE: join(folder, 'nowhere'),
    GIT_TRACE: join(folder, 'trace'),
    GIT_EXTERNAL_DIFF: 'touch trapped',
    GIT_PAGER: 'touch trapped',
    LANG: 'de_DE.UTF-8',
  });
  expect(await git.text(['rev-parse', 'HEAD'], call)).toBe(commit);
  expect(await git.text(['config', '--get', 'core.bare'], call)).toBe('false');
  expect(existsSync(join(folder, 'trapped'))).toBe(false);
  expect(existsSync(join(folder, 'trace'))).toBe(false);
});

test('what it refuses is told in its own words, and an exit can be an answer', async () => {
  const { call } = scene();
  const look = gitWith().run(['rev-parse', '--verify', 'nothing'], call);
  await expect(look).rejects.toThrow(/^git rev-parse: fatal: Needed a single revision$/);
  await expect(look).rejects.toBeInstanceOf(GitError);
  const argv = ['show-ref', '--verify', '--quiet', 'refs/heads/none'];
  expect(await gitWith().run(argv, { ...call, answers: [0, 1] })).toEqual({ code: 1, stdout: '' });
});

test('it fetches nothing and pushes nothing, not even from this machine', async () => {
  const [here, there] = [scene(), scene()];
  for (const argv of [
    ['fetch', there.folder],
    ['push', there.folder, 'main:copy'],
    ['fetch', 'https://localhost:1/x'],
  ]) {
    await expect(gitWith().run(argv, here.call)).rejects.toThrow(/not allowed/);
  }
  expect(other(there.folder, 'branch', '--list')).toBe('* main');
});

test('it ends when it is given up, and leaves no lock', async () => {
  const { folder, call } = scene();
  const bin = temp();
  writeFileSync(join(bin, 'git'), '#!/bin/sh\nexec sleep 600\n');
  chmodSync(join(bin, 'git'), 0o755);
  const control = new AbortController();
  const slow = gitWith({ PATH: `${bin}:${process.env.PATH}` });
  const running = slow.run(['status'], { ...call, signal: control.signal });
  await eventually('it is up', () => runningWith('TROUPE_RUN=git-test').length === 1);
  control.abort();
  await expect(running).rejects.toThrow('git status: ended with a signal');
  expect(runningWith('TROUPE_RUN=git-test')).toEqual([]);
  const before = gitWith().run(['status'], { ...call, signal: control.signal });
  await expect(before).rejects.toMatchObject({ name: 'AbortError' });
  expect(existsSync(join(folder, '.git/index.lock'))).toBe(false);
});

test('it ends at its deadline', async () => {
  const { call } = scene();
  const bin = temp();
  writeFileSync(join(bin, 'git'), '#!/bin/sh\nexec sleep 600\n');
  chmodSync(join(bin, 'git'), 0o755);
  // A clock on which every wait is over at once.
  const hasty = { ...systemClock, at: (_: number, call: () => void) => systemClock.at(0, call) };
  const git = gitWith({ PATH: `${bin}:${process.env.PATH}` }, hasty);
  await expect(git.run(['status'], call)).rejects.toThrow('git status: ended with a signal');
});

test('it may not say more than can be held', async () => {
  const { call } = scene();
  const bin = temp();
  writeFileSync(join(bin, 'git'), '#!/bin/sh\nexec head -c 70000000 /dev/zero\n');
  chmodSync(join(bin, 'git'), 0o755);
  const git = gitWith({ PATH: `${bin}:${process.env.PATH}` });
  await expect(git.run(['status'], call)).rejects.toThrow('git status: it said too much');
});

test('without git it says so by its error', async () => {
  const { call } = scene();
  await expect(gitWith({ PATH: temp() }).run(['version'], call)).rejects.toMatchObject({
    code: 'ENOENT',
  });
});
