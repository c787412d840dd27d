/** Random plans in random worlds, run by the machines alone: the rules hold whatever happens. */
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { hashOf } from '../../src/kernel/persist.ts';
import { planSpec } from './plans.ts';
import { type Climate, type Recipe, runArbitrary, scriptOf } from './random-runs.ts';
import { type Story, Team } from './team.ts';
import { disagreements } from './team-invariants.ts';
import * as rules from './team-rules.ts';

/** Every one of them holds in every world. */
const always: Readonly<Record<string, rules.Rule>> = {
  'ends every task once': rules.endsOnce,
  'starts what was needed first': rules.needsFirst,
  'keeps within the limits': rules.withinLimits,
  'does one thing at a time': rules.oneAtATime,
  'gives rising tokens': rules.tokensRise,
  'opens waves in turn': rules.wavesInTurn,
  'lets the best go first': rules.bestFirst,
  'ends with the right verdict': rules.rightVerdict,
  'ends at once': rules.endsAtOnce,
  'skips exactly the descendants': rules.skipsDescendants,
  'loses no message that matters': rules.nothingMissed,
  'throws nowhere': rules.noBugs,
};

function complaintsOf(recipe: Recipe): string[] {
  const inside: string[] = [];
  const story = new Team(recipe.plan, scriptOf(recipe)).run((core) => {
    inside.push(...disagreements(core));
  });
  const outside = Object.entries(always).flatMap(([name, rule]) => {
    return rule(story).map((complaint) => `${name}: ${complaint}`);
  });
  return [...outside, ...inside];
}

describe.each<Climate>(['healthy', 'failing', 'hostile', 'endless'])(
  'in a %s world a team',
  (climate) => {
    test('keeps every rule', () => {
      const property = fc.property(runArbitrary(climate), (recipe) => {
        expect(complaintsOf(recipe)).toEqual([]);
      });
      fc.assert(property, { numRuns: 400, seed: 7 });
    });

    test('tells the same story twice', () => {
      const property = fc.property(runArbitrary(climate), (recipe) => {
        const [one, other] = [tell(recipe), tell(recipe)];
        expect(one.seen).toEqual(other.seen);
        expect(hashOf(one.core)).toBe(hashOf(other.core));
      });
      fc.assert(property, { numRuns: 30, seed: 8 });
    });
  },
);

function tell(recipe: Recipe): Story {
  return new Team(recipe.plan, scriptOf(recipe)).run();
}

test('in a healthy world no message reaches nobody', () => {
  const property = fc.property(runArbitrary('healthy'), (recipe) => {
    expect(rules.noDeadLetters(tell(recipe))).toEqual([]);
  });
  fc.assert(property, { numRuns: 150, seed: 9 });
});

test('a slot goes to what its freeing made ready, when that is the best there is', () => {
  const sketches = [
    { id: 'first', priority: 5 },
    { id: 'later', priority: 1 },
    { id: 'urgent', priority: 9, needs: ['first'] },
    { id: 'long', priority: 1 },
    { id: 'end', needs: ['long'] },
  ];
  const recipe = { work: [], check: [], open: [], outside: [], endless: false };
  const { seen } = tell({ ...recipe, plan: planSpec(sketches) });
  const assigned = seen.flatMap((one) => {
    return one.kind === 'fact' && one.fact.type === 'task.assigned' ? [one.fact.task] : [];
  });
  expect(assigned).toEqual(['first', 'urgent', 'long', 'later', 'end']);
});
