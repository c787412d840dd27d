/** A task that is a team becomes tasks of the plan: under its name, with roles of its own. */
import { mkdtempSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { compilePlan } from '../../src/plan/compile.ts';
import { loadPlan } from '../../src/plan/load.ts';
import type { Plan } from '../../src/plan/plan.ts';
import { pricesOf } from '../../src/verify/prices.ts';
import { worstCaseOf } from '../../src/verify/worst-case.ts';
import { parse, simulatedRole, toldAbout, toldLater } from './complaints.ts';

const indented = (text: string): string => text.replaceAll(/^/gm, '      ');
const team = (inner: string, more = ''): string => {
  return `${simulatedRole}tasks:\n  - id: build\n    plan:\n${indented(inner)}\n${more}`;
};
const task = ({ tasks }: Plan, id: string) => {
  const found = tasks.find((each) => each.id === id);
  if (!found) throw new TypeError(`no ${id} among ${tasks.map((each) => each.id).join(', ')}`);
  return found;
};
const two = 'tasks:\n  - { id: a }\n  - { id: b, needs: [a] }';

describe('a team', () => {
  test('has its tasks and roles under its name, and ends with the task itself', () => {
    const plan = parse(team(two));
    expect(plan.tasks.map(({ id, role }) => [id, role])).toEqual([
      ['build', 'gather'],
      ['build.a', 'build.w'],
      ['build.b', 'build.w'],
    ]);
    expect(task(plan, 'build')).toMatchObject({
      needs: ['build.b'],
      gather: { how: 'concat', from: ['build.b'], enough: 1 },
    });
    expect(task(plan, 'build.b')).toMatchObject({ needs: ['build.a'], partOf: 'build' });
    expect(plan.roles.map(({ name }) => name)).toEqual(['build.w', 'gather']);
    const [spec] = compilePlan(plan).tasks;
    expect(spec).toMatchObject({ members: ['build.a', 'build.b'] });
  });

  test('waits for what it needs, is given its inputs, and speaks of its own results', () => {
    const plan = parse(`agents:
  sh: { adapter: command, run: [cat] }
tasks:
  - { id: design, prompt: x }
  - id: build
    needs: [design]
    with: { what: "{{results.design.output}}" }
    plan:
      inputs: { what: {}, how: { default: "fast {{x}}" } }
      tasks:
        - { id: a, prompt: "\\\\{{no}} {{inputs.what}}, {{inputs.how}}" }
        - { id: b, needs: [a], prompt: "{{results.a.output}} {{artifacts}}" }
`);
    expect(task(plan, 'build.a')).toMatchObject({
      needs: ['design'],
      prompt: '\\{{no}} {{results.design.output}}, fast \\{{x}}',
      env: { TROUPE_INPUT_WHAT: '{{results.design.output}}' },
    });
    expect(task(plan, 'build.b')).toMatchObject({
      needs: ['design', 'build.a'],
      prompt: '{{results.build.a.output}} {{artifacts}}',
    });
  });

  test('may be in a team, three deep and no deeper', () => {
    const nest = (depth: number): string =>
      depth === 0 ? two : `tasks:\n  - id: t\n    plan:\n${indented(nest(depth - 1))}`;
    const plan = parse(simulatedRole + nest(3));
    expect(plan.tasks.map(({ id }) => id)).toContain('t.t.t.b');
    expect(task(plan, 't.t.t')).toMatchObject({ partOf: 't.t' });
    expect(toldAbout(simulatedRole + nest(4))).toMatchObject({ code: 'plan.too-many-teams' });
  });

  test('with a goal is planned by its agent, and asks none but its own', () => {
    const plan = parse(`agents:
  planner: { adapter: simulated }
  coder: { adapter: simulated }
tasks:
  - { id: build, goal: all of it, agent: planner }
`);
    expect(task(plan, 'build.goal')).toMatchObject({
      role: 'build.planner',
      prompt: 'all of it',
      subtasks: { kind: 'plans', agents: ['build.planner', 'build.coder'] },
    });
  });

  test('is judged by one of its own, who names the best', () => {
    const plan = parse(
      team(two.replace(', needs: [a]', ''), '    aggregate: { how: judge, agent: w }\n'),
    );
    expect(task(plan, 'build.judge')).toMatchObject({
      needs: ['build.a', 'build.b'],
      gather: { how: 'judge', enough: 1 },
    });
    expect(task(plan, 'build').gather).toEqual({
      how: 'pick',
      from: ['build.a', 'build.b'],
      enough: 1,
      judge: 'build.judge',
    });
  });

  test('does without those that are not needed: no failure of theirs is the run’s', () => {
    const jury = 'tasks: [{ id: a }, { id: b }, { id: x }, { id: c, needs: [x] }]';
    const { tasks } = compilePlan(parse(team(jury, '    aggregate: vote\n')));
    expect(tasks.map(({ id, excused }) => [id, excused ?? false])).toEqual([
      ['build', false],
      ['build.a', true],
      ['build.b', true],
      ['build.x', true],
      ['build.c', true],
    ]);
    expect(tasks[0]?.gathers).toEqual({ from: ['build.a', 'build.b', 'build.c'], spare: 1 });
  });

  test('costs no more than its purse holds', () => {
    const dear = simulatedRole.replace('simulated', 'simulated, costUsd: 1');
    const costOf = (more: string) => {
      const plan = parse(team(two, more).replace(simulatedRole, dear));
      return worstCaseOf(compilePlan(plan), pricesOf(plan)).costUsd;
    };
    expect(costOf('')).toBe(2);
    expect(costOf('    budget: { usd: 1.5 }\n')).toBe(1.5);
  });

  test('lies in a file of its own, beside the plan that names it', async () => {
    const folder = mkdtempSync(join(tmpdir(), 'troupe-teams-'));
    const file = join(folder, 'outer.yaml');
    writeFileSync(join(folder, 'inner.yaml'), `${two}\n`);
    writeFileSync(file, `${simulatedRole}tasks:\n  - { id: build, plan: inner.yaml }\n`);
    expect((await loadPlan(file)).tasks.map(({ id }) => id)).toContain('build.b');
    // One that names itself has no end.
    writeFileSync(join(folder, 'inner.yaml'), 'tasks:\n  - { id: t, plan: inner.yaml }\n');
    expect(await toldLater(() => loadPlan(file))).toMatchObject({ code: 'plan.too-many-teams' });
    writeFileSync(join(folder, 'inner.yaml'), 'tasks:\n  - { id: a, needs: [nobody] }\n');
    const { lines } = await toldLater(() => loadPlan(file));
    expect(lines[0]).toContain(`${join(folder, 'inner.yaml')}:2:`);
  });
});

const wrong: readonly (readonly [string, string, string])[] = [
  [
    'two kinds at once',
    '    goal: g\n',
    'plan.yaml:9:5 tasks[0].goal: a team has a plan or a goal',
  ],
  ['a prompt', '    prompt: p\n', 'tasks[0].prompt: "prompt" says nothing about a team'],
  ['a judge that is nobody', '    aggregate: judge\n', 'tasks[0].aggregate: judge needs somebody'],
  ['an input that it has not', '    with: { x: y }\n', 'with.x: the team has no input "x"'],
  ['a strange word', '    aggregate: most\n', 'tasks[0].aggregate'],
];

describe('what is wrong with a team', () => {
  test.each(wrong)('%s', (_name, more, line) => {
    expect(toldAbout(team(two, more)).lines.join('\n')).toContain(line);
  });

  test('what its own plan says is told where it stands', () => {
    const { code, lines } = toldAbout(team('tasks: [{ id: a, needs: [c] }]'));
    expect(code).toBe('plan.unknown-task');
    expect(lines[0]).toContain('plan.yaml:6:');
    expect(lines[0]).toContain('tasks[0].plan.tasks[0].needs[0]: no task is called "c"');
  });

  test('an input that nobody gives', () => {
    const { lines } = toldAbout(team(`inputs: { x: {} }\n${two}`));
    expect(lines[0]).toContain('the team needs the input "x"; give it: with: { x: ... }');
  });

  test('a whole run’s word in it', () => {
    expect(toldAbout(team(`mode: waves\n${two}`)).lines[0]).toContain('"mode" is of a whole run');
  });

  test('a gathering that does not fit', () => {
    const told = (gather: string) =>
      toldAbout(`agents: { g: { adapter: gather }, w: { adapter: simulated } }
tasks:
  - { id: a, agent: w }
  - { id: b, agent: g, needs: [a], gather: ${gather} }
`).lines.join('\n');
    expect(told('{ how: judge, from: [a] }')).toContain('"judge" does not go with this role');
    expect(told('{ how: pick, from: [a] }')).toContain('"pick" and "judge" go together');
    expect(told('{ how: vote, from: [a], enough: 2 }')).toContain('2 are more than there are');
    expect(told('{ how: vote, from: [c] }')).toContain('does not wait for "c"');
  });
});
