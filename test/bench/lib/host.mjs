/** Hosts the same machines twice: as raw XState actors, and in our kernel with either journal. */
import { createActor } from 'xstate';
import { loadEngine } from './build.mjs';
import { scratchFolder } from './scratch.mjs';

const { System } = await loadEngine('src/kernel/system.js');
const { MemoryJournal } = await loadEngine('src/journal/memory.js');
const { FileJournal } = await loadEngine('src/journal/file.js');

/** Machines send by this action: the kernel carries it out itself, raw actors are given it. */
export const carried = { send: () => {} };

/** `spawn(id, input)`, `send(id, event)`, `settled()` once all is worked off and safe, `state(id)`. */
export function openHost(kind, machine) {
  return kind === 'raw' ? new RawHost(machine) : kernelHost(kind, machine);
}

class RawHost {
  #machine;
  #actors = new Map();

  constructor(machine) {
    const post = (_, { to, event }) => {
      if (typeof to === 'string') this.send(to, event);
      else for (const one of to) this.send(one, event);
    };
    this.#machine = machine.provide({ actions: { send: post } });
  }

  spawn(id, input) {
    const actor = createActor(this.#machine, { id, input });
    this.#actors.set(id, actor);
    actor.start();
  }

  send(id, event) {
    this.#actors.get(id).send(event);
  }

  stop(id) {
    this.#actors.get(id).stop();
    this.#actors.delete(id);
  }

  state(id) {
    return this.#actors.get(id).getSnapshot().context;
  }

  async settled() {}
  async close() {}
}

async function kernelHost(kind, machine) {
  const log = kind === 'memory' ? new MemoryJournal() : await FileJournal.open(scratchFolder());
  const system = await System.open({ log, machines: [machine] });
  return {
    spawn: (id, input) => system.spawn(machine, { id, input }),
    send: (id, event) => system.inject({ kind: 'event', to: id, event }),
    stop: (id) => system.inject({ kind: 'stop', address: id }),
    state: (id) => system.look(id).context,
    settled: () => system.idle(),
    close: () => system.close(),
  };
}
