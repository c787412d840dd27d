/** The register of who is there, as those who watch it hear it. */
import { expect, test } from 'vitest';
import { systemClock } from '../../../src/kernel/clock.ts';
import { watchRegister } from '../../../src/workers/nats/register.ts';
import { openServers } from '../../../src/workers/nats/servers.ts';
import { eventually } from '../../agents/processes.ts';
import { natsServers } from '../../bus/nats/servers.ts';

const { one } = natsServers();

test('whoever comes later hears who is there already, and who comes and goes then', async () => {
  const { url } = await one();
  const about = { name: 'one', leaseMs: 60_000, clock: systemClock };
  const servers = await openServers({ servers: [url] }, about);
  await servers.register.put('hub.before', 'first');
  await servers.register.put('hub.before', 'second');
  await servers.register.put('worker.other.a', 'of another kind');
  const heard: (readonly [string, string | null])[] = [];
  const inlet = watchRegister(servers, 'hub', 'watcher', (...each) => void heard.push(each));
  await eventually('it hears who was there', () => heard.length === 1);
  await servers.register.put('hub.after', 'third');
  await servers.register.delete('hub.before');
  await eventually('it hears the rest', () => heard.length === 3);
  expect(heard).toEqual([
    ['hub.before', 'second'],
    ['hub.after', 'third'],
    ['hub.before', null],
  ]);
  inlet.close();
  await servers.nc.close();
});
