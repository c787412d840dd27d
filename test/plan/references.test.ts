/** Names that lead nowhere, names that are taken, and tasks that wait for each other. */
import { describe, expect, test } from 'vitest';
import { defineAnything, simulatedRole, toldAbout, toldOf } from './complaints.ts';

const told = (tasks: string) => toldAbout(`${simulatedRole}tasks:\n${tasks}`);

describe('ids', () => {
  test('that are taken name both lines', () => {
    expect(told('  - id: a\n  - id: b\n  - id: a\n')).toMatchObject({
      code: 'plan.id-taken',
      lines: [
        'plan.yaml:6:9 tasks[2].id: the id "a" is taken by line 4; name one of them otherwise',
      ],
    });
  });

  test('that are one folder on other systems are refused everywhere', () => {
    expect(told('  - id: build\n  - id: Build\n').lines).toEqual([
      'plan.yaml:5:9 tasks[1].id: "Build" and "build" (line 4) are one folder ' +
        'on macOS and Windows; name one of them otherwise',
    ]);
  });

  test('of roles follow the same rule', () => {
    const roles = 'agents:\n  w: { adapter: simulated }\n  W: { adapter: simulated }\n';
    expect(toldAbout(`${roles}tasks:\n  - id: a\n    agent: w\n`)).toMatchObject({
      code: 'plan.role-taken',
      lines: [
        'plan.yaml:3:3 agents.W: "W" and "w" (line 2) are one folder ' +
          'on macOS and Windows; name one of them otherwise',
      ],
    });
  });

  test.each(['constructor', 'toString', 'hasOwnProperty'])('may be %s', (id) => {
    expect(told(`  - id: ${id}\n  - id: b\n    needs: [${id}]\n`).code).toBe('none');
  });
});

describe('needs', () => {
  test('that name no task suggest the nearest', () => {
    expect(told('  - id: design\n  - id: build\n    needs: [desing]\n')).toMatchObject({
      code: 'plan.unknown-task',
      lines: [
        'plan.yaml:6:13 tasks[1].needs[0]: no task is called "desing"; did you mean "design"?',
      ],
    });
  });

  test('that name nothing near list the tasks', () => {
    expect(told('  - id: design\n  - id: build\n    needs: [x]\n').lines).toEqual([
      'plan.yaml:6:13 tasks[1].needs[0]: no task is called "x"; known: design, build',
    ]);
  });

  test('that name the task itself', () => {
    expect(told('  - id: a\n    needs: [a]\n')).toMatchObject({
      code: 'plan.self-need',
      lines: ['plan.yaml:5:13 tasks[0].needs[0]: the task "a" needs itself; leave it out'],
    });
  });

  test('that name a task twice', () => {
    expect(told('  - id: a\n  - id: b\n    needs:\n      - a\n      - a\n')).toMatchObject({
      code: 'plan.repeated-need',
      lines: ['plan.yaml:8:9 tasks[1].needs[1]: "a" is needed twice; leave one out'],
    });
  });

  test('in a circle show the way and its lines', () => {
    const tasks =
      '  - id: a\n    needs: [b]\n  - id: b\n    needs: [c]\n  - id: c\n    needs: [a]\n';
    expect(told(tasks)).toMatchObject({
      code: 'plan.cycle',
      lines: [
        'plan.yaml:5:12 tasks[0].needs: these tasks wait for each other: ' +
          'a (line 4) -> b (line 6) -> c (line 8) -> a; take "b" out of the needs of "a"',
      ],
    });
  });

  test('in a long circle leave steps out', () => {
    const tasks = Array.from({ length: 100 }, (_, at) => ({
      id: `t${at}`,
      needs: [`t${(at + 1) % 100}`],
    }));
    const agents = { w: { adapter: 'simulated' } };
    const [line] = toldOf(() => defineAnything({ agents, tasks })).lines;
    expect(line).toContain('t11 (tasks[11]) -> 88 more -> t0; take "t1" out');
  });
});

describe('roles', () => {
  const two = 'agents:\n  coder: { adapter: simulated }\n  tester: { adapter: simulated }\n';

  test('that nobody plays suggest the nearest', () => {
    expect(toldAbout(`${two}tasks:\n  - id: a\n    agent: codre\n`)).toMatchObject({
      code: 'plan.unknown-role',
      lines: ['plan.yaml:6:12 tasks[0].agent: no role is called "codre"; did you mean "coder"?'],
    });
  });

  test('may be left out only when there is one', () => {
    expect(toldAbout(`${two}tasks:\n  - id: a\n`)).toMatchObject({
      code: 'plan.no-agent',
      lines: [
        'plan.yaml:5:5 tasks[0].agent: is missing, and the plan has more than one role; ' +
          'known: coder, tester',
      ],
    });
  });

  test('must be there', () => {
    expect(toldAbout('agents: {}\ntasks:\n  - id: a\n    agent: w\n')).toMatchObject({
      code: 'plan.no-roles',
      lines: ['plan.yaml:1:9 agents: a plan needs at least one role; add one, with its adapter'],
    });
    expect(toldAbout('tasks:\n  - id: a\n')).toMatchObject({
      code: 'plan.missing',
      lines: ['plan.yaml:1:1 agents: is missing; expected a map of roles'],
    });
  });
});

describe('tasks', () => {
  test.each([
    ['no key', '', '1:1'],
    ['an empty list', 'tasks: []\n', '3:8'],
    ['nothing', 'tasks:\n', '3:7'],
  ])('must be there: %s', (_name, text, place) => {
    expect(toldAbout(`${simulatedRole}${text}`)).toMatchObject({
      code: 'plan.no-tasks',
      lines: [`plan.yaml:${place} tasks: a plan needs at least one task; add one, "- id: first"`],
    });
  });
});

describe('all mistakes', () => {
  test('are told together, in the order of the text', () => {
    const text = `tasks:\n  - id: a\n    promt: x\n    needs: [b]\n${simulatedRole}mode: lazy\n`;
    const { code, lines, hint } = toldAbout(text);
    expect(code).toBe('plan.unknown-key');
    expect(lines.map((line) => line.split(':').slice(0, 3).join(':').split(' ')[0])).toEqual([
      'plan.yaml:3:5',
      'plan.yaml:4:13',
      'plan.yaml:7:7',
    ]);
    expect(hint).toBe('Change plan.yaml at these places, then try again.');
  });

  test('beyond twenty are counted', () => {
    const tasks = Array.from({ length: 25 }, (_, at) => `  - id: t${at}\n    promt: x\n`).join('');
    const { lines } = told(tasks);
    expect(lines).toHaveLength(21);
    expect(lines.at(-1)).toBe('and 5 more');
  });

  test('of a task do not hide those of its neighbours', () => {
    const { lines } = told('  - id: a\n    retries: many\n  - id: b\n    needs: [a, c]\n');
    expect(lines).toEqual([
      'plan.yaml:5:14 tasks[0].retries: expected a whole number from 0 to 100, got "many"',
      'plan.yaml:7:16 tasks[1].needs[1]: no task is called "c"; known: a, b',
    ]);
  });
});
