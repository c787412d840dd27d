/** Where tasks may work: every kind of repository, every kind of file, and plain folders. */
import {
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  readlinkSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { createTroupe } from '../../src/app.ts';
import { branchesIn, fingerprint, git, makeRepository, shown } from '../worktrees/repository.ts';
import { commands, resultOf, stages, watch } from './stage.ts';
import { tempFolders, writeFiles } from './temp.ts';

const stage = stages('workspaces');
const temp = tempFolders('workspaces-more');
const workspace = 'worktree' as const;

/** Runs a plan with one worktree task in a folder, and answers what came of it. */
async function playIn(cwd: string, run: string, verify?: { readonly file: string }) {
  const troupe = createTroupe({ cwd, home: join(cwd, '.troupe') });
  const task = { id: 'a', workspace, run, ...(verify && { verify }) };
  const watched = watch(await troupe.run(commands([task])));
  const { end, run: ran } = await watched.played;
  expect(ran.view().tasks.map(({ fault }) => fault)).toEqual([null]);
  expect(end).toMatchObject({ status: 'succeeded' });
  return { troupe, ran, result: `troupe/${ran.id}` };
}

describe('a worktree can be had', () => {
  test('from a folder inside of the repository: there the task works, too', async () => {
    const top = temp();
    makeRepository(top, { 'pkg/core/in.txt': 'in\n', 'other.txt': 'x\n' });
    const cwd = join(top, 'pkg/core');
    const before = fingerprint(top);
    const { result } = await playIn(cwd, 'cat in.txt > out.txt', { file: 'out.txt' });
    expect(shown(top, result, 'pkg/core/out.txt')).toBe('in');
    const after = Object.entries(fingerprint(top)).filter(([name]) => !name.includes('.troupe/'));
    expect(Object.fromEntries(after)).toEqual(before);
    expect(git(top, 'status', '--porcelain')).toBe('');
  });

  test('from a clone that is shallow, without a network', async () => {
    const [origin, clone] = [temp(), temp()];
    makeRepository(origin, { 'a.txt': 'a\n' });
    git(origin, 'commit', '--allow-empty', '--quiet', '--message=second');
    git(clone, 'clone', '--quiet', '--depth=1', `file://${origin}`, '.');
    git(clone, 'remote', 'set-url', 'origin', 'https://localhost:1/nothing');
    const { result } = await playIn(clone, 'echo b > b.txt', { file: 'b.txt' });
    expect(shown(clone, result, 'b.txt')).toBe('b');
  });

  test('from a repository with a submodule, which stays as it is', async () => {
    const [inner, outer] = [temp(), temp()];
    makeRepository(inner, { 'i.txt': 'i\n' });
    makeRepository(outer, { 'o.txt': 'o\n' });
    git(outer, '-c', 'protocol.file.allow=always', 'submodule', 'add', '--quiet', inner, 'sub');
    git(outer, 'commit', '--quiet', '--message=with a submodule');
    const before = fingerprint(outer);
    const { result } = await playIn(outer, 'ls -A sub; echo b > b.txt', { file: 'b.txt' });
    const trees = ['HEAD', result].map((at) => git(outer, 'rev-parse', `${at}:sub`));
    expect(trees[1]).toBe(trees[0]);
    expect(fingerprint(outer)).toEqual(before);
    const { result: own } = await playIn(join(outer, 'sub'), 'echo s > s.txt', { file: 's.txt' });
    expect(shown(join(outer, 'sub'), own, 's.txt')).toBe('s');
  });

  test('from another worktree, and beside a branch that it has checked out', async () => {
    const [top, other] = [temp(), join(temp(), 'linked')];
    makeRepository(top, { 'a.txt': 'a\n' });
    git(top, 'worktree', 'add', '--quiet', other);
    writeFiles(other, { 'c.txt': 'c\n' });
    git(other, 'add', '--all');
    git(other, 'commit', '--quiet', '--message=linked');
    const { result } = await playIn(other, 'cat c.txt > d.txt');
    expect(shown(top, result, 'd.txt')).toBe('c');
    expect(git(top, 'worktree', 'list').split('\n')).toHaveLength(2);
  });

  test('by two runs at once, each with many tasks', async () => {
    const cwd = temp();
    makeRepository(cwd, { 'a.txt': 'a\n' });
    const before = fingerprint(cwd);
    const troupe = createTroupe({ cwd, home: join(cwd, '.troupe') });
    const ids = Array.from({ length: 16 }, (_, at) => `t${at + 10}`);
    const verify = { run: 'git status --short' };
    const tasks = ids.map((id) => ({ id, workspace, run: `echo ${id} > ${id}`, verify }));
    const runs = await Promise.all(
      [1, 2].map(async () => watch(await troupe.run(commands(tasks, { concurrency: 8 })))),
    );
    for (const { played } of runs) {
      const { end, run } = await played;
      expect(end).toMatchObject({ status: 'succeeded' });
      const files = git(cwd, 'ls-tree', '--name-only', `troupe/${run.id}`).split('\n');
      expect(files).toEqual(['a.txt', ...ids]);
    }
    expect(fingerprint(cwd)).toEqual(before);
    await troupe.clean(null);
    expect(branchesIn(cwd)).toEqual(['main']);
    expect(existsSync(join(cwd, '.git/worktrees'))).toBe(false);
    expect(fingerprint(cwd)).toEqual(before);
  });
});

describe('files of every kind', () => {
  test('are committed and merged as they are', async () => {
    const cwd = temp();
    makeRepository(cwd, { 'a.txt': 'a\n' });
    const names = [
      'new\nline',
      'tab\there',
      'ünïcode-✓',
      ' spaces ',
      '-dash',
      '"quoted"',
      ':(top)x',
    ];
    const script = [
      'const fs = require("node:fs");',
      `for (const name of ${JSON.stringify(names)}) fs.writeFileSync(name, name);`,
      'fs.symlinkSync("/etc/passwd", "outside"); fs.symlinkSync("nowhere", "dangling");',
      'fs.writeFileSync("large", Buffer.alloc(50_000_000, "0123456789abcdef"));',
      'fs.writeFileSync("program", "#!/bin/sh\\n"); fs.chmodSync("program", 0o755);',
      'fs.mkdirSync("deep/er", { recursive: true }); fs.writeFileSync("deep/er/x", "");',
    ].join('\n');
    writeFileSync(join(cwd, '.git/make.js'), script);
    const make = `node "${join(cwd, '.git/make.js')}"`;
    const { result } = await playIn(cwd, make, { file: 'large' });
    const listed = git(cwd, 'ls-tree', '-r', '-z', '--name-only', result).split('\0');
    expect(listed.filter((name) => name !== '').sort()).toEqual(
      [...names, 'a.txt', 'outside', 'dangling', 'large', 'program', 'deep/er/x'].sort(),
    );
    expect(git(cwd, 'cat-file', '-s', `${result}:large`)).toBe('50000000');
    expect(shown(cwd, result, 'outside')).toBe('/etc/passwd');
    const modes = git(cwd, 'ls-tree', '--format=%(objectmode)', result, 'program', 'outside');
    expect(modes.split('\n').sort()).toEqual(['100755', '120000']);
  });

  test('conflict with their names told, whatever they are', async () => {
    const { play, cwd } = stage();
    const name = 'a\n✓';
    makeRepository(cwd, { [name]: 'a\n' });
    const run = 'echo "$TROUPE_TASK" > "$(printf "a\\n✓")"';
    const tasks = ['x', 'y'].map((id) => ({ id, workspace, run }));
    const { run: ran } = await play(commands(tasks, { concurrency: 1 }));
    expect((await resultOf(ran, 'y')).error?.message).toContain(`in ${JSON.stringify(name)}; `);
  });

  test('have tasks of every name beside them', async () => {
    const { play, cwd } = stage();
    makeRepository(cwd, { 'a.txt': 'a\n' });
    const ids = ['x.lock', 'HEAD', 'refs', 'main', 'A.b_c-d', 'a'.repeat(100)];
    const { end, run } = await play(
      commands(ids.map((id, at) => ({ id, workspace, run: `echo > f${at}` }))),
    );
    expect(end).toMatchObject({ status: 'succeeded' });
    expect(git(cwd, 'ls-tree', '--name-only', `troupe/${run.id}`).split('\n')).toHaveLength(7);
  });
});

describe('a worktree is refused with the next step', () => {
  const task = { id: 'a', workspace, run: 'true' };

  test('outside of a repository', async () => {
    const { troupe } = stage();
    await expect(troupe.run(commands([task]))).rejects.toMatchObject({
      code: 'worktree.no-repository',
      hint: expect.stringContaining('workspace: shared'),
    });
  });

  test('in one without a commit', async () => {
    const { troupe, cwd } = stage();
    git(cwd, 'init', '--quiet');
    await expect(troupe.run(commands([task]))).rejects.toMatchObject({
      code: 'worktree.no-commit',
      hint: 'make a first one: git commit',
    });
    expect(await troupe.names()).toEqual([]);
  });

  test('in a bare one', async () => {
    const { troupe, cwd } = stage();
    git(cwd, 'init', '--quiet', '--bare');
    await expect(troupe.run(commands([task]))).rejects.toMatchObject({ code: 'worktree.bare' });
  });

  test('where a branch takes the place of those of runs', async () => {
    const { troupe, cwd } = stage();
    makeRepository(cwd, { 'a.txt': 'a\n' });
    git(cwd, 'branch', 'troupe');
    await expect(troupe.run(commands([task]))).rejects.toMatchObject({
      code: 'worktree.branch-in-the-way',
      hint: 'rename it: git branch -m troupe other-name',
    });
  });

  test.each([
    ['git.not-found', null],
    ['git.too-old', '#!/bin/sh\necho git version 2.30.2\n'],
  ])('%s, and other plans run all the same', async (code, program) => {
    const [cwd, bin, path] = [temp(), temp(), process.env.PATH];
    makeRepository(cwd, { 'a.txt': 'a\n' });
    if (program) writeFileSync(join(bin, 'git'), program, { mode: 0o755 });
    symlinkSync('/bin/sh', join(bin, 'sh'));
    try {
      process.env.PATH = bin;
      const troupe = createTroupe({ cwd, home: join(cwd, '.troupe') });
      await expect(troupe.run(commands([task]))).rejects.toMatchObject({ code });
      const { played } = watch(await troupe.run(commands([{ id: 'a', run: 'echo hi' }])));
      expect((await played).end).toMatchObject({ status: 'succeeded' });
    } finally {
      process.env.PATH = path;
    }
  });
});

describe('other workspaces', () => {
  test('folder: empty, and its own for each task', async () => {
    const { play, cwd } = stage();
    writeFiles(cwd, { 'a.txt': 'a\n' });
    const tasks = ['x', 'y'].map((id) => ({
      id,
      workspace: 'folder' as const,
      run: 'ls -A; echo "$TROUPE_TASK" > mine; git rev-parse --git-dir || true',
      verify: { file: 'mine' },
    }));
    makeRepository(cwd, {});
    const { run, end } = await play(commands(tasks));
    expect(end).toMatchObject({ status: 'succeeded' });
    expect((await resultOf(run, 'x')).output).toBe('');
    expect(readdirSync(join(run.folder.path, 'workspaces')).sort()).toEqual(['x', 'y']);
    expect(existsSync(join(cwd, 'mine'))).toBe(false);
  });

  test('copy: all but history, modules and runs; links stay links', async () => {
    const { play, cwd } = stage();
    writeFiles(cwd, {
      'a.txt': 'a\n',
      'deep/b.txt': 'b\n',
      'node_modules/m/x.js': '',
      'deep/node_modules/n.js': '',
      '.troupe/old': '',
      '.env': 'k=v\n',
    });
    symlinkSync('/etc/passwd', join(cwd, 'outside'));
    symlinkSync('../a.txt', join(cwd, 'deep/up'));
    mkdirSync(join(cwd, 'empty'));
    makeRepository(cwd, {});
    const run = 'find . | sort; echo changed > a.txt';
    const verify = { file: 'a.txt', matches: 'changed' };
    const { run: ran } = await play(commands([{ id: 'x', workspace: 'copy', run, verify }]));
    const { output, status } = await resultOf(ran, 'x');
    expect(status).toBe('completed');
    expect(output.trim().split('\n')).toEqual([
      '.',
      './.env',
      './a.txt',
      './deep',
      './deep/b.txt',
      './deep/up',
      './empty',
      './outside',
    ]);
    const copy = join(ran.folder.path, 'workspaces', 'x');
    expect(readlinkSync(join(copy, 'outside'))).toBe('/etc/passwd');
    expect(readlinkSync(join(copy, 'deep/up'))).toBe('../a.txt');
    expect(readFileSync(join(cwd, 'a.txt'), 'utf8')).toBe('a\n');
  });

  test('copy: also where runs are kept under another name, in the midst of it', async () => {
    const cwd = temp();
    writeFiles(cwd, { 'a.txt': 'a\n', 'state/x.txt': 'x\n' });
    const troupe = createTroupe({ cwd, home: join(cwd, 'state/runs') });
    const plan = commands([{ id: 'x', workspace: 'copy', run: 'find . -type f' }]);
    const { run } = await watch(await troupe.run(plan)).played;
    expect((await resultOf(run, 'x')).output.split('\n').sort()).toEqual([
      '',
      './a.txt',
      './state/x.txt',
    ]);
  });
});
