/** The queues in which a hub calls, at real servers: they come, go, and come again. */
import { afterEach, expect, test, vi } from 'vitest';
import { systemClock } from '../../../src/kernel/clock.ts';
import { systemRandom } from '../../../src/kernel/random.ts';
import { definePlan, simulated } from '../../../src/plan/define.ts';
import { CallTaker } from '../../../src/workers/nats/call-taker.ts';
import { Calls } from '../../../src/workers/nats/calls.ts';
import { queuesMax } from '../../../src/workers/nats/register.ts';
import { openServers } from '../../../src/workers/nats/servers.ts';
import type { Member, Wish } from '../../../src/workers/roster.ts';
import { eventually } from '../../agents/processes.ts';
import { natsServers } from '../../bus/nats/servers.ts';
import { natsHalls } from './hall.ts';

vi.setConfig({ testTimeout: 240_000 });

const { one } = natsServers();
const openHall = natsHalls('nats-calls');
const ends: (() => Promise<void> | void)[] = [];
afterEach(async () => {
  for (const end of ends.splice(0).toReversed()) await end();
});

const version = '1';
const hub = 'hub/one';
const wish: Wish = { role: 'coder', labels: [] };
const member: Member = {
  ...{ desk: 'node/one/1', name: 'one' },
  ...{ places: new Map([['*', 1]]), labels: new Set<string>() },
};

async function stage() {
  const { url } = await one();
  const place = { servers: [url], prefix: `t${systemRandom.next()}` };
  const about = { name: 'one', leaseMs: 60_000, clock: systemClock, queueKeptMs: 6_000 };
  const servers = await openServers(place, about);
  ends.push(() => servers.nc.close());
  const made: string[] = [];
  servers.nc.subscribe(`$JS.EVENT.ADVISORY.CONSUMER.CREATED.${servers.work}.>`, {
    callback: (_error, { subject }) => void made.push(subject),
  });
  const calls = new Calls({
    ...{ servers, clock: systemClock, version, hub },
    announce: async () => taker.listenTo(calls.queues()),
  });
  const taker = new CallTaker({
    ...{ servers, clock: systemClock, version, roles: { '*': 1 } },
    claim: async (_hub, ticket) => calls.claim(ticket, member),
    isThere: async () => true,
  });
  ends.push(() => taker.end());
  const called = async (ticket: string, waitMs = 60_000) => {
    const { signal } = new AbortController();
    const place = await calls.place(wish, { run: 'run', ticket }, waitMs, signal);
    taker.begun(ticket, hub);
    taker.settled(ticket);
    return place;
  };
  const queuesAt = async () => (await servers.jsm.streams.info(servers.work)).state.consumer_count;
  return { calls, taker, called, queuesAt, made };
}

test('a queue that nobody calls in or pulls from goes and comes back', async () => {
  const { calls, taker, called, queuesAt } = await stage();
  taker.begin();
  expect(await called('first')).toMatchObject({ place: '*' });
  expect(calls.queues()).toEqual([wish]);
  await eventually('workers are told of it no more', () => calls.queues().length === 0);
  // One that has not heard of it still pulls.
  expect(await queuesAt()).toBe(1);
  taker.listenTo(calls.queues());
  while ((await queuesAt()) > 0);
  expect(await called('second')).toMatchObject({ place: '*' });
  expect(await queuesAt()).toBe(1);
});

test('one that the servers have let go is there again for who calls in it, or pulls', async () => {
  const { calls, taker, called, queuesAt, made } = await stage();
  expect(await called('first', 500)).toBeNull();
  // Nobody is there who pulls.
  while ((await queuesAt()) > 0);
  const waits = called('second');
  await eventually('the hub has made it again', () => made.length === 2);
  while ((await queuesAt()) > 0);
  taker.begin();
  expect(await waits).toMatchObject({ place: '*' });
  expect(calls.queues()).toEqual([wish]);
});

test('a plan of more roles than workers are told of at once comes to its end', async () => {
  const { play, join } = await openHall(await one());
  await join('one', { roles: { '*': 20 } });
  const names = Array.from({ length: queuesMax + 50 }, (_, at) => `r${at}`);
  const role = simulated({ where: 'remote', work: '0ms' });
  const { end } = await play(
    definePlan({
      ...{ name: 'many', concurrency: 20 },
      agents: Object.fromEntries(names.map((name) => [name, role])),
      tasks: names.map((agent) => ({ id: `t-${agent}`, agent, prompt: 'a' })),
    }),
  );
  expect(end).toMatchObject({ status: 'succeeded' });
});
