/** Runs that are over go off the servers by one verb; those that are not stay. */
import { existsSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { jetstream, jetstreamManager } from '@nats-io/jetstream';
import { Kvm } from '@nats-io/kv';
import { Objm } from '@nats-io/obj';
import { connect } from '@nats-io/transport-node';
import { expect, test, vi } from 'vitest';
import { Pruning } from '../../src/cluster/pruning.ts';
import { systemClock } from '../../src/kernel/clock.ts';
import { eventually } from '../agents/processes.ts';
import { type NatsServer, natsServers } from '../bus/nats/servers.ts';
import { Desk } from '../cli/troupe.ts';
import { node, plan } from './nodes.ts';

vi.setConfig({ testTimeout: 240_000 });

const { one } = natsServers();

interface Said {
  readonly code: number | null;
  readonly stderr: string;
  readonly removed: readonly { readonly run: string }[];
  readonly left: readonly { readonly run: string }[];
  readonly wouldRemove?: readonly {
    readonly run: string;
    readonly status: string;
    readonly files: number;
    readonly messages: number;
  }[];
}

async function prune(desk: Desk, words: readonly string[]): Promise<Said> {
  const { code, stdout, stderr } = await desk.type(['nats', 'prune', '--json', ...words]);
  return { code, stderr, ...(stdout === '' ? {} : JSON.parse(stdout)) };
}

/** How much the servers keep of runs. */
async function kept({ url }: NatsServer): Promise<readonly number[]> {
  const nc = await connect({ servers: url });
  const jsm = await jetstreamManager(nc, { checkAPI: false });
  const streams = ['troupe_journals', 'OBJ_troupe_files', 'KV_troupe_runs'];
  const states = await Promise.all(streams.map((name) => jsm.streams.info(name)));
  await nc.close();
  return states.map(({ state }) => state.messages);
}

test('a run that is over is removed, with its files; one that goes on is not', async () => {
  const desk = new Desk();
  const server = await one();
  const nats = { servers: server.url, lease: '6s' };
  writeFileSync(desk.path('troupe.yaml'), JSON.stringify({ bus: { nats } }));
  writeFileSync(desk.path('short.yaml'), plan(1, 0));
  writeFileSync(desk.path('long.yaml'), plan(1, 600));
  const ada = await node(desk, 'ada', [server]);
  const short = String((await ada.post('runs', { plan: 'short.yaml' })).run);
  const isOver = async () => {
    const { wouldRemove = [] } = await prune(desk, ['--older-than', '0s', '--dry-run']);
    return wouldRemove.find(({ run }) => run === short);
  };
  let over = await isOver();
  while (!over) over = await isOver();
  expect(over).toMatchObject({ status: 'over', files: 1 });
  const long = String((await ada.post('runs', { plan: 'long.yaml' })).run);
  await eventually('it has begun', () => existsSync(join(ada.home, 'runs', long, 'cluster.json')));

  const named = await prune(desk, [long, '--yes']);
  expect(named).toMatchObject({ code: 2, stderr: expect.stringContaining('is not over') });
  expect((await prune(desk, ['--older-than', '1d', '--yes'])).removed).toEqual([]);
  const { removed, left } = await prune(desk, ['--older-than', '0s', '--yes']);
  expect([removed.map(({ run }) => run), left]).toEqual([[short], []]);
  expect((await prune(desk, ['--older-than', '0s', '--dry-run'])).wouldRemove).toEqual([]);
  const [journals = 0, files, open] = await kept(server);
  expect(journals).toBeGreaterThan(0);
  expect([files, open]).toEqual([0, 1]);
  // What a node has on its disk stays.
  expect(ada.results(short)).toHaveLength(1);

  await desk.type(['cancel', long, '--home', ada.home]);
  const cancelled = async () => (await prune(desk, [long, '--yes'])).code === 0;
  while (!(await cancelled()));
  expect(await kept(server)).toEqual([0, 0, 0]);
  ada.process.child.kill('SIGTERM');
  expect((await ada.process.end()).code).toBe(0);
});

/** A journal of a run that is over, as far as it matters here. */
async function leave(server: NatsServer, user: string, runs: readonly string[]): Promise<void> {
  const nc = await connect({ servers: server.url, user, pass: 'p' });
  for (const run of runs) {
    await jetstream(nc).publish(`troupe.journal.${run}`, 'said', { msgID: `${run}.1.1` });
  }
  await nc.close();
}

const users = `authorization { users: [
  { user: all, password: p }
  { user: none, password: p, permissions: { publish: { deny: "$KV.troupe_leases.>" } } }
  { user: half, password: p, permissions: {
    publish: { deny: "$JS.API.STREAM.PURGE.OBJ_troupe_files" } } }
] }`;

test("what can not be removed is no one else's: it is said, and goes another time", async () => {
  const [desk, server] = [new Desk(), await one({ more: users })];
  const as = (user: string) => ['--nats', server.url.replace('//', `//${user}:p@`)];
  const all = [...as('all'), '--older-than', '0s'];
  await prune(desk, [...all, '--dry-run']);
  await leave(server, 'all', ['one', 'two', 'three', 'kept']);
  const nc = await connect({ servers: server.url, user: 'all', pass: 'p' });
  const [store, leases] = [
    await new Objm(jetstream(nc)).open('troupe_files'),
    await new Kvm(jetstream(nc)).open('troupe_leases'),
  ];
  await store.putBlob({ name: 'one/abc' }, Buffer.from('whole'));
  await leases.put('kept', JSON.stringify({ node: 'bob', nonce: 'n', leaseMs: 60_000 }));
  await nc.close();

  const none = await prune(desk, [...as('none'), '--older-than', '0s', '--yes']);
  expect(none).toMatchObject({ code: 2, removed: [] });
  expect(none.stderr).toMatch(/can't be removed: .*leases[\s\S]*troupe nats check/);
  expect((await prune(desk, [...all, '--dry-run'])).wouldRemove).toHaveLength(4);
  // Its journal is gone, its file is not: what is left of it can still be seen.
  const half = await prune(desk, [...as('half'), 'one', '--yes']);
  expect(half).toMatchObject({ code: 2, removed: [], stderr: expect.stringContaining('may not') });
  const { wouldRemove = [] } = await prune(desk, [...all, '--dry-run']);
  expect(wouldRemove.find(({ run }) => run === 'one')).toMatchObject({ messages: 0, files: 1 });
  const { code, removed, left } = await prune(desk, [...all, '--yes']);
  expect([code, left.map(({ run }) => run)]).toEqual([0, ['kept']]);
  expect(removed.map(({ run }) => run).toSorted()).toEqual(['one', 'three', 'two']);
});

test('pieces that belong to no file go, once no file can be on its way', async () => {
  const server = await one();
  const place = { servers: [server.url] };
  const hoursOn = { ...systemClock, now: () => systemClock.now() + 2 * 3_600_000 };
  const [pruning, later] = [
    await Pruning.begin({ place }),
    await Pruning.begin({ place }, hoursOn),
  ];
  const nc = await connect({ servers: server.url });
  const js = jetstream(nc);
  await js.publish('$O.troupe_files.C.loose', 'piece');
  const store = await new Objm(js).open('troupe_files');
  await store.putBlob({ name: 'run-1/abc' }, Buffer.from('whole'));
  await pruning.tidy();
  expect((await kept(server))[1]).toBe(3);
  await later.tidy();
  expect((await kept(server))[1]).toBe(2);
  expect(await pruning.runs()).toMatchObject([{ run: 'run-1', status: 'over', files: 1 }]);
  for (const each of [pruning, later, nc]) await each.close();
});

test('what makes no sense is said with the next step', async () => {
  const desk = new Desk();
  const server = await one();
  const at = ['--nats', server.url];
  const said = async (words: readonly string[]) => {
    const { code, stderr } = await desk.type(['nats', 'prune', ...words]);
    return `${code} ${stderr}`;
  };
  expect(await said(at)).toMatch(/^2 .*say which runs may go[\s\S]*--older-than 7d/);
  expect(await said([...at, 'none'])).toMatch(/^2 .*nothing of none[\s\S]*--dry-run/);
  expect(await said(['--older-than', '7d'])).toMatch(/^2 .*no NATS servers are named/);
  expect(await said([...at, '--older-than', 'soon'])).toMatch(/^2 .*30d, 12h/);
  expect(await said([...at, '--older-than', '7d'])).toMatch(/^0 .*nothing to remove/);
});
