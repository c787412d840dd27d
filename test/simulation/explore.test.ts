/** Many seeds, every kind of fault, and no axiom broken: more of them by `npm run simulate`. */
import { describe, expect, test } from 'vitest';
import { loadPlan } from '../../src/plan/load.ts';
import { explore } from '../../src/simulation/explore.ts';
import { faultNames } from '../../src/simulation/fault-kinds.ts';
import { allFaults, parseFaults } from '../../src/simulation/fault-mix.ts';
import { judgeRun } from '../../src/simulation/judge.ts';
import { randomPlan } from './random-plan.ts';

const levelSix = await loadPlan('examples/level-6.yaml');
const clean = { findings: [] };

describe('500 seeds', () => {
  test('of level-6 with faults', async () => {
    const seeds = { from: 1, to: 301 };
    const found = await explore({ planOf: () => levelSix, faults: allFaults, seeds });
    expect(found).toMatchObject({ seeds: 300, ...clean });
    expect(found.faults).toBeGreaterThan(1_000);
    expect(found.kills).toBeGreaterThan(30);
  });

  test('of plans that a seed draws, with faults', async () => {
    const seeds = { from: 1, to: 201 };
    const found = await explore({ planOf: randomPlan, faults: allFaults, seeds });
    expect(found).toMatchObject({ seeds: 200, ...clean });
  });
});

/** Each was a bug of the runtime once. */
test.each([
  [
    'work went on beside a slow disk',
    9_086,
    'limit=0.02,kill=0.01,full=0.002,slow-disk=0.02,max=5',
  ],
])('%s', async (_, seed, faults) => {
  const { run, violations } = await judgeRun({ plan: levelSix, seed, faults: parseFaults(faults) });
  expect(violations).toEqual([]);
  expect(run?.faults).toBeGreaterThan(0);
});

/** Each so often that it meets itself. */
test.each(faultNames)('nothing goes wrong under %s alone', async (name) => {
  const faults = parseFaults(`${name}=0.5,kill@12,max=40`);
  const found = await explore({ planOf: randomPlan, faults, seeds: { from: 1, to: 31 } });
  expect(found).toMatchObject({ seeds: 30, ...clean });
  // An approval is rare, and so is a torn write when only one kill is ordered.
  expect(found.faults).toBeGreaterThan(0);
});
