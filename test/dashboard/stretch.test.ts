/** The stretch of time that the timeline shows: it stays within the run, whatever is pressed. */
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { panned, type Stretch, zoomed } from '../../src/dashboard/pictures/stretch.ts';

const all: Stretch = { from: 1_000, to: 2_000 };

test('what is pointed at stays where it is', () => {
  expect(zoomed(all, all, 2)).toEqual({ from: 1_250, to: 1_750 });
  expect(zoomed(all, all, 2, 0)).toEqual({ from: 1_000, to: 1_500 });
  expect(zoomed({ from: 1_000, to: 1_500 }, all, 0.5)).toBeNull();
});

test('it ends where the run ends', () => {
  const seen = { from: 1_800, to: 1_900 };
  expect(panned(seen, all, 0.5)).toEqual({ from: 1_850, to: 1_950 });
  expect(panned(seen, all, 9)).toEqual({ from: 1_900, to: 2_000 });
  expect(panned(seen, all, -90)).toEqual({ from: 1_000, to: 1_100 });
});

test('any keys lead to a stretch of the run', () => {
  const deeds = fc.array(
    fc.oneof(
      fc.record({ zoom: fc.constantFrom(0.5, 1.25, 3), at: fc.constantFrom(0, 0.3, 1) }),
      fc.record({ pan: fc.constantFrom(-2, -0.2, 0.2, 2) }),
    ),
  );
  fc.assert(
    fc.property(deeds, (given) => {
      let seen = all;
      for (const deed of given) {
        seen =
          ('zoom' in deed ? zoomed(seen, all, deed.zoom, deed.at) : panned(seen, all, deed.pan)) ??
          all;
        expect(seen.from).toBeGreaterThanOrEqual(all.from);
        expect(seen.to).toBeLessThanOrEqual(all.to + 1e-6);
        expect(seen.to - seen.from).toBeGreaterThan(4.99);
      }
    }),
  );
});
