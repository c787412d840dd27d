/** A machine with one mistake in it, or none, and what the proof is to say of it. */
import type { AnyStateMachine, EventObject } from 'xstate';
import type { Property } from '../../../src/verify/machines/finding.ts';
import { bareSubject, byType, type Subject } from '../../../src/verify/machines/subject.ts';

export interface Good {
  readonly machine: AnyStateMachine;
  readonly inputs?: readonly unknown[];
  readonly events?: readonly EventObject[];
  readonly outputs?: Readonly<Record<string, readonly unknown[]>>;
}

export interface Broken extends Good {
  readonly property: Property;
  /** Where the mistake shows. */
  readonly state: string;
  /** The types of the shortest way to it, after its birth. */
  readonly path: readonly string[];
}

export function subjectOf({ machine, inputs, events = [], outputs }: Good): Subject {
  const bare = bareSubject(machine);
  return {
    ...bare,
    inputs: inputs ?? bare.inputs,
    events: byType(events),
    outputs: outputs ?? bare.outputs,
  };
}
