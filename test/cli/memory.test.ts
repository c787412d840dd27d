/** `troupe memory`, as a person types it: numbers, a server that is made to run, forgetting. */
import { readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { describe, expect, test } from 'vitest';
import { findBinding } from '../../memory/chroma/binding.ts';
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

describe('troupe memory prune', () => {
  test('says how many would go, and takes out those that are worth least', async () => {
    const desk = await deskAfterRun();
    const shown = await desk.type(['memory', 'prune', '--keep', '1']);
    expect(shown.stderr).toContain('1 task would go');
    const done = await desk.type(['memory', 'prune', '--keep', '1', '--yes', '--json']);
    expect(jsonLines(done.stdout)[0]).toMatchObject({ forgotten: 1, tasks: [{ task_id: 'cake' }] });
    const { stdout } = await desk.type(['memory', 'stats', '--json']);
    expect(jsonLines(stdout)[0]).toMatchObject({ tasks: 1, succeeded: 1 });
    expect((await desk.type(['memory', 'prune', '--keep', '-1'])).code).toBe(2);
  });

  test('is suggested by health when it would help', async () => {
    const desk = await deskAfterRun();
    const { stdout } = await desk.type(['memory', 'health', '--json']);
    expect(jsonLines(stdout)[0]).toMatchObject({ score: 100, suggestion: '' });
    expect((await desk.type(['memory', 'health'])).stdout).toContain('100 of 100');
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
    [{ CHROMA_URL: 'nowhere' }, 'no address of a server'],
    [{ CHROMA_URL: 'http://127.0.0.1:9', CHROMA_HEADERS: 'secret' }, 'has no ":"'],
  ])('is named wrongly by %j, and that is told', async (env, told) => {
    const { code, stderr } = await (await deskAfterRun()).type(['similar', 'x'], { env });
    expect(code).toBe(2);
    expect(stderr).toContain(told);
  });
});
