/** Embedders that a person may choose: an API, a local model; what happens when they fail. */
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { ApiEmbedder } from '../../../memory/embedding/api-embedder.ts';
import { LocalTransformers } from '../../../memory/embedding/local-transformers.ts';
import { type Embedder, type Memory, openMemory } from '../../../memory/index.ts';
import { tempFolders } from '../../app/temp.ts';
import { ManualTime } from '../manual-time.ts';
import { finished } from '../tasks.ts';
import { type EmbeddingServer, startEmbeddingServer } from './embedding-server.ts';

const temp = tempFolders('embedders');
const time = new ManualTime();
let server: EmbeddingServer;
beforeEach(async () => {
  server = await startEmbeddingServer();
});
const opened: Memory[] = [];
afterEach(async () => {
  for (const memory of opened.splice(0)) await memory.close();
  await server.close();
});

const api = (model = 'small', key: string | null = 'sk-secret'): ApiEmbedder =>
  new ApiEmbedder({ baseUrl: server.url, model, key, time });

function open(folder: string, embedder?: Embedder): Memory {
  const memory = openMemory({ folder, time, ...(embedder && { embedder }) });
  opened.push(memory);
  return memory;
}

const first = async (memory: Memory, text: string): Promise<string | undefined> =>
  (await memory.similar(text, 1))[0]?.task.prompt;

const login = 'The session of a user expires too soon';
const cake = 'Bake a chocolate cake';

describe('an embedding by an API', () => {
  test('gives unit vectors in the order of the texts, and says who it is', async () => {
    const embedder = api();
    const texts = [login, cake, '', ...Array.from({ length: 100 }, () => cake)];
    const vectors = await embedder.embed(texts);
    expect(vectors).toHaveLength(103);
    expect(vectors[0]?.[0]).toBeGreaterThan(0.9);
    expect(vectors[1]?.[1]).toBeGreaterThan(0.9);
    expect([...(vectors[2] ?? [])]).toEqual([0, 0, 0, 0]);
    expect(embedder.id).toBe(`api:${new URL(server.url).host}/small`);
    expect(embedder.dimensions).toBe(4);
    expect(server.asked).toHaveLength(2);
    expect(server.asked[0]).toEqual({ model: 'small', authorization: 'Bearer sk-secret' });
    await api('small', null).embed(['x']);
    expect(server.asked.at(-1)?.authorization).toBeUndefined();
  });

  test('is asked again when the server has too much to do', async () => {
    server.statuses.push(429, 503);
    expect(await api().embed([cake])).toHaveLength(1);
    server.statuses.push(500, 500, 500);
    await expect(api().embed([cake])).rejects.toThrow(/status 500/);
  });

  test.each([
    ['refuses the key', { statuses: [401] }, /status 401/],
    ['answers with too few vectors', { answer: 'one too few' }, /something else/],
    ['answers with no JSON', { answer: 'no json' }, /something else/],
  ])('says so, without the key, when the server %s', async (_, harm, told) => {
    Object.assign(server, harm);
    const error = await api()
      .embed([cake])
      .catch((reason: Error) => reason);
    expect((error as Error).message).toMatch(told);
    expect(JSON.stringify(error) + (error as Error).message).not.toContain('sk-secret');
  });
});

describe('a memory with an embedding by an API', () => {
  test('finds by its meanings', async () => {
    const memory = open(temp(), api());
    await memory.remember([finished(login), finished(cake)]);
    expect(await first(memory, 'dessert')).toBe(cake);
    expect(await first(memory, 'login')).toBe(login);
    expect(memory.stats()).toMatchObject({ embedder: api().id, outdated: 0 });
  });

  test('loses nothing when it fails, finds by words, and makes up for it later', async () => {
    const folder = temp();
    const memory = open(folder, api());
    server.statuses.push(401);
    await memory.remember([finished(login), finished(cake)]);
    expect(memory.stats()).toMatchObject({ tasks: 2, outdated: 2 });
    expect(memory.stats().embedder_trouble).toContain('status 401');
    server.statuses.push(401);
    expect(await first(memory, 'chocolate')).toBe(cake);
    const told: number[] = [];
    expect(await memory.manager.renew(10, (renewed) => told.push(renewed))).toBe(2);
    expect(told).toEqual([2]);
    expect(await first(memory, 'dessert')).toBe(cake);
    expect(memory.stats()).toMatchObject({ outdated: 0, embedder_trouble: null });
    expect(await first(open(folder, api()), 'dessert')).toBe(cake);
  });

  test('that takes the place of another one embeds anew, seen by who has it open', async () => {
    const folder = temp();
    const before = open(folder);
    const many = Array.from({ length: 150 }, (_, at) => finished(`Rename module m${at}`));
    await before.remember([...many, finished(cake), finished(cake, { runId: 'run-2' })]);
    expect(await first(before, 'a dessert')).toBe(cake);
    await before.close();
    opened.length = 0;
    const [one, other] = [open(folder, api()), open(folder, api())];
    expect(await first(other, 'dessert')).toBeUndefined();
    expect(await one.manager.renew(100)).toBe(100);
    expect(one.manager.outdated()).toBe(52);
    expect(await one.manager.renew(100)).toBe(52);
    expect(await first(other, 'dessert')).toBe(cake);
    const [found, twin] = await other.similar('dessert', 2);
    expect([found?.task.prompt, twin?.task.prompt]).toEqual([cake, cake]);
    const back = open(folder);
    await back.manager.renew(1_000);
    expect(await first(back, 'a dessert')).toBe(cake);
  });
});

describe('an embedding by a model on this machine', () => {
  /** Stands for the package that a person installs: of its form, and no more. */
  function install(folder: string, code: string): void {
    const place = join(folder, 'node_modules', '@huggingface', 'transformers');
    mkdirSync(place, { recursive: true });
    const about = { name: '@huggingface/transformers', type: 'module', main: 'index.js' };
    writeFileSync(join(place, 'package.json'), JSON.stringify(about));
    writeFileSync(join(place, 'index.js'), code);
  }

  test('is used when its package is installed', async () => {
    const folder = temp();
    const code = `export const pipeline = async (task, model) => async (texts, { pooling }) => ({
      tolist: () => texts.map((text) => [text.length, task.length, model.length, pooling.length]),
    });`;
    install(folder, code);
    const embedder = new LocalTransformers('all-mini', folder);
    const vectors = await embedder.embed(Array.from({ length: 20 }, () => 'ten letters'));
    expect(vectors).toHaveLength(20);
    expect(Math.hypot(...(vectors[0] ?? []))).toBeCloseTo(1, 5);
    expect(embedder).toMatchObject({ id: 'transformers:all-mini', dimensions: 4 });
  });

  test('says what is missing', async () => {
    const folder = temp();
    await expect(new LocalTransformers('m', folder).embed(['x'])).rejects.toThrow(/not installed/);
    install(folder, 'export const pipeline = async () => { throw new Error("no such model"); };');
    const broken = new LocalTransformers('m', folder).embed(['x']);
    await expect(broken).rejects.toThrow(/can't be used: no such model/);
  });
});
