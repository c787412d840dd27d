/** Who is where: the living by their addresses, and the last of those that ended. */
import { describe, expect, test } from 'vitest';
import { Actor } from '../../src/kernel/actor.ts';
import { Chart } from '../../src/kernel/chart.ts';
import { Registry } from '../../src/kernel/registry.ts';
import { counter } from './machines.ts';
import { at } from './stage.ts';

const chart = new Chart(counter);
const ties = { supervisor: null, notify: 'crash', parent: null } as const;

function actorAt(id: string, status: 'active' | 'done' = 'active'): Actor {
  return new Actor(at(id), chart, ties, { ...chart.unborn, status });
}

describe('a registry', () => {
  test('finds the living, and looks up also who has ended', () => {
    const registry = new Registry(10);
    const [a, b] = [actorAt('a'), actorAt('b')];
    for (const actor of [a, b]) registry.add(actor);
    registry.retire(a);
    expect(registry.find(at('a'))).toBeUndefined();
    expect(registry.lookUp(at('a'))).toBe(a);
    expect(registry.find(at('b'))).toBe(b);
    expect(registry.lookUp(at('b'))).toBe(b);
    expect(registry.lookUp(at('c'))).toBeUndefined();
    expect([registry.size, registry.kept]).toEqual([1, 2]);
    expect([registry.living(), registry.ended()]).toEqual([[b], [a]]);
  });

  test('forgets who ended when somebody is born at its address', () => {
    const registry = new Registry(10);
    const [old, young] = [actorAt('a'), actorAt('a')];
    registry.add(old);
    registry.retire(old);
    registry.add(young);
    expect(registry.lookUp(at('a'))).toBe(young);
    expect(registry.ended()).toEqual([]);
    registry.retire(young);
    expect(registry.ended()).toEqual([young]);
  });

  test('keeps only the last that ended', () => {
    const registry = new Registry(2);
    const actors = ['a', 'b', 'c', 'd'].map((id) => actorAt(id));
    for (const actor of actors) registry.add(actor);
    for (const actor of actors) registry.retire(actor);
    expect(registry.ended().map(({ address }) => address)).toEqual(['c', 'd']);
  });

  test('may keep none', () => {
    const registry = new Registry(0);
    const actor = actorAt('a');
    registry.add(actor);
    registry.retire(actor);
    expect([registry.kept, registry.lookUp(at('a'))]).toEqual([0, undefined]);
  });

  test('takes back who had ended in an earlier life', () => {
    const registry = new Registry(10);
    const ended = actorAt('a', 'done');
    registry.add(ended);
    expect([registry.find(at('a')), registry.lookUp(at('a'))]).toEqual([undefined, ended]);
  });
});
