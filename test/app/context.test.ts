/** What agents tell each other in a run: seen by the next ones, fenced by versions, and durable. */
import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test, vi } from 'vitest';
import { command, definePlan } from '../../src/plan/define.ts';
import type { Workspace } from '../../src/plan/plan.ts';
import { makeRepository } from '../worktrees/repository.ts';
import { stages } from './stage.ts';

vi.setConfig({ testTimeout: 60_000 });
const stage = stages('context');
const onPosix = process.platform !== 'win32';

const says = (said: object): string =>
  `echo '${JSON.stringify({ troupe: 'context.set', ...said })}' >&2`;
const sh = (line: string): string[] => ['sh', '-c', line];

function plan(first: string, second: string, workspace?: Workspace) {
  return definePlan({
    name: 'sharing',
    agents: { coder: command({ run: sh('true'), count: 1 }) },
    tasks: [
      { id: 'first', agent: 'coder', run: sh(first) },
      {
        ...{ id: 'second', agent: 'coder', needs: ['first'], run: sh(second) },
        ...{ prompt: 'Known: {{context}}', ...(workspace && { workspace }) },
      },
    ],
  });
}

test.skipIf(!onPosix)('what one agent says the next one reads in its prompt and file', async () => {
  const at = stage();
  const told = says({ key: 'api.port', value: '8080' });
  const { run, end } = await at.play(plan(told, 'cat; cat "$TROUPE_CONTEXT"'));
  expect(end).toMatchObject({ kind: 'ended' });
  const { output } = JSON.parse(readFileSync(join(run.folder.results, 'second.json'), 'utf8'));
  const [prompt, file] = [output.slice(0, output.indexOf('{')), output.slice(output.indexOf('{'))];
  expect(prompt).toBe('Known: - api.port (version 1, by coder-1): 8080');
  const entry = { value: '8080', version: 1, by: 'coder-1' };
  expect(JSON.parse(file)).toMatchObject({ version: 1, entries: { 'api.port': entry } });
  expect(await at.troupe.context(run.id)).toMatchObject({ entries: { 'api.port': entry } });
  const moment = await at.troupe.moment(run.id);
  expect(moment.actors.map(({ address }) => address)).toContain('context');
});

test.skipIf(!onPosix)('a worktree has a copy of its own that no commit takes', async () => {
  const at = stage();
  makeRepository(at.cwd, { 'a.txt': 'a\n' });
  const look = 'cat .troupe/.gitignore; stat -c %a .troupe/context.json; git status --porcelain';
  const looks = `${look}; cat .troupe/context.json`;
  const { run, end } = await at.play(plan(says({ key: 'a', value: 'x' }), looks, 'worktree'));
  expect(end).toMatchObject({ kind: 'ended' });
  const { output } = JSON.parse(readFileSync(join(run.folder.results, 'second.json'), 'utf8'));
  expect(output).toMatch(/^\*\n444\n\{/);
  expect(output).toContain('"by": "coder-1"');
});

test.skipIf(!onPosix)('another place holds only what the task puts there', async () => {
  const at = stage();
  const looks = 'ls -A; cat "$TROUPE_CONTEXT"';
  const { run } = await at.play(plan(says({ key: 'a', value: 'x' }), looks, 'folder'));
  const { output } = JSON.parse(readFileSync(join(run.folder.results, 'second.json'), 'utf8'));
  expect(output).toMatch(/^\{/);
  expect(output).toContain('"by": "coder-1"');
});

test.skipIf(!onPosix)('who saw an old version is refused, and told', async () => {
  const at = stage();
  const old = [says({ key: 'a', value: '1' }), says({ key: 'a', value: '2', ifVersion: 7 })];
  const wait = 'until grep -q "has version 1 and not 7" "$TROUPE_CONTEXT"; do sleep 0.02; done';
  const { run, facts } = await at.play(plan([...old, wait].join('; '), 'cat'));
  expect(facts.filter(({ type }) => type.startsWith('context.'))).toMatchObject([
    { type: 'context.changed', key: 'a', value: '1' },
    { type: 'context.refused', key: 'a', reason: 'conflict', version: 1 },
  ]);
  expect(facts.find(({ type }) => type === 'agent.told')).toMatchObject({ agent: 'coder-1' });
  const { output } = JSON.parse(readFileSync(join(run.folder.results, 'second.json'), 'utf8'));
  expect(output).toContain('You wanted to share "a", and could not');
});

test.skipIf(!onPosix)(
  'it outlives a stop, goes along with a fork, and ends with the run',
  async () => {
    const at = stage();
    const flag = join(at.cwd, 'go');
    const shared = plan('true', `until [ -e ${flag} ]; do sleep 0.02; done; cat`);
    const { run, heard } = await at.begin(shared);
    await heard('task.started', 'second');
    const set = { key: 'a', value: 'x', by: 'somebody' };
    expect(await run.context.set(set)).toBe(1);
    await expect(run.context.set({ ...set, ifVersion: 0 })).rejects.toThrow(
      'has version 1 and not 0',
    );
    await run.stop();
    const visit = { type: 'context.set', key: 'b', value: 'y', ifVersion: null, by: 'me' } as const;
    await at.troupe.ask(run.id, visit);
    expect((await at.troupe.context(run.id)).entries).toMatchObject({ a: {}, b: { version: 2 } });
    const { folder } = await at.troupe.fork(run.id);
    expect(await at.troupe.context(folder.id)).toEqual(await at.troupe.context(run.id));
    const again = await at.resume(run.id);
    await at.troupe.ask(run.id, { ...visit, key: 'c' });
    writeFileSync(flag, '');
    expect((await again.played).end).toMatchObject({ kind: 'ended' });
    await expect(at.troupe.ask(run.id, visit)).rejects.toThrow('the run is over');
    expect(Object.keys((await at.troupe.context(run.id)).entries)).toEqual(['a', 'b', 'c']);
    expect(existsSync(join(run.folder.path, 'context.json'))).toBe(true);
  },
);
