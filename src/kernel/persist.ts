/** A system between two inputs as JSON, and back: every actor, timer and counter, and its hash. */
import { createHash } from 'node:crypto';
import { isDeepStrictEqual } from 'node:util';
import type { EventObject, StateValue } from 'xstate';
import type { Address } from '../../machines/ids.ts';
import { Actor, type Invocation, type Ties } from './actor.ts';
import type { Chart } from './chart.ts';
import type { Charts } from './charts.ts';
import type { Configuration } from './configuration.ts';
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

/** `any version`: others go on, too, as long as they have all that the actor stands in. */
export type Heirs = 'same version' | 'any version';

export function restoreCore(
  core: Core,
  charts: Charts,
  stored: StoredCore,
  heirs: Heirs = 'same version',
): void {
  const all = [...stored.ended, ...stored.living];
  const actors = all.map((actor) => restoreActor(charts, actor, heirs));
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
    timers: [...actor.timers].map(([id, { dueMs, order, event }]) => ({ id, dueMs, order, event })),
    invocations: [...actor.invocations.values()],
  };
}

function restoreActor(charts: Charts, stored: StoredActor, heirs: Heirs): Actor {
  const chart = charts.get(stored.machine);
  if (heirs === 'same version') {
    refuseOther(chart.key, chart.machine.version ?? null, stored.version);
  }
  const actor = new Actor(stored.address, chart, stored.ties, stateOf(chart, stored));
  const { address } = actor;
  for (const { id, dueMs, order, event } of stored.timers) {
    actor.setTimer({ dueMs, order, address, timer: id, event, state: 'set' });
  }
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

function configurationOf(chart: Chart, stored: StoredActor): Configuration {
  const { value, address, version } = stored;
  const at = configurationAt(chart, value);
  if (at && isDeepStrictEqual(at.value, value) && waitsForThese(chart, at, stored)) return at;
  throw new UserError(
    'machine.changed',
    `${address} stands in ${JSON.stringify(value)}, which machine "${chart.key}" no longer has`,
    `finish it with the version that began it (${version ?? 'unversioned'})`,
  );
}

function configurationAt(chart: Chart, value: StateValue): Configuration | null {
  try {
    return chart.configurationAt(value);
  } catch {
    return null;
  }
}

/** A state of the same name that waits for other deadlines, or other work, is another state. */
function waitsForThese(
  chart: Chart,
  { nodes }: Configuration,
  { timers, invocations }: StoredActor,
): boolean {
  const invoked = new Set(nodes.flatMap(({ invoke }) => invoke.map(({ id }) => id)));
  const isTimed = timers.every(({ event }) => chart.knows(event.type));
  return isTimed && invocations.every(({ id }) => invoked.has(id));
}

function idsOf(history: HistoryValue): Record<string, string[]> {
  const entries = Object.entries(history) as [string, readonly Node[]][];
  return Object.fromEntries(entries.map(([id, nodes]) => [id, nodes.map((node) => node.id)]));
}
