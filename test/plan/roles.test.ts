/** What a role must look like: each mistake is told with its place and what was expected. */
import { describe, expect, test } from 'vitest';
import { simulatedRole, toldAbout } from './complaints.ts';

const oneTask = 'tasks:\n  - id: a\n';

const built =
  'adapters: command, simulated, claude, codex, gemini, opencode, openai, grok, acp, mcp, ' +
  'gather, auto';

const roles: readonly (readonly [string, string, string, string])[] = [
  [
    'an agent that speaks ACP without its program',
    '{ adapter: acp }',
    'plan.missing',
    'plan.yaml:2:6 agents.w.run: is missing; ' +
      'expected a command line, or a list of a program and its arguments',
  ],
  [
    'an adapter that is misspelt',
    '{ adapter: comand }',
    'plan.unknown-adapter',
    'plan.yaml:2:17 agents.w.adapter: there is no adapter "comand"; did you mean "command"?',
  ],
  [
    'an adapter that nobody knows',
    '{ adapter: magic }',
    'plan.unknown-adapter',
    `plan.yaml:2:17 agents.w.adapter: there is no adapter "magic"; ${built}`,
  ],
  [
    'an adapter that is a number',
    '{ adapter: 5 }',
    'plan.unknown-adapter',
    `plan.yaml:2:17 agents.w.adapter: there is no adapter 5; ${built}`,
  ],
  [
    'no adapter',
    '{ count: 1 }',
    'plan.missing',
    `plan.yaml:2:6 agents.w.adapter: is missing; ${built}`,
  ],
  [
    'no map',
    'fast',
    'plan.bad-value',
    'plan.yaml:2:6 agents.w: expected a map with adapter, got "fast"',
  ],
  [
    'a key of the simulated adapter on a command',
    '{ adapter: command, run: x, work: 3s }',
    'plan.wrong-adapter',
    'plan.yaml:2:34 agents.w.work: "work" goes with adapter simulated, ' +
      'and this is adapter command; leave it out, or make this adapter simulated',
  ],
  [
    'a key of the command adapter on a simulation',
    '{ adapter: simulated, run: x }',
    'plan.wrong-adapter',
    'plan.yaml:2:28 agents.w.run: "run" goes with adapter command, ' +
      'and this is adapter simulated; leave it out, or make this adapter command',
  ],
  [
    'an unknown key',
    '{ adapter: simulated, wrok: 3s }',
    'plan.unknown-key',
    'plan.yaml:2:28 agents.w.wrok: there is no key "wrok" here; did you mean "work"?',
  ],
  [
    'a key that every object has',
    '{ adapter: simulated, toString: 3s }',
    'plan.unknown-key',
    'plan.yaml:2:28 agents.w.toString: there is no key "toString" here; known: adapter, work, ' +
      'fail, crash, costUsd, count, concurrency, restart, maxRestarts, period and 20 more',
  ],
  [
    'an unknown key in simulate',
    '{ adapter: command, run: x, simulate: { wrok: 3s } }',
    'plan.unknown-key',
    'plan.yaml:2:46 agents.w.simulate.wrok: there is no key "wrok" here; did you mean "work"?',
  ],
  [
    'a share above one in simulate',
    '{ adapter: command, run: x, simulate: { fail: 7 } }',
    'plan.bad-value',
    'plan.yaml:2:52 agents.w.simulate.fail: expected a number from 0 to 1, got 7',
  ],
  [
    'a range that is reversed',
    '{ adapter: simulated, work: 6s..3s }',
    'plan.bad-value',
    'plan.yaml:2:34 agents.w.work: ' +
      'expected a duration such as 100ms, or a range such as 6s..15s, got "6s..3s"',
  ],
  [
    'a share above one',
    '{ adapter: simulated, fail: 1.5 }',
    'plan.bad-value',
    'plan.yaml:2:34 agents.w.fail: expected a number from 0 to 1, got 1.5',
  ],
  [
    'a restart that is misspelt',
    '{ adapter: simulated, restart: one_for_al }',
    'plan.bad-value',
    'plan.yaml:2:37 agents.w.restart: expected one_for_one, one_for_all or rest_for_one, ' +
      'got "one_for_al"; did you mean "one_for_all"?',
  ],
  [
    'a number in the environment',
    '{ adapter: command, run: x, env: { PORT: 80 } }',
    'plan.bad-value',
    'plan.yaml:2:47 agents.w.env.PORT: expected text, got 80; write it in quotes: "80"',
  ],
  [
    'a name in the environment that no system takes',
    '{ adapter: command, run: x, env: { "A=B": x } }',
    'plan.bad-key',
    'plan.yaml:2:41 agents.w.env["A=B"]: expected a name without "=" and spaces, got "A=B"',
  ],
  [
    'a NUL for a program',
    '{ adapter: command, run: [x, "a\\0b"] }',
    'plan.bad-value',
    'plan.yaml:2:35 agents.w.run[1]: expected text without a NUL character, got "a\\u0000b"',
  ],
  [
    'a label that no worker can offer',
    `{ adapter: simulated, labels: [${'x'.repeat(201)}] }`,
    'plan.bad-value',
    'plan.yaml:2:37 agents.w.labels[0]: expected a label of at most 200 characters, ' +
      `got "${'x'.repeat(60)}..."`,
  ],
  [
    'no program at all',
    '{ adapter: command }',
    'plan.no-run',
    'plan.yaml:4:5 tasks[0]: a task of the command role "w" needs something to run; ' +
      'write "run" on the task or on the role',
  ],
  [
    'a merge key, which is YAML 1.1',
    '{ <<: { adapter: simulated } }',
    'plan.bad-key',
    'plan.yaml:2:8 agents.w["<<"]: no key can be called "<<"; ' +
      'YAML 1.2 has no merge keys: write them out, or use "defaults"',
  ],
];

describe('a role', () => {
  test.each(roles)('%s', (_name, role, code, line) => {
    const told = toldAbout(`agents:\n  w: ${role}\n${oneTask}`);
    expect(told).toMatchObject({ code, lines: [line] });
  });

  test('has a name that can be a folder', () => {
    const told = toldAbout(`agents:\n  a/b: { adapter: simulated }\n${oneTask}`);
    expect(told).toMatchObject({ code: 'plan.bad-key' });
    expect(told.lines[0]).toMatch(
      /^plan\.yaml:2:3 agents\["a\/b"\]: expected the name of a role: /,
    );
  });

  test('that is simulated runs nothing for its tasks', () => {
    const told = toldAbout(`${simulatedRole}${oneTask}    run: x\n    env: { A: b }\n`);
    const rest = 'goes with adapter command, and "w" is simulated; ';
    const fix = 'leave it out, or give the task to a command role';
    expect(told.lines).toEqual([
      `plan.yaml:5:5 tasks[0].run: "run" ${rest}${fix}`,
      `plan.yaml:6:5 tasks[0].env: "env" ${rest}${fix}`,
    ]);
  });
});
