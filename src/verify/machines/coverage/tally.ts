/** Counts which states were stood in and which transitions were taken, step by step. */
import type { AnyStateMachine, EventObject } from 'xstate';
import type { Chart } from '../../../kernel/chart.ts';
import type { ActorState } from '../../../kernel/state.ts';
import { type Node, PureMachine, type Transition } from '../../../kernel/xstate.ts';
import { pathOf } from '../graph.ts';
import { keysOf } from '../ways.ts';

/** Nobody sends it: only what happens at once happens. */
const nothing: EventObject = { type: 'coverage.look' };

/** How often states were entered, by path, and transitions taken, by key; others never. */
export interface Tally {
  readonly states: ReadonlyMap<string, number>;
  readonly ways: ReadonlyMap<string, number>;
}

export class MachineTally implements Tally {
  readonly states = new Map<string, number>();
  readonly ways = new Map<string, number>();
  readonly #pure: PureMachine;
  readonly #keys: Map<Transition, string>;
  /** Where the step under way has come to. */
  #at: ReadonlySet<string> = new Set();
  /** Whose definitions are known; a chart has a copy of its own. */
  #chart: Chart | null = null;

  constructor(machine: AnyStateMachine) {
    this.#pure = new PureMachine(machine, {
      microstep: (transitions, { _nodes }) => this.#note(transitions, _nodes as Node[]),
    });
    this.#keys = new Map(keysOf(this.#pure.machine));
  }

  /** Plays the step again; null: it was born. */
  take(chart: Chart, event: EventObject | null, before: ActorState, after: ActorState): void {
    this.#know(chart);
    this.#at = new Set(event ? before.at.nodes.map(pathOf) : []);
    if (event) this.#pure.transition(chart.snapshot(before), event);
    else this.#born(after);
  }

  #know(chart: Chart): void {
    if (this.#chart === chart) return;
    this.#chart = chart;
    for (const [definition, key] of keysOf(chart.machine)) this.#keys.set(definition, key);
  }

  /** Its input is not known any more, but what it made of it is. */
  #born({ context }: ActorState): void {
    const { machine } = this.#pure;
    const first = machine.resolveState({ value: initialOf(machine), context });
    this.#enter(first._nodes as Node[]);
    this.#pure.transition(first, nothing);
  }

  #note(transitions: readonly Transition[], nodes: readonly Node[]): void {
    for (const transition of transitions) count(this.ways, this.#keys.get(transition));
    const again = transitions.filter(({ reenter }) => reenter);
    const targets = again.flatMap(({ target }) => (target as Node[] | undefined) ?? []);
    const entered = new Set(targets.map(pathOf));
    this.#at = new Set([...this.#at].filter((path) => !entered.has(path)));
    this.#enter(nodes);
  }

  #enter(nodes: readonly Node[]): void {
    const paths = nodes.map(pathOf);
    for (const path of paths) if (!this.#at.has(path)) count(this.states, path);
    this.#at = new Set(paths);
  }
}

function count(counts: Map<string, number>, key: string | undefined): void {
  if (key !== undefined) counts.set(key, (counts.get(key) ?? 0) + 1);
}

type Value = string | { readonly [key: string]: Value };

/** Where it begins, before anything happens at once. */
function initialOf({ root }: AnyStateMachine): Value {
  return valueIn(root as Node);
}

function valueIn(node: Node): Value {
  const inner = Object.values(node.states) as Node[];
  const entered = node.type === 'parallel' ? inner : ((node.initial?.target ?? []) as Node[]);
  const [only] = entered;
  if (node.type !== 'parallel' && only && Object.keys(only.states).length === 0) return only.key;
  return Object.fromEntries(entered.map((child) => [child.key, valueIn(child)]));
}
