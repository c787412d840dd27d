/** What counts of a worktree is its commit: checked where nobody worked, merged, checked again. */
import { chmodSync, existsSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { branchesIn, fingerprint, git, makeRepository, shown } from '../worktrees/repository.ts';
import { commands, resultOf, stages, typesOf } from './stage.ts';

const stage = stages('worktrees-trust');
const workspace = 'worktree' as const;
const soon = { initial: '1ms' } as const;

function scene(files: Readonly<Record<string, string>> = { 'a.txt': 'a\n' }) {
  const set = stage();
  return { ...set, base: makeRepository(set.cwd, files) };
}

describe('what does not count', () => {
  test('is what git ignores, and what lies beside the worktree', async () => {
    const { play } = scene({ '.gitignore': 'out/\n' });
    const run = 'mkdir out; echo built > out/x; echo x > kept; echo y > ../beside';
    const verify = [{ file: 'kept' }, { file: 'out/x' }, { file: '../beside' }];
    const { run: ran } = await play(commands([{ id: 'a', workspace, run, verify }]));
    const { error, evidence } = await resultOf(ran, 'a');
    expect(error?.code).toBe('verify.failed');
    expect(evidence.map(({ kind, passed }) => [kind, passed])).toEqual([
      ['exit', true],
      ['commit', true],
      ['file', true],
      ['file', false],
      ['file', false],
    ]);
    expect(error?.message).toBe('out/x is not there; ../beside is not there');
  });

  test('is what a link leads to; one inside of the repository is no harm', async () => {
    const { play } = scene({ '.gitignore': 'out/\n', 'docs/real': 'r\n' });
    const run = 'mkdir out; echo x > out/x; ln -s "$PWD/out/x" sham; ln -s docs/real fair';
    const verify = [{ file: 'sham' }, { file: 'fair' }, { file: '{{artifacts}}/log' }];
    const task = { id: 'a', workspace, run: `${run}; echo > "$TROUPE_ARTIFACTS/log"`, verify };
    const { run: ran } = await play(commands([task]));
    const { error } = await resultOf(ran, 'a');
    expect(error?.message).toBe('sham is a link to what was not committed');
  });

  test.each([
    ['it commits by itself', 'echo 1 > n; git add n; git commit -qm own; echo 2 > n'],
    ['it stages one thing and leaves another', 'echo 1 > n; git add n; echo 2 > n'],
    ['it hides its changes from git', 'echo 2 > n; git add n; git update-index --skip-worktree n'],
    ['it leaves its branch', 'git checkout -q --detach; echo 2 > n'],
    ['it goes to a branch of its own', 'git checkout -qb other; echo 2 > n; git add n'],
    ['it leaves locks behind', 'echo 2 > n; touch "$(git rev-parse --git-dir)/index.lock"'],
    ['it breaks the index', 'echo 2 > n; echo junk > "$(git rev-parse --git-dir)/index"'],
    ['it takes the link to git away', 'echo 2 > n; rm .git'],
    ['it makes a repository of the place', 'rm .git; git init -q; echo 2 > n; git add n'],
    ['it moves its branch', 'echo 2 > n; git update-ref -d "$(git symbolic-ref HEAD)"'],
  ])('is what an agent did to git: %s', async (_, line) => {
    const { play, cwd, base } = scene();
    const before = fingerprint(cwd);
    const identity = 'export GIT_CONFIG_COUNT=0 GIT_AUTHOR_NAME=x GIT_AUTHOR_EMAIL=x@y';
    const run = `${identity} GIT_COMMITTER_NAME=x GIT_COMMITTER_EMAIL=x@y; ${line}`;
    const verify = { file: 'n', matches: '^2\n$' };
    const { end, run: ran } = await play(
      commands([
        { id: 'a', workspace, run, verify },
        { id: 'b', workspace, needs: ['a'], run: 'cat n; git status --short' },
      ]),
    );
    expect(ran.view().tasks.map(({ fault }) => fault)).toEqual([null, null]);
    expect(end).toMatchObject({ status: 'succeeded' });
    expect((await resultOf(ran, 'b')).output).toBe('2\n');
    expect(git(cwd, 'log', '--format=%s by %an <%ae>, %cn', `${base}..troupe/${ran.id}`)).toEqual(
      expect.stringMatching(/^Task a by (worker-\d) <\1@troupe\.localhost>, Troupe$/),
    );
    const {
      '.git/refs/heads/other': _other,
      '.git/logs/refs/heads/other': _log,
      ...after
    } = fingerprint(cwd);
    expect(after).toEqual(before);
  });

  test('is what the person has set up: hooks, signing, a name, a pager', async () => {
    const { play, cwd } = scene();
    const trap = `#!/bin/sh\necho "$0" >> ${join(cwd, 'trapped')}\nexit 1\n`;
    const hooks = ['pre-commit', 'post-checkout', 'post-merge', 'reference-transaction'];
    for (const hook of [...hooks, 'post-index-change', 'commit-msg']) {
      const path = join(cwd, '.git/hooks', hook);
      writeFileSync(path, trap);
      chmodSync(path, 0o755);
    }
    for (const [key, value] of [
      ['commit.gpgSign', 'true'],
      ['gpg.program', 'false'],
      ['core.pager', 'false'],
      ['core.fsmonitor', join(cwd, '.git/hooks/pre-commit')],
      ['user.useConfigOnly', 'true'],
      ['merge.ff', 'only'],
    ] as const) {
      git(cwd, 'config', key, value);
    }
    const tasks = ['a', 'b'].map((id) => ({ id, workspace, run: `echo 1 > ${id}` }));
    const { end } = await play(commands(tasks));
    expect(end).toMatchObject({ status: 'succeeded' });
    expect(existsSync(join(cwd, 'trapped'))).toBe(false);
  });
});

describe('what was merged', () => {
  test('is checked again: two that pass alone may fail together', async () => {
    const { play, cwd } = scene();
    const verify = { run: 'test $(ls *.part 2>/dev/null | wc -l) -lt 2' };
    const { end, run } = await play(
      commands(
        ['a', 'b'].map((id) => ({ id, workspace, run: `touch ${id}.part`, verify })),
        { concurrency: 1 },
      ),
    );
    expect(end).toMatchObject({ status: 'failed', counts: { succeeded: 1, failed: 1 } });
    const { error, evidence } = await resultOf(run, 'b');
    expect(error).toMatchObject({
      code: 'verify.failed',
      message: expect.stringMatching(/^merged with what others did: .* exited 1$/),
    });
    const trees = evidence.map(({ kind, passed, facts }) => [kind, passed, facts.tree]);
    const [, [, , own] = [], [, , looked] = [], [, passed, whole] = []] = trees;
    expect([looked, passed]).toEqual([own, false]);
    expect(whole).not.toBe(own);
    // The result is without it, and good.
    expect(git(cwd, 'ls-tree', '--name-only', `troupe/${run.id}`)).toBe('a.part\na.txt');
    expect(git(cwd, 'ls-tree', '--name-only', `troupe/${run.id}.tasks/b`)).toBe('a.txt\nb.part');
  });

  test('can conflict: the task fails, and says in which files', async () => {
    const { play, cwd } = scene({ 'a.txt': 'a\n', 'b c.txt': 'b\n' });
    const { end, run } = await play(
      commands(
        ['one', 'two'].map((id) => ({
          id,
          workspace,
          run: `echo ${id} > a.txt; echo ${id} > "b c.txt"; echo ${id} > ${id}.txt`,
        })),
        { concurrency: 1 },
      ),
    );
    expect(end).toMatchObject({ status: 'failed', counts: { succeeded: 1, failed: 1 } });
    const { error } = await resultOf(run, 'two');
    const branch = `troupe/${run.id}.tasks/two`;
    expect(error).toEqual({
      code: 'merge.conflict',
      message:
        'its changes conflict with those of others in a.txt, b c.txt; ' +
        `they are kept on ${branch}`,
      retryable: true,
    });
    expect(shown(cwd, branch, 'a.txt')).toBe('two');
    expect(shown(cwd, `troupe/${run.id}`, 'a.txt')).toBe('one');
  });

  test('is brought together by a retry, which finds the conflict in its files', async () => {
    const { play, cwd, base } = scene();
    const two = [
      'cat > told',
      'if grep -q "^<<<<<<<" a.txt; then',
      '  grep -c "a.txt" told; sed -i "/^[<=>]\\{7\\}/d" a.txt',
      'else echo two >> a.txt; echo new > new.txt; fi; rm told',
    ].join('\n');
    const { end, run, facts } = await play(
      commands(
        [
          { id: 'one', workspace, run: 'echo one >> a.txt; echo 1 > one.txt' },
          { id: 'two', workspace, run: two, retries: 1, backoff: soon, priority: -1 },
          { id: 'last', workspace, needs: ['two'], run: 'cat a.txt *.txt; git status --short' },
        ],
        { concurrency: 1 },
      ),
    );
    expect(run.view().tasks.map(({ fault }) => fault)).toEqual([null, null, null]);
    expect(end).toMatchObject({ status: 'succeeded' });
    expect(typesOf(facts, 'two').filter((type) => type === 'task.retrying')).toHaveLength(1);
    expect((await resultOf(run, 'two')).output).toBe('1\n');
    const text = 'a\none\ntwo\n';
    expect((await resultOf(run, 'last')).output).toBe(`${text}${text}new\n1\n`);
    const log = git(cwd, 'log', '--format=%s', '--reverse', `${base}..troupe/${run.id}`);
    expect(log.split('\n').sort()).toEqual(['Merge task two', 'Task one', 'Task two', 'Task two']);
  });

  test('is not a file with marks in it: they have to go', async () => {
    const { play } = scene();
    const tasks = ['one', 'two'].map((id, at) => {
      const run = `grep -q "<<<<" a.txt || echo ${id} > a.txt`;
      return { id, workspace, run, priority: -at, retries: 1, backoff: soon };
    });
    const { run } = await play(commands(tasks, { concurrency: 1 }));
    expect((await resultOf(run, 'two')).error).toEqual({
      code: 'merge.unresolved',
      message: 'conflict markers are left in a.txt',
      retryable: true,
    });
  });
});

describe('an attempt after a failed one', () => {
  test('goes on in the same worktree, and its commit has all of it', async () => {
    const { play, cwd, base } = scene({ 'a.txt': 'a\n', '.gitignore': 'cache\n' });
    const run = 'echo "$TROUPE_ATTEMPT" >> tries; echo 1 >> cache; git status --short > seen';
    const verify = { run: 'test $(wc -l < tries) -eq 3' };
    const { run: ran } = await play(
      commands([
        { id: 'a', workspace, run: `${run}; cat cache`, verify, retries: 5, backoff: soon },
      ]),
    );
    expect(await resultOf(ran, 'a')).toMatchObject({ status: 'completed', output: '1\n1\n1\n' });
    expect(shown(cwd, `troupe/${ran.id}`, 'tries')).toBe('1\n2\n3');
    expect(shown(cwd, `troupe/${ran.id}`, 'seen')).toBe('?? seen\n?? tries');
    expect(git(cwd, 'rev-list', '--count', `${base}..troupe/${ran.id}`)).toBe('1');
    expect(branchesIn(cwd)).toHaveLength(3);
    expect(readFileSync(join(cwd, 'a.txt'), 'utf8')).toBe('a\n');
  });

  test('that changed nothing has no commit, and none is merged', async () => {
    const { play, cwd } = scene();
    const { run, end } = await play(
      commands([
        { id: 'reads', workspace, run: 'cat a.txt', verify: { file: 'a.txt' } },
        { id: 'after', workspace, needs: ['reads'], run: 'true' },
      ]),
    );
    expect(end).toMatchObject({ status: 'succeeded' });
    expect(run.branch).toBe(null);
    expect((await resultOf(run, 'reads')).evidence[1]).toMatchObject({
      kind: 'commit',
      summary: 'changed nothing',
    });
    expect(branchesIn(cwd)).not.toContain(`troupe/${run.id}`);
  });
});
