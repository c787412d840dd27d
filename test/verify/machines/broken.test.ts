/** Every seeded mistake is found and named by its state, with the shortest way to it. */
import { describe, expect, test } from 'vitest';
import { verifyMachine } from '../../../src/verify/machines/verify-machine.ts';
import { brokenSteps } from '../../model/machines/broken-steps.ts';
import { brokenWaits } from '../../model/machines/broken-waits.ts';
import { brokenWays } from '../../model/machines/broken-ways.ts';
import { subjectOf } from '../../model/machines/case.ts';

const all = { ...brokenWays, ...brokenSteps, ...brokenWaits };

describe('a broken machine', () => {
  for (const [name, broken] of Object.entries(all)) {
    test(`${name}: ${broken.property}`, () => {
      const { verdict, findings } = verifyMachine(subjectOf(broken));
      expect(verdict).toBe('refuted');
      const found = findings.map(({ property, state, trace }) => {
        const path = trace.slice(1).map(({ event }) => event);
        return { property, state, path };
      });
      const { property, state, path } = broken;
      expect(found).toEqual([{ property, state, path }]);
    });
  }

  test('is one of at least twenty', () => {
    expect(Object.keys(all).length).toBeGreaterThanOrEqual(20);
  });
});
