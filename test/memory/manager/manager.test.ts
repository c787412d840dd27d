/** Looking after memory: archive, pins, near-duplicates, stale files, export and import. */
import { appendFileSync, existsSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, describe, expect, test } from 'vitest';
import { type Memory, openMemory, readLines } from '../../../memory/index.ts';
import { tempFolders } from '../../app/temp.ts';
import { ManualTime } from '../manual-time.ts';
import { finished } from '../tasks.ts';

const temp = tempFolders('manager');
const opened: Memory[] = [];
afterEach(async () => {
  for (const memory of opened.splice(0)) await memory.close();
});

const time = new ManualTime();
function open(folder = temp()): Memory {
  const memory = openMemory({ folder, time });
  opened.push(memory);
  return memory;
}

const nobody: ReadonlySet<string> = new Set();
const cake = 'Bake a chocolate cake';
const login = 'The session of a user expires too soon';
const idOf = (memory: Memory, words: string): number => memory.meant(words)[0]?.id as number;
const promptsOf = async (memory: Memory, text: string): Promise<readonly string[]> =>
  (await memory.similar(text, 5)).map(({ task }) => task.prompt);

describe('what is archived', () => {
  test('is not found, is not remembered anew, and comes back whole', async () => {
    const memory = open();
    const task = finished(cake, { solution: 'in the oven', evidence: [] });
    await memory.remember([task, finished(login)]);
    memory.noteRecall('later', 'again', [idOf(memory, 'chocolate')]);
    const id = idOf(memory, 'chocolate');
    memory.manager.pin([id], 'on');
    expect(memory.manager.archive([{ id, why: 'in the way' }])).toBe(1);
    expect(await promptsOf(memory, cake)).toEqual([login]);
    await memory.remember([task]);
    expect(memory.count).toBe(1);
    expect([...memory.known('run-1')]).toContain(task.taskId);
    const [put] = memory.manager.archived('CHOCOLATE');
    expect(put).toMatchObject({ prompt: cake, why: 'in the way', archivedAt: time.now() });
    expect(await memory.manager.restore(memory.manager.archived(''))).toBe(1);
    expect(await promptsOf(memory, cake)).toContain(cake);
    expect(memory.meant('chocolate')).toMatchObject([{ ...task, pinned: true }]);
    expect(memory.manager.archived('')).toEqual([]);
    const back = memory.manager.surplus({ tasksMax: 0 }, new Set(['later']));
    expect(back.map(({ taskId }) => taskId)).not.toContain(task.taskId);
  });

  test('is meant by its run and its task, too, and can be forgotten', async () => {
    const memory = open();
    const task = finished(cake, { runId: 'run-9' });
    await memory.remember([task]);
    memory.manager.archive([{ id: idOf(memory, cake), why: '' }]);
    expect(memory.manager.archived('run-9')).toHaveLength(1);
    expect(memory.manager.archived(`run-9/${task.taskId}`)).toHaveLength(1);
    expect(memory.manager.archived('run-9/other')).toHaveLength(0);
    expect(await memory.forget(memory.meant('run-9').map(({ id }) => id))).toBe(1);
    expect(memory.manager.archived('')).toEqual([]);
    await memory.remember([task]);
    expect(memory.count).toBe(0);
  });

  test('keeps what a living run did, and what it was told of', async () => {
    const memory = open();
    await memory.remember([
      finished(cake, { runId: 'alive' }),
      finished(login, { runId: 'told' }),
      finished('Rename a module', { runId: 'gone' }),
    ]);
    memory.noteRecall('alive', 'x', [idOf(memory, login)]);
    const going = memory.manager.surplus({ tasksMax: 0 }, new Set(['alive']));
    expect(going.map(({ runId }) => runId)).toEqual(['gone']);
  });
});

describe('near-duplicates', () => {
  test('are kept once: the best stays, and is known for all of them', async () => {
    const memory = open();
    await memory.remember([
      finished('Add dark mode to the settings page', { outcome: 'failed', fault: 'no' }),
      finished('Add dark mode to the settings page'),
      finished('to the Settings page, add dark mode!', { finishedAt: Date.UTC(2026, 0, 2) }),
      finished('Rename the module m1 and its test'),
      finished('Rename the module m2 and its test'),
      finished(login),
    ]);
    const old = memory.meant('Add dark mode to the settings').find(({ outcome }) => {
      return outcome === 'succeeded';
    });
    memory.noteRecall('later', 'again', [old?.id as number]);
    const groups = memory.manager.duplicates(nobody);
    expect(groups).toEqual([
      { keeps: idOf(memory, 'to the Settings page, add'), likes: [old?.id] },
    ]);
    expect(memory.manager.consolidate(groups)).toBe(1);
    expect(memory.manager.archived('dark mode')[0]?.why).toContain('says the same as memory');
    const [kept] = memory.manager.surplus({ worthMin: 1 }, nobody).filter(({ uses }) => uses > 0);
    expect(kept?.id).toBe(groups[0]?.keeps);
    expect(memory.manager.duplicates(nobody)).toEqual([]);
  });

  test('stay when they are pinned or of a living run', async () => {
    const memory = open();
    await memory.remember([
      finished(cake, { finishedAt: 1, runId: 'alive' }),
      finished(cake, { finishedAt: 2 }),
      finished(cake, { finishedAt: 3 }),
    ]);
    const ids = memory.meant(cake).map(({ id }) => id);
    memory.manager.pin([ids[1] as number], 'on');
    expect(memory.manager.duplicates(new Set(['alive']))).toEqual([]);
  });

  test('are found among thousands, however many are the same', async () => {
    const memory = open();
    const same = Array.from({ length: 1_500 }, (_, at) => finished(cake, { finishedAt: at }));
    const others = Array.from({ length: 1_500 }, (_, at) => finished(`Rename the module m${at}x`));
    await memory.remember([...same, ...others]);
    const groups = memory.manager.duplicates(nobody);
    expect(groups).toHaveLength(1);
    expect(groups[0]?.likes).toHaveLength(1_499);
  });
});

describe('what has changed since', () => {
  test('is looked at and told, with the commit it was done at', async () => {
    const memory = open();
    const path = join(temp(), 'limits.txt');
    writeFileSync(path, '1');
    const file = { path, bytes: 1, sha256: 'of something else' };
    const files = [file];
    await memory.remember([finished(cake, { files, gitCommit: 'abcdef0123456789' })]);
    const [found] = await memory.similar(cake, 1);
    expect(found?.validity).toEqual({
      verdict: 'stale',
      why: 'limits.txt has changed since commit abcdef0123',
    });
    expect(memory.stats().stale).toBe(0);
    expect(await memory.manager.inspect(10)).toBe(1);
    expect(await memory.manager.inspect(10)).toBe(0);
    expect(memory.stats().stale).toBe(1);
    expect(memory.manager.health(nobody).reasons[0]).toContain('files that have changed');
  });
});

describe('an export', () => {
  const full = async (): Promise<Memory> => {
    const memory = open();
    await memory.remember([
      finished(cake, { files: [{ path: join('a', 'b'), bytes: 1, sha256: 'x' }], costUsd: null }),
      finished(login, { outcome: 'failed', fault: 'no', solution: '' }),
      finished('Rename a module'),
    ]);
    memory.noteRecall('later', 'again', [idOf(memory, cake)]);
    memory.manager.pin([idOf(memory, cake)], 'on');
    memory.manager.archive([{ id: idOf(memory, 'Rename'), why: 'in the way' }]);
    return memory;
  };

  test('has everything, and makes the same memory again', async () => {
    const file = join(temp(), 'deep', 'memory.jsonl');
    expect(await (await full()).manager.export(file)).toBe(3);
    const copy = open();
    expect(await copy.manager.import(readLines(file))).toEqual({ added: 3, known: 0, bad: [] });
    expect(await copy.manager.import(readLines(file))).toEqual({ added: 0, known: 3, bad: [] });
    const again = join(temp(), 'again.jsonl');
    await copy.manager.export(again);
    const lines = (path: string): readonly string[] => readFileSync(path, 'utf8').split('\n');
    expect(lines(again).toSorted()).toEqual(lines(file).toSorted());
    expect(await promptsOf(copy, cake)).toContain(cake);
    expect(copy.manager.archived('Rename')).toMatchObject([{ why: 'in the way' }]);
  });

  test('that is damaged loses no line but the bad ones, which are named', async () => {
    const file = join(temp(), 'memory.jsonl');
    await (await full()).manager.export(file);
    const lines = readFileSync(file, 'utf8').trimEnd().split('\n');
    lines.splice(2, 0, 'garbage', '{"run_id":"r","task_id":"t"}');
    writeFileSync(file, `${lines.join('\r\n')}\r\n{"run_id":"cut","ta`);
    const { added, bad } = await open().manager.import(readLines(file));
    expect(added).toBe(3);
    expect(bad.map(({ line }) => line)).toEqual([3, 4, 7]);
    expect(bad[0]?.why).toContain('not JSON');
    expect(bad[1]?.why).toContain('role');
  });

  test('brings no secret in, and nothing that was to be forgotten', async () => {
    const file = join(temp(), 'memory.jsonl');
    const memory = await full();
    await memory.manager.export(file);
    const text = readFileSync(file, 'utf8');
    writeFileSync(file, text.replace(cake, 'use sk-live-abcdefghijklmnop1234567890'));
    const copy = open();
    await copy.manager.import(readLines(file));
    expect(copy.meant('[redacted]')).toHaveLength(1);
    await copy.forget(copy.meant('[redacted]').map(({ id }) => id));
    expect(await copy.manager.import(readLines(file))).toMatchObject({ added: 0, known: 3 });
  });

  test('loses what is forgotten, and one that is somebody else’s now is left alone', async () => {
    const [file, other] = [join(temp(), 'memory.jsonl'), join(temp(), 'other.jsonl')];
    const memory = await full();
    for (const path of [file, other]) await memory.manager.export(path);
    writeFileSync(other, `${cake}\n`);
    appendFileSync(file, 'a line of mine\n');
    await memory.forget(memory.meant(cake).map(({ id }) => id));
    const text = readFileSync(file, 'utf8');
    expect(text).not.toContain('chocolate');
    expect(text).toContain(login);
    expect(text).toContain('a line of mine');
    expect(readFileSync(other, 'utf8')).toBe(`${cake}\n`);
    expect(existsSync(`${file}.${process.pid}.draft`)).toBe(false);
  });
});
