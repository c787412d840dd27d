/** What a person's file says of its machines: the machines, their events, inputs and outputs. */
import type { AnyStateMachine, EventObject } from 'xstate';
import { z } from 'zod';
import { UserError } from '../../kernel/user-error.ts';
import { samplesOf } from './samples.ts';
import { type Subject, usualRules } from './subject.ts';

type Exports = Readonly<Record<string, unknown>>;

/** In the order of their names; each but once. */
export function subjectsOf(path: string, exports: Exports): readonly Subject[] {
  const machines = new Set(Object.values(exports).filter(isMachine));
  if (machines.size === 0) {
    const message = `${path} exports no machine of XState v5`;
    throw new UserError('machine.missing', message, 'write: export const machine = setup(...)...');
  }
  return [...machines].map((machine) => subjectOf(path, machine, exports));
}

function subjectOf(path: string, machine: AnyStateMachine, exports: Exports): Subject {
  const { input, inputs, outputs = {}, rests = {} } = exports;
  return {
    machine,
    inputs: inputs === undefined ? [input] : listOf(path, 'inputs', inputs),
    events: { ...schemasOf(machine), ...eventsOf(path, exports.events ?? {}) },
    outputs: Object.fromEntries(
      recordOf(path, 'outputs', outputs).map(([src, values]) => [src, valuesOf(values)]),
    ),
    rules: { ...usualRules, rests: rests as Readonly<Record<string, string>> },
  };
}

function isMachine(value: unknown): value is AnyStateMachine {
  const machine = value as Partial<AnyStateMachine> | null;
  return typeof machine?.getStateNodeById === 'function' && typeof machine.provide === 'function';
}

/** What the machine itself says: `schemas: { events: { pay: z.object({ ... }) } }`. */
function schemasOf({ schemas }: AnyStateMachine): Subject['events'] {
  const { events = {} } = (schemas ?? {}) as { events?: Readonly<Record<string, unknown>> };
  return eventRecord(Object.entries(events));
}

/** A list of samples, or by type a schema or samples. */
function eventsOf(path: string, given: unknown): Subject['events'] {
  if (!Array.isArray(given)) return eventRecord(recordOf(path, 'events', given));
  const byType: Record<string, EventObject[]> = {};
  for (const event of given as EventObject[]) {
    if (typeof event?.type !== 'string') throw unreadable(path, 'events', 'a list of events');
    byType[event.type] = [...(byType[event.type] ?? []), event];
  }
  return byType;
}

function eventRecord(entries: readonly (readonly [string, unknown])[]): Subject['events'] {
  return Object.fromEntries(
    entries.map(([type, said]) => {
      const values = valuesOf(said) as readonly object[];
      return [type, values.map((value) => ({ ...value, type }))];
    }),
  );
}

/** Samples as they are; of a schema, a few that it allows. */
function valuesOf(said: unknown): readonly unknown[] {
  if (Array.isArray(said)) return said;
  if (isZod(said)) return samplesOf(z.toJSONSchema(said, { io: 'input', unrepresentable: 'any' }));
  const isSchema = ['type', 'properties', 'anyOf', 'oneOf', 'enum', 'const'].some((key) => {
    return key in (said as object);
  });
  return isSchema ? samplesOf(said) : [said];
}

/** Also one of a copy of zod that is not ours. */
function isZod(value: unknown): value is z.ZodType {
  return typeof value === 'object' && value !== null && '_zod' in value;
}

function recordOf(path: string, name: string, value: unknown): (readonly [string, unknown])[] {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) {
    throw unreadable(path, name, 'an object');
  }
  return Object.entries(value);
}

function listOf(path: string, name: string, value: unknown): readonly unknown[] {
  if (!Array.isArray(value) || value.length === 0) throw unreadable(path, name, 'a list');
  return value;
}

function unreadable(path: string, name: string, what: string): UserError {
  const message = `"${name}" of ${path} is not ${what}`;
  return new UserError('machine.unreadable', message, `write: export const ${name} = ...`);
}
