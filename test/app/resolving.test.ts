/** Worktrees under review and in conflict: what is judged and merged, and who resolves. */
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { checkRun } from '../../src/journal/axioms/check-run.ts';
import { readHistory } from '../../src/journal/file.ts';
import { command, definePlan } from '../../src/plan/define.ts';
import { eventually } from '../agents/processes.ts';
import { fingerprint, makeRepository, shown } from '../worktrees/repository.ts';
import { linesIn, type Played, resultOf, stages, typesOf } from './stage.ts';

const stage = stages('resolving');
const workspace = 'worktree' as const;
const soon = { initial: '1ms' } as const;
const accept = `echo '{"verdict": "accept"}'`;
const unmark = 'sed -i "/^[<=>]\\{7\\}/d" a.txt';

function scene(files: Readonly<Record<string, string>> = { 'a.txt': 'a\n' }) {
  const set = stage();
  return { ...set, base: makeRepository(set.cwd, files) };
}

function lawful({ run }: Played): void {
  const inputs = [...readHistory(run.folder.path).inputs];
  expect(checkRun({ plan: run.plan, records: inputs })).toEqual([]);
}

/** Two tasks that change the same lines, one after the other. */
function clashing(resolver: string | null, more: object = {}) {
  return definePlan({
    concurrency: 1,
    agents: {
      coder: command({ count: 1 }),
      ...(resolver === null ? {} : { medic: command({ run: resolver, resolves: true }) }),
    },
    tasks: [
      { id: 'one', agent: 'coder', workspace, run: 'echo one >> a.txt' },
      {
        ...{ id: 'two', agent: 'coder', workspace, run: 'echo two >> a.txt', priority: -1 },
        ...{ prompt: 'Add two.', verify: { run: 'grep -q two a.txt' }, backoff: soon, ...more },
      },
    ],
  });
}

describe('a conflict', () => {
  test('goes to a role that resolves it, is checked again, and costs no retry', async () => {
    const { play, cwd } = scene();
    const before = fingerprint(cwd);
    const line = `cat > ${JSON.stringify(join(cwd, '.troupe', 'told'))}; ${unmark}`;
    const played = await play(clashing(line));
    expect(played.end).toMatchObject({ status: 'succeeded' });
    const { agent_id, attempts, evidence, verified } = await resultOf(played.run, 'two');
    expect({ agent_id, attempts }).toEqual({ agent_id: 'medic-1', attempts: 2 });
    expect(evidence.map(({ kind, passed }) => [kind, passed])).toEqual([
      ...[
        ['exit', true],
        ['commit', true],
        ['run', true],
      ],
      ['merge', true],
    ]);
    expect(verified?.tree).toMatch(/^[0-9a-f]{40}$/);
    expect(shown(cwd, played.run.branch ?? '', 'a.txt')).toBe('a\none\ntwo');
    const told = readFileSync(join(cwd, '.troupe', 'told'), 'utf8');
    for (const words of ['Resolve the conflicts', 'Add two.', 'a.txt']) {
      expect(told).toContain(words);
    }
    expect(fingerprint(cwd)).toEqual(before);
    lawful(played);
  });

  test('that the resolver leaves as it was is no success', async () => {
    const { play } = scene();
    const played = await play(clashing('true'));
    expect(played.end).toMatchObject({ status: 'failed' });
    expect((await resultOf(played.run, 'two')).error?.code).toBe('merge.unresolved');
    lawful(played);
  });

  test('that is resolved so that its checks fail is no success', async () => {
    const { play } = scene();
    const played = await play(clashing('echo one > a.txt'));
    expect(played.end).toMatchObject({ status: 'failed' });
    expect((await resultOf(played.run, 'two')).error?.code).toBe('verify.failed');
  });

  test('without such a role is told to a person, with where the changes are', async () => {
    const { play } = scene();
    const played = await play(clashing(null));
    const { error } = await resultOf(played.run, 'two');
    expect(error?.code).toBe('merge.conflict');
    expect(error?.message).toContain(`they are kept on troupe/${played.run.id}.tasks/two`);
  });
});

describe('a review of a worktree', () => {
  const reviewed = (line: string, more: object = {}) =>
    definePlan({
      agents: { coder: command({}), judge: command({ run: line }) },
      tasks: [
        {
          ...{ id: 'a', agent: 'coder', workspace, run: 'echo more >> a.txt', backoff: soon },
          ...{ verify: [{ run: 'grep -q more a.txt' }, { review: { agent: 'judge' } }], ...more },
        },
      ],
    });

  test('looks at what was committed, where it can change nothing, before a merge', async () => {
    const { play, cwd } = scene();
    const seen = join(cwd, '.troupe', 'seen');
    const meddles = 'echo evil >> a.txt; git add -A; git commit -qm evil 2>/dev/null';
    const line = `(cat a.txt; cat) > ${JSON.stringify(seen)}; ${meddles}; ${accept}`;
    const played = await play(reviewed(line));
    expect(played.end).toMatchObject({ status: 'succeeded' });
    const text = readFileSync(seen, 'utf8');
    expect(text.startsWith('a\nmore\n')).toBe(true);
    expect(text).toMatch(/git diff [0-9a-f]{40} [0-9a-f]{40}/);
    expect(shown(cwd, played.run.branch ?? '', 'a.txt')).toBe('a\nmore');
    const { evidence } = await resultOf(played.run, 'a');
    expect(evidence.map(({ kind }) => kind)).toEqual(['exit', 'commit', 'run', 'review', 'merge']);
    lawful(played);
  });

  test('that rejects merges nothing', async () => {
    const { play } = scene();
    const line = `echo '{"verdict": "reject", "reasons": ["no"]}'`;
    const played = await play(reviewed(line));
    expect(played.end).toMatchObject({ status: 'failed' });
    expect(played.run.branch).toBeNull();
    expect(typesOf(played.facts, 'a')).not.toContain('task.retrying');
  });

  test('goes on after a kill of the runtime in the midst of it', async () => {
    const { begin, resume, cwd } = scene();
    const gate = join(cwd, '.troupe', 'gate');
    const asked = join(cwd, '.troupe', 'asked');
    const line = `echo x >> ${asked}; while [ ! -f ${gate} ]; do sleep 0.05; done; ${accept}`;
    const first = await begin(reviewed(line));
    await first.heard('review.assigned', 'a');
    await eventually('the judge has begun', () => linesIn(asked).length === 1);
    await first.run.stop();
    const again = await resume(first.run.id);
    writeFileSync(gate, '');
    const played = await again.played;
    expect(played.end).toMatchObject({ status: 'succeeded' });
    expect(linesIn(asked)).toHaveLength(2);
    const { attempts, agent_id } = await resultOf(played.run, 'a');
    expect({ attempts, agent_id }).toEqual({ attempts: 1, agent_id: 'coder-1' });
    lawful(played);
  });
});
