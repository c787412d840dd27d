/** What worktrees leave stays until a person says so, and then all of it goes. */
import { existsSync, mkdirSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { createTroupe } from '../../src/app.ts';
import { eventually } from '../agents/processes.ts';
import { branchesIn, fingerprint, git, makeRepository, shown } from '../worktrees/repository.ts';
import { commands, resultOf, stages, watch } from './stage.ts';

const stage = stages('clean');
const workspace = 'worktree' as const;

function scene() {
  const set = stage();
  const base = makeRepository(set.cwd, { 'a.txt': 'a\n' });
  return { ...set, base, before: fingerprint(set.cwd) };
}

const plan = commands([
  { id: 'good', workspace, run: 'echo good > good.txt' },
  { id: 'bad', workspace, run: 'echo bad > bad.txt', verify: { file: 'missing' } },
  { id: 'apart', workspace: 'folder', run: 'echo x > x' },
]);

describe('clean', () => {
  test('takes away worktrees and branches, and says where the result was', async () => {
    const { play, troupe, cwd, before } = scene();
    const { run } = await play(plan);
    const result = git(cwd, 'rev-parse', `troupe/${run.id}`);
    // What failed is there to be looked at.
    expect(existsSync(join(run.folder.path, 'workspaces/bad/bad.txt'))).toBe(true);
    const looked = await troupe.clean('latest', { dryRun: true });
    expect(branchesIn(cwd)).toHaveLength(4);
    const cleaned = await troupe.clean('latest');
    expect(cleaned).toEqual(looked);
    expect(cleaned).toMatchObject([{ id: run.id, workspaces: 2, kept: [] }]);
    const named = cleaned[0]?.branches.find(({ name }) => name === `troupe/${run.id}`);
    expect(named).toMatchObject({ commit: result, fate: 'unmerged' });
    expect(branchesIn(cwd)).toEqual(['main']);
    expect(existsSync(join(cwd, '.git/worktrees'))).toBe(false);
    expect(readdirSync(run.folder.path)).not.toContain('workspaces');
    expect(fingerprint(cwd)).toEqual(before);
    // What happened is still known, and the way back is open.
    expect((await resultOf(run, 'good')).status).toBe('completed');
    expect(shown(cwd, result, 'good.txt')).toBe('good');
    expect(await troupe.clean(null)).toEqual([]);
  });

  test('leaves a branch that somebody has checked out, and the worktrees of others', async () => {
    const { play, troupe, cwd } = scene();
    const { run } = await play(plan);
    const other = join(cwd, '.troupe/mine');
    git(cwd, 'worktree', 'add', '--quiet', other, `troupe/${run.id}`);
    git(cwd, 'worktree', 'add', '--quiet', '-b', 'topic', join(cwd, '.troupe/gone'));
    rmSync(join(cwd, '.troupe/gone'), { recursive: true });
    const [cleaned] = await troupe.clean(run.id);
    expect(cleaned?.kept).toMatchObject([{ name: `troupe/${run.id}` }]);
    expect(branchesIn(cwd)).toEqual(['main', 'topic', `troupe/${run.id}`]);
    expect(git(other, 'status', '--porcelain')).toBe('');
    expect(git(cwd, 'worktree', 'list').split('\n')).toHaveLength(3);
  });

  test('leaves what is alive alone, and what could go on unless it is named', async () => {
    const { begin, troupe, cwd } = scene();
    const { run } = await begin(commands([{ id: 'a', workspace, run: 'echo > up; sleep 600' }]));
    const up = join(run.folder.path, 'workspaces/a/up');
    await eventually('it is up', () => existsSync(up));
    await expect(troupe.clean(run.id)).rejects.toMatchObject({ code: 'run.locked' });
    expect(await troupe.clean(null)).toEqual([]);
    await run.stop();
    expect(await troupe.clean(null)).toEqual([]);
    expect(existsSync(up)).toBe(true);
    expect(await troupe.clean(run.id)).toMatchObject([{ id: run.id, workspaces: 1 }]);
    expect(branchesIn(cwd)).toEqual(['main']);
  });

  test('a run that was cleaned in the midst of it begins its tasks anew', async () => {
    const { begin, resume, troupe, cwd } = scene();
    const run = 'echo x >> tries; test -e ../../go || { echo > ../../up; sleep 600; }';
    const { run: first } = await begin(
      commands([
        { id: 'done', workspace, run: 'echo done > done.txt' },
        { id: 'a', workspace, needs: ['done'], run },
      ]),
    );
    await eventually('it is up', () => existsSync(join(first.folder.path, 'up')));
    await first.stop();
    await troupe.clean(first.id);
    writeFileSync(join(first.folder.path, 'go'), '');
    const { end } = await (await resume(first.id)).played;
    expect(end).toMatchObject({ status: 'succeeded' });
    const result = `troupe/${first.id}`;
    expect(shown(cwd, result, 'tries')).toBe('x');
    expect(shown(cwd, result, 'done.txt')).toBe('done');
  });

  test('does what is left when the repository is gone', async () => {
    const { play, troupe, cwd } = scene();
    const { run } = await play(plan);
    rmSync(join(cwd, '.git'), { recursive: true });
    expect(await troupe.clean(run.id)).toMatchObject([{ branches: [], workspaces: 2 }]);
    expect(existsSync(join(run.folder.path, 'workspaces'))).toBe(false);
  });
});

describe('a run that is pruned', () => {
  test('leaves nothing behind but a result that nobody has merged', async () => {
    const { play, troupe, cwd } = scene();
    const [{ run: kept }, { run: merged }] = [await play(plan), await play(plan)];
    git(cwd, 'merge', '--quiet', '--no-edit', `troupe/${merged.id}`);
    const { removed } = await troupe.prune([kept.id, merged.id]);
    expect(removed.map(({ id }) => id)).toEqual([kept.id, merged.id]);
    expect(branchesIn(cwd)).toEqual(['main', `troupe/${kept.id}`]);
    expect(existsSync(join(cwd, '.git/worktrees'))).toBe(false);
  });
});

describe('a run that goes on', () => {
  test('after a stop finds what its agent had done, and nothing is merged twice', async () => {
    const { begin, resume, cwd, before, base } = scene();
    const wait = 'echo "$TROUPE_ATTEMPT" >> tries; until [ -e ../../go ]; do sleep 0.01; done';
    const { run } = await begin(
      commands([
        { id: 'done', workspace, run: 'echo done > done.txt' },
        { id: 'a', workspace, needs: ['done'], run: wait },
      ]),
    );
    const tries = join(run.folder.path, 'workspaces/a/tries');
    await eventually('it is up', () => existsSync(tries));
    await run.stop();
    mkdirSync(join(run.folder.path, 'go'));
    const { end } = await (await resume(run.id)).played;
    expect(end).toMatchObject({ status: 'succeeded' });
    expect(shown(cwd, `troupe/${run.id}`, 'tries')).toBe('1\n2');
    expect(git(cwd, 'rev-list', '--count', `${base}..troupe/${run.id}`)).toBe('2');
    expect(fingerprint(cwd)).toEqual(before);
  });

  test('says so when its repository is gone', async () => {
    const { play } = scene();
    const { end, run } = await play(
      commands([
        { id: 'a', workspace, run: 'echo a > a.txt' },
        { id: 'b', needs: ['a'], run: 'mv .git away' },
        { id: 'c', workspace, needs: ['b'], run: 'true' },
      ]),
    );
    expect(end).toMatchObject({ status: 'failed', counts: { succeeded: 2, failed: 1 } });
    const { error } = await resultOf(run, 'c');
    expect(error?.code).toBe('work.unprepared');
    expect(error?.message).toMatch(/^git [a-z-]+: there is no folder .*\.git$/);
  });

  test('stops when its branches can not follow, and makes them right once they can', async () => {
    const { begin, resume, cwd } = scene();
    const block = 'd="$(git rev-parse --git-common-dir)/refs/heads/troupe/$TROUPE_RUN"';
    const verify = { run: `${block}; mkdir "$d"; git rev-parse HEAD > "$d/x"` };
    const { played } = await begin(
      commands([{ id: 'a', workspace, run: 'echo b > a.txt', verify }]),
    );
    const { end, run } = await played;
    expect(end).toMatchObject({
      kind: 'halted',
      error: { name: 'UserError', code: 'worktree.out-of-step' },
    });
    rmSync(join(cwd, '.git/refs/heads/troupe', run.id), { recursive: true });
    const again = await (await resume(run.id)).played;
    expect(again.end).toMatchObject({ status: 'succeeded' });
    expect(shown(cwd, `troupe/${run.id}`, 'a.txt')).toBe('b');
  });

  test('from a moment of another has branches of its own, on the same past', async () => {
    const { play, troupe, cwd, base } = scene();
    const { run } = await play(
      commands([
        { id: 'first', workspace, run: 'echo 1 > first.txt' },
        { id: 'second', workspace, needs: ['first'], run: 'echo bad > second.txt; exit 1' },
      ]),
    );
    const set = [{ key: 'tasks.second.run', text: 'echo good > second.txt' }];
    const forked = await troupe.fork(run.id, { before: 'second', set });
    const { end } = await watch(await troupe.resume(forked.folder.id)).played;
    expect(end).toMatchObject({ status: 'succeeded' });
    const [parent, fork] = [`troupe/${run.id}`, `troupe/${forked.folder.id}`];
    expect(shown(cwd, fork, 'second.txt')).toBe('good');
    expect(shown(cwd, fork, 'first.txt')).toBe('1');
    expect(git(cwd, 'merge-base', parent, fork)).toBe(git(cwd, 'rev-parse', parent));
    await troupe.clean(run.id);
    expect(branchesIn(cwd).filter((name) => name.startsWith(parent))).toEqual([]);
    expect(git(cwd, 'rev-list', '--count', `${base}..${fork}`)).toBe('2');
  });

  test('can not be given worktrees when it began without a repository', async () => {
    const { play, troupe } = stage();
    const { run } = await play(commands([{ id: 'a', run: 'exit 1' }]));
    const set = [{ key: 'tasks.a.workspace', text: 'worktree' }];
    await expect(troupe.fork(run.id, { before: 'a', set })).rejects.toMatchObject({
      code: 'fork.no-repository',
    });
  });
});

test('the repository around does not see the runs in it', async () => {
  const { play, cwd, home } = scene();
  await play(plan);
  expect(git(cwd, 'status', '--porcelain')).toBe('');
  const elsewhere = createTroupe({ cwd, home: join(home, '../named') });
  await watch(await elsewhere.run(plan)).played;
  expect(git(cwd, 'status', '--porcelain')).toBe('');
});
