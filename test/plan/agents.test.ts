/** Roles whose agents are command-line agents: what may be said of them, and what comes of it. */
import { describe, expect, test } from 'vitest';
import { compilePlan } from '../../src/plan/compile.ts';
import { claude, codex, definePlan, gemini, opencode } from '../../src/plan/define.ts';
import { documentOf } from '../../src/plan/document.ts';
import { environmentOf } from '../../src/plan/plan.ts';
import { parse, toldAbout } from './complaints.ts';

const task = 'tasks:\n  - { id: a, prompt: do it }\n';
const role = (text: string): string => `agents:\n  w: ${text}\n${task}`;

describe('an agent role', () => {
  test.each(['claude', 'codex', 'gemini', 'opencode'])(
    '%s needs nothing but its name',
    (adapter) => {
      expect(parse(role(`{ adapter: ${adapter} }`)).roles[0]).toMatchObject({
        ...{ adapter, model: null, permissions: 'edit', maxTurns: null, budgetUsd: null, env: {} },
        ...{ startWithinMs: 120_000, silenceMs: 900_000 },
      });
    },
  );

  test('says what its agents may do, spend and wait', () => {
    const given =
      '{ adapter: claude, model: opus, permissions: read, maxTurns: 5, budgetUsd: 0.5, ' +
      'silence: 30s, startWithin: 10s, env: { A: b } }';
    const plan = parse(role(given));
    const [made] = plan.roles;
    expect(made).toMatchObject({
      ...{ model: 'opus', permissions: 'read', maxTurns: 5, budgetUsd: 0.5 },
      ...{ startWithinMs: 10_000, silenceMs: 30_000, env: { A: 'b' } },
    });
    expect(made && plan.tasks[0] && environmentOf(plan.tasks[0], made)).toEqual({ A: 'b' });
    // What an attempt may cost is set aside before it begins.
    expect(compilePlan(plan).roles[0]).toMatchObject({ attemptUsdMax: 0.5 });
  });

  test('of which nobody knows what it costs has no price', () => {
    expect(compilePlan(parse(role('{ adapter: codex }'))).roles[0]?.attemptUsdMax).toBeNull();
  });

  test.each<[string, string, string, string]>([
    [
      'is a tool of a server that is nowhere',
      '{ adapter: mcp, tool: x }',
      'plan.no-server',
      'plan.yaml:2:6 agents.w: a role of adapter mcp needs a server; ' +
        'write "run" to start one, or "url" where one is',
    ],
    [
      'is a tool of two servers',
      '{ adapter: mcp, tool: x, run: y, url: "https://host/mcp" }',
      'plan.no-server',
      'plan.yaml:2:6 agents.w: "run" and "url" are two servers; ' +
        'write "run" to start one, or "url" where one is',
    ],
    [
      'has headers for a server on stdio',
      '{ adapter: mcp, tool: x, run: y, headers: { A: b } }',
      'plan.no-server',
      'plan.yaml:2:39 agents.w.headers: "headers" go with "url"; leave them out',
    ],
    [
      'has a header that no server takes',
      '{ adapter: mcp, tool: x, url: "https://host/mcp", headers: { "a b": c } }',
      'plan.bad-key',
      'plan.yaml:2:67 agents.w.headers["a b"]: ' +
        'expected a header\'s name, such as Authorization, got "a b"',
    ],
    [
      'asks a person',
      '{ adapter: codex, permissions: ask }',
      'plan.cannot-ask',
      "plan.yaml:2:37 agents.w.permissions: codex can't ask a person while it works; write " +
        'read, edit or full, or use adapter: acp with run: [opencode, acp]',
    ],
    [
      'has other permissions',
      '{ adapter: codex, permissions: edits }',
      'plan.bad-value',
      'plan.yaml:2:37 agents.w.permissions: expected read, edit, full or ask, got "edits"; ' +
        'did you mean "edit"?',
    ],
    [
      'has a limit that its program does not know',
      '{ adapter: codex, maxTurns: 3 }',
      'plan.wrong-adapter',
      'plan.yaml:2:24 agents.w.maxTurns: "maxTurns" goes with adapter claude, and this is ' +
        'adapter codex; leave it out, or make this adapter claude',
    ],
    [
      'runs a program of its own',
      '{ adapter: gemini, run: x }',
      'plan.wrong-adapter',
      'plan.yaml:2:25 agents.w.run: "run" goes with adapter command, and this is adapter gemini; ' +
        'leave it out, or make this adapter command',
    ],
    [
      'is misspelt',
      '{ adapter: cluade }',
      'plan.unknown-adapter',
      'plan.yaml:2:17 agents.w.adapter: there is no adapter "cluade"; did you mean "claude"?',
    ],
  ])('that %s is told so', (_, text, code, line) => {
    expect(toldAbout(role(text))).toMatchObject({ code, lines: [line] });
  });
});

describe('a task of an agent role', () => {
  const agent = 'agents:\n  w: { adapter: claude }\n';

  test('needs something to do', () => {
    expect(toldAbout(`${agent}tasks:\n  - id: a\n`)).toMatchObject({
      code: 'plan.no-prompt',
      lines: [
        'plan.yaml:4:5 tasks[0]: a task of the claude role "w" needs something to do; ' +
          'write its "prompt"',
      ],
    });
  });

  test('runs nothing by itself', () => {
    expect(toldAbout(`${agent}tasks:\n  - { id: a, prompt: x, run: y }\n`)).toMatchObject({
      code: 'plan.wrong-adapter',
      lines: [
        'plan.yaml:4:25 tasks[0].run: "run" goes with adapter command, and "w" is claude; ' +
          'leave it out, or give the task to a command role',
      ],
    });
  });

  test('may have an environment, and templates in it and in its role', () => {
    const inputs = 'inputs: { x: y }\n';
    const env = 'env: { A: "{{inputs.x}}" }';
    const agents = `agents:\n  w: { adapter: claude, ${env} }\n`;
    const plan = `${inputs}${agents}tasks:\n  - { id: a, prompt: x, ${env} }\n`;
    expect(parse(plan).tasks[0]?.env).toEqual({ A: '{{inputs.x}}' });
    expect(toldAbout(plan.replace('inputs.x', 'inputs.z')).code).not.toBe('none');
  });
});

test('roles that are written in code are those of a file, and can be written down again', () => {
  const agents = {
    one: claude({ permissions: 'full', maxTurns: 3, budgetUsd: 1, model: 'm' }),
    two: codex({ silence: '5m' }),
    three: gemini(),
    four: opencode({ env: { A: 'b' } }),
  };
  const tasks = Object.keys(agents).map((agent) => ({ id: agent, agent, prompt: 'do it' }));
  const plan = definePlan({ agents, tasks });
  expect(plan.roles.map(({ adapter }) => adapter)).toEqual([
    ...['claude', 'codex', 'gemini', 'opencode'],
  ]);
  expect(definePlan(documentOf(plan))).toEqual(plan);
});
