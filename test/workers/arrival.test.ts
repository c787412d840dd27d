/** A worker is given work by a hub whose word that it is let in is still on its way. */
import { afterEach, expect, test } from 'vitest';
import type { Envelope } from '../../src/bus/bus.ts';
import { InProcessBus } from '../../src/bus/in-process.ts';
import { readConfig } from '../../src/config.ts';
import { systemClock } from '../../src/kernel/clock.ts';
import { systemRandom } from '../../src/kernel/random.ts';
import { footingAt } from '../../src/workers/footing.ts';
import { hubDesk } from '../../src/workers/wire.ts';
import { Worker } from '../../src/workers/worker.ts';
import { tempFolders } from '../app/temp.ts';

const temp = tempFolders('arrival');
const closers: (() => Promise<void>)[] = [];
afterEach(async () => {
  for (const close of closers.splice(0)) await close();
});

const terms = { number: 0, run: 'r', role: { name: 'coder', adapter: 'simulated' }, files: 'none' };
const assignment = {
  task: 't',
  cwd: '/',
  argv: [],
  token: 1,
  attempt: 1,
  work: { minMs: 0, maxMs: 0 },
};
const parcel = { id: 'x.sent', files: [] };

/** Whose orders, in this order, are there before its word is. */
async function ordersOnTheWay(orders: readonly object[]): Promise<readonly unknown[]> {
  const bus = new InProcessBus(systemClock);
  const answers: Promise<unknown>[] = [];
  let sequence = 0;
  bus.answer(hubDesk, async ({ from, event }: Envelope) => {
    if (event.type !== 'worker.join') return { type: 'worker.kept', void: [] } as never;
    for (const order of orders) {
      sequence += 1;
      const envelope = { to: from, from: `${hubDesk}/life`, sequence, event: order as never };
      answers.push(bus.request(envelope, 60_000).catch(({ code }) => code));
    }
    await new Promise(setImmediate);
    return { type: 'worker.joined', leaseMs: 60_000 } as never;
  });
  const worker = new Worker({
    ...{ bus, footing: footingAt(bus), name: 'one', roles: { coder: 1 }, labels: [] },
    ...{ version: '1', clock: systemClock, random: systemRandom },
    config: readConfig({ home: `${temp()}/home`, cwd: temp() }),
  });
  closers.push(() => worker.close());
  await worker.open();
  return Promise.all(answers);
}

test('it is begun, and is not refused for want of a lease', async () => {
  const begin = { type: 'work.begin', ticket: 'x', terms, assignment, parcel };
  const giveUp = { type: 'work.give-up', ticket: 'x' };
  const heard = { type: 'work.heard' };
  expect(await ordersOnTheWay([begin, giveUp])).toEqual([heard, heard]);
});
