/** Workers and hubs of another version at the same servers: nothing comes of it, and it is told. */
import { writeFileSync } from 'node:fs';
import { afterEach, beforeAll, expect, test } from 'vitest';
import { readVersion } from '../../../src/config.ts';
import { systemClock } from '../../../src/kernel/clock.ts';
import { command, definePlan } from '../../../src/plan/define.ts';
import { openServers } from '../../../src/workers/nats/servers.ts';
import { Strangers } from '../../../src/workers/nats/strangers.ts';
import type { WorkerNews } from '../../../src/workers/worker.ts';
import { eventually } from '../../agents/processes.ts';
import { type NatsServer, natsServers } from '../../bus/nats/servers.ts';
import { Desk } from '../../cli/troupe.ts';
import { type NatsHall, natsHalls } from './hall.ts';

const { one } = natsServers();
const open = natsHalls('nats-strangers');
const ends: (() => Promise<void>)[] = [];
afterEach(async () => {
  for (const end of ends.splice(0)) await end();
});

let server: NatsServer;
beforeAll(async () => {
  server = await one();
});

/** An entry as another version writes it, renewed until the end of the test. */
async function register({ place }: NatsHall, key: string, entry: object): Promise<void> {
  const about = { name: 'other', leaseMs: 6_000, clock: systemClock };
  const servers = await openServers(place, about);
  const write = () => servers.register.put(key, JSON.stringify(entry));
  await write();
  const timer = setInterval(() => void write().catch(() => {}), 500);
  ends.push(async () => {
    clearInterval(timer);
    await servers.nc.close();
  });
}

test('a worker of another version is told of, in news and by the task that waits', async () => {
  const hall = await open(server);
  await register(hall, 'worker.old.abc', { name: 'old', version: '0.0.1', more: [1] });
  await eventually('it is news', () => hall.news.includes('worker.unlike old'));
  const agents = { coder: command({ where: 'remote' }) };
  const plan = definePlan({ name: 'a', agents, tasks: [{ id: 'a', run: ['true'] }] });
  const { played, facts } = await hall.begin(plan);
  const said = `old is Troupe 0.0.1, and this ${readVersion()}: use the same`;
  await eventually('the task says so', () => JSON.stringify(facts).includes(said));
  await hall.join('new');
  expect((await played).end).toMatchObject({ status: 'succeeded' });
});

test('a worker says that others are called for', async () => {
  const hall = await open(server);
  const news: WorkerNews[] = [];
  await hall.join('new', { onNews: (each) => void news.push(each) });
  await register(hall, 'hub.abc', { version: '9.9.9', queues: 'of another shape' });
  const told = () => news.filter(({ type }) => type === 'hub.unlike');
  await eventually('it has said so', () => told().length > 0);
  expect(told()).toEqual([{ type: 'hub.unlike', version: '9.9.9', own: readVersion() }]);
});

test('doctor and nats check tell of one, without a run', async () => {
  const [desk, other] = [new Desk(), await one()];
  const bus = { nats: { servers: other.url } };
  writeFileSync(desk.path('troupe.yaml'), JSON.stringify({ bus }));
  const doctor = async () => {
    const { checks } = JSON.parse((await desk.type(['doctor', '--json'])).stdout);
    return checks.find(({ name }: { name: string }) => name === 'team');
  };
  expect(await doctor()).toMatchObject({
    status: 'fine',
    found: expect.stringMatching(/^0 workers/),
  });
  const about = { name: 'other', leaseMs: 600_000, clock: systemClock };
  const servers = await openServers({ servers: [other.url] }, about);
  ends.push(() => servers.nc.close());
  await servers.register.put('worker.old.abc', JSON.stringify({ name: 'old', version: '0.0.1' }));
  const said = expect.stringContaining('old is Troupe 0.0.1, and this ');
  expect(await doctor()).toMatchObject({ status: 'warning', found: said });
  const { stdout, code } = await desk.type(['nats', 'check', '--json']);
  const { findings } = JSON.parse(stdout);
  expect(code).toBe(0);
  const told = findings.find(({ name }: { name: string }) => name === 'versions');
  expect(told).toMatchObject({ status: 'warning', found: said });
  await other.kill();
  expect(await doctor()).toMatchObject({
    status: 'warning',
    found: expect.stringMatching(/^no NATS at/),
  });
});

test('one that was not heard of for two leases is forgotten', () => {
  let nowMs = 0;
  const clock = { ...systemClock, elapsed: () => nowMs };
  const strangers = new Strangers(clock, '1', 1_000);
  const old = JSON.stringify({ name: 'old', version: '0' });
  expect(strangers.note('worker.old.a', old)).toEqual({ name: 'old', version: '0' });
  expect(strangers.note('worker.old.a', old)).toBeNull();
  expect(strangers.note('worker.new.a', JSON.stringify({ version: '1' }))).toBeNull();
  expect(strangers.note('worker.bad.a', '{')).toBeNull();
  nowMs = 2_001;
  expect(strangers.all).toEqual([]);
  expect(strangers.note('hub.a', JSON.stringify({ version: '2' }))).toMatchObject({ name: 'a' });
  strangers.forget('hub.a');
  expect(strangers.all).toEqual([]);
});
