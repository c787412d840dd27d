/** Workers, hubs and agents in processes of their own, killed in the middle of a run. */
import { describe, expect, test, vi } from 'vitest';
import { eventually, isRunning } from '../agents/processes.ts';
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

describe('agents in processes of their own', () => {
  const isolated = async (run: Process, count: number): Promise<readonly number[]> => {
    const { readdirSync, readFileSync } = await import('node:fs');
    const children = () =>
      readdirSync('/proc').filter((name) => {
        if (!/^\d+$/.test(name)) return false;
        try {
          const [, parent] = /\) \S (\d+) /.exec(readFileSync(`/proc/${name}/stat`, 'utf8')) ?? [];
          const line = readFileSync(`/proc/${name}/cmdline`, 'utf8');
          return parent === String(run.pid) && line.includes('isolated-agent');
        } catch {
          return false;
        }
      });
    await eventually('they are there', () => children().length >= count);
    return children().map(Number);
  };

  // Who is whose child is read from /proc.
  test.skipIf(process.platform !== 'linux')('take nothing else down', async () => {
    const [desk, count] = [new Desk(), 6];
    const role = { where: 'local', count: 3, retries: 2 };
    const plan = planOf(desk, count, { seconds: 2, role });
    const run = desk.start(['run', plan, '--isolate', 'process']);
    const [victim = 0, ...others] = await isolated(run, 3);
    await eventually('all have begun', () => linesOf(desk).length >= 3);
    process.kill(victim, 'SIGKILL');
    const { code, stderr } = await run.end();
    expect({ code, stderr }).toMatchObject({ code: 0 });
    expect(stderr).toMatch(/crashed +coder-\d/);
    expectAlone(linesOf(desk), count);
    // None of them outlives the run.
    expect(others.filter(isRunning)).toEqual([]);
  });
});
