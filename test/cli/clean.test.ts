/** `troupe run` says where its result is, and what is not part of it; `clean` takes it away. */
import { writeFileSync } from 'node:fs';
import { expect, test } from 'vitest';
import { branchesIn, git, makeRepository } from '../worktrees/repository.ts';
import { Desk } from './troupe.ts';

const plan = `
name: demo
agents: { worker: { adapter: command, workspace: worktree } }
tasks: [{ id: a, run: "echo a > a.txt; echo done" }]
`;

async function scene() {
  const desk = new Desk();
  const base = makeRepository(desk.folder, { 'plan.yaml': plan });
  writeFileSync(desk.path('draft.txt'), 'not committed\n');
  const ran = await desk.type(['run', 'plan.yaml']);
  const run = /^succeeded (\S+):/m.exec(ran.stderr)?.[1] ?? '';
  return { desk, base: base.slice(0, 10), ran, run };
}

test('a run tells what is not part of it, and how to take its result', async () => {
  const { desk, base, ran, run } = await scene();
  expect(ran).toMatchObject({ code: 0, stdout: 'done\n' });
  expect(ran.stderr).toContain(
    `Note: 1 file has uncommitted changes, which worktrees do not see: they start from ${base}.\n`,
  );
  expect(ran.stderr).toContain(`  merge    git merge troupe/${run}\n`);
  git(desk.folder, 'merge', '--quiet', `troupe/${run}`);
  const cleaned = await desk.type(['clean', 'latest']);
  expect(cleaned).toEqual({
    code: 0,
    stdout: `${run}: removed 0 workspaces and 2 branches\n`,
    stderr: '',
  });
});

test('what is merged nowhere is told with the way back', async () => {
  const { desk, run } = await scene();
  const result = `troupe/${run}`;
  const commit = git(desk.folder, 'rev-parse', result);
  const looked = await desk.type(['clean', '--dry-run']);
  expect(looked.stdout).toBe(
    `${run}: would remove 0 workspaces and 2 branches\n` +
      `  ${result} is merged nowhere: git merge ${result}\n`,
  );
  const { stdout } = await desk.type(['clean', run, '--json']);
  expect(JSON.parse(stdout)).toMatchObject({
    dryRun: false,
    runs: [{ id: run, kept: [], branches: [{ name: result, commit, fate: 'unmerged' }, {}] }],
  });
  expect(branchesIn(desk.folder)).toEqual(['main']);
  git(desk.folder, 'branch', result, commit);
  const again = await desk.type(['clean', 'latest']);
  expect(again.stdout).toContain(`git branch ${result} ${commit} is the way back`);
  expect(await desk.type(['clean'])).toEqual({
    code: 0,
    stdout: '',
    stderr: 'There is nothing to clean.\n',
  });
});

test('a run without a repository for its worktrees does not begin', async () => {
  const desk = new Desk();
  writeFileSync(desk.path('plan.yaml'), plan);
  const { code, stderr } = await desk.type(['run', 'plan.yaml']);
  expect(code).toBe(2);
  expect(stderr).toContain('lies in no git repository');
  expect(stderr).toContain('write "workspace: shared" or "copy"');
});
