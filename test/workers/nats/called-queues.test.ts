/** Which queues a hub tells its workers of: those in use, and never more than they can read. */
import { expect, test } from 'vitest';
import { type CalledQueue, CalledQueues } from '../../../src/workers/nats/called-queues.ts';
import { queuesBytesMax, queuesMax, readHub } from '../../../src/workers/nats/register.ts';
import type { Wish } from '../../../src/workers/roster.ts';

const unusedMs = 1_000;
const wishFor = (at: number): Wish => ({ role: `r${at}`, labels: [] });
const rolesOf = (queues: CalledQueues) => queues.wishes.map(({ role }) => role);

/** One call in each, at moments one after the other. */
function called(queues: CalledQueues, count: number): readonly (CalledQueue | null)[] {
  const all = [...Array(count).keys()];
  return all.map((at) => queues.enter(`q${at}`, wishFor(at), at));
}

test('one that nobody calls in any more is let go, unless a call still waits there', () => {
  const queues = new CalledQueues(unusedMs);
  const [first, second] = called(queues, 3);
  if (first && second) for (const each of [first, second]) queues.leave(each, 10);
  queues.letGoUnused(10 + unusedMs - 1);
  expect(rolesOf(queues)).toEqual(['r2', 'r0', 'r1']);
  queues.enter('q1', wishFor(1), 500);
  queues.letGoUnused(10 + unusedMs);
  expect(rolesOf(queues)).toEqual(['r2', 'r1']);
});

test('beyond what workers read at once the one that has not been used for longest goes', () => {
  const queues = new CalledQueues(unusedMs);
  const all = called(queues, queuesMax);
  expect(queues.enter('more', wishFor(-1), 2_000)).toBeNull();
  const [, second] = all;
  if (second) queues.leave(second, 2_000);
  expect(queues.enter('more', wishFor(-1), 2_000)).toMatchObject({ name: 'more' });
  expect(rolesOf(queues)).not.toContain('r1');
  expect(queues.wishes).toHaveLength(queuesMax);
  expect(readHub('hub.a', JSON.stringify({ version: '1', queues: queues.wishes }))).not.toBeNull();
});

test('nor are they more than fit into a message', () => {
  const queues = new CalledQueues(unusedMs);
  const labels = Array.from({ length: 200 }, (_, at) => `${at}`.padEnd(190, 'x'));
  for (let at = 0; at < 20; at += 1) {
    const queue = queues.enter(`q${at}`, { role: 'a', labels }, at);
    if (queue) queues.leave(queue, at);
  }
  const bytes = Buffer.byteLength(JSON.stringify(queues.wishes));
  expect(bytes).toBeGreaterThan(queuesBytesMax / 2);
  expect(bytes).toBeLessThanOrEqual(queuesBytesMax + 2);
  expect(queues.enter('last', wishFor(0), 100)).toMatchObject({ waiting: 1 });
});
