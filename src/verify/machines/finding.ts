/** What is wrong with a machine, and the shortest way to see it. */
import type { EventObject } from 'xstate';
import type { Place } from './explore.ts';
import { stateOf } from './spot.ts';

export type Property =
  /** A state that can't be reached. */
  | 'unreachable'
  /** A state that is not final, and that nothing leads out of. */
  | 'dead-end'
  /** A state from which no final one, or no `idle`, can be reached. */
  | 'no-end'
  /** A state that may wait for ever. */
  | 'no-deadline'
  /** An event that makes a step throw. */
  | 'crash'
  /** Transitions without an event that never come to rest. */
  | 'always-loop'
  /** A message that may reach a machine where nothing takes it. */
  | 'unheard';

export interface Finding {
  readonly property: Property;
  /** The state that it is about, as a path. */
  readonly state: string;
  readonly message: string;
  /** What would mend it. */
  readonly hint: string;
  /** The shortest way there; empty when there is none, or none is needed. */
  readonly trace: readonly TraceStep[];
}

export interface TraceStep {
  readonly event: string;
  /** What came with it, shortened; empty when nothing did. */
  readonly data: string;
  /** Where it led. */
  readonly state: string;
}

const dataMax = 200;

export function traceTo(place: Place): readonly TraceStep[] {
  const steps: TraceStep[] = [];
  for (let at = place; at.from; at = at.from.place) {
    const { event } = at.from;
    steps.push({ event: event.type, data: dataOf(event), state: stateOf(at.spot) });
  }
  return steps.reverse();
}

function dataOf({ type, ...data }: EventObject): string {
  if (type.startsWith('xstate.after.')) return '';
  const { actorId, error, ...told } = data as { actorId?: string; error?: unknown };
  const said = error instanceof Error ? { error: error.message } : {};
  const text = JSON.stringify({ ...told, ...said }, plain) ?? '';
  if (text === '{}') return '';
  return text.length > dataMax ? `${text.slice(0, dataMax)}…` : text;
}

const plain = (_key: string, value: unknown): unknown =>
  typeof value === 'bigint' ? String(value) : value;
