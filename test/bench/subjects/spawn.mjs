/** Spawns actors one by one, looks at the heap they take, and stops them one by one. */
import { assign, setup } from 'xstate';
import { carried, openHost } from '../lib/host.mjs';

const idler = setup({ actions: carried }).createMachine({
  id: 'idler',
  context: ({ input }) => ({ count: input.count }),
  initial: 'idle',
  states: {
    idle: { on: { add: { actions: assign({ count: ({ context }) => context.count + 1 }) } } },
  },
});

/** With `--expose-gc` it also answers the heap of one. */
export async function run({ host: kind, actors }) {
  const host = await openHost(kind, idler);
  const ids = Array.from({ length: actors }, (_, at) => `idler/${at}`);
  await host.settled();
  const heapBefore = usedHeap();
  const spawnMs = await timed(host, ids, (id) => host.spawn(id, { count: 0 }));
  const heapAfter = usedHeap();
  const stopMs = await timed(host, ids, (id) => host.stop(id));
  await host.close();
  return {
    spawnUs: (spawnMs / actors) * 1_000,
    stopUs: (stopMs / actors) * 1_000,
    heapBytes: (heapAfter - heapBefore) / actors,
  };
}

/** In bursts, as a plan's actors are. */
async function timed(host, ids, act) {
  const start = performance.now();
  for (let at = 0; at < ids.length; at += 1) {
    act(ids[at]);
    if (at % 1_000 === 999) await host.settled();
  }
  await host.settled();
  return performance.now() - start;
}

function usedHeap() {
  globalThis.gc?.();
  return process.memoryUsage().heapUsed;
}
