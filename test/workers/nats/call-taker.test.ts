/** How many calls a worker takes out of its queues: as many as it has places, and no more. */
import { afterEach, beforeAll, expect, test } from 'vitest';
import { systemClock } from '../../../src/kernel/clock.ts';
import { systemRandom } from '../../../src/kernel/random.ts';
import { CallTaker } from '../../../src/workers/nats/call-taker.ts';
import { ensureQueue, queueName, queueSubject } from '../../../src/workers/nats/queues.ts';
import { openServers, type Servers } from '../../../src/workers/nats/servers.ts';
import type { Wish } from '../../../src/workers/roster.ts';
import { eventually } from '../../agents/processes.ts';
import { type NatsServer, natsServers } from '../../bus/nats/servers.ts';

const { one } = natsServers();
const version = '1';
/** What is not given back would not be there for others as long as a test lasts. */
const leaseMs = 600_000;
const hub = 'hub/one';

let server: NatsServer;
beforeAll(async () => {
  server = await one();
});
const ends: (() => Promise<void> | void)[] = [];
afterEach(async () => {
  for (const end of ends.splice(0).toReversed()) await end();
});

async function open(): Promise<Servers> {
  const place = { servers: [server.url], prefix: `t${systemRandom.next()}` };
  const servers = await openServers(place, { name: 'one', leaseMs, clock: systemClock });
  ends.push(() => servers.nc.close());
  return servers;
}

const wishes = ['coder', 'writer'].map((role): Wish => ({ role, labels: [] }));

async function call(servers: Servers, wish: Wish, count: number): Promise<void> {
  const queue = queueName(wish, version);
  await ensureQueue(servers, queue);
  for (let at = 0; at < count; at += 1) {
    const said = { ticket: `${wish.role}-${at}`, hub, run: 'run' };
    await servers.js.publish(queueSubject(servers, queue), JSON.stringify(said));
  }
}

async function stateOf({ jsm, work }: Servers, wish: Wish) {
  const { delivered, num_waiting: asked } = await jsm.consumers.info(
    work,
    queueName(wish, version),
  );
  return { deliveries: delivered.consumer_seq, asked };
}

/** Claims all that it takes. */
function taker(servers: Servers, roles: Record<string, number>) {
  const claimed: string[] = [];
  const it = new CallTaker({
    ...{ servers, clock: systemClock, version, roles },
    claim: async (_hub, ticket) => {
      claimed.push(ticket);
      return 'yours';
    },
    isThere: async () => true,
  });
  ends.push(() => it.end());
  it.begin();
  it.listenTo(wishes.filter(({ role }) => role in roles || '*' in roles));
  return { it, claimed };
}

test('what one has no place for others have at once, and what it gives back', async () => {
  const servers = await open();
  const [wish = { role: '', labels: [] }] = wishes;
  await call(servers, wish, 10);
  const first = taker(servers, { coder: 3 });
  await eventually('it has three', () => first.claimed.length === 3);
  const second = taker(servers, { coder: 20 });
  await eventually('the other has the rest', () => second.claimed.length === 7);
  expect(first.it.tickets).toHaveLength(3);
  const [begun = '', ...others] = first.claimed;
  expect(first.it.begun(begun, hub)).toBeNull();
  first.it.end();
  await eventually('and what was not begun', () => second.claimed.length === 9);
  expect(second.claimed.slice(-2).toSorted()).toEqual(others.toSorted());
  expect(first.it.tickets).toEqual([begun]);
});

test('a place that is free again is asked for again, for whichever queue is next', async () => {
  const servers = await open();
  for (const wish of wishes) await call(servers, wish, 40);
  const { it, claimed } = taker(servers, { '*': 4 });
  const settled = new Set<string>();
  while (settled.size < 80) {
    await eventually('more has come', () => it.tickets.length > 0);
    const [ticket = ''] = it.tickets;
    expect(it.tickets.length).toBeLessThanOrEqual(4);
    expect(it.begun(ticket, hub)).toBeNull();
    it.settled(ticket);
    settled.add(ticket);
  }
  expect(new Set(claimed).size).toBe(80);
  const left = async () => (await servers.jsm.streams.info(servers.work)).state.messages;
  while ((await left()) > 0);
});

test('with two queues full of calls none waits for the other to be empty', async () => {
  const servers = await open();
  const [few, many] = [10, 150];
  const [coder, writer] = wishes as [Wish, Wish];
  await call(servers, coder, few);
  await call(servers, writer, many);
  const { it, claimed } = taker(servers, { '*': 1 });
  for (let done = 0; done < few + many; done += 1) {
    await eventually('the next one is there', () => it.tickets.length === 1);
    const [ticket = ''] = it.tickets;
    expect(it.begun(ticket, hub)).toBeNull();
    it.settled(ticket);
  }
  // Each is given back once or twice, and not each time that the other queue is quicker.
  expect((await stateOf(servers, coder)).deliveries).toBeLessThan(5 * few);
  expect((await stateOf(servers, writer)).deliveries).toBeLessThan(2 * many);
  expect(claimed).toHaveLength(few + many);
});

test('what still comes of a queue that is listened to no more holds no other one up', async () => {
  const servers = await open();
  const [coder, writer] = wishes as [Wish, Wish];
  await call(servers, coder, 1);
  await ensureQueue(servers, queueName(writer, version));
  const { it, claimed } = taker(servers, { '*': 1 });
  await eventually('it is at work', () => claimed.length === 1);
  it.listenTo([coder]);
  await call(servers, writer, 1);
  const isUnderWay = async () => {
    const { deliveries, asked } = await stateOf(servers, writer);
    return deliveries === 0 && asked > 0;
  };
  while (await isUnderWay());
  expect(it.begun('coder-0', hub)).toBeNull();
  it.settled('coder-0');
  await call(servers, coder, 1);
  await eventually('it goes on', () => claimed.length === 2);
});

test('a queue that comes later, or is lost, is asked as soon as it is there', async () => {
  const servers = await open();
  const [wish = { role: '', labels: [] }] = wishes;
  const { it, claimed } = taker(servers, { coder: 2 });
  await call(servers, wish, 1);
  await eventually('it has the first', () => claimed.length === 1);
  await servers.jsm.consumers.delete(servers.work, queueName(wish, version));
  it.begun('coder-0', hub);
  it.settled('coder-0');
  await call(servers, wish, 2);
  await eventually('it has more', () => new Set(claimed).size === 2);
});
