/** Servers that say nothing for a while, as when they choose who leads them. */
import { jetstreamManager } from '@nats-io/jetstream';
import { expect, test } from 'vitest';
import { dial } from '../../../src/bus/nats/connection.ts';
import { inWords, patiently } from '../../../src/bus/nats/patience.ts';
import { systemClock } from '../../../src/kernel/clock.ts';
import { eventually } from '../../agents/processes.ts';
import { natsServers } from './servers.ts';

const { one } = natsServers();

test('are asked again, and what they refuse is said at once', async () => {
  const server = await one();
  const nc = await dial({ servers: [server.url] }, 'one');
  const jsm = await jetstreamManager(nc, { checkAPI: false, timeout: 500 });
  server.freeze();
  const isSilent = () =>
    jsm.getAccountInfo().then(
      () => false,
      () => true,
    );
  while (!(await isSilent()));
  let calls = 0;
  const asked = patiently(systemClock, () => {
    calls += 1;
    return jsm.getAccountInfo();
  });
  await eventually('it is asked again', () => calls > 1);
  server.thaw();
  expect(await asked).toMatchObject({ streams: 0 });
  calls = 0;
  const missing = inWords('team', systemClock, () => {
    calls += 1;
    return jsm.streams.info('missing');
  });
  const message = "the buckets of team can't be used: stream not found";
  await expect(missing).rejects.toMatchObject({ code: 'nats.bucket', message });
  expect(calls).toBe(1);
  await nc.close();
});
