/** Memory through its door: what is remembered is found, survives, and can be forgotten. */
import { readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, describe, expect, test } from 'vitest';
import {
  type FinishedTask,
  type Memory,
  type MemoryOptions,
  openMemory,
} from '../../memory/index.ts';
import { tempFolders } from '../app/temp.ts';
import { ManualTime } from './manual-time.ts';
import { finished } from './tasks.ts';

const temp = tempFolders('memory');
const opened: Memory[] = [];
afterEach(async () => {
  for (const memory of opened.splice(0)) await memory.close();
});

function open(folder: string, more: Partial<MemoryOptions> = {}): Memory {
  const memory = openMemory({ folder, time: new ManualTime(), ...more });
  opened.push(memory);
  return memory;
}

const promptsOf = async (memory: Memory, text: string, count = 5): Promise<readonly string[]> =>
  (await memory.similar(text, count)).map(({ task }) => task.prompt);

const login = 'The session of a user expires too soon';
const cake = 'Bake a chocolate cake';
const tests = 'Write unit tests for the invoice calculator';

/** One bit of its vectors. */
function damage(file: string): void {
  const bytes = readFileSync(file);
  const at = Math.floor(bytes.length / 2);
  bytes[at] = (bytes[at] ?? 0) ^ 1;
  writeFileSync(file, bytes);
}

describe('what is remembered', () => {
  test('is nothing at first, and asking is answered', async () => {
    const memory = open(join(temp(), 'made', 'on', 'demand'));
    expect(memory.count).toBe(0);
    expect(await memory.similar('anything', 5)).toEqual([]);
  });

  test('is found by meaning, best first', async () => {
    const memory = open(temp());
    await memory.remember([finished(cake), finished(login), finished(tests)]);
    const found = await memory.similar('people are logged out too early', 2);
    expect(found.map(({ task }) => task.prompt)[0]).toBe(login);
    expect(found).toHaveLength(2);
    expect(found[0]?.score).toBeGreaterThan(found[1]?.score as number);
    expect(found[0]?.score).toBeLessThanOrEqual(1);
  });

  test('is seen at once, also by who has asked before and by another process', async () => {
    const folder = temp();
    const [one, other] = [open(folder), open(folder)];
    await one.remember([finished(cake)]);
    expect(await promptsOf(other, login)).toEqual([cake]);
    await other.remember([finished(login)]);
    expect((await promptsOf(one, login))[0]).toBe(login);
  });

  test('is all there after it was closed, with every field', async () => {
    const folder = temp();
    const task = finished(login, {
      evidence: [{ kind: 'run', passed: true, summary: 'npm test exited 0' }],
      gitCommit: 'abc123',
      costUsd: null,
      durationMs: 12.5,
      attempts: 3,
    });
    await open(folder).remember([task]);
    const [found] = await open(folder).similar(login, 1);
    expect(found?.task).toMatchObject({ ...task, supersededBy: null, pinned: false });
  });

  test('counts once for each task of a run', async () => {
    const memory = open(temp());
    const task = finished(login);
    await Promise.all([memory.remember([task, task]), memory.remember([task])]);
    expect(memory.count).toBe(1);
    expect([...memory.known('run-1')]).toEqual([task.taskId]);
  });

  test.each([
    [0, 1, 2],
    [2, 1, 0],
    [1, 2, 0],
  ])(
    'done several times counts as it was done last, kept in the order %d %d %d',
    async (...order) => {
      const memory = open(temp());
      const done = ['first', 'second', 'third'].map((solution, at) =>
        finished(login, { solution, finishedAt: Date.UTC(2026, 0, 1 + at) }),
      );
      for (const at of order) await memory.remember([done[at] as FinishedTask]);
      const found = await memory.similar(login, 3);
      const standing = found.filter(({ task }) => task.supersededBy === null);
      expect(standing.map(({ task }) => task.solution)).toEqual(['third']);
    },
  );

  test('holds thousands, also with a saved copy, and with a damaged one', async () => {
    const folder = temp();
    const many = Array.from({ length: 1_200 }, (_, at) => finished(`Rename module m${at}x`));
    const memory = open(folder);
    await memory.remember(many);
    await memory.tidy();
    expect(readdirSync(folder)).toContain('recollection.bin');
    await memory.remember([finished('Rename module zzz9')]);
    for (const harm of [() => {}, () => damage(join(folder, 'recollection.bin'))]) {
      harm();
      const again = open(folder);
      expect(again.count).toBe(1_201);
      expect((await promptsOf(again, 'm777x', 1))[0]).toBe('Rename module m777x');
      expect((await promptsOf(again, 'zzz9', 1))[0]).toBe('Rename module zzz9');
    }
  });

  test('holds no secret', async () => {
    const folder = temp();
    const memory = open(folder, { redact: ['Projekt \\w+'] });
    const key = 'sk-live-abcdefghijklmnop1234567890';
    await memory.remember([
      finished(`Call the API of Projekt Aurora with ${key}`, { solution: `used ${key}` }),
    ]);
    const [found] = await memory.similar('call the API', 1);
    expect(found?.task.prompt).toBe('Call the API of [redacted] with [redacted]');
    expect(found?.task.solution).toBe('used [redacted]');
    await memory.close();
    opened.length = 0;
    for (const name of readdirSync(folder)) {
      expect(readFileSync(join(folder, name)).includes(key), name).toBe(false);
    }
  });
});

describe('what is to be forgotten', () => {
  test('is in no file of memory any more, and does not come back', async () => {
    const folder = temp();
    const memory = open(folder);
    const secret = finished('Reorganise the Heffalump department');
    await memory.remember([secret, ...Array.from({ length: 600 }, (_, at) => finished(`t${at}`))]);
    await memory.tidy();
    const [found] = await memory.similar('Heffalump', 1);
    expect(await memory.forget([found?.task.id as number])).toBe(1);
    await memory.remember([secret]);
    expect(await promptsOf(memory, 'Heffalump', 1)).not.toContain(secret.prompt);
    expect(memory.count).toBe(600);
    for (const name of readdirSync(folder)) {
      const text = readFileSync(join(folder, name), 'latin1').toLowerCase();
      expect(text.includes('heffalump'), name).toBe(false);
    }
  });

  test('is gone for another process, too', async () => {
    const folder = temp();
    const [one, other] = [open(folder), open(folder)];
    await one.remember([finished(login), finished(cake)]);
    const [found] = await other.similar(login, 1);
    await one.forget([found?.task.id as number]);
    expect(await promptsOf(other, login)).toEqual([cake]);
  });
});

describe('a memory that can not be used', () => {
  test('says so when its file is something else', () => {
    const folder = temp();
    writeFileSync(
      join(folder, 'memory.db'),
      'no database at all, but a text of some length. '.repeat(50),
    );
    expect(() => openMemory({ folder, time: new ManualTime() })).toThrow(/memory.db can't be used/);
  });

  test('says so when it was written by a newer version', async () => {
    const folder = temp();
    const memory = open(folder);
    await memory.close();
    opened.length = 0;
    const { default: Libsql } = await import('libsql');
    const database = new Libsql(join(folder, 'memory.db'));
    database.exec('PRAGMA user_version = 99');
    database.close();
    expect(() => openMemory({ folder, time: new ManualTime() })).toThrow(/newer version/);
    rmSync(folder, { recursive: true });
  });
});
