/** No-op tasks over 4 worker processes: ours beside BullMQ on Redis, which flushes as often. */
import { inChild } from '../lib/child.mjs';
import { row } from '../lib/row.mjs';
import { interleaved } from '../lib/statistics.mjs';
import { hasNats } from './nats.mjs';
import { bullVersion, installBull } from './parts/bull.mjs';
import { hasRedis } from './parts/redis.mjs';

export const title = 'No-op tasks over 4 worker processes, results brought back, every end on disk';

/** Of each of the 4 processes: as many tasks are under way there at once. */
const places = 100;

export async function run({ quick }) {
  const size = quick ? 2_000 : 10_000;
  // All of them compile as they go: what is measured has been done as often before.
  const args = { size, places, warmUps: [{ size: 1_000 }, { size }], repetitions: 3 };
  const peers = {
    ...(hasNats() && { nats: () => inChild('queue-troupe-nats', args) }),
    ...(hasRedis() && { bull: () => inChild('queue-bull', args) }),
  };
  if (hasRedis()) await installBull();
  const samples = await interleaved(quick ? 1 : 3, {
    ours: () => inChild('queue-troupe', args),
    ...peers,
  });
  const of = (key, figure) => samples[key].map((each) => each[figure]);
  const what = size.toLocaleString('en');
  const against = `${bullVersion}, append-only file flushed always`;
  const beside = samples.bull && { baseline: of('bull', 'tasksPerS'), against, target: 1 };
  const cpu = samples.bull && { baseline: of('bull', 'cpuUs'), against };
  return [
    row({ what: `${what} tasks`, unit: 'tasks/s', samples: of('ours', 'tasksPerS'), ...beside }),
    row({
      ...{ what: 'processor time of all processes', unit: 'us a task', atMost: true },
      ...{ samples: of('ours', 'cpuUs'), ...cpu },
    }),
    row({
      ...{ what: 'the same, of whoever hands out', unit: 'us a task', atMost: true },
      ...{
        samples: of('ours', 'middleUs'),
        ...(cpu && { ...cpu, baseline: of('bull', 'middleUs') }),
      },
    }),
    ...(samples.nats ? natsRows(what, of, beside && { ...beside, target: undefined }, cpu) : []),
  ];
}

/** Told beside the rest, with no target: each task is a call on disk, pulled and claimed. */
function natsRows(what, of, beside, cpu) {
  const us = { what: 'over NATS: processor time of all processes', unit: 'us a task' };
  return [
    row({
      ...{ what: `${what} tasks over NATS`, unit: 'tasks/s' },
      ...{ samples: of('nats', 'tasksPerS'), ...beside },
    }),
    row({ ...us, atMost: true, samples: of('nats', 'cpuUs'), ...cpu }),
  ];
}
