/** What one node notes of a run all others read, whole; what none of them wrote nobody does. */
import { connect } from '@nats-io/transport-node';
import { expect, test } from 'vitest';
import { runId } from '../../machines/ids.ts';
import { OpenRuns, type RunEntry } from '../../src/cluster/open-runs.ts';
import { openStore } from '../../src/cluster/store.ts';
import { systemClock } from '../../src/kernel/clock.ts';
import { natsServers } from '../bus/nats/servers.ts';

const { one } = natsServers();
const unasked = new AbortController().signal;

test('a run is listed as it was noted, until it is over', async () => {
  const { url } = await one();
  const nc = await connect({ servers: url });
  const store = await openStore(nc, { servers: [url] }, systemClock);
  const [ours, theirs] = [new OpenRuns(store), new OpenRuns(store)];
  const a: RunEntry = { run: runId('a'), status: 'open', node: 'ada', outliveMs: 10_000 };
  const b: RunEntry = { run: runId('b'), status: 'stopped', node: 'bob' };
  await ours.note(a, unasked);
  await ours.note(b, unasked);
  for (const text of ['garbage', '{"run":"../x","status":"open","node":"x"}', '[]', '"a"']) {
    await store.runs.put(`open.strange${text.length}`, text);
  }
  // Under another name it is none of that run's.
  await store.runs.put('open.c', JSON.stringify(a));
  expect(new Set(await theirs.list())).toEqual(new Set([a, b]));
  await theirs.forget('a', unasked);
  expect(await ours.list()).toEqual([b]);
  await nc.close();
});
