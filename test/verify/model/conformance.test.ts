/** The model and the machines agree: whatever a real team does, the model can do, step by step. */
import fc from 'fast-check';
import { describe, expect, test, vi } from 'vitest';
import { roleName } from '../../../machines/ids.ts';
import { seededRandom } from '../../../src/kernel/random.ts';
import {
  accepted,
  crashFault,
  failed,
  interrupted,
  limited,
  passingFault,
  rejected,
  succeeded,
} from '../../machines/outcomes.ts';
import { planSpec, roleSpec } from '../../machines/plans.ts';
import { type Climate, runArbitrary, scriptOf } from '../../machines/random-runs.ts';
import { type Script, Team, type Turn } from '../../machines/team.ts';
import { Shadow } from './shadow.ts';

vi.setConfig({ testTimeout: 600_000 });

/** Amendments and a person's cancelling change the plan itself: it would be another model. */
const asked = ['task.approve', 'task.reject', 'agent.tell'];
const quiet = (script: Script): Script => ({
  ...script,
  outside: script.outside.filter(({ event }) => asked.includes(event.type)),
});

describe('every step of a real team is a step of the model', () => {
  test.each<[Climate, number]>([
    ['healthy', 40],
    ['failing', 80],
    ['hostile', 80],
  ])('in a %s world', (climate, runs) => {
    let explained = 0;
    fc.assert(
      fc.property(runArbitrary(climate), (recipe) => {
        const shadow = new Shadow(recipe.plan);
        new Team(recipe.plan, quiet(scriptOf(recipe))).run((core) => shadow.look(core));
        expect(shadow.complaints).toEqual([]);
        explained += shadow.explained;
      }),
      { numRuns: runs, seed: 6 },
    );
    expect(explained).toBeGreaterThan(runs * 5);
  });
});

/** What reviewers, workers and checks answer, one after the other. */
function answers(seed: number): Script {
  const random = seededRandom(seed);
  const draw = <Value>(values: readonly Value[]): Value =>
    values[random.next() % values.length] as Value;
  const failure = { code: 'verify.failed', message: 'no', retryable: true };
  const after = (output: unknown): Turn => ({ kind: 'ends', afterMs: random.next() % 50, output });
  return {
    work: ({ review }) =>
      after(
        review
          ? draw([accepted, accepted, rejected, failed(crashFault), limited(20), succeeded])
          : draw([succeeded, succeeded, failed(passingFault), interrupted]),
      ),
    verify: () => after({ evidence: [], fault: draw([null, null, null, failure]) }),
    open: () => after(null),
    outside: [],
  };
}

test('also where others judge the work', () => {
  const panel = { quorum: 2, of: 3, retries: 2, timeoutMs: 1_000 };
  let explained = 0;
  for (let seed = 1; seed <= 30; seed += 1) {
    const roles = ['coder', 'judge'].map((name) => roleSpec({ name: roleName(name), count: 4 }));
    const review = { ...panel, role: roleName(seed % 2 ? 'judge' : 'coder') };
    const sketch = { role: roleName('coder'), retries: 2, checked: true, backoff, review };
    const tasks = [
      { ...sketch, id: 'a' },
      { ...sketch, id: 'b' },
      { ...sketch, id: 'c', needs: ['a'] },
    ];
    const plan = planSpec(tasks, { roles, seed, concurrency: 2 });
    const shadow = new Shadow(plan);
    const story = new Team(plan, answers(seed)).run((core) => shadow.look(core));
    expect([seed, shadow.complaints, story.ending === null]).toEqual([seed, [], false]);
    explained += shadow.explained;
  }
  expect(explained).toBeGreaterThan(400);
});

const backoff = { initialMs: 10, factor: 2, maxMs: 100, jitter: 0.5 };
