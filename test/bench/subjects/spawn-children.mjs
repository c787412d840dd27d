/** Raw XState again, the way its documentation shows: a parent that spawns, and then stops. */
import { assign, createActor, setup } from 'xstate';

const child = setup({}).createMachine({
  context: { count: 0 },
  initial: 'idle',
  states: { idle: {} },
});

const parent = setup({ actors: { child } }).createMachine({
  context: { children: [] },
  on: {
    spawn: {
      actions: assign({
        children: ({ context, spawn }) => {
          context.children.push(spawn('child', { id: `child/${context.children.length}` }));
          return context.children;
        },
      }),
    },
  },
});

export async function run({ actors }) {
  const actor = createActor(parent).start();
  const start = performance.now();
  for (let at = 0; at < actors; at += 1) actor.send({ type: 'spawn' });
  const spawned = performance.now();
  actor.stop();
  const stopped = performance.now();
  return {
    spawnUs: ((spawned - start) / actors) * 1_000,
    stopUs: ((stopped - spawned) / actors) * 1_000,
  };
}
