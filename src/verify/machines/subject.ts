/** A machine to be proved, and what may happen to it: its events, inputs, and ends of its work. */
import type { AnyStateMachine, EventObject } from 'xstate';

export interface Subject {
  readonly machine: AnyStateMachine;
  /** Each is a life of its own; one of `undefined` when the machine needs none. */
  readonly inputs: readonly unknown[];
  /** By type: events as they may come. A type that is left out comes without any data. */
  readonly events: Readonly<Record<string, readonly EventObject[]>>;
  /** By source: what invoked work may end with. */
  readonly outputs: Readonly<Record<string, readonly unknown[]>>;
  readonly rules: Rules;
}

export interface Rules {
  /**
   * States that may wait for ever, by their paths, with the reason. A state that is called or
   * tagged `idle`, or says so itself by `meta: { waitsFor: '...' }`, needs no entry.
   */
  readonly rests: Readonly<Record<string, string>>;
  /** Whether all others need a deadline, also the first state and those of endless machines. */
  readonly waits: 'strict' | 'usual';
  /** What a machine without an end must always be able to come back to, when it is not `idle`. */
  readonly home?: string;
  /** What of the context decides; the whole of it when left out. */
  readonly view?: (context: never) => unknown;
  /** Whether anybody could send this now; anybody could send anything when left out. */
  readonly admits?: (context: never, event: EventObject) => boolean;
}

export const usualRules: Rules = { rests: {}, waits: 'usual' };

export const bareSubject = (machine: AnyStateMachine): Subject => ({
  machine,
  inputs: [undefined],
  events: {},
  outputs: {},
  rules: usualRules,
});

export function byType(events: readonly EventObject[]): Readonly<Record<string, EventObject[]>> {
  const groups: Record<string, EventObject[]> = {};
  for (const event of events) groups[event.type] = [...(groups[event.type] ?? []), event];
  return groups;
}
