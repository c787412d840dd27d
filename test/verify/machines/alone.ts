/** One actor of a machine in the real kernel, with nobody around it but whoever tests it. */
import type { EventObject } from 'xstate';
import { address } from '../../../machines/ids.ts';
import * as machines from '../../../machines/index.ts';
import { MemoryJournal } from '../../../src/journal/memory.ts';
import type { Input } from '../../../src/kernel/input.ts';
import { System } from '../../../src/kernel/system.ts';

/** No machine of ours writes to an actor of this name: what it says reaches nobody. */
const here = address('alone');
const product = Object.values(machines);

/** Work that ends only when it is told to, or given up. */
const untold = ({ signal }: { signal: AbortSignal }) =>
  new Promise((_resolve, reject) => {
    signal.addEventListener('abort', () => reject(new Error('given up')));
  });

const behaviours = Object.fromEntries(
  product.map(({ id }) => {
    const names = ['open', 'work', 'verify', 'register', 'maintain'];
    return [id, Object.fromEntries(names.map((name) => [name, untold]))];
  }),
);

export class Alone {
  readonly #system: System;
  readonly #machine: string;

  private constructor(system: System, machine: string) {
    this.#system = system;
    this.#machine = machine;
  }

  static async of(machine: string): Promise<Alone> {
    const log = new MemoryJournal();
    const system = await System.open({ machines: product, behaviours, log });
    return new Alone(system, machine);
  }

  /** As the kernel would hear of it: a birth, a deadline, the end of work, a message. */
  take(event: EventObject): void {
    this.#system.inject(this.#inputFor(event));
    // Whom it gave birth to would speak, too.
    for (const actor of [...this.#system.core.registry.living()]) {
      if (actor.address !== here) this.#system.inject({ kind: 'stop', address: actor.address });
    }
  }

  look() {
    const actor = this.#system.core.registry.lookUp(here);
    if (!actor) throw new Error('it was never born');
    return actor.state;
  }

  close(): Promise<void> {
    return this.#system.close();
  }

  #inputFor(event: EventObject): Input {
    const { type, ...data } = event;
    const {
      input,
      output,
      error,
      actorId = '',
    } = data as {
      input?: unknown;
      output?: unknown;
      error?: Error;
      actorId?: string;
    };
    if (type === 'xstate.init') {
      return { kind: 'spawn', machine: this.#machine, address: here, input };
    }
    const actor = this.#system.core.registry.find(here);
    const effect = actor?.invocations.get(actorId)?.effect ?? '';
    const end = { to: here, id: actorId, effect };
    if (type.startsWith('xstate.done.')) return { kind: 'done', ...end, output };
    if (type.startsWith('xstate.error.')) {
      return { kind: 'broke', ...end, error: { name: 'Error', message: error?.message ?? '' } };
    }
    const timer = [...(actor?.timers ?? [])].find(([, one]) => one.event.type === type);
    if (timer) return { kind: 'timer', to: here, timer: timer[0] };
    return { kind: 'event', to: here, event };
  }
}
