/** Where templates may stand and what they may name, each mistake with its exact place. */
import { describe, expect, test } from 'vitest';
import { commandRole, defineAnything, parse, toldAbout, toldOf } from './complaints.ts';

const plan = (task: string) =>
  `${commandRole}inputs: { repo: "." }\ntasks:\n  - id: build\n${task}  - id: late\n`;
const braces = '"\\{{" keeps the braces as text';
const known =
  'known: {{inputs.NAME}}, {{results.TASK.output}}, {{results.TASK.artifacts}}, ' +
  `{{plan.folder}}, {{artifacts}}, {{context}}; ${braces}`;

/** The text of a prompt that begins at line 6, column 14 in its quotes. */
const names: readonly (readonly [string, string, string])[] = [
  ['{{inputs.rep}}', 'plan.unknown-input', 'there is no input "rep"; did you mean "repo"?'],
  ['{{inputs.x}}', 'plan.unknown-input', 'there is no input "x"; known: repo'],
  ['{{results.lat.output}}', 'plan.unknown-task', 'no task is called "lat"; did you mean "late"?'],
  [
    '{{results.late.output}}',
    'plan.result-not-needed',
    '"build" does not wait for "late", so that there may be no result; add "late" to its needs',
  ],
  [
    '{{results.build.output}}',
    'plan.own-result',
    "a task can't ask for its own result; its checks find its files in {{artifacts}}",
  ],
  [
    '{{results.late.outptu}}',
    'plan.unknown-template',
    'there is no value "results.late.outptu"; did you mean "{{results.late.output}}"?',
  ],
  [
    '{{results.late}}',
    'plan.unknown-template',
    'there is no value "results.late"; did you mean "{{results.late.output}}"?',
  ],
  [
    '{{plan.name}}',
    'plan.unknown-template',
    'there is no value "plan.name"; did you mean "{{plan.folder}}"?',
  ],
  [
    '{{artifacts.x}}',
    'plan.unknown-template',
    'there is no value "artifacts.x"; did you mean "{{artifacts}}"?',
  ],
  [
    '{{input.repo}}',
    'plan.unknown-template',
    'there is no value "input.repo"; did you mean "{{inputs.repo}}"?',
  ],
  ['{{ .Names }}', 'plan.unknown-template', `there is no value ".Names"; ${known}`],
  ['{{}}', 'plan.unknown-template', `there is no value ""; ${known}`],
  [
    '{{inputs.repo}',
    'plan.template-unclosed',
    `"{{inputs.repo}" is not closed; close it with "}}" on the same line; ${braces}`,
  ],
];

describe('a name in a template', () => {
  test.each(names)('%s', (template, code, words) => {
    expect(toldAbout(plan(`    prompt: '${template}'\n`))).toMatchObject({
      code,
      lines: [`plan.yaml:6:14 tasks[0].prompt: ${words}`],
    });
  });

  test('is found on its own line of a long text', () => {
    const told = toldAbout(plan('    prompt: |\n      Work in\n      the {{inputs.rep}}\n'));
    expect(told.lines).toEqual([
      'plan.yaml:8:11 tasks[0].prompt: there is no input "rep"; did you mean "repo"?',
    ]);
  });

  test.each([
    ['    env: { A: "{{inputs.x}}" }\n', '6:16 tasks[0].env.A'],
    ['    run: [tool, "{{inputs.x}}"]\n', '6:18 tasks[0].run[1]'],
    ['    verify: { file: "{{inputs.x}}" }\n', '6:22 tasks[0].verify.file'],
    ['    verify: [{ run: [a, "{{inputs.x}}"] }]\n', '6:26 tasks[0].verify[0].run[1]'],
  ])('is looked at wherever it may stand: %s', (task, place) => {
    expect(toldAbout(plan(task)).lines).toEqual([
      `plan.yaml:${place}: there is no input "x"; known: repo`,
    ]);
  });

  test('is not looked at where there are no templates', () => {
    const task = "    verify: [{ file: x, matches: '{{x}}' }, { schema: { const: '{{y}}' } }]\n";
    expect(toldAbout(plan(task)).code).toBe('none');
  });

  test('may be a task that is needed, near or far', () => {
    const tasks =
      '  - id: a.b\n  - id: b\n    needs: [a.b]\n  - id: c\n    needs: [b]\n' +
      "    prompt: '{{results.b.output}} {{results.a.b.artifacts}} \\{{results.x}}'\n";
    expect(parse(`${commandRole}tasks:\n${tasks}`).tasks[2]?.prompt).toContain('results.a.b');
  });

  test('may be the folder only when there is one', () => {
    const agents = { w: { adapter: 'simulated' } };
    const tasks = [{ id: 'a', prompt: '{{plan.folder}}' }];
    expect(toldOf(() => defineAnything({ agents, tasks }))).toMatchObject({
      code: 'plan.no-folder',
      lines: [
        'definePlan tasks[0].prompt: nobody knows the folder of this plan; ' +
          'give it: definePlan(plan, { folder: import.meta.dirname })',
      ],
    });
  });

  test('of a result has no meaning on a role', () => {
    const text =
      "agents:\n  w: { adapter: command, run: [x, '{{results.a.output}}'] }\ntasks:\n  - id: a\n";
    expect(toldAbout(text)).toMatchObject({
      code: 'plan.result-in-role',
      lines: [
        'plan.yaml:2:36 agents.w.run[1]: a role serves many tasks, so that it can ask for ' +
          'the result of none; write it on the tasks that need it',
      ],
    });
  });
});

describe('a command', () => {
  test('that is a shell line takes no values', () => {
    expect(toldAbout(plan('    run: echo {{inputs.repo}}\n'))).toMatchObject({
      code: 'plan.template-in-shell',
      lines: [
        "plan.yaml:6:15 tasks[0].run: a value can't be put into a shell line: " +
          '"{{inputs.repo}}"; ' +
          'write run as a list, or read the environment (TROUPE_INPUT_X, TROUPE_RESULT_TASK); ' +
          braces,
      ],
    });
    expect(toldAbout(plan('    verify: { run: "cat {{artifacts}}/x" }\n')).code).toBe(
      'plan.template-in-shell',
    );
  });

  test('that is a shell line keeps braces that are escaped', () => {
    const { tasks } = parse(plan("    run: docker ps --format '\\{{.Names}}'\n"));
    expect(tasks[0]?.run).toEqual({ shell: "docker ps --format '{{.Names}}'" });
  });

  test('never evaluates a value', () => {
    expect(toldAbout(plan('    run: [sh, -c, "ls {{inputs.repo}}"]\n'))).toMatchObject({
      code: 'plan.template-in-code',
      lines: [
        'plan.yaml:6:23 tasks[0].run[2]: "sh" would run this value as code: "{{inputs.repo}}"; ' +
          'pass it as a later argument and read it there ("$1" in a shell)',
      ],
    });
  });

  test('takes a value as a later argument', () => {
    const told = toldAbout(plan('    run: [sh, -c, \'ls "$1"\', sh, "{{inputs.repo}}"]\n'));
    expect(told.code).toBe('none');
  });

  test('is not chosen by an agent', () => {
    const task = '    needs: [late]\n    run: ["{{results.late.output}}", x]\n';
    expect(toldAbout(plan(task))).toMatchObject({
      code: 'plan.template-as-program',
      lines: [
        "plan.yaml:7:12 tasks[0].run[0]: an agent's answer can't choose the program that is run; " +
          'name the program in the plan',
      ],
    });
    const own = "    run: ['{{plan.folder}}/check.sh', '{{artifacts}}']\n";
    expect(toldAbout(plan(own)).code).toBe('none');
  });
});
