/** A failing case is made as small as its failure allows. */
import { expect, test } from 'vitest';
import { definePlan } from '../../src/plan/define.ts';
import { parseFaults } from '../../src/simulation/fault-mix.ts';
import { planDocument, planOf } from '../../src/simulation/plan-document.ts';
import { type Case, shrink } from '../../src/simulation/shrink.ts';
import { randomPlan } from './random-plan.ts';

const ids = Array.from({ length: 20 }, (_, at) => `t${at}`);
const plan = definePlan({
  name: 'chain',
  agents: { one: { adapter: 'simulated' }, other: { adapter: 'simulated' } },
  tasks: ids.map((id, at) => ({
    id,
    agent: at % 2 === 0 ? 'one' : 'other',
    needs: ids.slice(Math.max(0, at - 2), at),
  })),
});

test('to the tasks, kinds and number of faults that it takes', async () => {
  const failing: Case = { plan, faults: parseFaults('all,max=60,kill@3,kill@9') };
  const tasksOf = (each: Case) => each.plan.tasks.map(({ id }) => id);
  const small = await shrink(failing, async (each) => {
    const { rates, max, kills } = each.faults;
    const isThere = tasksOf(each).includes('t4') && tasksOf(each).includes('t11');
    const isHit = (rates.lie ?? 0) > 0 && kills.some(({ n }) => n === 9);
    return isThere && isHit && (max ?? 0) >= 3;
  });
  expect(tasksOf(small)).toEqual(['t4', 't11']);
  expect(small.faults).toEqual(parseFaults('lie=0.03,kill@9,max=3'));
  expect(small.plan.roles.map(({ name }) => name)).toEqual(['one', 'other']);
  expect(small.plan.tasks.every(({ needs }) => needs.length === 0)).toBe(true);
});

test('a case that fails only as it is stays as it is', async () => {
  const failing: Case = { plan, faults: parseFaults('lie=0.1,max=2') };
  expect(await shrink(failing, async () => false)).toBe(failing);
});

test('a plan with fewer tasks is a plan, and so is its document', () => {
  for (let seed = 1; seed <= 50; seed += 1) {
    const whole = randomPlan(seed);
    const again = definePlan(planDocument(whole));
    expect(planDocument(again)).toEqual(planDocument(whole));
    expect(again.tasks).toEqual(whole.tasks);
    const [first] = whole.tasks;
    const single = planOf(whole, new Set([first?.id ?? '']));
    expect(definePlan(planDocument(single)).tasks).toEqual([{ ...first, needs: [] }]);
  }
});
