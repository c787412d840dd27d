/** `verify: { review }` in a plan: what it means, and what is said of one that can not be. */
import { describe, expect, test } from 'vitest';
import { roleName } from '../../machines/ids.ts';
import { worstCalls } from '../../machines/rules/review.ts';
import { compilePlan } from '../../src/plan/compile.ts';
import { definePlan } from '../../src/plan/define.ts';
import { documentOf } from '../../src/plan/document.ts';
import { parse, toldAbout } from './complaints.ts';

const planOf = (review: string, roles = '', verify = '') => `
agents:
  coder: { adapter: simulated }
  judge: { adapter: simulated }
${roles}tasks:
  - id: a
    agent: coder
    verify:
${verify}      - review: ${review}
`;

describe('a review', () => {
  test('is none of the checks, and everything about it has a default', () => {
    const [task] = parse(planOf('{ agent: judge }', '', '      - run: "true"\n')).tasks;
    expect(task?.verify.map(({ kind }) => kind)).toEqual(['run']);
    expect(task?.review).toEqual({
      role: 'judge',
      prompt: '',
      quorum: 1,
      of: 1,
      retries: 1,
      timeoutMs: 20 * 60_000,
    });
  });

  test('brings as many agents as it needs, and one more for its own author', () => {
    const counts = (text: string) => {
      const { roles, tasks } = compilePlan(parse(text));
      expect(tasks).toMatchObject([{ checked: true, review: { quorum: 2, of: 3 } }]);
      return Object.fromEntries(roles.map(({ name, count }) => [name, count]));
    };
    expect(counts(planOf('{ agent: judge, quorum: 2 of 3 }'))).toEqual({ coder: 1, judge: 3 });
    expect(counts(planOf('{ agent: coder, quorum: 2 of 3 }'))).toMatchObject({ coder: 4 });
  });

  test('may be the only check, and written without a list', () => {
    const plan = definePlan({
      agents: { coder: { adapter: 'simulated' } },
      tasks: [{ id: 'a', verify: { review: { agent: 'coder' } } }],
    });
    expect(plan.tasks[0]).toMatchObject({ verify: [], review: { role: 'coder' } });
    expect(compilePlan(plan).roles).toMatchObject([{ count: 2 }]);
  });

  test('comes back from the document that says the same', () => {
    const plan = parse(planOf('{ agent: judge, quorum: 2 of 3, prompt: Is it so?, timeout: 5m }'));
    expect(definePlan(documentOf(plan), { folder: '/plans' }).tasks).toEqual(plan.tasks);
  });

  test('is counted at its worst', () => {
    const [coder, judge] = ['coder', 'judge'].map(roleName) as [never, never];
    const panel = { role: judge, quorum: 2, of: 3, retries: 1, timeoutMs: 1 };
    const calls = (review?: typeof panel) =>
      Object.fromEntries(worstCalls({ role: coder, retries: 2, ...(review && { review }) }));
    expect(calls()).toEqual({ coder: 3 });
    expect(calls(panel)).toEqual({ coder: 3, judge: 12 });
    expect(calls({ ...panel, role: coder })).toEqual({ coder: 15 });
  });
});

const quorumWords = 'expected how many must accept, such as 2 of 3 (9 at most)';

describe('a review that can not be', () => {
  test.each<[string, string, string, string]>([
    [
      'by a role that is not there',
      '{ agent: jugde }',
      'plan.unknown-role',
      'tasks[0].verify[0].review.agent: no role is called "jugde"; did you mean "judge"?',
    ],
    [
      'by more than can accept',
      '{ agent: judge, quorum: 3 of 2 }',
      'plan.bad-value',
      `tasks[0].verify[0].review.quorum: ${quorumWords}, got "3 of 2"`,
    ],
    [
      'by a share of nobody',
      '{ agent: judge, quorum: most }',
      'plan.bad-value',
      `tasks[0].verify[0].review.quorum: ${quorumWords}, got "most"`,
    ],
    [
      'with a key that nobody knows',
      '{ agent: judge, quroum: 2 of 3 }',
      'plan.unknown-key',
      'tasks[0].verify[0].review.quroum: there is no key "quroum" here; did you mean "quorum"?',
    ],
    [
      'that asks for what nobody has',
      '{ agent: judge, prompt: "{{results.b.output}}" }',
      'plan.unknown-task',
      'tasks[0].verify[0].review.prompt: no task is called "b"',
    ],
  ])('%s', (_, review, code, line) => {
    const told = toldAbout(planOf(review));
    expect(told.code).toBe(code);
    expect(told.lines[0]).toContain(line);
  });

  test('by its own author alone', () => {
    const text = planOf('{ agent: coder }').replace('simulated }', 'simulated, count: 1 }');
    const told = toldAbout(text);
    expect(told.code).toBe('plan.too-few-reviewers');
    expect(told.lines).toEqual([
      'plan.yaml:9:26 tasks[0].verify[0].review.agent: needs 2 agents of "coder", which has ' +
        '1 agent, and nobody judges his own work; give "coder" count: 2, or name another role',
    ]);
  });

  test('by too few, by nobody, and twice', () => {
    const few = 'judge: { adapter: simulated, count: 2 }';
    const text = planOf('{ agent: judge, quorum: 2 of 3 }').replace(/judge: .*/, few);
    expect(toldAbout(text).code).toBe('plan.too-few-reviewers');
    const idle = planOf('{ agent: judge }').replace(/judge: .*/, 'judge: { adapter: command }');
    expect(toldAbout(idle)).toMatchObject({ code: 'plan.no-run' });
    const both = planOf('{ agent: judge }', '', '      - review: { agent: judge }\n');
    expect(toldAbout(both)).toMatchObject({ code: 'plan.second-review' });
  });
});
