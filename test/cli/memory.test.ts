/** `troupe memory`, as a person types it: numbers, a server that is made to run, forgetting. */
import { appendFileSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { findBinding } from '../../memory/chroma/binding.ts';
import {
  type EmbeddingServer,
  startEmbeddingServer,
} from '../memory/embedding/embedding-server.ts';
import { Desk, jsonLines } from './troupe.ts';

const plan = `
name: demo
agents: { coder: { adapter: command } }
tasks:
  - { id: login, prompt: The session of a user expires too soon, run: echo longer lifetime }
  - { id: cake, prompt: Bake a Gugelhupf for Anna, run: "echo no oven >&2; exit 3" }
`;

async function deskAfterRun(): Promise<Desk> {
  const desk = new Desk();
  writeFileSync(desk.path('plan.yaml'), plan);
  await desk.type(['run', 'plan.yaml', '--quiet']);
  return desk;
}

describe('troupe memory stats', () => {
  test('counts what is remembered, and says what searches', async () => {
    const desk = await deskAfterRun();
    const { code, stdout } = await desk.type(['memory', 'stats', '--json']);
    expect(code).toBe(0);
    const [stats] = jsonLines(stdout);
    expect(stats).toMatchObject({ tasks: 2, succeeded: 1, failed: 1, runs: 1, store: 'exact' });
    expect(stats?.recall).toMatchObject({ told: { tasks: 0, success: null } });
    const told = await desk.type(['memory']);
    expect(told.stdout).toContain('2 of 1 run');
    expect(told.stdout).toContain('none yet');
  });
});

describe('troupe memory forget', () => {
  test('shows first what would go, and then takes it out for good', async () => {
    const desk = await deskAfterRun();
    const shown = await desk.type(['memory', 'forget', 'gugelhupf']);
    expect(shown.stdout).toContain('Bake a Gugelhupf for Anna');
    expect(shown.stderr).toContain('troupe memory forget gugelhupf --yes');
    expect(shown.stdout).toContain('memory, 1 conversation');
    expect(shown.stderr).toContain('keep journal, results, artifacts and streams');
    const done = await desk.type(['memory', 'forget', 'gugelhupf', '--yes', '--json']);
    expect(jsonLines(done.stdout)[0]).toMatchObject({ forgotten: 1, tasks: [{ task_id: 'cake' }] });
    const { stdout } = await desk.type(['similar', 'Gugelhupf', '--json']);
    expect(stdout).not.toContain('Gugelhupf');
    const folder = desk.path('.troupe', 'memory');
    for (const name of readdirSync(folder).filter((each) => each.startsWith('memory.db'))) {
      const text = readFileSync(desk.path('.troupe', 'memory', name), 'latin1');
      expect(text.includes('Gugelhupf'), name).toBe(false);
    }
  });

  test('takes a run, or a task of it', async () => {
    const desk = await deskAfterRun();
    const [run = ''] = readdirSync(desk.path('.troupe', 'runs'));
    const one = await desk.type(['memory', 'forget', `${run}/login`, '--json']);
    expect(jsonLines(one.stdout)[0]).toMatchObject({ forgotten: 0, tasks: [{ task_id: 'login' }] });
    const all = await desk.type(['memory', 'forget', run, '--yes', '--json']);
    expect(jsonLines(all.stdout)[0]).toMatchObject({ forgotten: 2 });
  });

  test('says so when nothing is meant', async () => {
    const { code, stderr } = await (await deskAfterRun()).type(['memory', 'forget', 'nonesuch']);
    expect(code).toBe(2);
    expect(stderr).toContain('nothing that is remembered is "nonesuch"');
  });
});

describe('troupe memory prune and archive', () => {
  test('show what would go, and let go what is worth least', async () => {
    const desk = await deskAfterRun();
    const shown = await desk.type(['memory', 'prune', '--keep', '1']);
    expect(shown.stdout).toContain('/cake');
    expect(shown.stderr).toContain('1 task would go. To do it: troupe memory prune --keep 1 --yes');
    const done = await desk.type(['memory', 'prune', '--keep', '1', '--yes', '--json']);
    expect(jsonLines(done.stdout)[0]).toMatchObject({ pruned: 1, tasks: [{ task_id: 'cake' }] });
    const { stdout } = await desk.type(['memory', 'stats', '--json']);
    expect(jsonLines(stdout)[0]).toMatchObject({ tasks: 1, succeeded: 1 });
  });

  test('put away what can be brought back, and leave what is pinned', async () => {
    const desk = await deskAfterRun();
    const pinned = await desk.type(['memory', 'pin', 'Gugelhupf']);
    expect(pinned.stderr).toContain('1 task pinned');
    const done = await desk.type(['memory', 'archive', '--older-than', '0s', '--yes', '--json']);
    expect(jsonLines(done.stdout)[0]).toMatchObject({ archived: 1, tasks: [{ task_id: 'login' }] });
    expect((await desk.type(['similar', 'logged out'])).stdout).not.toContain('expires');
    const list = await desk.type(['memory', 'restore', '--list']);
    expect(list.stdout).toContain('it is older than may stay');
    await desk.type(['memory', 'restore', 'expires']);
    expect((await desk.type(['similar', 'logged out'])).stdout).toContain('expires');
    const { stdout } = await desk.type(['memory', 'stats', '--json']);
    expect(jsonLines(stdout)[0]).toMatchObject({ tasks: 2, archived: 0, pinned: 1 });
    await desk.type(['memory', 'unpin', 'Gugelhupf']);
    const free = await desk.type(['memory', 'archive', '--below', '1', '--json']);
    expect(jsonLines(free.stdout)[0]?.tasks).toHaveLength(2);
  });

  test.each([
    [['prune'], 'there is no budget'],
    [['prune', '--keep', '-1'], 'must be 0 or more'],
    [['archive', '--older-than', '3'], 'with its unit'],
    [['archive', '--below', '2'], 'from 0 to 1'],
    [['restore', 'nonesuch'], 'nothing that is archived is "nonesuch"'],
    [['pin', 'nonesuch'], 'nothing that is remembered is "nonesuch"'],
    [['import', 'nonesuch'], 'there is no file nonesuch'],
  ])('refuse %j', async (words, told) => {
    const { code, stderr } = await new Desk().type(['memory', ...words]);
    expect(code).toBe(2);
    expect(stderr).toContain(told);
  });

  test('are suggested by health when they would help', async () => {
    const desk = await deskAfterRun();
    const { stdout } = await desk.type(['memory', 'health', '--json']);
    expect(jsonLines(stdout)[0]).toMatchObject({ score: 100, suggestion: '' });
    expect((await desk.type(['memory', 'health'])).stdout).toContain('100 of 100');
    const like = await desk.type(['memory', 'consolidate', '--json']);
    expect(jsonLines(like.stdout)[0]).toEqual({ groups: 0, archived: 0, like: 0 });
  });
});

describe('troupe memory told', () => {
  test('shows what recall would put in front of a prompt, and its size', async () => {
    const desk = await deskAfterRun();
    const words = ['memory', 'told', 'A user session expires soon after login'];
    const { stdout } = await desk.type([...words, '--json']);
    expect(jsonLines(stdout)[0]).toMatchObject({ warning: null });
    expect(jsonLines(stdout)[0]?.sources).toHaveLength(1);
    const shown = await desk.type(words);
    expect(shown.stdout).toContain('Done: longer lifetime');
    expect(shown.stderr).toMatch(/It adds about \d+ tokens/);
    const none = await desk.type(['memory', 'told', 'Paint the shed']);
    expect(none.stderr).toContain('Nothing that still holds');
  });
});

describe('troupe memory export and import', () => {
  test('carry it from one home to another, and name bad lines', async () => {
    const desk = await deskAfterRun();
    const saved = await desk.type(['memory', 'export', 'memory.jsonl']);
    expect(saved.stderr).toContain('2 tasks written to memory.jsonl');
    const words = ['memory', 'import', 'memory.jsonl', '--home', 'other'];
    expect((await desk.type(words)).stderr).toContain('2 tasks added, 0 known already');
    const found = await desk.type(['similar', 'logged out', '--home', 'other', '--limit', '1']);
    expect(found.stdout).toContain('expires too soon');
    appendFileSync(desk.path('memory.jsonl'), 'garbage\n');
    const again = await desk.type(words);
    expect(again.code).toBe(1);
    expect(again.stderr).toContain('memory.jsonl:4: it is not JSON');
  });
});

describe('an embedding of one’s own', () => {
  let server: EmbeddingServer;
  beforeAll(async () => {
    server = await startEmbeddingServer();
  });
  afterAll(() => server.close());

  test('is used with the key of an account, and told of when it fails', async () => {
    const desk = await deskAfterRun();
    const env = {
      ...{ TROUPE_EMBEDDER: 'api:small', TROUPE_EMBEDDER_URL: server.url },
      ...{ TROUPE_EMBEDDER_ACCOUNT: 'vectors', VECTOR_KEY: 'sk-of-the-account' },
    };
    const words = ['accounts', 'add', 'vectors', '--provider', 'openai', '--key-env', 'VECTOR_KEY'];
    expect(await desk.type(words, { env })).toMatchObject({ code: 0 });
    const found = await desk.type(['similar', 'dessert', '--limit', '1', '--json'], { env });
    expect(jsonLines(found.stdout)[0]).toMatchObject({ task_id: 'cake' });
    expect(server.asked.at(-1)?.authorization).toBe('Bearer sk-of-the-account');
    const back = await desk.type(['memory', 'reembed', '--json']);
    expect(jsonLines(back.stdout)).toEqual([{ renewed: 2 }]);
    await server.close();
    const down = await desk.type(['similar', 'Gugelhupf', '--limit', '1', '--json'], { env });
    expect(jsonLines(down.stdout)[0]).toMatchObject({ task_id: 'cake' });
    const stats = await desk.type(['memory', 'stats'], { env });
    expect(stats.stdout).toContain("2 still have another one's");
    const failed = await desk.type(['memory', 'reembed'], { env });
    expect(failed.code).toBe(2);
    expect(failed.stderr).toContain("can't be used");
  });
});

describe('what searches', () => {
  test('is told by doctor', async () => {
    const desk = await deskAfterRun();
    await desk.type(['memory', 'stats']);
    const { stdout } = await desk.type(['doctor', '--json']);
    const { checks } = jsonLines(stdout)[0] as { checks: { name: string; found: string }[] };
    const { found } = checks.find(({ name }) => name === 'memory') ?? { found: '' };
    expect(found).toContain('2 remembered, searched by the index that is built in');
  });

  // There is no Chroma for this kind of machine: `findBinding` says why.
  test.skipIf(findBinding('').kind === 'missing')('is Chroma once it is set up', async () => {
    const desk = await deskAfterRun();
    const { code, stdout } = await desk.type(['memory', 'setup']);
    expect(code).toBe(0);
    expect(stdout).toContain('Chroma');
    const words = ['similar', 'logged out', '--json', '--limit', '1'];
    const env = { TROUPE_STORE: 'chroma' };
    const found = await desk.type(words, { env });
    expect(jsonLines(found.stdout)[0]).toMatchObject({ task_id: 'login' });
    expect(found.stdout).toEqual((await desk.type(words)).stdout);
  });

  test.each([
    [{ TROUPE_STORE: 'cloud' }, 'is no store'],
    [{ TROUPE_EMBEDDER: 'magic' }, 'is no embedding'],
    [{ TROUPE_EMBEDDER: 'api:m', TROUPE_EMBEDDER_URL: 'nowhere' }, 'no address of a server'],
    [{ TROUPE_EMBEDDER: 'api:m', TROUPE_EMBEDDER_ACCOUNT: 'none' }, 'no account is called so'],
    [{ CHROMA_URL: 'nowhere' }, 'no address of a server'],
    [{ CHROMA_URL: 'http://127.0.0.1:9', CHROMA_HEADERS: 'secret' }, 'has no ":"'],
  ])('is named wrongly by %j, and that is told', async (env, told) => {
    const { code, stderr } = await (await deskAfterRun()).type(['similar', 'x'], { env });
    expect(code).toBe(2);
    expect(stderr).toContain(told);
  });
});
