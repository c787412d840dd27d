/** Several nodes, each a process with a disk of its own: one is killed, another goes on. */
import { mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { beforeAll, describe, expect, test } from 'vitest';
import { systemClock } from '../../src/kernel/clock.ts';
import { eventually } from '../agents/processes.ts';
import { type NatsServer, natsServers } from '../bus/nats/servers.ts';
import { Desk } from '../cli/troupe.ts';
import { ended, node, plan } from './nodes.ts';

const { one, three } = natsServers();

describe.each([
  ['one server', 1],
  ['three servers, of which one is killed, too', 3],
])('a run whose owner is killed, over %s', (_, count) => {
  let servers: readonly NatsServer[];
  beforeAll(async () => {
    servers = count === 1 ? [await one()] : await three();
  });

  test('is gone on with by another node, and every task is done', async () => {
    const desk = new Desk();
    const replicas = count === 1 ? 1 : 3;
    const bus = { nats: { servers: servers.map(({ url }) => url), replicas, lease: '3s' } };
    writeFileSync(desk.path('troupe.yaml'), JSON.stringify({ bus }));
    writeFileSync(desk.path('plan.yaml'), plan(12, 1));
    const [ada, bob] = [await node(desk, 'ada', servers), await node(desk, 'bob', servers)];
    const run = String((await ada.post('runs', { plan: 'plan.yaml' })).run);
    await eventually('some are done', () => ada.results(run).length >= 3);
    const begunBefore = readFileSync(desk.path('log'), 'utf8');
    if (count === 3) await servers[2]?.kill();
    ada.process.child.kill('SIGKILL');
    const killedMs = systemClock.elapsed();
    await bob.process.says(/had no owner: this node goes on with it/);
    const takenAfterMs = systemClock.elapsed() - killedMs;
    await eventually('all are done', () => bob.results(run).length === 12);
    const statuses = bob.results(run).map(({ status }) => status);
    expect(new Set(statuses)).toEqual(new Set(['completed']));
    const log = readFileSync(desk.path('log'), 'utf8');
    expect(new Set(ended(log)).size).toBe(12);
    // What had ended before was not done again, and no task ended twice.
    for (const task of ended(begunBefore)) {
      expect(log.split(`begin ${task} `).length).toBe(2);
    }
    expect(ended(log)).toHaveLength(12);
    // The words and artifacts of those that the dead node did are here, too.
    const [done = ''] = ended(begunBefore);
    const folder = join(bob.home, 'runs', run);
    expect(readFileSync(join(folder, 'artifacts', done, 'a.txt'), 'utf8')).toBe('art\n');
    const [words = ''] = readdirSync(join(folder, 'streams', done));
    expect(readFileSync(join(folder, 'streams', done, words), 'utf8')).toHaveLength(228_894);
    // The lease, a look, and what servers take to choose a leader.
    expect(takenAfterMs).toBeLessThan(60_000);
    bob.process.child.kill('SIGTERM');
    expect((await bob.process.end()).code).toBe(0);
  });
});

describe('a node that is closed gently', () => {
  test('leaves its runs to another one at once; what a person stopped stays stopped', async () => {
    const desk = new Desk();
    const servers = [await one()];
    writeFileSync(desk.path('plan.yaml'), plan(6, 1));
    mkdirSync(desk.path('home-ada'));
    const [ada, bob] = [await node(desk, 'ada', servers), await node(desk, 'bob', servers)];
    const kept = String((await ada.post('runs', { plan: 'plan.yaml' })).run);
    const stopped = String((await ada.post('runs', { plan: 'plan.yaml' })).run);
    await ada.post(`runs/${stopped}/act`, { type: 'stop' });
    ada.process.child.kill('SIGTERM');
    expect((await ada.process.end()).code).toBe(0);
    await bob.process.says(/had no owner: this node goes on with it/);
    await eventually('all are done', () => bob.results(kept).length === 6);
    expect(bob.results(stopped)).toEqual([]);
    expect(bob.process.stderr).not.toContain(stopped);
    // A copy alone is nobody's to go on with.
    const resumed = await desk.type(['resume', stopped, '--home', ada.home]);
    expect(resumed.code).toBe(2);
    expect(resumed.stderr).toContain('shared by nodes over NATS');
  });
});
