/** Nothing is believed that was not checked: what decides whether a task succeeded. */
import { createHash } from 'node:crypto';
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { runningWith } from '../agents/processes.ts';
import { commands, linesIn, resultOf, stages, typesOf } from './stage.ts';

const stage = stages('verify');
const soon = { initial: '1ms' } as const;

describe('a task', () => {
  test('that lies is found out, and tried again', async () => {
    const { play, cwd } = stage();
    // Says that it is done each time, and is at the third.
    const run =
      'echo x >> tries; test $(wc -l < tries) -lt 3 || echo "# Notes" > notes.md; echo ok';
    const verify = { file: 'notes.md', matches: '^# Notes' };
    const played = await play(commands([{ id: 'a', run, verify, retries: 5, backoff: soon }]));
    expect(played.end).toMatchObject({ status: 'succeeded' });
    expect(linesIn(join(cwd, 'tries'))).toHaveLength(3);
    expect(typesOf(played.facts, 'a').filter((type) => type === 'task.retrying')).toHaveLength(2);
    expect(played.facts.find(({ type }) => type === 'task.retrying')).toMatchObject({
      fault: { code: 'verify.failed', message: 'notes.md is not there', retryable: true },
    });
    const { status, attempts, evidence } = await resultOf(played.run, 'a');
    expect({ status, attempts }).toEqual({ status: 'completed', attempts: 3 });
    expect(evidence).toEqual([
      expect.objectContaining({ kind: 'exit', passed: true }),
      {
        kind: 'file',
        passed: true,
        summary: 'notes.md matches /^# Notes/',
        facts: {
          file: 'notes.md',
          bytes: 8,
          sha256: createHash('sha256').update('# Notes\n').digest('hex'),
          matches: '^# Notes',
        },
      },
    ]);
  });

  test('that always lies fails for what is not there, though it exited 0', async () => {
    const verify = [{ file: 'notes.md' }, { run: 'echo no luck >&2; exit 4' }];
    const { play } = stage();
    const { run, end } = await play(commands([{ id: 'a', run: 'true', verify }]));
    expect(end).toMatchObject({ status: 'failed' });
    const { status, error, evidence } = await resultOf(run, 'a');
    expect(status).toBe('failed');
    expect(error?.code).toBe('verify.failed');
    expect(error?.message).toMatch(/^notes\.md is not there; `sh -c .*` exited 4: no luck$/);
    expect(evidence.map(({ kind, passed }) => [kind, passed])).toEqual([
      ['exit', true],
      ['file', false],
      ['run', false],
    ]);
  });

  test('that exits otherwise than 0 is not even checked', async () => {
    const { play, cwd } = stage();
    const verify = { run: ['touch', 'checked'] };
    const { run } = await play(commands([{ id: 'a', run: 'echo sorry >&2; exit 7', verify }]));
    expect((await resultOf(run, 'a')).error).toMatchObject({
      code: 'agent.exited',
      message: 'sh exited 7: sorry',
    });
    expect(existsSync(join(cwd, 'checked'))).toBe(false);
  });
});

describe('a schema', () => {
  const verify = { schema: { type: 'object', required: ['total'] } };

  test.each([
    ['{"total": 3}', 'completed', null],
    ['{"sum": 3}', 'failed', "the output must have required property 'total'"],
    ['The total is 3.', 'failed', 'the output is not JSON'],
    ['', 'failed', 'the output is not JSON'],
  ])('judges the output %s: %s', async (output, status, message) => {
    const { play } = stage();
    const task = { id: 'a', run: ['printf', '%s', output], verify };
    const { run } = await play(commands([task]));
    const result = await resultOf(run, 'a');
    expect(result.status).toBe(status);
    if (message) expect(result.error?.message).toContain(message);
  });

  test('judges all of a long output, not only its end', async () => {
    const script =
      'process.stdout.write(JSON.stringify({ total: 1, list: Array(300_000).fill("x") }))';
    const { play } = stage();
    const { run } = await play(commands([{ id: 'a', run: ['node', '-e', script], verify }]));
    const result = await resultOf(run, 'a');
    expect(result.status).toBe('completed');
    expect(result.output.length).toBeLessThan(70_000);
    const whole = readFileSync(join(run.folder.path, result.output_file ?? ''), 'utf8');
    expect(JSON.parse(whole)).toMatchObject({ total: 1 });
  });
});

describe('a command that checks', () => {
  test('sees what the attempt saw: its artifacts, inputs, results and variables', async () => {
    const line = [
      'test -s "$TROUPE_ARTIFACTS/x.txt"',
      'test "$TROUPE_INPUT_WHO" = ada',
      'test "$TROUPE_RESULT_FIRST" = one',
      'test "$COLOUR $TROUPE_TASK $TROUPE_ROLE $TROUPE_ATTEMPT" = "red a worker 1"',
      'test -z "$SECRET"',
    ].join(' && ');
    const first = { id: 'first', run: 'echo one' };
    const write = 'echo x > "$TROUPE_ARTIFACTS/x.txt"';
    const a = { id: 'a', needs: ['first'], run: write, env: { COLOUR: 'red' } };
    const { play } = stage();
    process.env.SECRET = 'the key';
    const { run } = await play(
      commands([first, { ...a, verify: { run: line } }], {
        inputs: { who: 'ada' },
      }),
    ).finally(() => {
      delete process.env.SECRET;
    });
    expect(await resultOf(run, 'a')).toMatchObject({
      status: 'completed',
      artifacts: ['artifacts/a/x.txt'],
    });
  });

  test('has a limit of its own, and ends at it with all that it started', async () => {
    const { play } = stage();
    const verify = { run: 'sleep 600 & sleep 600', timeout: '100ms' };
    const { run } = await play(commands([{ id: 'a', run: 'true', verify }]));
    expect((await resultOf(run, 'a')).error?.message).toContain('no answer within 100 ms');
    expect(runningWith(`TROUPE_RUN=${run.id}`)).toEqual([]);
  });

  test('has no more time than all checks have together', async () => {
    const { play } = stage();
    const verify = [{ run: 'sleep 600' }, { file: 'x' }];
    const task = { id: 'a', run: 'true', verify, verifyTimeout: '200ms' };
    const { run, end } = await play(commands([task]));
    expect(end).toMatchObject({ status: 'failed' });
    expect(['verify.timed-out', 'verify.failed']).toContain((await resultOf(run, 'a')).error?.code);
  });

  test('that is not there fails the task, and names itself', async () => {
    const { play } = stage();
    const verify = { run: ['no-such-checker'] };
    const { run } = await play(commands([{ id: 'a', run: 'true', verify }]));
    expect((await resultOf(run, 'a')).error?.message).toContain('"no-such-checker" was not found');
  });
});
