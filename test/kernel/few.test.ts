/** What an actor has few of against a Map. */
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { Few } from '../../src/kernel/few.ts';

const moves = fc.array(
  fc.record({ do: fc.constantFrom('set', 'take'), id: fc.constantFrom('a', 'b', 'c') }),
  { maxLength: 30 },
);

test('it holds what a Map would, in the same order', () => {
  const property = fc.property(moves, (drawn) => {
    const few = new Few<{ at: number }>();
    const map = new Map<string, { at: number }>();
    for (const [at, { do: move, id }] of drawn.entries()) {
      if (move === 'set') {
        few.set(id, { at });
        map.set(id, { at });
      } else {
        expect(few.take(id)).toEqual(map.get(id));
        map.delete(id);
      }
      for (const known of ['a', 'b', 'c']) expect(few.get(known)).toEqual(map.get(known));
      expect([...few.asMap()]).toEqual([...map]);
    }
  });
  fc.assert(property, { numRuns: 300, seed: 8 });
});
