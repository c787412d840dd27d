/** The bus over NATS: the promises of every bus, against one real server and a cluster of three. */
import { connect } from '@nats-io/transport-node';
import { afterEach, beforeAll, describe, expect, test } from 'vitest';
import type { Bus } from '../../../src/bus/bus.ts';
import { NatsBus, type NatsBusOptions } from '../../../src/bus/nats/nats-bus.ts';
import { sleep, systemClock } from '../../../src/kernel/clock.ts';
import { systemRandom } from '../../../src/kernel/random.ts';
import { busContract } from '../../contracts/bus.contract.ts';
import { counted, message, settled, take } from '../messages.ts';
import { type NatsServer, natsServers } from './servers.ts';

const { one, three } = natsServers();

const opened: Bus[] = [];
afterEach(() => {
  for (const bus of opened.splice(0)) bus.close();
});

/** A bus of a team of its own, or of the one named. */
async function join(
  servers: readonly NatsServer[],
  name: string,
  { prefix, ...more }: Partial<NatsBusOptions> & { prefix?: string } = {},
): Promise<NatsBus> {
  const place = {
    servers: servers.map(({ url }) => url),
    replicas: servers.length,
    prefix: prefix ?? `t${systemRandom.next()}`,
  };
  const around = { clock: systemClock, random: systemRandom };
  const bus = await NatsBus.connect({ place, name, ...around, ...more });
  opened.push(bus);
  return bus;
}

let single: readonly NatsServer[];
let cluster: readonly NatsServer[];
beforeAll(async () => {
  single = [await one()];
  cluster = await three();
});

busContract('a bus over one NATS server', () => join(single, 'one'));
busContract('a bus over a cluster of three', () => join(cluster, 'one'));

describe.each([
  ['one server', () => single],
  ['three servers', () => cluster],
])('between two nodes, over %s', (_, servers) => {
  test('messages arrive in order, each once, and not at who said them twice', async () => {
    const prefix = `t${systemRandom.next()}`;
    const [ada, bob] = [
      await join(servers(), 'ada', { prefix }),
      await join(servers(), 'bob', { prefix }),
    ];
    const [here, there] = [ada.subscribe('run/*'), bob.subscribe('run/*')];
    await settled(bob);
    for (let at = 1; at <= 2_000; at += 1) ada.publish(message('ada', at, `run/${at % 3}`));
    expect(await take(there, 2_000)).toEqual(counted(2_000));
    expect(await take(here, 2_000)).toEqual(counted(2_000));
  });

  test('a question is answered by the other, or by nobody', async () => {
    const prefix = `t${systemRandom.next()}`;
    const [ada, bob] = [
      await join(servers(), 'ada', { prefix }),
      await join(servers(), 'bob', { prefix }),
    ];
    bob.answer('bob/a strange.place/*', ({ event }) => ({ type: `${event.type}.bob` }));
    await settled(bob);
    const ask = (to: string) => ada.request(message('ada', 1, to, 'who'), 60_000);
    expect(await ask('bob/a strange.place/*')).toEqual({ type: 'who.bob' });
    await expect(ask('bob/a strange.place')).rejects.toMatchObject({ code: 'bus.nobody' });
    bob.close();
    await sleep(systemClock, 100);
    await expect(ask('bob/a strange.place/*')).rejects.toMatchObject({ code: 'bus.nobody' });
  });
});

describe('a server that is killed in the middle and comes back', () => {
  test('has lost nothing, and nobody hears a message twice or out of order', async () => {
    const server = await one();
    const prefix = 'cut';
    const states: string[] = [];
    const ada = await join([server], 'ada', { prefix, onState: (state) => states.push(state) });
    const bob = await join([server], 'bob', { prefix });
    const there = bob.subscribe('run/*');
    await settled(bob);
    const heard = take(there, 3_000);
    for (let at = 1; at <= 3_000; at += 1) {
      ada.publish(message('ada', at, `run/${at % 2}`));
      if (at === 1_000) void server.kill();
      if (at % 100 === 0) await sleep(systemClock, 5);
      if (at === 2_000) await server.start();
    }
    expect(await heard).toEqual(counted(3_000));
    expect(states).toEqual(['cut-off', 'connected']);
  });

  test('is asked again: a question is answered, and its work is done once', async () => {
    const server = await one();
    const [ada, bob] = [
      await join([server], 'ada', { prefix: 'ask' }),
      await join([server], 'bob', { prefix: 'ask' }),
    ];
    let count = 0;
    let finish: () => void = () => {};
    const begun = new Promise<void>((resolve) => {
      bob.answer('desk', async () => {
        count += 1;
        resolve();
        await new Promise<void>((done) => {
          finish = done;
        });
        return { type: 'done' };
      });
    });
    await settled(bob);
    const asked = ada.request(message('ada', 1, 'desk'), 120_000);
    await begun;
    await server.kill();
    finish();
    await server.start();
    expect(await asked).toEqual({ type: 'done' });
    expect(count).toBe(1);
  });
});

describe('three servers, of which one dies', () => {
  test('go on: what is said meanwhile arrives, in order, once', async () => {
    const servers = await three();
    const prefix = 'three';
    const ada = await join(servers, 'ada', { prefix });
    const bob = await join(servers, 'bob', { prefix });
    const there = bob.subscribe('run/*');
    await settled(bob);
    const heard = take(there, 2_000);
    for (let at = 1; at <= 2_000; at += 1) {
      ada.publish(message('ada', at, `run/${at % 2}`));
      if (at === 500) void servers[1]?.kill();
      if (at % 50 === 0) await sleep(systemClock, 5);
    }
    expect(await heard).toEqual(counted(2_000));
  });
});

test('an address belongs to who took it first; the other is told', async () => {
  const refused: string[] = [];
  const prefix = 'taken';
  const ada = await join(single, 'ada', { prefix });
  const onRefused = ({ message: said }: { readonly message: string }) => void refused.push(said);
  const bob = await join(single, 'bob', { prefix, onRefused });
  ada.answer('desk', () => ({ type: 'ada' }));
  await settled(ada);
  bob.answer('desk', () => ({ type: 'bob' }));
  await settled(bob);
  expect(refused).toEqual(['somebody answers at desk already']);
  expect(await bob.request(message('bob', 1, 'desk'), 60_000)).toEqual({ type: 'ada' });
});

test('what is larger than the server takes is refused, and the rest goes on', async () => {
  const refused: string[] = [];
  const prefix = 'large';
  const onRefused = ({ code }: { readonly code: string }) => void refused.push(code);
  const ada = await join(single, 'ada', { prefix, onRefused });
  const bob = await join(single, 'bob', { prefix });
  const there = bob.subscribe('run/1');
  bob.answer('desk', ({ event }) => {
    return (event.type === 'ask' ? { type: 'x'.repeat(2_000_000) } : event) as { type: string };
  });
  await settled(bob);
  ada.publish(message('ada', 1, 'run/1', 'x'.repeat(2_000_000)));
  ada.publish(message('ada', 2));
  expect(await take(there, 1)).toEqual(['m2']);
  expect(refused).toEqual(['bus.too-large']);
  const ask = (type: string) => ada.request(message('ada', 1, 'desk', type), 60_000);
  await expect(ask('y'.repeat(2_000_000))).rejects.toMatchObject({ code: 'bus.too-large' });
  await expect(ask('ask')).rejects.toMatchObject({ code: 'bus.too-large' });
});

test('what nobody can take is kept up to a bound, and let go with a word', async () => {
  const server = await one();
  const refused: string[] = [];
  const onRefused = ({ code }: { readonly code: string }) => void refused.push(code);
  const ada = await join([server], 'ada', { prefix: 'full', waitingMax: 100, onRefused });
  const bob = await join([server], 'bob', { prefix: 'full' });
  const there = bob.subscribe('run/*');
  await settled(bob);
  await server.kill();
  for (let at = 1; at <= 350; at += 1) ada.publish(message('ada', at));
  expect(refused.length).toBeGreaterThan(0);
  expect(new Set(refused)).toEqual(new Set(['bus.full']));
  await server.start();
  ada.publish(message('ada', 351));
  const heard: number[] = [];
  for await (const { sequence } of there) {
    heard.push(sequence);
    if (sequence === 351) break;
  }
  expect(heard.length).toBeLessThan(110);
});

test('strangers on its subjects are not believed', async () => {
  const prefix = 'garbled';
  const bob = await join(single, 'bob', { prefix });
  const there = bob.subscribe('run/*');
  await settled(bob);
  const nc = await connect({ servers: single[0]?.url ?? '' });
  for (const text of ['', '{}', '[0,1,[["z"]]]', '[0,1,[["p","run/1","x",1,null]]]', '\u0000']) {
    nc.publish(`${prefix}.bus.evil.run.1`, text);
  }
  await nc.flush();
  await nc.close();
  const ada = await join(single, 'ada', { prefix });
  ada.publish(message('ada', 1));
  expect(await take(there, 1)).toEqual(['m1']);
});

test.each([
  ['http://host', /no address of a NATS server/],
  ['nats://', /no address of a NATS server/],
  ['nats://me:secret@host:none', /^"nats:\/\/host:none" is no address/],
  ['nats://me:100%@host', /no address of a NATS server/],
  ['nats://127.0.0.1:1', /no NATS at 127.0.0.1:1: .*refused/i],
])('a server that is none (%s) is an error in words', async (url, words) => {
  const place = { servers: [url] };
  const around = { name: 'x', clock: systemClock, random: systemRandom };
  await expect(NatsBus.connect({ place, ...around })).rejects.toThrow(words);
});

test('a server without JetStream is named as what is missing', async () => {
  const server = await one({ jetStream: false, more: 'max_payload: 500000' });
  await expect(join([server], 'ada', { prefix: 'plain' })).rejects.toMatchObject({
    code: 'nats.stream',
    hint: expect.stringContaining('nats check'),
  });
});

test('nobody is believed who speaks as another node', async () => {
  const server = await one();
  const prefix = `t${systemRandom.next()}`;
  const ada = await join([server], 'ada', { prefix });
  const bob = await join([server], 'bob', { prefix });
  const heard = ada.subscribe('hub/1');
  await settled(ada);
  bob.publish(message('node/ada/x', 1, 'hub/1', 'false'));
  bob.publish(message('node/bob/x', 1, 'hub/1', 'true'));
  expect(await take(heard, 1)).toEqual(['true']);
});
