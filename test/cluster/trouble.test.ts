/** Servers that are gone, full, or hold what none of us has written: a clear word, and no loop. */
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { jetstream, jetstreamManager, RetentionPolicy } from '@nats-io/jetstream';
import { Kvm } from '@nats-io/kv';
import { connect } from '@nats-io/transport-node';
import { expect, onTestFinished, test } from 'vitest';
import { eventually } from '../agents/processes.ts';
import { natsServers } from '../bus/nats/servers.ts';
import { Desk } from '../cli/troupe.ts';
import { node, plan } from './nodes.ts';

const { one } = natsServers();

function deskFor(url: string): Desk {
  const desk = new Desk();
  const bus = { nats: { servers: [url], lease: '3s' } };
  writeFileSync(desk.path('troupe.yaml'), JSON.stringify({ bus }));
  return desk;
}

test('a node can be closed while the servers are gone, and its run is gone on with', async () => {
  const server = await one();
  const desk = deskFor(server.url);
  writeFileSync(desk.path('plan.yaml'), plan(6, 1));
  const ada = await node(desk, 'ada', [server]);
  const run = String((await ada.post('runs', { plan: 'plan.yaml' })).run);
  await eventually('something is done', () => ada.results(run).length > 0);
  await server.kill();
  ada.process.child.kill('SIGTERM');
  expect((await ada.process.end()).code).toBe(0);
  await server.start();
  const bob = await node(desk, 'bob', [server]);
  await eventually('all are done', () => bob.results(run).length === 6);
  bob.process.child.kill('SIGTERM');
  expect((await bob.process.end()).code).toBe(0);
});

test('what a stranger has put among the runs keeps nobody from the others', async () => {
  const server = await one();
  const desk = deskFor(server.url);
  writeFileSync(desk.path('plan.yaml'), plan(6, 1));
  const [ada, bob] = [await node(desk, 'ada', [server]), await node(desk, 'bob', [server])];
  const nc = await connect({ servers: server.url });
  const runs = await new Kvm(jetstream(nc)).open('troupe_runs');
  const entry = (run: string): string => JSON.stringify({ run, status: 'open', node: 'x' });
  await runs.put('open.garbage', '{{{');
  await runs.put('open.escape', entry('../../escape'));
  await runs.put('open.mallory', entry('mallory'));
  await jetstream(nc).publish('troupe.journal.mallory', 'no record of ours');
  const run = String((await ada.post('runs', { plan: 'plan.yaml' })).run);
  await eventually('something is done', () => ada.results(run).length > 0);
  ada.process.child.kill('SIGKILL');
  await eventually('all are done', () => bob.results(run).length === 6);
  await bob.process.says(/mallory can't be gone on with here at present: .* holds something else/);
  // Tried again, and said once.
  expect(bob.process.stderr.match(/mallory can't/g)).toHaveLength(1);
  expect(bob.process.stderr).not.toContain('escape');
  await nc.close();
  bob.process.child.kill('SIGTERM');
  expect((await bob.process.end()).code).toBe(0);
});

test('servers without room stop a run with a word that says what to do', async () => {
  const store = mkdtempSync(join(tmpdir(), 'troupe-full-'));
  onTestFinished(() => rmSync(store, { recursive: true, force: true, maxRetries: 5 }));
  const more = `jetstream { store_dir: "${store}", max_file_store: 2MB }`;
  const server = await one({ jetStream: false, more });
  const desk = deskFor(server.url);
  writeFileSync(desk.path('plan.yaml'), plan(12, 0));
  // Ours would set aside more than all of it.
  const nc = await connect({ servers: server.url });
  const jsm = await jetstreamManager(nc);
  const small = { max_bytes: 64 * 1024 };
  await jsm.streams.add({ name: 'troupe_bus', subjects: ['troupe.bus.>'], ...small });
  const retention = RetentionPolicy.Workqueue;
  await jsm.streams.add({ name: 'troupe_work', subjects: ['troupe.work.*'], retention, ...small });
  await nc.close();
  const ada = await node(desk, 'ada', [server]);
  await ada.post('runs', { plan: 'plan.yaml' });
  await ada.process.says(/stopped here: the NATS servers have no room for what .* keeps/);
  ada.process.child.kill('SIGTERM');
  expect((await ada.process.end()).code).toBe(0);
});
