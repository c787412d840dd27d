/** `fork` and `runs` as they are typed. */
import { beforeAll, describe, expect, test, vi } from 'vitest';
import { writeFiles } from '../app/temp.ts';
import { Desk, jsonLines } from './troupe.ts';

vi.setConfig({ testTimeout: 180_000, hookTimeout: 180_000 });

const plan = `
name: two
agents:
  a: { adapter: command, run: [cat] }
tasks:
  - { id: first, agent: a, prompt: one }
  - { id: second, agent: a, needs: [first], prompt: two }
`;

describe('of a run that is over', () => {
  const desk = new Desk();
  let run = '';
  beforeAll(async () => {
    writeFiles(desk.folder, { 'two.yaml': plan });
    expect((await desk.type(['run', 'two.yaml', '--quiet'])).code).toBe(0);
    run = JSON.parse((await desk.type(['ps', '--json'])).stdout).runs[0].id;
  });

  test('a fork goes on at once, and answers otherwise', async () => {
    const set = ['--set', 'tasks.second.prompt=two, but better'];
    const { code, stdout, stderr } = await desk.type(['fork', run, '--before', 'second', ...set]);
    expect([code, stdout]).toEqual([0, 'two, but better\n']);
    expect(stderr).toMatch(new RegExp(`^two-\\w{5} goes on from ${run}, input \\d+\\.$`, 'm'));
    expect(stderr).toMatch(/succeeded two-\w{5}: 2 of 2 tasks/);
  });

  test('a fork that is only made is named, with how to go on', async () => {
    const made = await desk.type(['fork', run, '--before', 'second', '--no-run']);
    expect([made.code, made.stdout]).toEqual([0, expect.stringMatching(/^two-\w{5}\n$/)]);
    const fork = made.stdout.trim();
    expect(made.stderr).toContain(`Go on: troupe resume ${fork}`);
    const { code, stdout } = await desk.type(['resume', fork, '--json', '--quiet']);
    expect(code).toBe(0);
    expect(jsonLines(stdout).at(-1)).toMatchObject({ type: 'run.succeeded' });
    const logs = jsonLines((await desk.type(['logs', fork, '--json'])).stdout);
    expect(logs.map(({ seq }) => seq)).toEqual(logs.map((_, at) => at + 1));
  });

  test('a fork as JSON says where it comes from', async () => {
    const words = ['fork', run, '--at', '5', '--no-run', '--json'];
    const { stdout, stderr } = await desk.type(words);
    expect([JSON.parse(stdout), stderr]).toMatchObject([{ forkedFrom: { run, n: 5 } }, '']);
  });

  test.each([
    [['--set', 'tasks.first.prompt=x', '--before', 'second'], /first can't be changed: it has suc/],
    [['--set', 'concurency=x'], /nothing that can be set; did you mean "concurrency"/],
    [['--set', 'concurrency'], /Write it as tasks.TASK.FIELD=value/],
    [['--at', '3', '--before', 'second'], /cannot be used with option/],
    [['--at', 'noon'], /It must be a whole number/],
    [['--at', '9999'], /has no input 9999: it has those from 1 to \d+/],
  ])('%j is a mistake', async (words, complaint) => {
    const { code, stdout, stderr } = await desk.type(['fork', run, ...words]);
    expect([code, stdout]).toEqual([2, '']);
    expect(stderr).toMatch(complaint);
  });

  test('runs are listed, packed, and still read', async () => {
    const list = await desk.type(['runs']);
    expect(list.stdout).toBe((await desk.type(['runs', 'list'])).stdout);
    expect(list.stdout).toBe((await desk.type(['ps'])).stdout);
    const facts = (await desk.type(['logs', run])).stdout;
    const packed = await desk.type(['runs', 'compact', run]);
    expect([packed.code, packed.stderr]).toEqual([0, '']);
    expect(packed.stdout).toMatch(
      new RegExp(`^${run}: [\\d.]+ kB before, [\\d.]+ k?B now; two-\\w+.* still read their past`),
    );
    expect((await desk.type(['logs', run])).stdout).toBe(facts);
    const { compacted } = JSON.parse(
      (await desk.type(['runs', 'compact', '--all', '--json'])).stdout,
    );
    expect(compacted.length).toBeGreaterThan(1);
  });

  test('removing needs a word of which, and a yes', async () => {
    const bare = await desk.type(['runs', 'prune']);
    expect([bare.code, bare.stderr]).toEqual([2, expect.stringContaining('say which runs may go')]);
    const unasked = await desk.type(['runs', 'prune', '--keep', '0']);
    expect([unasked.code, unasked.stderr]).toEqual([2, expect.stringContaining('add --yes')]);
    const bad = await desk.type(['runs', 'prune', '--older-than', 'soon']);
    expect([bad.code, bad.stderr]).toEqual([2, expect.stringContaining('Write it as 30d')]);
    const dry = await desk.type(['runs', 'prune', '--keep', '1', '--dry-run']);
    expect([dry.code, dry.stdout]).toEqual([0, expect.stringContaining(run)]);
    expect(JSON.parse((await desk.type(['ps', run, '--json'])).stdout).id).toBe(run);
  });

  test('those that are old enough are removed, and the bytes are told', async () => {
    const young = await desk.type(['runs', 'prune', '--older-than', '1h', '--yes']);
    expect([young.code, young.stderr]).toEqual([0, 'There is nothing to remove.\n']);
    const { code, stdout } = await desk.type(['runs', 'prune', '--keep', '1', '--yes', '--json']);
    const { removed, left, bytes } = JSON.parse(stdout);
    expect([code, left]).toEqual([0, []]);
    expect(removed.map(({ id }: { id: string }) => id)).toContain(run);
    expect(bytes).toBeGreaterThan(1_000);
    const { runs } = JSON.parse((await desk.type(['ps', '--json'])).stdout);
    // The newest one that is over, and one that was made and never begun.
    expect(runs.map(({ status }: { status: string }) => status).sort()).toEqual([
      'stopped',
      'succeeded',
    ]);
  });
});
