/** A worker's places: each role's own, and those for any. */
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { Places } from '../../src/workers/places.ts';

test('own places first, then those for any role; what is given back can be taken again', () => {
  const places = new Places({ coder: 1, '*': 1 });
  expect([places.take('coder'), places.take('coder'), places.take('coder')]).toEqual([
    'taken',
    'taken',
    'full',
  ]);
  expect(places.take('tester')).toBe('full');
  // Whoever of the coders is at the common place moves to the coders' own.
  places.giveBack('coder');
  expect([places.take('tester'), places.take('coder')]).toEqual(['taken', 'full']);
});

test('a role that has no place, of whatever name, is given none', () => {
  const places = new Places({ coder: 1 });
  expect(['tester', '__proto__', 'constructor'].map((role) => places.take(role))).toEqual([
    'full',
    'full',
    'full',
  ]);
});

const roles = ['a', 'b', 'c'] as const;

test('whatever is taken and given back, what fits has a place, and nothing else', () => {
  const offers = fc.record({ a: fc.nat(3), b: fc.nat(3), '*': fc.nat(3) });
  const steps = fc.array(fc.tuple(fc.constantFrom(...roles), fc.boolean()), { maxLength: 60 });
  fc.assert(
    fc.property(offers, steps, (offer, taken) => {
      const places = new Places(offer);
      const at = { a: 0, b: 0, c: 0 };
      for (const [role, isTaken] of taken) {
        if (isTaken) {
          const fits = { ...at, [role]: at[role] + 1 };
          expect(places.take(role)).toBe(beyond(fits, offer) <= offer['*'] ? 'taken' : 'full');
          if (beyond(fits, offer) <= offer['*']) at[role] += 1;
        } else if (at[role] > 0) {
          places.giveBack(role);
          at[role] -= 1;
        }
      }
    }),
  );
});

/** How many need a place for any role. */
function beyond(at: Readonly<Record<string, number>>, offer: Readonly<Record<string, number>>) {
  return Object.entries(at).reduce(
    (sum, [role, count]) => sum + Math.max(0, count - (offer[role] ?? 0)),
    0,
  );
}
