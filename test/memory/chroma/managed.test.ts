/** Memory over a Chroma server of its own: level, shared, killed, emptied, and made again. */
import { existsSync, mkdirSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, beforeAll, describe, expect, test } from 'vitest';
import { findBinding, setUp } from '../../../memory/chroma/binding.ts';
import { ChromaIndex } from '../../../memory/chroma/chroma-index.ts';
import { type Memory, type MemoryOptions, openMemory } from '../../../memory/index.ts';
import { tempFolders } from '../../app/temp.ts';
import { labelledSets } from '../quality/labelled.ts';
import { realTime } from '../real-time.ts';
import { finished } from '../tasks.ts';

const temp = tempFolders('managed');
const libraries = temp();
const opened: Memory[] = [];
afterEach(async () => {
  for (const memory of opened.splice(0)) await memory.close();
});

/** A folder whose Chroma is set up already: the copy is made once for all. */
function newFolder(): string {
  const folder = temp();
  mkdirSync(join(folder, 'chroma'));
  symlinkSync(libraries, join(folder, 'chroma', 'libraries'));
  return folder;
}

function open(folder: string, more: Partial<MemoryOptions> = {}): Memory {
  const memory = openMemory({ folder, time: realTime, store: 'chroma', ...more });
  opened.push(memory);
  return memory;
}

async function closeAll(): Promise<void> {
  for (const memory of opened.splice(0)) await memory.close();
}

const addressOf = (folder: string): { url: string; pid: number } =>
  JSON.parse(readFileSync(join(folder, 'chroma', 'server.json'), 'utf8'));

const many = (count: number, run = 'run-1') =>
  Array.from({ length: count }, (_, at) =>
    finished(`Rename the module m${at} and its test`, { runId: run, taskId: `t${at}` }),
  );

const first = async (memory: Memory, text: string): Promise<string | undefined> =>
  (await memory.similar(text, 1))[0]?.task.prompt;

// There is no Chroma for this kind of machine: `findBinding` says why.
describe.skipIf(findBinding(libraries).kind === 'missing')('a memory with a server', () => {
  beforeAll(() => {
    setUp(libraries);
  });

  test('answers from the first moment, and the server gets it all', async () => {
    const memory = open(newFolder());
    await memory.remember([...many(1_500), finished('Bake a cake')]);
    expect(await first(memory, 'a dessert from the oven')).toBe('Bake a cake');
    await memory.level();
    expect(await memory.store()).toMatchObject({ kind: 'chroma', backlog: 0 });
    expect(await first(memory, 'a dessert from the oven')).toBe('Bake a cake');
    expect(await first(memory, 'm777')).toBe('Rename the module m777 and its test');
  });

  test('gives the same answers as the exact index', async () => {
    const folder = newFolder();
    const questions = labelledSets.coding.slice(0, 40).map(({ question }) => question);
    const texts = [...questions, 'kubectl rollout', 'E11000'];
    const memory = open(folder);
    const prompts = Object.values(labelledSets).flatMap((set) => set.flatMap(({ right }) => right));
    await memory.remember([...new Set(prompts)].map((prompt) => finished(prompt)));
    await memory.level();
    const answers = (of: Memory) =>
      Promise.all(
        texts.map(async (text) => {
          const found = await of.similar(text, 3);
          return found.map(({ score, task }) => [score.toFixed(4), task.taskId]);
        }),
      );
    const withServer = await answers(memory);
    expect(await answers(open(folder, { store: 'exact' }))).toEqual(withServer);
  });

  test('shares its server with others of the same home, who see what is new', async () => {
    const folder = newFolder();
    const [one, other] = [open(folder), open(folder, { store: 'auto' })];
    await one.remember(many(20));
    await one.level();
    expect(await other.store()).toMatchObject({ kind: 'chroma' });
    await one.remember([finished('Bake a cake')]);
    expect(await first(other, 'dessert')).toBe('Bake a cake');
    expect((await other.store()).why).toContain('runs');
  });

  test('goes on without the server when it is killed, and levels the next one', async () => {
    const folder = newFolder();
    const memory = open(folder);
    await memory.remember(many(300));
    await memory.level();
    process.kill(addressOf(folder).pid, 'SIGKILL');
    await memory.remember([finished('Bake a cake')]);
    expect(await first(memory, 'dessert')).toBe('Bake a cake');
    expect(await first(memory, 'm123')).toBe('Rename the module m123 and its test');
    expect(await memory.store()).toMatchObject({ kind: 'exact' });
    await closeAll();
    const next = open(folder);
    await next.level();
    expect(await next.store()).toMatchObject({ kind: 'chroma', backlog: 0 });
    expect(await first(next, 'dessert')).toBe('Bake a cake');
  });

  test('feeds an index again that has lost something', async () => {
    const folder = newFolder();
    const memory = open(folder);
    await memory.remember(many(300));
    await memory.level();
    await closeAll();
    rmSync(join(folder, 'chroma', 'data'), { recursive: true });
    const again = open(folder);
    await again.level();
    expect(await again.store()).toMatchObject({ kind: 'chroma', backlog: 0 });
    expect(await first(again, 'm250')).toBe('Rename the module m250 and its test');
  });

  test('makes torn data again that no server can open', async () => {
    const folder = newFolder();
    const memory = open(folder);
    await memory.remember(many(50));
    await memory.level();
    await closeAll();
    writeFileSync(join(folder, 'chroma', 'data', 'chroma.sqlite3'), 'torn'.repeat(4_096));
    const again = open(folder);
    await again.level();
    expect(await again.store()).toMatchObject({ kind: 'chroma', backlog: 0 });
  });

  test('leaves no server behind', async () => {
    const folder = newFolder();
    const memory = open(folder);
    await memory.store();
    const { pid } = addressOf(folder);
    await closeAll();
    expect(() => process.kill(pid, 0)).toThrow(/ESRCH/);
    expect(existsSync(join(folder, 'chroma', 'server.json'))).toBe(false);
  });

  test('takes what is forgotten out of the collection', async () => {
    const folder = newFolder();
    const memory = open(folder);
    await memory.remember([...many(10), finished('Bake a cake')]);
    await memory.level();
    await memory.remember([finished('Bake a cake', { taskId: 'again', runId: 'run-2' })]);
    await memory.level();
    const twins = await memory.similar('dessert', 2);
    expect(twins.map(({ task }) => task.prompt)).toEqual(['Bake a cake', 'Bake a cake']);
    const [found] = twins.filter(({ task }) => task.runId === 'run-1');
    await memory.forget([found?.task.id as number]);
    await memory.level();
    const [heir] = await memory.similar('dessert', 1);
    expect(heir?.task).toMatchObject({ prompt: 'Bake a cake', runId: 'run-2' });
    await memory.forget([heir?.task.id as number]);
    await memory.level();
    expect(await first(memory, 'dessert')).not.toBe('Bake a cake');
    expect((await memory.store()).backlog).toBe(0);
  });

  test('uses a server that somebody else runs, by its address', async () => {
    const host = newFolder();
    await open(host).store();
    const { url } = addressOf(host);
    const memory = open(temp(), { store: 'auto', chroma: { url, headers: { 'X-Who': 'tester' } } });
    await memory.remember(many(30));
    await memory.level();
    expect(await memory.store()).toMatchObject({ kind: 'chroma', why: 'CHROMA_URL names it' });
    expect(await first(memory, 'm7')).toBe('Rename the module m7 and its test');
    await (await ChromaIndex.open({ url, headers: {} }, 'other')).clear();
  });

  test('says so when the address leads nowhere, and answers all the same', async () => {
    const chroma = { url: 'http://127.0.0.1:9', headers: {} };
    const memory = open(temp(), { store: 'auto', chroma });
    await memory.remember(many(3));
    expect(await first(memory, 'm1')).toBe('Rename the module m1 and its test');
    expect(await memory.store()).toMatchObject({ kind: 'exact' });
    expect((await memory.store()).why).toContain('does not answer');
    await expect(open(temp(), { chroma }).similar('x', 1)).rejects.toThrow(/does not answer/);
  });
});
