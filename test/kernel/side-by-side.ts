/** Walks a chart and XState itself through the same events, and compares all that can be seen. */
import { expect } from 'vitest';
import type { AnyStateMachine, EventObject } from 'xstate';
import { Chart } from '../../src/kernel/chart.ts';
import type { ActorState, Step } from '../../src/kernel/state.ts';
import { Oracle, type Seen, seenOf } from './oracle.ts';

export interface Tally {
  steps: number;
  /** Steps that wanted something of the world. */
  wanted: number;
  ended: number;
  threw: number;
}

export const emptyTally = (): Tally => ({ steps: 0, wanted: 0, ended: 0, threw: 0 });

export interface Walkable {
  readonly machine: AnyStateMachine;
  readonly input: unknown;
  readonly stepsMax: number;
  /** The next event, given what was seen last and the events of the timers set so far. */
  readonly next: (seen: Seen, timers: readonly EventObject[]) => EventObject;
}

type Attempt = { readonly seen: Seen } | { readonly threw: true };

/** The first difference fails. */
export function walkBoth({ machine, input, stepsMax, next }: Walkable, tally: Tally): void {
  const chart = new Chart(machine);
  const oracle = new Oracle(machine);
  const timers: EventObject[] = [];
  let state: ActorState | undefined;
  const take = (step: Step): Seen => {
    state = step.state;
    return seenOf(step);
  };
  const compare = (event: EventObject, ours: () => Step, xstates: () => Seen): Attempt => {
    const attempted = attempt(() => take(ours()));
    const why = () => `${JSON.stringify(event)} in ${describeConfig(machine.config)}`;
    const wanted = attempt(xstates);
    if (!isSame(attempted, wanted)) {
      expect(attempted, why()).toEqual(wanted);
      expect(textOfValue(attempted), why()).toBe(textOfValue(wanted));
    }
    tally.steps += 1;
    return attempted;
  };
  let last = compare(
    { type: 'xstate.init' },
    () => chart.initial(input),
    () => oracle.begin(input),
  );
  for (let step = 0; step < stepsMax && 'seen' in last && state; step += 1) {
    const { seen } = last;
    if (seen.status !== 'active') break;
    if (seen.effects.length > 0) tally.wanted += 1;
    timers.push(...timersOf(seen));
    const event = next(seen, timers);
    const before = state;
    last = compare(
      event,
      () => chart.step(before, event),
      () => oracle.take(event),
    );
  }
  if ('threw' in last) tally.threw += 1;
  else if (last.seen.status !== 'active') tally.ended += 1;
}

function attempt(look: () => Seen): Attempt {
  try {
    return { seen: look() };
  } catch {
    return { threw: true };
  }
}

/** Cheaper than `toEqual` for the many that are. */
function isSame(ours: Attempt, xstates: Attempt): boolean {
  return JSON.stringify(ours) === JSON.stringify(xstates);
}

/** Also the order of its regions counts, because hashes are made of it. */
function textOfValue(of: Attempt): string {
  return 'seen' in of ? JSON.stringify(of.seen.value) : 'none';
}

function timersOf({ effects }: Seen): EventObject[] {
  return effects.filter(([what]) => what === 'timer').map(([, , event]) => event as EventObject);
}

function describeConfig(config: object): string {
  const told = (_: string, value: unknown): unknown =>
    typeof value === 'function' ? `${Reflect.get(value, 'type') ?? value}` : value;
  return JSON.stringify(config, told, 1);
}
