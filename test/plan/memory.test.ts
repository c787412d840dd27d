/** The words about memory in a plan: a task that is not kept, a role that is told of others. */
import { describe, expect, test } from 'vitest';
import { definePlan } from '../../src/plan/define.ts';
import { documentOf } from '../../src/plan/document.ts';
import { toldAbout } from './complaints.ts';

const planWith = (role: object, task: object) =>
  definePlan({
    agents: { worker: { adapter: 'command', run: ['true'], ...role } },
    tasks: [{ id: 'a', ...task }],
  });

describe('memory in a plan', () => {
  test('is on for tasks and recalls nothing unless the plan says otherwise', () => {
    const { roles, tasks } = planWith({}, {});
    expect(roles[0]).not.toHaveProperty('recall');
    expect(tasks[0]).not.toHaveProperty('memory');
    expect(planWith({}, { memory: 'on' }).tasks[0]).not.toHaveProperty('memory');
  });

  test('may be written as YAML reads it', () => {
    const text = 'agents: { a: { adapter: simulated } }\ntasks: [{ id: one, memory: off }]';
    expect(toldAbout(text).code).toBe('none');
  });

  test('is kept as the plan says it, and comes back as a document', () => {
    const plan = planWith({ memory: { recall: 3 } }, { memory: 'off' });
    expect(plan.roles[0]?.recall).toBe(3);
    expect(plan.tasks[0]?.memory).toBe('off');
    expect(definePlan(documentOf(plan))).toEqual({ ...plan, folder: null });
  });

  test.each([
    ['recal: 3', '', /did you mean "recall"/],
    ['recall: 99', '', /whole number from 0 to 10/],
    ['recall: 1', 'memory: never', /expected on or off/],
  ])('is refused when it is no word of it: %s %s', (role, task, told) => {
    const text = `agents: { a: { adapter: simulated, memory: { ${role} } } }
tasks: [{ id: one, ${task} }]`;
    expect(toldAbout(text).lines.join('\n')).toMatch(told);
  });
});
