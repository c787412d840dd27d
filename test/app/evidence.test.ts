/** What a result is bound to: files, output and commands, as they were when they were judged. */
import { createHash } from 'node:crypto';
import { appendFileSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { command, definePlan } from '../../src/plan/define.ts';
import { commands, resultOf, stages } from './stage.ts';

const stage = stages('evidence');
const accept = `echo '{"verdict": "accept"}'`;
const sha256 = (text: string) => createHash('sha256').update(text).digest('hex');

describe('a result', () => {
  test('says who did it, who looked, at which files, and what the commands came to', async () => {
    const { play } = stage();
    const plan = definePlan({
      agents: { author: command({}), judge: command({ run: accept }) },
      tasks: [
        {
          id: 'a',
          agent: 'author',
          workspace: 'folder',
          run: 'echo notes > notes.md; echo done',
          verify: [{ run: 'cat notes.md' }, { review: { agent: 'judge' } }],
        },
      ],
    });
    const { run, end } = await play(plan);
    expect(end).toMatchObject({ status: 'succeeded' });
    const { verified, evidence } = await resultOf(run, 'a');
    const tree = evidence.find(({ kind }) => kind === 'tree')?.facts.tree;
    expect(tree).toMatch(/^[0-9a-f]{64}$/);
    expect(verified).toEqual({
      author: 'author-1',
      by: ['runtime', 'judge-1'],
      output_sha256: sha256('done\n'),
      tree,
    });
    const check = evidence.find(({ kind }) => kind === 'run');
    expect(check?.facts).toMatchObject({ exitCode: 0, outputSha256: sha256('notes\n'), tree });
    const output = join(run.folder.path, String(check?.facts.output));
    expect(readFileSync(output, 'utf8')).toBe('notes\n');
  });

  test('of a failure verifies nothing', async () => {
    const { play } = stage();
    const { run } = await play(commands([{ id: 'a', run: 'exit 1' }]));
    expect((await resultOf(run, 'a')).verified).toBeNull();
  });
});

describe('what is changed between an attempt and its verification', () => {
  test('is seen', async () => {
    const { begin } = stage();
    const plan = commands([
      {
        ...{ id: 'a', run: 'echo good > x', workspace: 'folder' },
        // Long enough for a turn of whoever meddles, also where all else happens in one.
        verify: [{ run: 'sleep 0.1' }, { file: 'x' }],
      },
    ]);
    const { run, played } = await begin(plan);
    const folder = join(run.folder.path, 'workspaces', 'a');
    let turn: NodeJS.Immediate;
    const meddle = (): void => {
      try {
        // It only grows: written anew it is empty for a moment, and two such moments look the same.
        appendFileSync(join(folder, 'x'), 'evil');
      } catch {
        // It is not there yet.
      }
      turn = setImmediate(meddle);
    };
    meddle();
    const { end } = await played.finally(() => clearImmediate(turn));
    expect(end).toMatchObject({ status: 'failed' });
    const { error, evidence } = await resultOf(run, 'a');
    expect(error).toMatchObject({ code: 'verify.tampered', retryable: true });
    expect(evidence.at(-1)).toMatchObject({ kind: 'tree', passed: false });
  });

  test('by a reviewer is seen, too', async () => {
    const { play } = stage();
    const meddles = `echo better > notes.md; ${accept}`;
    const plan = definePlan({
      agents: { author: command({ workspace: 'folder' }), judge: command({ run: meddles }) },
      tasks: [
        {
          id: 'a',
          agent: 'author',
          run: 'echo notes > notes.md',
          verify: [{ file: 'notes.md' }, { review: { agent: 'judge' } }],
        },
      ],
    });
    const { run, end } = await play(plan);
    expect(end).toMatchObject({ status: 'failed' });
    expect((await resultOf(run, 'a')).error?.code).toBe('verify.tampered');
  });

  test.each([
    ['whoever works there', { run: 'rm -r "$PWD"' }, { file: 'a' }],
    ['its checks', { run: 'echo a > a' }, { run: 'rm -r "$PWD"' }],
    ['a reviewer', { run: 'echo a > a' }, { file: 'a' }],
  ])('that takes all away, by %s, is a failure that spends a try', async (by, words, check) => {
    const { play } = stage();
    const judge = by === 'a reviewer' ? `rm -r "$PWD"; ${accept}` : accept;
    const plan = definePlan({
      agents: { author: command({ workspace: 'folder' }), judge: command({ run: judge }) },
      tasks: [
        {
          ...{ id: 'a', agent: 'author', retries: 1, backoff: { initial: '1ms' }, ...words },
          verify: [check, { review: { agent: 'judge' } }],
        },
      ],
    });
    const { run, end } = await play(plan);
    expect(end).toMatchObject({ status: 'failed' });
    expect(await resultOf(run, 'a')).toMatchObject({ status: 'failed', attempts: 2 });
  });

  test('by its own checks is not taken for that', async () => {
    const { play } = stage();
    const verify = [{ run: 'echo x > report' }, { file: 'report' }];
    const plan = commands([{ id: 'a', run: 'true', workspace: 'folder', verify }]);
    expect((await play(plan)).end).toMatchObject({ status: 'succeeded' });
  });

  test('in a long output is seen by whoever reads it', async () => {
    const { begin, resume } = stage();
    const long = 'i=0; while [ $i -lt 9000 ]; do echo "line $i of many"; i=$((i+1)); done';
    const plan = commands([
      { id: 'a', run: long },
      { id: 'gate', needs: ['a'], run: 'true', approve: true },
    ]);
    const { run, heard } = await begin(plan);
    await heard('task.asked', 'gate');
    await run.stop();
    const { output_file } = await resultOf(run, 'a');
    const path = join(run.folder.path, String(output_file));
    writeFileSync(path, readFileSync(path, 'utf8').replace('line 7', 'LINE 7'));
    const again = await resume(run.id);
    await again.run.approve('gate', 'ada');
    await again.played;
    expect((await resultOf(run, 'gate')).error?.message).toMatch(
      /^the output of a was changed after it had ended/,
    );
  });
});

describe('a check', () => {
  test('runs in a process group of its own, with an environment of its own', async () => {
    const { play, cwd } = stage();
    mkdirSync(join(cwd, 'seen'));
    const look = (who: string) =>
      `ps -o pgid= -p $$ > seen/${who}.group; env | cut -d= -f1 | sort > seen/${who}.names`;
    process.env.TROUPE_TEST_SECRET = 'hush';
    try {
      const verify = [{ run: look('check') }];
      const plan = commands([{ id: 'a', run: look('agent'), verify }]);
      expect((await play(plan)).end).toMatchObject({ status: 'succeeded' });
    } finally {
      delete process.env.TROUPE_TEST_SECRET;
    }
    const read = (name: string) => readFileSync(join(cwd, 'seen', name), 'utf8').trim();
    expect(read('check.group')).not.toBe(read('agent.group'));
    const names = read('check.names').split('\n');
    expect(names).toContain('TROUPE_TASK');
    expect(names).not.toContain('TROUPE_TEST_SECRET');
    // Whoever looks is not the agent that worked.
    expect(names).not.toContain('TROUPE_AGENT');
  });
});
