/** Actors by the hundred thousand: what one costs to spawn, to keep and to stop, few or many. */
import { inChild } from '../lib/child.mjs';
import { row } from '../lib/row.mjs';
import { interleaved } from '../lib/statistics.mjs';

export const title = 'Actors: spawning, keeping and stopping, one by one';

const growthMax = 1.5;
const heapMaxBytes = 1_200;

export async function run({ quick }) {
  const [few, some, many] = quick ? [1_000, 5_000, 20_000] : [1_000, 10_000, 100_000];
  const costs = await interleaved(quick ? 2 : 5, {
    few: cost(few),
    some: cost(some),
    many: cost(many),
  });
  const of = (size, key) => costs[size].map((answer) => answer[key]);
  const growth = (what, size, key, target) =>
    row({
      what,
      unit: 'us each',
      samples: of(size, key),
      baseline: of('few', key),
      against: `at ${few.toLocaleString('en')}`,
      target,
      atMost: true,
    });
  return [
    growth(`spawn ${some.toLocaleString('en')}`, 'some', 'spawnUs', growthMax),
    growth(`spawn ${many.toLocaleString('en')}`, 'many', 'spawnUs', growthMax),
    growth(`stop ${many.toLocaleString('en')}`, 'many', 'stopUs', growthMax),
    await heap(quick ? 20_000 : 100_000),
    ...(quick ? [] : await children()),
  ];
}

/** Small systems are measured several times over, so that they are as warm as large ones. */
function cost(actors) {
  const repetitions = Math.max(1, Math.min(15, Math.round(20_000 / actors)));
  const warmUps = Array.from({ length: 10 }, () => ({ actors: 2_000 }));
  return () => inChild('spawn', { host: 'file', actors, warmUps, repetitions }, ['--expose-gc']);
}

async function heap(actors) {
  const args = { actors, warmUps: [{ actors: 1_000 }] };
  const ours = await inChild('spawn', { ...args, host: 'file' }, ['--expose-gc']);
  const raw = await inChild('spawn', { ...args, host: 'raw' }, ['--expose-gc']);
  return {
    ...row({
      what: `heap of an idle actor, of ${actors.toLocaleString('en')}`,
      unit: 'bytes',
      samples: [ours.heapBytes],
      target: heapMaxBytes,
      atMost: true,
    }),
    note: `raw XState ${Math.round(raw.heapBytes).toLocaleString('en')} bytes`,
  };
}

async function children() {
  const [few, many] = [1_000, 4_000];
  const warmUps = [{ actors: 200 }];
  const small = await inChild('spawn-children', { actors: few, warmUps });
  const large = await inChild('spawn-children', { actors: many, warmUps });
  return [
    row({
      what: 'raw XState, spawned by a parent: 4,000',
      unit: 'us each',
      samples: [large.spawnUs],
      baseline: [small.spawnUs],
      against: 'at 1,000',
      note: `stopping: ${Math.round(small.stopUs)} us each at 1,000, ${Math.round(large.stopUs)} at 4,000`,
    }),
  ];
}
