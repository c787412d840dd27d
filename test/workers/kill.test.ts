/** Workers in processes of their own, killed in the middle of a run: nothing is lost or doubled. */
import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { describe, expect, test } from 'vitest';
import { Desk, jsonLines, type Process } from '../cli/troupe.ts';

/** More of them, for a night: TROUPE_LONG=1. */
const tasksWanted = process.env.TROUPE_LONG ? 2_000 : 200;

/** Each task says when it begins and when it ends, in a file that all of them share. */
function planOf(desk: Desk, count: number): string {
  const log = desk.path('log');
  const begin = `echo "$TROUPE_TASK $TROUPE_ATTEMPT begin $$" >> ${log}`;
  const end = `echo "$TROUPE_TASK $TROUPE_ATTEMPT end $$" >> ${log}`;
  const tasks = Array.from({ length: count }, (_, at) => ({ id: `t${at}`, workspace: 'folder' }));
  const run = ['sh', '-c', `${begin}; sleep 0.1; echo made > made.txt; ${end}`];
  const agents = { coder: { adapter: 'command', where: 'remote', run } };
  const path = desk.path('plan.json');
  const verify = [{ file: 'made.txt' }];
  const plan = {
    name: 'many',
    concurrency: 16,
    agents,
    tasks: tasks.map((t) => ({ ...t, verify })),
  };
  writeFileSync(path, JSON.stringify(plan));
  return path;
}

async function tokenFor(desk: Desk): Promise<string> {
  const { stdout } = await desk.type(['token', 'create', '--role', 'worker', '--json']);
  return String(jsonLines(stdout)[0]?.token);
}

function worker(desk: Desk, url: string, token: string, name: string): Process {
  const words = ['worker', '--join', url, '--role', 'coder=4', '--name', name];
  return desk.start([...words, '--home', desk.path(name)], { env: { TROUPE_TOKEN: token } });
}

interface Line {
  readonly task: string;
  readonly attempt: number;
  readonly what: string;
}

function linesOf(desk: Desk): readonly Line[] {
  const path = desk.path('log');
  if (!existsSync(path)) return [];
  const lines = readFileSync(path, 'utf8')
    .split('\n')
    .filter((line) => line !== '');
  return lines.map((line) => {
    const [task = '', attempt = '', what = ''] = line.split(' ');
    return { task, attempt: Number(attempt), what };
  });
}

/** Of one task, an attempt begins only when nothing can come of the one before any more. */
function expectAlone(lines: readonly Line[], count: number): void {
  const ends = lines.filter(({ what }) => what === 'end').map(({ task }) => task);
  expect(new Set(ends).size).toBe(count);
  for (let at = 0; at < count; at += 1) {
    const own = lines.filter(({ task }) => task === `t${at}`);
    const attempts = own.map(({ attempt }) => attempt);
    expect(attempts).toEqual(attempts.toSorted((one, other) => one - other));
  }
}

describe('a run whose workers are killed', () => {
  test('ends by itself, with nothing lost and nothing done by two at once', async () => {
    const desk = new Desk();
    const token = await tokenFor(desk);
    const run = desk.start(['run', planOf(desk, tasksWanted), '--bus', '127.0.0.1:0', '--quiet']);
    const [, url = ''] = await run.says(/Workers join at (ws:\S+):/);
    const workers = ['one', 'two', 'three'].map((name) => worker(desk, url, token, name));
    for (const each of workers) await each.says(/begins/);
    workers[0]?.child.kill('SIGKILL');
    workers[1]?.child.kill('SIGKILL');
    worker(desk, url, token, 'four');
    await run.says(/one is lost/);
    const { code, stderr } = await run.end();
    expect({ code, stderr }).toMatchObject({ code: 0 });
    expectAlone(linesOf(desk), tasksWanted);
  });
});
