/** The machines that a system may run, by name; those invoked inside them go by their path. */
import type { AnyStateMachine } from 'xstate';
import { logicOf } from './admission.ts';
import { Chart } from './chart.ts';
import { UserError } from './user-error.ts';

export class Charts {
  readonly #byKey = new Map<string, Chart>();
  readonly #keys = new WeakMap<AnyStateMachine, string>();
  /** What `childOf` has answered: to put a key together costs more than to look here. */
  readonly #children = new Map<Chart, Map<string, string | null>>();

  /** Refuses a machine that a pure step can't carry, with the reason. */
  constructor(machines: readonly AnyStateMachine[]) {
    for (const machine of machines) this.#add(machine, machine.id);
  }

  get all(): readonly Chart[] {
    return [...this.#byKey.values()];
  }

  get(key: string): Chart {
    const chart = this.#byKey.get(key);
    if (chart) return chart;
    const known = [...this.#byKey.keys()].join(', ');
    throw new UserError(
      'machine.unknown',
      `no machine has the id "${key}"; known are ${known}`,
      'give the machine to the system when it is opened: { machines: [...] }',
    );
  }

  /** How the system names a machine it was given. */
  keyOf(machine: AnyStateMachine): string {
    return this.#keys.get(machine) ?? machine.id;
  }

  /** The key of the machine that a chart invokes under this name; null when it is no machine. */
  childOf(chart: Chart, src: string): string | null {
    const known = this.#children.get(chart)?.get(src);
    if (known !== undefined) return known;
    const key = `${chart.key}/${src}`;
    const child = this.#byKey.has(key) ? key : null;
    const children = this.#children.get(chart) ?? new Map<string, string | null>();
    this.#children.set(chart, children.set(src, child));
    return child;
  }

  #add(machine: AnyStateMachine, key: string): void {
    if (this.#byKey.has(key)) {
      throw new UserError(
        'machine.duplicate',
        `two machines have the id "${key}"`,
        'give each machine an `id` of its own: the journal names them by it',
      );
    }
    this.#byKey.set(key, chartOf(machine, key));
    this.#keys.set(machine, key);
    for (const [src, logic] of logicOf(machine)) {
      if (logic.kind === 'machine') this.#add(logic.machine, `${key}/${src}`);
    }
  }
}

/** A chart is pure, so every system of the process shares what is compiled of a machine. */
const compiled = new WeakMap<AnyStateMachine, Map<string, Chart>>();

function chartOf(machine: AnyStateMachine, key: string): Chart {
  const byKey = compiled.get(machine) ?? new Map<string, Chart>();
  compiled.set(machine, byKey);
  const chart = byKey.get(key) ?? new Chart(machine, key);
  byKey.set(key, chart);
  return chart;
}
