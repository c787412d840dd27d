/** Worktrees are made, taken up and removed whatever a crash has left of them. */
import {
  appendFileSync,
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  realpathSync,
  rmSync,
  utimesSync,
  writeFileSync,
} from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { systemClock } from '../../src/kernel/clock.ts';
import {
  addCheckout,
  isWhole,
  removeCheckout,
  tidyCheckout,
} from '../../src/worktrees/checkout.ts';
import { removeLeftovers } from '../../src/worktrees/clean.ts';
import { Git } from '../../src/worktrees/git.ts';
import { dropRemains } from '../../src/worktrees/remains.ts';
import { Turns } from '../../src/worktrees/turns.ts';
import { tempFolders } from '../app/temp.ts';
import { fingerprint, git, makeRepository } from './repository.ts';

const temp = tempFolders('checkout');
const { signal } = new AbortController();
const branch = 'refs/heads/troupe/run.tasks/a';

function scene() {
  const folder = realpathSync(temp());
  const commit = makeRepository(folder, { 'a.txt': 'a\n' });
  const environment = { PATH: process.env.PATH };
  const tool = new Git({ environment, marks: {}, clock: systemClock });
  const repository = { git: tool, path: join(folder, '.git'), turns: new Turns() };
  const runFolder = join(folder, '.troupe/runs/run');
  const path = join(runFolder, 'workspaces/a');
  const add = () => addCheckout(repository, path, { commit, branch }, signal);
  return { folder, commit, repository, runFolder, path, add };
}

describe('a worktree', () => {
  test('has the files of its commit, on its branch', async () => {
    const { add, path, commit } = scene();
    const checkout = await add();
    expect(readFileSync(join(path, 'a.txt'), 'utf8')).toBe('a\n');
    expect(git(path, 'symbolic-ref', 'HEAD')).toBe(branch);
    expect(git(path, 'rev-parse', 'HEAD')).toBe(commit);
    expect(git(path, 'status', '--porcelain')).toBe('');
    expect(await isWhole(checkout)).toBe(true);
  });

  test.each<[string, (path: string, admin: string) => void]>([
    ['with no folder', (path) => rmSync(path, { recursive: true })],
    ['with no link', (path) => rmSync(join(path, '.git'))],
    ['with a link to elsewhere', (path) => writeFileSync(join(path, '.git'), 'gitdir: /none\n')],
    ['with nothing behind the link', (_, admin) => rmSync(admin, { recursive: true })],
    ['with half of what is behind it', (_, admin) => rmSync(join(admin, 'HEAD'))],
  ])('that is there %s is not whole, and is made anew', async (_, harm) => {
    const { add, path, folder } = scene();
    const { admin } = await add();
    harm(path, admin);
    expect(await isWhole({ path, admin })).toBe(false);
    expect(await isWhole(await add())).toBe(true);
    expect(readFileSync(join(path, 'a.txt'), 'utf8')).toBe('a\n');
    expect(readdirSync(join(folder, '.git/worktrees'))).toHaveLength(1);
  });

  test('that git was killed over is made anew: it is locked, and its branch is there', async () => {
    const { add, path, folder } = scene();
    const { admin } = await add();
    writeFileSync(join(admin, 'locked'), 'initializing');
    writeFileSync(join(admin, 'index.lock'), '');
    rmSync(path, { recursive: true });
    expect(await isWhole(await add())).toBe(true);
    expect(readdirSync(join(folder, '.git/worktrees'))).toHaveLength(1);
  });

  test('is taken up with its changes, whatever state git was left in', async () => {
    const { repository, add, path, commit } = scene();
    const checkout = await add();
    appendFileSync(join(path, 'a.txt'), 'more\n');
    writeFileSync(join(path, 'new.txt'), 'new\n');
    git(path, 'add', '--all');
    git(path, 'commit', '--quiet', '--message=own');
    git(path, 'checkout', '--quiet', '--detach');
    for (const name of ['index', 'index.lock', 'HEAD.lock', 'MERGE_HEAD']) {
      writeFileSync(join(checkout.admin, name), `${commit}\n`);
    }
    await tidyCheckout(repository, checkout, { commit, branch }, signal);
    expect(git(path, 'symbolic-ref', 'HEAD')).toBe(branch);
    expect(git(path, 'status', '--porcelain')).toBe(' M a.txt\n?? new.txt');
    expect(existsSync(join(checkout.admin, 'MERGE_HEAD'))).toBe(false);
  });

  test('is removed with what programs made read-only, and twice if need be', async () => {
    const { repository, add, path, folder } = scene();
    await add();
    mkdirSync(join(path, 'cache/deep'), { recursive: true });
    writeFileSync(join(path, 'cache/deep/x'), '', { mode: 0o400 });
    git(folder, 'config', 'core.bare', 'false');
    for (const _ of [1, 2]) await removeCheckout(repository, path);
    expect(existsSync(path)).toBe(false);
    expect(git(folder, 'worktree', 'list').split('\n')).toHaveLength(1);
  });
});

describe('what a killed git left half made', () => {
  test.each<[string, (admin: string) => void]>([
    ['with a file that is still empty', (admin) => writeFileSync(join(admin, 'commondir'), '')],
    ['locked', (admin) => writeFileSync(join(admin, 'locked'), 'initializing')],
  ])('of this run goes before anything else is done: %s', async (_, harm) => {
    const { repository, runFolder, folder, add } = scene();
    const { admin } = await add();
    harm(admin);
    const other = join(folder, '.git/worktrees/other');
    mkdirSync(other);
    const lock = join(folder, '.git', `${branch}.lock`);
    writeFileSync(lock, '');
    dropRemains({ repository: repository.path, run: 'run', runFolder });
    expect(readdirSync(join(folder, '.git/worktrees'))).toEqual(['other']);
    expect(existsSync(lock)).toBe(false);
    expect(await isWhole(await add())).toBe(true);
  });

  test('of another run is waited for, as long as it may be in the making', async () => {
    const { folder, add } = scene();
    const other = join(folder, '.git/worktrees/other');
    mkdirSync(other, { recursive: true });
    writeFileSync(join(other, 'gitdir'), `${join(folder, 'other')}/.git\n`);
    writeFileSync(join(other, 'HEAD'), 'ref: refs/heads/main\n');
    writeFileSync(join(other, 'commondir'), '');
    expect(() => git(folder, 'worktree', 'add', join(folder, 'third'))).toThrow(/commondir/);
    const adding = add();
    systemClock.at(systemClock.now() + 100, () =>
      writeFileSync(join(other, 'commondir'), '../..\n'),
    );
    expect(await isWhole(await adding)).toBe(true);
  });

  test('goes when it is old enough to be dead, and only then', async () => {
    const { repository, runFolder, folder, add } = scene();
    const before = fingerprint(folder);
    await add();
    const dead = join(folder, '.git/worktrees/b');
    const [young, empty] = [`${dead}1`, `${dead}2`];
    for (const admin of [dead, young, empty]) mkdirSync(admin);
    for (const admin of [dead, young]) writeFileSync(join(admin, 'locked'), 'initializing');
    for (const admin of [dead, empty]) utimesSync(admin, 0, 0);
    const scope = { run: 'run', runFolder, results: 'all' } as const;
    await removeLeftovers(repository, scope, systemClock);
    expect(readdirSync(join(folder, '.git/worktrees'))).toEqual(['b1']);
    utimesSync(young, 0, 0);
    await removeLeftovers(repository, scope, systemClock);
    expect(existsSync(join(folder, '.git/worktrees'))).toBe(false);
    expect(fingerprint(folder)).toEqual(before);
  });
});
