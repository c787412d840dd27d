/** One holder at a time, who knows that it lost the lease before anybody else can have it. */
import { jetstream } from '@nats-io/jetstream';
import { type KV, Kvm } from '@nats-io/kv';
import { connect, type NatsConnection } from '@nats-io/transport-node';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { Lease } from '../../src/cluster/lease.ts';
import { holderIn, Sightings } from '../../src/cluster/sightings.ts';
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
  kv = await new Kvm(jetstream(nc)).create('leases', { history: 1 });
});
afterAll(() => nc.close());

/** Each node has a clock and eyes of its own. */
function nodeOf(node: string, clock: Clock = systemClock) {
  const sightings = new Sightings(clock, leaseMs);
  return (key: string): Promise<Lease> => {
    const nonce = randomName(systemRandom, 8);
    return Lease.take({ kv, key, node, nonce, clock, leaseMs, sightings });
  };
}

const [ada, bob] = [nodeOf('ada'), nodeOf('bob')];

/** Null: nobody. */
async function holderOf(key: string): Promise<string | null> {
  const entry = await kv.get(key);
  return entry?.operation === 'PUT' ? (holderIn(entry)?.node ?? '?') : null;
}

/** As often as it takes; rejects with whatever does not mean that somebody has it. */
async function inherit(take: (key: string) => Promise<Lease>, key: string): Promise<Lease> {
  for (;;) {
    const lease = await take(key).catch((error: { code?: string }) => {
      if (error.code !== 'run.elsewhere') throw error;
      return null;
    });
    if (lease) return lease;
    await sleep(systemClock, 50);
  }
}

/** A process that stands still: its timers never fire. */
const frozen: Clock = { ...systemClock, at: () => () => {} };

test('is held by one as long as it lives, and says who', async () => {
  const lease = await ada('run');
  await sleep(systemClock, 3 * leaseMs);
  expect(lease.isHeld).toBe(true);
  await expect(bob('run')).rejects.toMatchObject({ code: 'run.elsewhere' });
  await expect(bob('run')).rejects.toThrow('the node ada');
  await lease.release();
  expect(await holderOf('run')).toBeNull();
});

test('is free once its holder is dead, and its token rises with every holder', async () => {
  const dead = await nodeOf('ada', frozen)('next');
  const takenMs = systemClock.elapsed();
  const heir = await inherit(bob, 'next');
  expect(systemClock.elapsed() - takenMs).toBeGreaterThan(leaseMs);
  expect(heir.token).toBeGreaterThan(dead.token);
  await heir.release();
});

test('depends on no clock but that of who looks', async () => {
  // Their days are hours apart; how long a second is they agree on.
  const skewed = (byMs: number): Clock => {
    return { ...systemClock, now: () => systemClock.now() + byMs };
  };
  const early = nodeOf('early', { ...skewed(-3_600_000), at: () => () => {} });
  const late = nodeOf('late', skewed(7_200_000));
  const dead = await early('skew');
  await expect(late('skew')).rejects.toMatchObject({ code: 'run.elsewhere' });
  expect((await inherit(late, 'skew')).token).toBeGreaterThan(dead.token);
});

test('waits for as long as its holder was promised, and not for less', async () => {
  const slow = { node: 'slow', nonce: 'x', leaseMs: 3 * leaseMs };
  await kv.put('slow', JSON.stringify(slow));
  const putMs = systemClock.elapsed();
  await inherit(bob, 'slow');
  expect(systemClock.elapsed() - putMs).toBeGreaterThan(3 * leaseMs);
});

test('of what a stranger has written is free after the usual time', async () => {
  await kv.put('strange', 'garbage');
  await expect(bob('strange')).rejects.toThrow('somebody else');
  const heir = await inherit(bob, 'strange');
  expect(await holderOf('strange')).toBe('bob');
  await heir.release();
});

test('is lost to its holder when the servers are gone, before others could have it', async () => {
  const lease = await ada('cut');
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
  const lease = await ada('short');
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
  const tries = await Promise.allSettled(names.map((name) => nodeOf(name)('race')));
  const held = tries.flatMap((each) => (each.status === 'fulfilled' ? [each.value] : []));
  expect(held).toHaveLength(1);
  await held[0]?.release();
});
