/**
 * Everything the kernel counts on in XState 5.33.3, each by its name: the shapes it reads.
 * When one of these fails after an upgrade, look at `src/kernel/route.ts`, `guard.ts`, `chart.ts`
 * and `admission.ts`.
 */
import { describe, expect, test } from 'vitest';
import { logicOf } from '../../src/kernel/admission.ts';
import type { Node } from '../../src/kernel/xstate.ts';
import { Bare, builds } from './bare.ts';

describe.each(builds)('the %s build', (_, xstate) => {
  const { assign, cancel, emit, raise } = xstate;
  const begin = (config: object, implementations: object = {}): Bare =>
    new Bare(xstate, { id: 'm', ...config }, implementations);

  test('resolveState gives the nodes, the tags and no children of a value', () => {
    const { machine } = begin({
      initial: 'a',
      tags: 'r',
      states: { a: { initial: 'x', tags: 't', states: { x: {}, y: {} } }, b: { type: 'final' } },
    });
    const snapshot = machine.resolveState({ value: { a: 'y' }, context: {} });
    const nodes = snapshot._nodes as unknown as Node[];
    expect(nodes.map(({ id }) => id).sort()).toEqual(['m', 'm.a', 'm.a.y']);
    expect([...snapshot.tags].sort()).toEqual(['r', 't']);
    expect(snapshot.children).toEqual({});
    expect(machine.resolveState({ value: 'b', context: {} }).status).toBe('done');
    expect(() => machine.resolveState({ value: 'gone', context: {} })).toThrow();
    const functions = Object.entries(snapshot).filter(([, value]) => typeof value === 'function');
    expect(functions.map(([name]) => name).sort()).toEqual([
      'can',
      'getMeta',
      'hasTag',
      'matches',
      'toJSON',
    ]);
  });

  test('built-in actions carry what they were made of', () => {
    const assignment = { n: 1 };
    const fields = (action: unknown, ...names: string[]) =>
      ['type', ...names].map((name) => Reflect.get(action as object, name));
    expect(fields(assign(assignment), 'assignment')).toEqual(['xstate.assign', assignment]);
    expect(fields(emit({ type: 'e' }), 'event')).toEqual(['xstate.emit', { type: 'e' }]);
    expect(fields(raise({ type: 'e' }, { delay: 3, id: 'i' }), 'event', 'delay', 'id')).toEqual([
      'xstate.raise',
      { type: 'e' },
      3,
      'i',
    ]);
    expect(fields(cancel('i'), 'sendId')).toEqual(['xstate.cancel', 'i']);
    for (const action of [assign({}), emit({ type: 'e' }), raise({ type: 'e' }), cancel('i')]) {
      expect(action).toBeTypeOf('function');
      expect('resolve' in action).toBe(true);
    }
    expect('resolve' in (() => {})).toBe(false);
  });

  test('built-in guards carry a `check` of (snapshot, args, guard)', () => {
    const { machine, snapshot } = begin(
      { initial: 'a', states: { a: {}, b: {} } },
      {
        guards: { yes: () => true },
      },
    );
    const args = { context: {}, event: { type: 'e' } };
    const check = (guard: unknown): unknown =>
      (guard as { check: (...all: unknown[]) => unknown }).check(snapshot, args, guard);
    expect(check(xstate.stateIn('a' as never))).toBe(true);
    expect(check(xstate.stateIn('#m.b' as never))).toBe(false);
    expect(check(xstate.and(['yes', xstate.not('yes')] as never))).toBe(false);
    expect(check(xstate.or(['yes', xstate.not('yes')] as never))).toBe(true);
    expect(machine.implementations.guards).toHaveProperty('yes');
  });

  test('nodes and transitions have the shape that routes are compiled from', () => {
    const config = {
      initial: 'a',
      entry: 'in',
      exit: 'out',
      states: {
        a: { invoke: { src: 'work', id: 'w' }, on: { go: { target: 'b', reenter: true }, no: {} } },
        b: { initial: { target: 'c', actions: 'first' }, states: { c: {} }, always: 'a' },
      },
      always: { guard: 'g', actions: [] },
    };
    const actors = { work: xstate.fromPromise(() => Promise.resolve()) };
    const { machine } = begin(config, { actors, guards: { g: () => false } });
    const root = machine.root as unknown as Node;
    const { a, b } = root.states as { a: Node; b: Node };
    expect([root.order, a.order, b.order]).toEqual([0, 1, 2]);
    expect([a.path, a.parent, a.key, root.path]).toEqual([['a'], root, 'a', []]);
    expect([root.type, a.type]).toEqual(['compound', 'atomic']);
    expect([root.entry, root.exit]).toEqual([['in'], ['out']]);
    expect(a.invoke[0]).toMatchObject({ id: 'w', src: 'work' });
    expect(b.initial).toMatchObject({ actions: ['first'], target: [b.states.c] });
    const [go] = a.transitions.get('go') ?? [];
    expect(go).toMatchObject({ source: a, target: [b], reenter: true, actions: [] });
    expect(a.transitions.get('no')).toMatchObject([{ target: undefined, actions: [] }]);
    expect(root.always).toMatchObject([{ source: root, target: undefined, guard: 'g' }]);
    expect(b.always).toMatchObject([{ source: b, target: [a], guard: undefined }]);
    expect(machine.events).not.toContain('no');
    expect(machine.getStateNodeById('m.b.c')).toBe(b.states.c);
  });

  test('a promise logic is known by its config, and by how it takes its own resolve event', () => {
    const create = (): Promise<void> => Promise.resolve();
    const machine = xstate.createMachine({ id: 'm', invoke: { src: 'work' } } as never).provide({
      actors: { work: xstate.fromPromise(create) },
    } as never);
    expect(logicOf(machine).get('work')).toEqual({ kind: 'promise', create });
  });

  test('a wildcard that ends a type is for all below it, and for itself', () => {
    const bare = begin({
      context: { n: 0 },
      on: { 'a.*': { actions: assign({ n: ({ context }) => context.n + 1 }) } },
    });
    for (const type of ['a', 'a.b', 'a.b.c', 'ab', 'b']) bare.take(type);
    expect(bare.snapshot.context).toEqual({ n: 3 });
  });
});
