/** The result file of a task: its format, and that it is always there whole. */
import { mkdirSync, readdirSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import type { Fault } from '../../machines/outcome.ts';
import {
  artifactsFolder,
  markOf,
  readResult,
  resultOf,
  resultPath,
  writeResult,
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
      verified: { author: 'worker-1', by: ['runtime'], output_sha256: 'abc', tree: null },
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
    const record = recordOf({ outcome: { ...outcome, usage }, costUsd: null });
    const result = resultOf(record, []);
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
    const folder = folderIn(temp());
    writeResult(folder, recordOf());
    const text = readFileSync(resultPath(folder, 'build'), 'utf8');
    expect(text).toMatch(/\}\n$/);
    expect(JSON.parse(text)).toEqual(resultOf(recordOf(), []));
    expect(await readResult(folder, 'build')).toEqual(resultOf(recordOf(), []));
    expect(readdirSync(folder.results)).toEqual(['build.json']);
  });

  test('of a task that has none is null', async () => {
    expect(await readResult(folderIn(temp()), 'build')).toBeNull();
  });

  test('lists the artifacts, sorted, and follows no link', async () => {
    const folder = folderIn(temp());
    const artifacts = artifactsFolder(folder, 'build');
    writeFiles(artifacts, { 'b.txt': 'b', 'a/z.txt': 'z', 'a/y/x.txt': 'x', ä: '' });
    mkdirSync(join(artifacts, 'empty'));
    symlinkSync('/etc', join(artifacts, 'elsewhere'));
    symlinkSync('/nowhere', join(artifacts, 'dangling'));
    writeResult(folder, recordOf());
    expect((await readResult(folder, 'build'))?.artifacts).toEqual([
      'artifacts/build/a/y/x.txt',
      'artifacts/build/a/z.txt',
      'artifacts/build/b.txt',
      'artifacts/build/ä',
    ]);
  });

  test('is written also when an agent made a file of its artifacts folder', async () => {
    const folder = folderIn(temp());
    writeFileSync(artifactsFolder(folder, 'build'), 'no folder');
    writeResult(folder, recordOf());
    expect((await readResult(folder, 'build'))?.artifacts).toEqual([]);
  });

  test('that is written again has the last record', async () => {
    const folder = folderIn(temp());
    for (const attempts of [1, 2, 3]) writeResult(folder, recordOf({ attempts }));
    expect((await readResult(folder, 'build'))?.attempts).toBe(3);
    expect(readdirSync(folder.results)).toEqual(['build.json']);
  });

  test('that can not be written throws, and leaves the old one', async () => {
    const folder = folderIn(temp());
    const nowhere = { ...folder, results: join(folder.plan, 'no-folder') };
    expect(() => writeResult(nowhere, recordOf())).toThrow(/can't be written/);
    expect(await readResult(folder, 'build')).toBeNull();
  });

  test('makes its folder again when somebody took it away', async () => {
    const folder = folderIn(temp());
    rmSync(folder.results, { recursive: true });
    writeResult(folder, recordOf());
    expect((await readResult(folder, 'build'))?.task_id).toBe('build');
  });

  test('names ten thousand artifacts and no more', async () => {
    const folder = folderIn(temp());
    const artifacts = artifactsFolder(folder, 'build');
    mkdirSync(artifacts);
    for (let at = 0; at < 10_001; at += 1) writeFileSync(join(artifacts, `${at}`), '');
    writeResult(folder, recordOf());
    expect((await readResult(folder, 'build'))?.artifacts).toHaveLength(10_000);
  });

  test('keeps every byte of a hostile output', async () => {
    const folder = folderIn(temp());
    const text = '"}\n\0\x1b[2J\u2028</script>\u{1f600}\\';
    writeResult(folder, recordOf({ outcome: succeededWith(outputOf(text)) }));
    expect((await readResult(folder, 'build'))?.output).toBe(text);
  });
});
