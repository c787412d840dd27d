/** Where tasks work that do not say it, and what is said of a workspace that can't be. */
import { describe, expect, test } from 'vitest';
import { changePlan } from '../../src/plan/change.ts';
import { compilePlan } from '../../src/plan/compile.ts';
import { claude, codex, command, definePlan, simulated } from '../../src/plan/define.ts';
import { documentOf } from '../../src/plan/document.ts';
import { repositoryNeed, settleWorkspaces } from '../../src/plan/workspaces.ts';

const agents = {
  sh: command({ run: 'true' }),
  tree: command({ run: 'true', workspace: 'worktree' }),
  coder: codex({}),
  reader: claude({ permissions: 'read' }),
  actor: simulated({}),
};
const prompt = 'do it';

const workspacesOf = (plan: Parameters<typeof settleWorkspaces>[0]) =>
  Object.fromEntries(plan.tasks.map(({ id, workspace }) => [id, workspace ?? 'shared']));

describe('in a repository', () => {
  test('agents that edit have worktrees, and so has whoever reads what they did', () => {
    const plan = definePlan({
      agents,
      tasks: [
        { id: 'last', agent: 'reader', prompt, needs: ['between'] },
        { id: 'between', agent: 'sh', needs: ['code'] },
        { id: 'code', agent: 'coder', prompt },
        { id: 'look', agent: 'reader', prompt },
        { id: 'mine', agent: 'coder', prompt, workspace: 'shared' },
        { id: 'apart', agent: 'sh', workspace: 'folder' },
        { id: 'role', agent: 'tree' },
        { id: 'own', agent: 'tree', workspace: 'copy' },
        { id: 'plays', agent: 'actor' },
      ],
    });
    expect(workspacesOf(settleWorkspaces(plan))).toEqual({
      last: 'worktree',
      between: 'shared',
      code: 'worktree',
      look: 'shared',
      mine: 'shared',
      apart: 'folder',
      role: 'worktree',
      own: 'copy',
      plays: 'shared',
    });
  });

  test('one is needed only for who asks for a worktree, and welcome for who edits', () => {
    const need = (task: object) =>
      repositoryNeed(definePlan({ agents, tasks: [{ id: 'a', agent: 'sh', ...task }] }));
    expect(need({})).toBe('none');
    expect(need({ workspace: 'copy' })).toBe('none');
    expect(need({ agent: 'reader', prompt })).toBe('none');
    expect(need({ agent: 'coder', prompt })).toBe('welcome');
    expect(need({ agent: 'coder', prompt, workspace: 'folder' })).toBe('none');
    expect(need({ agent: 'tree' })).toBe('needed');
    expect(need({ workspace: 'worktree' })).toBe('needed');
  });
});

describe('a workspace', () => {
  test('outlives a plan that is written out and read again', () => {
    const tasks = [{ id: 'a', agent: 'sh', workspace: 'copy' as const }];
    const plan = definePlan({ agents, tasks });
    expect(documentOf(plan).tasks[0]?.workspace).toBe('copy');
    const changed = changePlan(plan, [{ key: 'tasks.a.workspace', text: 'folder' }]);
    expect(changed.tasks[0]?.workspace).toBe('folder');
  });

  test('that is a worktree is looked at also without checks, and has time for its merge', () => {
    const tasks = [
      { id: 'a', agent: 'tree', verifyTimeout: '1m' },
      { id: 'b', agent: 'sh', verifyTimeout: '1m' },
    ];
    const [a, b] = compilePlan(definePlan({ agents, tasks, concurrency: 3 })).tasks;
    expect(a).toMatchObject({ checked: true, verifyTimeoutMs: (3 + 1) * 60_000 + 600_000 });
    expect(b).toMatchObject({ checked: false, verifyTimeoutMs: 60_000 });
  });

  test.each([
    [{ workspace: 'worktrees' }, /expected worktree, shared, folder or copy/],
    [{ agent: 'actor', workspace: 'copy' }, /"workspace" goes with adapter command/],
  ])('is refused: %j', (task, message) => {
    const tasks = [{ id: 'a', agent: 'sh', ...task } as { id: string }];
    expect(() => definePlan({ agents, tasks })).toThrow(message);
  });

  test('is no word for agents that only pretend', () => {
    const actor = { ...simulated({}), workspace: 'copy' };
    const make = () => definePlan({ agents: { actor }, tasks: [{ id: 'a' }] });
    expect(make).toThrow(/"workspace" goes with adapter command, and this is adapter simulated/);
  });
});
