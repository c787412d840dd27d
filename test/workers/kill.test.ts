/** Workers, hubs and agents in processes of their own, killed in the middle of a run. */
import { readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { describe, expect, test, vi } from 'vitest';
import { childrenOf, eventually, isRunning } from '../agents/processes.ts';
import { linesIn } from '../app/stage.ts';
import { Desk, type Process } from '../cli/troupe.ts';
import { addressOf, expectAlone, linesOf, planOf, tokenFor } from './troop.ts';

/** More of them, for a night: TROUPE_LONG=1. */
const tasksWanted = process.env.TROUPE_LONG ? 2_000 : 200;

vi.setConfig({ testTimeout: 180_000 + tasksWanted * 1_000 });

function worker(desk: Desk, url: string, token: string, name: string, more: string[] = []) {
  const words = ['worker', '--join', url, '--role', 'coder=4', '--name', name, ...more];
  return desk.start([...words, '--home', desk.path(name)], { env: { TROUPE_TOKEN: token } });
}

const portOf = (url: string): string => url.replace(/^.*:/, '');

describe('a run of many tasks', () => {
  test('whose workers are killed ends by itself: nothing lost, nothing done by two', async () => {
    const desk = new Desk();
    const token = await tokenFor(desk);
    const run = desk.start(['run', planOf(desk, tasksWanted), '--bus', '127.0.0.1:0', '--quiet']);
    const { url } = await addressOf(run);
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

  test('whose hub is killed goes on where it was, with the workers that are there', async () => {
    const [desk, count] = [new Desk(), 60];
    const token = await tokenFor(desk);
    const plan = planOf(desk, count, { seconds: 0.3 });
    const first = desk.start(['run', plan, '--bus', '127.0.0.1:0', '--tls', '--quiet']);
    const { url, pin } = await addressOf(first);
    const workers = ['one', 'two'].map((name) => worker(desk, url, token, name, ['--pin', pin]));
    await eventually('some are done', () => linesOf(desk).length > 20);
    first.child.kill('SIGKILL');
    await first.end();
    const bus = ['--bus', `127.0.0.1:${portOf(url)}`, '--tls'];
    const again = desk.start(['resume', 'latest', ...bus, '--quiet']);
    expect(await addressOf(again)).toEqual({ url, pin });
    const { code, stderr } = await again.end();
    expect({ code, stderr }).toMatchObject({ code: 0 });
    expectAlone(linesOf(desk), count);
    for (const each of workers) each.child.kill('SIGTERM');
    for (const each of workers) expect(await each.end()).toMatchObject({ code: 0 });
  });
});

/** The processes of agents that a run has now, as /proc tells. */
function cellsOf(run: Process): readonly number[] {
  const isCell = (pid: string): boolean => {
    try {
      const [, parent] = /\) \S (\d+) /.exec(readFileSync(`/proc/${pid}/stat`, 'utf8')) ?? [];
      const line = readFileSync(`/proc/${pid}/cmdline`, 'utf8');
      return parent === String(run.pid) && line.includes('isolated-agent');
    } catch {
      return false;
    }
  };
  const all = readdirSync('/proc').filter((name) => /^\d+$/.test(name));
  return all.filter(isCell).map(Number);
}

// Who is whose child is read from /proc.
describe.skipIf(process.platform !== 'linux')('agents in processes of their own', () => {
  test('take nothing else down', async () => {
    const [desk, count] = [new Desk(), 6];
    const role = { where: 'local', count: 3, retries: 2 };
    const plan = planOf(desk, count, { seconds: 2, role });
    const run = desk.start(['run', plan, '--isolate', 'process']);
    await eventually('they are there', () => cellsOf(run).length >= 3);
    await eventually('all have begun', () => linesOf(desk).length >= 3);
    const [victim = 0, ...others] = cellsOf(run);
    process.kill(victim, 'SIGKILL');
    const { code, stderr } = await run.end();
    expect({ code, stderr }).toMatchObject({ code: 0 });
    expect(stderr).toMatch(/crashed +coder-\d/);
    expectAlone(linesOf(desk), count);
    // None of them outlives the run.
    expect(others.filter(isRunning)).toEqual([]);
  });

  test('have none while they have nothing to do, and another one when they have', async () => {
    const desk = new Desk();
    const wait = (file: string) => ['sh', '-c', `while [ ! -e ${file} ]; do sleep 0.1; done`];
    const agents = { coder: { adapter: 'command', count: 3 } };
    const tasks = [
      { id: 'long', run: wait('go') },
      { id: 'b', run: ['true'] },
      { id: 'c', run: ['true'] },
      ...['d', 'e', 'f'].map((id) => ({ id, needs: ['long'], run: ['true'] })),
    ];
    writeFileSync(desk.path('plan.json'), JSON.stringify({ name: 'idle', agents, tasks }));
    const run = desk.start(['run', 'plan.json', '--isolate', 'process']);
    await run.says(/succeeded +c\b/);
    await eventually('one is left', () => cellsOf(run).length === 1);
    writeFileSync(desk.path('go'), '');
    const { code, stderr } = await run.end();
    expect({ code, stderr }).toMatchObject({ code: 0 });
    expect(stderr).not.toMatch(/crashed/);
  });

  test('which stand still are gone soon after their runtime is killed', async () => {
    const desk = new Desk();
    const run = ['sh', '-c', 'echo $$ >> pids; while [ ! -e go ]; do sleep 0.1; done'];
    const agents = { coder: { adapter: 'command', run, count: 2 } };
    const tasks = [{ id: 'a' }, { id: 'b' }];
    writeFileSync(desk.path('plan.json'), JSON.stringify({ name: 'still', agents, tasks }));
    const first = desk.start(['run', 'plan.json', '--isolate', 'process']);
    const pids = () => linesIn(desk.path('pids')).map(Number);
    await eventually('both have begun', () => pids().length === 2);
    const cells = cellsOf(first);
    for (const cell of cells) process.kill(cell, 'SIGSTOP');
    first.child.kill('SIGKILL');
    await first.end();
    expect(cells).toHaveLength(2);
    await eventually('none is left', () => ![...cells, ...pids()].some(isRunning));
    writeFileSync(desk.path('go'), '');
    const { code, stderr } = await desk.type(['resume', 'latest', '--isolate', 'process']);
    expect({ code, stderr }).toMatchObject({ code: 0 });
  });

  test('which stand still and have no guardian any more are ended by who resumes', async () => {
    const desk = new Desk();
    const run = ['sh', '-c', 'echo begun > begun; until [ -e go ]; do sleep 0.1; done'];
    const agents = { coder: { adapter: 'command', run } };
    const plan = { name: 'alone', agents, tasks: [{ id: 'a' }] };
    writeFileSync(desk.path('plan.json'), JSON.stringify(plan));
    const first = desk.start(['run', 'plan.json', '--isolate', 'process']);
    await eventually('it has begun', () => linesIn(desk.path('begun')).length === 1);
    const [cell = 0] = cellsOf(first);
    const guardians = childrenOf(first.pid).filter((line) => line.includes('troupe-guardian'));
    // Nor can it start another one.
    for (const pid of [cell, first.pid]) process.kill(pid, 'SIGSTOP');
    for (const line of guardians) process.kill(Number.parseInt(line, 10), 'SIGKILL');
    first.child.kill('SIGKILL');
    await first.end();
    writeFileSync(desk.path('go'), '');
    const { code, stderr } = await desk.type(['resume', 'latest']);
    expect({ code, stderr }).toMatchObject({ code: 0 });
    expect(isRunning(cell)).toBe(false);
  });
});
