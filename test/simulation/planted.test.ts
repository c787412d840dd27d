/** Mistakes that are built into the world are found, made small, and told by one command. */
import { expect, test } from 'vitest';
import { definePlan } from '../../src/plan/define.ts';
import { commandOf, explore } from '../../src/simulation/explore.ts';
import { allFaults, formatFaults, parseFaults } from '../../src/simulation/fault-mix.ts';
import { judgeRun } from '../../src/simulation/judge.ts';
import { plantedBugs } from './planted-bugs.ts';
import { randomPlan } from './random-plan.ts';

test.each(plantedBugs)('%s', async (_, planted, axiom) => {
  const seeds = { from: 1, to: 400 };
  const found = await explore({ planOf: randomPlan, faults: allFaults, seeds, planted });
  const [finding] = found.findings;
  expect(finding?.violations.map((violation) => violation.axiom)).toContain(axiom);
  if (!finding) throw new Error('nothing was found');
  expect(finding.document.tasks.length).toBeLessThanOrEqual(3);
  expect(finding.faults.max).toBeLessThanOrEqual(3);

  // What the command says is all that it takes to see it again.
  const { seed, faults, document } = finding;
  expect(commandOf(finding, 'found.json')).toBe(
    `troupe simulate found.json --seed ${seed} --faults ${formatFaults(faults)} --check`,
  );
  const written = JSON.parse(JSON.stringify(document)) as typeof document;
  const again = { plan: definePlan(written), seed, faults: parseFaults(formatFaults(faults)) };
  expect((await judgeRun(again, planted)).violations).toEqual(finding.violations);
  expect((await judgeRun(again)).violations).toEqual([]);
});
