/** A system between two inputs as JSON, and back: every actor, timer and counter, and its hash. */
import { createHash } from 'node:crypto';
import type { EventObject, StateValue } from 'xstate';
import type { Address } from '../../machines/ids.ts';
import { Actor, type Invocation, type Ties } from './actor.ts';
import type { Chart } from './chart.ts';
import type { Charts } from './charts.ts';
import type { Core } from './core.ts';
import { errorData } from './input.ts';
import type { ActorState } from './state.ts';
import { UserError } from './user-error.ts';
import { refuseOther } from './versions.ts';
import type { HistoryValue, Node } from './xstate.ts';

export interface StoredCore {
  readonly counters: Core['counters'];
  readonly living: readonly StoredActor[];
  readonly ended: readonly StoredActor[];
}

export interface StoredActor {
  readonly address: Address;
  readonly machine: string;
  /** The machine's `version`, to tell whether its states still mean the same. */
  readonly version: string | null;
  readonly ties: Ties;
  readonly value: StateValue;
  readonly context: unknown;
  readonly status: ActorState['status'];
  readonly output?: unknown;
  readonly error?: unknown;
  readonly children: ActorState['children'];
  /** Node ids by history node. */
  readonly history: Readonly<Record<string, readonly string[]>>;
  readonly timers: readonly { id: string; dueMs: number; order: number; event: EventObject }[];
  readonly invocations: readonly Invocation[];
}

export function storeCore(core: Core): StoredCore {
  return {
    counters: core.counters,
    living: core.registry.living().map(storeActor),
    ended: core.registry.ended().map(storeActor),
  };
}

/** Equal for equal systems: same inputs, same order, same hash (K2). */
export function hashOf(core: Core): string {
  return createHash('sha256')
    .update(JSON.stringify(storeCore(core)))
    .digest('hex');
}

export function restoreCore(core: Core, charts: Charts, stored: StoredCore): void {
  const actors = [...stored.ended, ...stored.living].map((actor) => restoreActor(charts, actor));
  core.restore(stored.counters, actors);
}

function storeActor(actor: Actor): StoredActor {
  const { address, chart, ties, state } = actor;
  const { at, context, status, output, error, children, history } = state;
  return {
    address,
    machine: chart.key,
    version: chart.machine.version ?? null,
    ties,
    value: at.value,
    context,
    status,
    ...(output === undefined ? {} : { output }),
    ...(error === undefined ? {} : { error: errorData(error) }),
    children,
    history: idsOf(history),
    timers: [...actor.timers].map(([id, timer]) => ({ id, ...timer })),
    invocations: [...actor.invocations.values()],
  };
}

function restoreActor(charts: Charts, stored: StoredActor): Actor {
  const chart = charts.get(stored.machine);
  refuseOther(chart.key, chart.machine.version ?? null, stored.version);
  const actor = new Actor(stored.address, chart, stored.ties, stateOf(chart, stored));
  for (const { id, ...timer } of stored.timers) actor.setTimer(id, timer);
  for (const invocation of stored.invocations) actor.addInvocation(invocation);
  return actor;
}

function stateOf(chart: Chart, stored: StoredActor): ActorState {
  const { context, status, output, error, children } = stored;
  const history = Object.entries(stored.history).map(([id, nodes]) => [
    id,
    nodes.map((node) => chart.node(node)),
  ]);
  return {
    at: configurationOf(chart, stored),
    context,
    children,
    status,
    output,
    error,
    history: Object.fromEntries(history) as HistoryValue,
  };
}

function configurationOf(chart: Chart, { value, address, version }: StoredActor) {
  try {
    return chart.configurationAt(value);
  } catch {
    throw new UserError(
      'machine.changed',
      `${address} stands in ${JSON.stringify(value)}, which machine "${chart.key}" no longer has`,
      `finish it with the version that began it (${version ?? 'unversioned'})`,
    );
  }
}

function idsOf(history: HistoryValue): Record<string, string[]> {
  const entries = Object.entries(history) as [string, readonly Node[]][];
  return Object.fromEntries(entries.map(([id, nodes]) => [id, nodes.map((node) => node.id)]));
}
