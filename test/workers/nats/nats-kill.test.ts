/** Workers over NATS and those who call them, in processes of their own, killed in the middle. */
import { readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { beforeAll, describe, expect, test, vi } from 'vitest';
import { systemClock } from '../../../src/kernel/clock.ts';
import { eventually } from '../../agents/processes.ts';
import { type NatsServer, natsServers } from '../../bus/nats/servers.ts';
import { Desk, jsonLines, type Process } from '../../cli/troupe.ts';
import { expectAlone, linesOf, planOf } from '../troop.ts';

vi.setConfig({ testTimeout: 240_000 });

const { one } = natsServers();

let server: NatsServer;
beforeAll(async () => {
  server = await one();
});

const leaseMs = 4_000;

/** A team of its own at the same server. */
function setUp(): Desk {
  const desk = new Desk();
  const prefix = desk
    .path('')
    .replace(/[^A-Za-z0-9]/g, '')
    .slice(-30);
  const nats = { servers: server.url, prefix, lease: `${leaseMs}ms` };
  writeFileSync(desk.path('troupe.yaml'), JSON.stringify({ bus: { nats } }));
  return desk;
}

function worker(desk: Desk, name: string, role = 'coder=4'): Process {
  return desk.start(['worker', '--role', role, '--name', name, '--home', desk.path(name)]);
}

describe('a run of many tasks', () => {
  test('whose workers are killed ends by itself: nothing lost, nothing done by two', async () => {
    const [desk, count] = [setUp(), 100];
    const workers = ['one', 'two', 'three'].map((name) => worker(desk, name));
    for (const each of workers) await each.says(/has joined/);
    const run = desk.start(['run', planOf(desk, count), '--quiet']);
    for (const each of workers) await each.says(/begins/);
    workers[0]?.child.kill('SIGKILL');
    workers[1]?.child.kill('SIGKILL');
    worker(desk, 'four');
    await run.says(/one is lost/);
    const { code, stderr } = await run.end();
    expect({ code, stderr }).toMatchObject({ code: 0 });
    expectAlone(linesOf(desk), count);
  });

  test('that is killed is gone on with, while its workers work on for nobody', async () => {
    const [desk, count] = [setUp(), 24];
    const workers = ['one', 'two'].map((name) => worker(desk, name));
    for (const each of workers) await each.says(/has joined/);
    const first = desk.start(['run', planOf(desk, count, { seconds: 0.5 }), '--quiet']);
    await eventually('some are done', () => linesOf(desk).length > 12);
    first.child.kill('SIGKILL');
    await first.end();
    const { code, stderr } = await desk.start(['resume', 'latest', '--quiet']).end();
    expect({ code, stderr }).toMatchObject({ code: 0 });
    expectAlone(linesOf(desk), count);
    for (const each of workers) each.child.kill('SIGTERM');
    for (const each of workers) expect(await each.end()).toMatchObject({ code: 0 });
  });
});

test('the task of a worker that is killed begins elsewhere soon after its lease', async () => {
  const desk = setUp();
  const plan = planOf(desk, 1, { seconds: 3, role: { retries: 0 } });
  const first = worker(desk, 'one', 'coder=1');
  await first.says(/has joined/);
  const run = desk.start(['run', plan, '--quiet']);
  await eventually('it has begun', () => linesOf(desk).length === 1);
  await worker(desk, 'two', 'coder=1').says(/has joined/);
  const killedMs = systemClock.elapsed();
  first.child.kill('SIGKILL');
  await eventually('it has begun again', () => linesOf(desk).some(({ attempt }) => attempt === 2));
  const tookMs = systemClock.elapsed() - killedMs;
  process.stderr.write(
    `given to another after ${Math.round(tookMs)} ms of a lease of ${leaseMs}\n`,
  );
  expect(await run.end()).toMatchObject({ code: 0 });
  expect(linesOf(desk).filter(({ what }) => what === 'begin')).toHaveLength(2);
  // A lease and a second, and what a machine that is busy with others takes.
  expect(tookMs).toBeLessThan(leaseMs + 60_000);
});

interface Node {
  readonly process: Process;
  readonly home: string;
  readonly begin: (plan: string) => Promise<string>;
}

/** All share a working directory; each has a home of its own. */
async function node(desk: Desk, name: string): Promise<Node> {
  const home = desk.path(`home-${name}`);
  const words = ['serve', '--port', '0', '--json', '--home', home, '--node', name];
  const process = desk.start(words);
  await process.says(/"serve.opened"/);
  const [said] = jsonLines(process.stdout);
  const begin = async (plan: string): Promise<string> => {
    const response = await fetch(`${new URL(String(said?.url)).origin}/api/runs`, {
      method: 'POST',
      headers: { authorization: `Bearer ${said?.token}`, 'content-type': 'application/json' },
      body: JSON.stringify({ plan }),
    });
    return String(((await response.json()) as Record<string, unknown>).run);
  };
  return { process, home, begin };
}

test('a run whose owner is killed goes on at another node, with the same workers', async () => {
  const [desk, count] = [setUp(), 24];
  planOf(desk, count, { seconds: 0.5 });
  const [ada, bob] = [await node(desk, 'ada'), await node(desk, 'bob')];
  const workers = ['one', 'two'].map((name) => worker(desk, name));
  for (const each of workers) await each.says(/has joined/);
  const run = await ada.begin('plan.json');
  await eventually('some are done', () => linesOf(desk).length > 12);
  ada.process.child.kill('SIGKILL');
  await bob.process.says(/had no owner: this node goes on with it/);
  const folder = join(bob.home, 'runs', run, 'results');
  await eventually('all are done', () => readdirSync(folder).length === count);
  const results = readdirSync(folder).map((name) =>
    JSON.parse(readFileSync(join(folder, name), 'utf8')),
  );
  expect(new Set(results.map(({ status }) => status))).toEqual(new Set(['completed']));
  expectAlone(linesOf(desk), count);
  bob.process.child.kill('SIGTERM');
  expect(await bob.process.end()).toMatchObject({ code: 0 });
});

describe('what makes no sense', () => {
  test('is said with the next step', async () => {
    const desk = new Desk();
    const said = async (words: string[]) => {
      const { code, stderr } = await desk.type(['worker', ...words]);
      return `${code} ${stderr}`;
    };
    expect(await said([])).toMatch(/^2 .*where to join[\s\S]*--nats nats:\/\/host:4222/);
    expect(await said(['--nats', 'nats://127.0.0.1:1'])).toMatch(/^2 .*no NATS at 127.0.0.1:1/);
    expect(await said(['--nats', server.url, '--join', 'ws://a:1'])).toMatch(/^2 .*both a hub/);
    expect(await said(['--nats', server.url, '--role', 'coder=0'])).toMatch(/^2 .*coder=2/);
    expect(await said(['--nats', server.url, '--name', 'a b'])).toMatch(
      /^2 .*no name for a worker/,
    );
  });
});
