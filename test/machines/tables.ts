/** Tables of a machine: what each event does in each scene, and that nothing else does anything. */
import { isDeepStrictEqual } from 'node:util';
import { describe, expect, test } from 'vitest';
import type { AnyStateMachine, EventObject, StateValue } from 'xstate';
import { Chart } from '../../src/kernel/chart.ts';
import type { Effect } from '../../src/kernel/effects.ts';
import type { ActorState, Step } from '../../src/kernel/state.ts';
import { edgesOf } from '../../src/verify/machines/graph.ts';
import { alphabet, labelled } from './alphabet.ts';

/** A state that the machine rests in, under circumstances that its name may tell of. */
export interface Scene {
  /** The state's path: `verifying.checking`. */
  readonly at: string;
  readonly input?: unknown;
  /** How to get there from the start. */
  readonly path: readonly EventObject[];
}

export interface Subject {
  readonly machine: AnyStateMachine;
  readonly chart: Chart;
  /** The state's path, or more where its circumstances matter: `running, the last try`. */
  readonly scenes: Readonly<Record<string, Scene>>;
  /** What the kernel sends: ends of invoked work and deadlines, by label. */
  readonly kernelEvents: Readonly<Record<string, EventObject>>;
  /** States that are left in the same step that enters them. */
  readonly passing: readonly string[];
  /** Parts of the context that only hold what the last event made it say. */
  readonly fleeting?: readonly string[];
}

/** Per scene, the labels of events that do something, with the state they lead to. */
export type Table = Readonly<Record<string, Readonly<Record<string, string>>>>;

export function subject(
  machine: AnyStateMachine,
  parts: Omit<Subject, 'machine' | 'chart'>,
): Subject {
  return { machine, chart: new Chart(machine), ...parts };
}

export function valueText(value: StateValue): string {
  if (typeof value === 'string') return value;
  return Object.entries(value)
    .map(([key, inner]) => (inner ? `${key}.${valueText(inner)}` : key))
    .join();
}

export const stateText = (state: ActorState): string => valueText(state.at.value);

/** Every step on the way to a scene; the last one leads into it. */
export function stepsTo({ chart }: Subject, { input, path }: Scene): readonly Step[] {
  const steps = [chart.initial(input)];
  for (const event of path) {
    const before = steps.at(-1) as Step;
    if (before.state.status !== 'active') throw new Error(`it has ended before ${event.type}`);
    steps.push(chart.step(before.state, event));
  }
  return steps;
}

/** The step that leads into a scene. */
export function enter(of: Subject, name: string): Step {
  const scene = of.scenes[name];
  if (!scene) throw new Error(`there is no scene "${name}"`);
  return stepsTo(of, scene).at(-1) as Step;
}

/** The last step of several. */
export function follow(of: { chart: Chart }, from: Step, ...events: readonly EventObject[]): Step {
  return events.reduce((step, event) => of.chart.step(step.state, event), from);
}

/** Every label that may be tried in a scene. */
export function eventsFor(of: Subject, state: ActorState): [string, EventObject][] {
  const all = Object.entries({ ...labelled, ...of.kernelEvents });
  // The kernel delivers the failure of an invocation only while it is awaited.
  return all.filter(([label]) => !label.startsWith('xstate.error') || invokes(state, label));
}

function invokes({ children }: ActorState, label: string): boolean {
  return Object.keys(children).some((id) => label.startsWith(`xstate.error.actor.${id}`));
}

function changed(of: Subject, before: ActorState, { state, effects }: Step): boolean {
  if (stateText(state) !== stateText(before) || effects.some(asks)) return true;
  return !isDeepStrictEqual(kept(of, state), kept(of, before));
}

function kept({ fleeting = [] }: Subject, { context }: ActorState): object {
  const entries = Object.entries(context as object).filter(([key]) => !fleeting.includes(key));
  return Object.fromEntries(entries);
}

/** An order to start or stop nobody asks for nothing. */
function asks(effect: Effect): boolean {
  switch (effect.kind) {
    case 'spawn':
      return effect.wishes.length > 0;
    case 'stop':
      return effect.addresses.length > 0;
    default:
      return true;
  }
}

/** What each event does: those that change nothing at all are left out. */
export function rowOf(of: Subject, scene: string): Readonly<Record<string, string>> {
  const state = enter(of, scene).state;
  const steps = eventsFor(of, state).map(([label, event]) => {
    return [label, of.chart.step(state, event)] as const;
  });
  const moving = steps.filter(([, step]) => changed(of, state, step));
  return Object.fromEntries(moving.map(([label, step]) => [label, stateText(step.state)]));
}

export function testTable(name: string, of: Subject, table: Table): void {
  describe(`the table of the ${name}`, () => {
    test('has a row for each scene, and a scene for each state', () => {
      expect(Object.keys(table)).toEqual(Object.keys(of.scenes).filter((at) => !hasEnded(of, at)));
      const resting = Object.values(of.scenes).map(({ at }) => at);
      const states = leavesOf(of.machine.root);
      expect([...new Set([...resting, ...of.passing])].sort()).toEqual(states.sort());
    });

    test('tries every type of event there is', () => {
      const types = new Set(
        [...Object.keys(labelled), ...Object.keys(of.kernelEvents)].map(typeOf),
      );
      const missing = [...Object.keys(alphabet), ...kernelTypes(of)].filter(
        (type) => !types.has(type),
      );
      expect(missing).toEqual([]);
      expect(kernelLabelsUnknown(of)).toEqual([]);
    });

    test('never rests in a state that is only passed through', () => {
      for (const path of of.passing) {
        const last = edgesOf(of.machine).findLast(({ from, event }) => from === path && !event);
        expect(last, `the last way out of ${path}`).toMatchObject({ guard: null });
      }
      const reached = Object.values(table).flatMap((row) => Object.values(row));
      expect(reached.filter((state) => of.passing.includes(state))).toEqual([]);
    });

    for (const [scene, { at }] of Object.entries(of.scenes)) {
      test(`${scene}: ${hasEnded(of, scene) ? 'is the end' : 'does what the table says'}`, () => {
        const state = enter(of, scene).state;
        expect(stateText(state)).toBe(at);
        expect(state.status).toBe(table[scene] ? 'active' : 'done');
        if (table[scene]) expect(rowOf(of, scene)).toEqual(table[scene]);
      });
    }
  });
}

function hasEnded(of: Subject, scene: string): boolean {
  return enter(of, scene).state.status !== 'active';
}

const typeOf = (label: string): string => label.replace(/ \(.*/, '');

function kernelTypes({ chart }: Subject): string[] {
  const events: readonly string[] = chart.machine.events;
  return events.filter((type) => type.startsWith('xstate.'));
}

function kernelLabelsUnknown(of: Subject): string[] {
  const known = kernelTypes(of);
  return Object.keys(of.kernelEvents).filter((label) => !known.includes(typeOf(label)));
}

interface Place {
  readonly key: string;
  readonly path: readonly string[];
  readonly states: Readonly<Record<string, Place>>;
}

/** The paths of all states that hold no others. */
export function leavesOf(place: Place): string[] {
  const inner = Object.values(place.states);
  return inner.length === 0 ? [place.path.join('.')] : inner.flatMap(leavesOf);
}
