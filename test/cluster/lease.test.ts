/** One holder at a time, who knows that it lost the lease before anybody else can have it. */
import { jetstream } from '@nats-io/jetstream';
import { type KV, Kvm } from '@nats-io/kv';
import { connect, type NatsConnection } from '@nats-io/transport-node';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { holderOf, Lease } from '../../src/cluster/lease.ts';
import { type Clock, sleep, systemClock } from '../../src/kernel/clock.ts';
import { randomName, systemRandom } from '../../src/kernel/random.ts';
import { type NatsServer, natsServers } from '../bus/nats/servers.ts';

const { one } = natsServers();
const leaseMs = 2_000;

let server: NatsServer;
let nc: NatsConnection;
let kv: KV;
beforeAll(async () => {
  server = await one();
  nc = await connect({ servers: server.url, maxReconnectAttempts: -1, reconnectTimeWait: 100 });
  kv = await new Kvm(jetstream(nc)).create('leases', { history: 1, ttl: leaseMs });
});
afterAll(() => nc.close());

const take = (key: string, node: string, clock: Clock = systemClock): Promise<Lease> =>
  Lease.take({ kv, key, node, nonce: randomName(systemRandom, 8), clock, leaseMs });

/** A process that stands still: its timers never fire. */
const frozen: Clock = { ...systemClock, at: () => () => {} };

test('is held by one as long as it lives, and says who', async () => {
  const lease = await take('run', 'ada');
  await sleep(systemClock, 3 * leaseMs);
  expect(lease.isHeld).toBe(true);
  await expect(take('run', 'bob')).rejects.toMatchObject({ code: 'run.elsewhere' });
  await expect(take('run', 'bob')).rejects.toThrow('the node ada');
  await lease.release();
  expect(await holderOf(kv, 'run')).toBeNull();
});

test('is free once its holder is dead, and its token rises with every holder', async () => {
  const dead = await take('next', 'ada', frozen);
  while ((await holderOf(kv, 'next')) !== null) await sleep(systemClock, 50);
  const heir = await take('next', 'bob');
  expect(heir.token).toBeGreaterThan(dead.token);
  await heir.release();
});

test('is lost to its holder when the servers are gone, before others could have it', async () => {
  const lease = await take('cut', 'ada');
  const lost = new Promise<void>((resolve) => lease.onLost(resolve));
  await server.kill();
  await lost;
  expect(lease.isHeld).toBe(false);
  await server.start();
});

test('is not lost by a short cut', async () => {
  // Until the client is back, too.
  while (
    !(await nc.flush().then(
      () => true,
      () => false,
    ))
  )
    await sleep(systemClock, 50);
  const lease = await take('short', 'ada');
  let lost = 0;
  lease.onLost(() => {
    lost += 1;
  });
  await nc.reconnect();
  await sleep(systemClock, 2 * leaseMs);
  expect(lost).toBe(0);
  await lease.release();
});

test('one of many who want it at once has it', async () => {
  const names = Array.from({ length: 10 }, (_, at) => `n${at}`);
  const tries = await Promise.allSettled(names.map((name) => take('race', name)));
  const held = tries.flatMap((each) => (each.status === 'fulfilled' ? [each.value] : []));
  expect(held).toHaveLength(1);
  await held[0]?.release();
});
