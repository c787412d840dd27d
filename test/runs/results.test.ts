/** The result file of a task: its format, and that it is always there whole. */
import {
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { taskId } from '../../machines/ids.ts';
import type { Fault } from '../../machines/outcome.ts';
import {
  artifactsFolder,
  markOf,
  ResultWriter,
  readResult,
  resultOf,
  resultPath,
  type TaskResult,
} from '../../src/runs/results.ts';
import { tempFolders, writeFiles } from '../app/temp.ts';
import { folderIn, outputOf, recordOf, succeededWith } from './samples.ts';

const temp = tempFolders('results');

const fault: Fault = { code: 'agent.exited', message: 'cat exited 1', retryable: true };

describe('a result', () => {
  test('has the words that scripts know, and no others', () => {
    expect(resultOf(recordOf(), ['artifacts/build/a.txt'])).toEqual({
      task_id: 'build',
      agent_id: 'worker-1',
      status: 'completed',
      output: 'done\n',
      output_file: null,
      duration_ms: 1_500,
      attempts: 1,
      evidence: [{ kind: 'exit', passed: true, summary: 'cat exited 0', facts: { exitCode: 0 } }],
      usage: { inputTokens: 0, outputTokens: 0, costUsd: 0 },
      cost_usd: 0,
      artifacts: ['artifacts/build/a.txt'],
    });
  });

  test('says what went wrong', () => {
    expect(resultOf(recordOf({ status: 'failed', fault }), [])).toMatchObject({
      status: 'failed',
      error: fault,
    });
  });

  test('of a task that never ran has no agent, output or time', () => {
    const record = recordOf({ status: 'skipped', agent: null, attempts: 0, outcome: null, fault });
    expect(resultOf({ ...record, evidence: [] }, [])).toMatchObject({
      agent_id: null,
      status: 'skipped',
      output: '',
      output_file: null,
      duration_ms: 0,
      attempts: 0,
      evidence: [],
      cost_usd: 0,
    });
  });

  test('names the file of its whole output, and an unknown price is null', () => {
    const path = 'streams/build/1.out.txt';
    const outcome = succeededWith(outputOf('the end', { path, bytes: 1_000_000 }));
    const usage = { inputTokens: 1, outputTokens: 2, costUsd: null };
    const result = resultOf(recordOf({ outcome: { ...outcome, usage } }), []);
    expect(result).toMatchObject({ output: 'the end', output_file: path, cost_usd: null, usage });
  });

  test.each([
    ['succeeded', 'completed', '✓'],
    ['failed', 'failed', '✗'],
    ['skipped', 'skipped', '–'],
    ['cancelled', 'cancelled', '⊘'],
  ] as const)('%s is told as %s %s', (status, word, mark) => {
    expect(resultOf(recordOf({ status }), []).status).toBe(word);
    expect(markOf(word)).toBe(mark);
  });
});

describe('a result file', () => {
  test('is there, whole and readable, once it is written', async () => {
    const folder = await folderIn(temp());
    await new ResultWriter(folder).write(recordOf());
    const text = readFileSync(resultPath(folder, 'build'), 'utf8');
    expect(text).toMatch(/\}\n$/);
    expect(JSON.parse(text)).toEqual(resultOf(recordOf(), []));
    expect(await readResult(folder, 'build')).toEqual(resultOf(recordOf(), []));
    expect(readdirSync(folder.results)).toEqual(['build.json']);
  });

  test('of a task that has none is null', async () => {
    expect(await readResult(await folderIn(temp()), 'build')).toBeNull();
  });

  test('lists the artifacts, sorted, and follows no link', async () => {
    const folder = await folderIn(temp());
    const artifacts = artifactsFolder(folder, 'build');
    writeFiles(artifacts, { 'b.txt': 'b', 'a/z.txt': 'z', 'a/y/x.txt': 'x', ä: '' });
    mkdirSync(join(artifacts, 'empty'));
    symlinkSync('/etc', join(artifacts, 'elsewhere'));
    symlinkSync('/nowhere', join(artifacts, 'dangling'));
    await new ResultWriter(folder).write(recordOf());
    expect((await readResult(folder, 'build'))?.artifacts).toEqual([
      'artifacts/build/a/y/x.txt',
      'artifacts/build/a/z.txt',
      'artifacts/build/b.txt',
      'artifacts/build/ä',
    ]);
  });

  test('is written also when an agent made a file of its artifacts folder', async () => {
    const folder = await folderIn(temp());
    writeFileSync(artifactsFolder(folder, 'build'), 'no folder');
    await new ResultWriter(folder).write(recordOf());
    expect((await readResult(folder, 'build'))?.artifacts).toEqual([]);
  });

  test('that is written twice at once has the last record in the end', async () => {
    const folder = await folderIn(temp());
    const writer = new ResultWriter(folder);
    const attempts = [1, 2, 3, 4, 5, 6, 7, 8];
    await Promise.all(attempts.map((count) => writer.write(recordOf({ attempts: count }))));
    expect((await readResult(folder, 'build'))?.attempts).toBe(8);
    expect(readdirSync(folder.results)).toEqual(['build.json']);
  });

  test('is waited for when it is on its way, and only then', async () => {
    const folder = await folderIn(temp());
    const writer = new ResultWriter(folder);
    await writer.written('build');
    const writing = writer.write(recordOf());
    expect(existsSync(resultPath(folder, 'build'))).toBe(false);
    await writer.written('build');
    expect(existsSync(resultPath(folder, 'build'))).toBe(true);
    await writing;
  });

  test('that can not be written rejects, and nobody waits for it for ever', async () => {
    const folder = await folderIn(temp());
    const writer = new ResultWriter({ ...folder, results: join(folder.plan, 'no-folder') });
    const writing = writer.write(recordOf());
    const waiting = writer.written('build');
    await expect(writing).rejects.toThrow();
    await waiting;
    await writer.written('build');
  });

  test('hundreds are written a few at a time, and all are there', async () => {
    const folder = await folderIn(temp());
    const writer = new ResultWriter(folder);
    const ids = Array.from({ length: 500 }, (_, at) => `task-${at}`);
    await Promise.all(ids.map((id) => writer.write(recordOf({ task: taskId(id) }))));
    const results = await Promise.all(ids.map((id) => readResult(folder, id)));
    expect(results.map((result: TaskResult | null) => result?.task_id)).toEqual(ids);
  });

  test('keeps every byte of a hostile output', async () => {
    const folder = await folderIn(temp());
    const text = '"}\n\0\x1b[2J\u2028</script>\u{1f600}\\';
    await new ResultWriter(folder).write(recordOf({ outcome: succeededWith(outputOf(text)) }));
    expect((await readResult(folder, 'build'))?.output).toBe(text);
  });
});
