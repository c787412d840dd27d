/** Tasks that work in worktrees: side by side, merged in order, and the person's own untouched. */
import { existsSync, readdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { branchesIn, fingerprint, git, makeRepository, shown } from '../worktrees/repository.ts';
import { commands, resultOf, stages } from './stage.ts';

const stage = stages('worktrees');
const workspace = 'worktree' as const;

function scene(files: Readonly<Record<string, string>> = { 'a.txt': 'a\n', 'b.txt': 'b\n' }) {
  const set = stage();
  const base = makeRepository(set.cwd, files);
  return { ...set, base };
}

describe('tasks in worktrees', () => {
  test('edit files side by side; what they did is merged, checked and on a branch', async () => {
    const { play, cwd, base } = scene();
    writeFileSync(join(cwd, 'draft.txt'), 'not committed\n');
    git(cwd, 'stash', 'push', '--include-untracked', '--quiet');
    writeFileSync(join(cwd, 'a.txt'), 'the person edits this\n');
    writeFileSync(join(cwd, 'new.txt'), 'and this\n');
    git(cwd, 'add', 'new.txt');
    const before = fingerprint(cwd);
    const { run, end } = await play(
      commands([
        {
          id: 'one',
          workspace,
          run: 'echo one >> a.txt',
          verify: { file: 'a.txt', matches: 'one' },
        },
        { id: 'two', workspace, run: 'echo two >> b.txt; echo 2 > two.txt' },
        {
          id: 'both',
          workspace,
          needs: ['one', 'two'],
          run: 'cat a.txt b.txt > both.txt; git log --format=%s',
          verify: { run: 'test "$(cat both.txt)" = "$(printf "a\none\nb\ntwo")"' },
        },
      ]),
    );
    expect(run.view().tasks.map(({ fault }) => fault)).toEqual([null, null, null]);
    expect(end).toMatchObject({ status: 'succeeded' });
    const uncommitted = '2 files have uncommitted changes, which worktrees do not see';
    expect(run.notes).toEqual([`${uncommitted}: they start from ${base.slice(0, 10)}`]);
    const result = `troupe/${run.id}`;
    expect(run.branch).toBe(result);
    expect(shown(cwd, result, 'both.txt')).toBe('a\none\nb\ntwo');
    expect(shown(cwd, result, 'two.txt')).toBe('2');
    expect(git(cwd, 'merge-base', base, result)).toBe(base);
    expect(fingerprint(cwd)).toEqual(before);
    const both = await resultOf(run, 'both');
    expect(both.evidence.map(({ kind, passed }) => [kind, passed])).toEqual([
      ['exit', true],
      ['commit', true],
      ['run', true],
      ['merge', true],
    ]);
    const [, commit, check, merged] = both.evidence;
    expect(check?.facts.tree).toBe(commit?.facts.tree);
    expect(git(cwd, 'rev-parse', `${result}^{tree}`)).toBe(merged?.facts.tree);
    expect(git(cwd, 'rev-parse', result)).toBe(merged?.facts.commit);
    expect(branchesIn(cwd)).toEqual([
      'main',
      result,
      ...['both', 'one', 'two'].map((task) => `${result}.tasks/${task}`),
    ]);
    expect(readdirSync(join(run.folder.path, 'workspaces'))).toEqual([]);
    expect(existsSync(join(run.folder.path, 'clean', 'both'))).toBe(false);
    expect(git(cwd, 'status', '--porcelain')).toBe(' M a.txt\nA  new.txt');
  });
});
