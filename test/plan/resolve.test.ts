/** A good plan: every word is understood, and every default is filled in. */
import { describe, expect, test } from 'vitest';
import { environmentOf, type PlanRole, type PlanTask, runOf } from '../../src/plan/plan.ts';
import { commandRole, parse, simulatedRole } from './complaints.ts';

const everything = `
name: level-6
description: All words at once.
mode: waves
concurrency: 3
onFailure: stop
seed: 7
budget: { usd: 2.5 }
inputs:
  repo: "."
  branch: { description: Where to work }
defaults:
  timeout: 30m
  retries: 1
  verifyTimeout: 90s
  backoff: { initial: 2s, jitter: 0 }
agents:
  coder:
    adapter: command
    count: 2
    concurrency: 1
    restart: rest_for_one
    maxRestarts: 9
    period: 1h
    backoff: { factor: 3 }
    handoff: true
    run: [tool, "{{inputs.repo}}"]
    env: { A: role, B: role }
    simulate: { work: 5m..20m, fail: 0 }
    timeout: 20m
    retries: 2
    where: local
  actor:
    adapter: simulated
    work: 6s..15s
    fail: 0.1
    crash: 0.2
    costUsd: 0.02
tasks:
  - id: design
    agent: actor
  - id: build
    agent: coder
    needs: [design]
    prompt: Implement {{results.design.output}}
    run: npm run build
    env: { B: task, C: "{{plan.folder}}" }
    timeout: 1h30m
    retries: 3
    backoff: { max: 1s }
    verify:
      - run: npm test
        timeout: 5m
      - file: "{{artifacts}}/out.txt"
        minBytes: 500
        matches: ^ok
      - schema: { type: object }
    verifyTimeout: 1m
    priority: -2
    estimate: 15m
    approve: true
    approveWithin: 2h
  - id: check
    agent: coder
    needs: [design, build]
    verify: { run: [npm, test] }
    approve: true
`;

const coder = {
  name: 'coder',
  where: 'local',
  count: 2,
  concurrency: 1,
  restart: 'rest_for_one',
  maxRestarts: 9,
  periodMs: 3_600_000,
  backoff: { initialMs: 2_000, factor: 3, maxMs: 60_000, jitter: 0 },
  handoff: true,
  adapter: 'command',
  run: { argv: ['tool', '{{inputs.repo}}'] },
  env: { A: 'role', B: 'role' },
  simulate: { work: { minMs: 300_000, maxMs: 1_200_000 }, fail: 0 },
} satisfies PlanRole;

const actor = {
  name: 'actor',
  where: 'any',
  count: null,
  concurrency: null,
  restart: 'one_for_one',
  maxRestarts: 5,
  periodMs: 60_000,
  backoff: { initialMs: 2_000, factor: 2, maxMs: 60_000, jitter: 0 },
  handoff: false,
  adapter: 'simulated',
  work: { minMs: 6_000, maxMs: 15_000 },
  fail: 0.1,
  crash: 0.2,
  costUsd: 0.02,
} satisfies PlanRole;

const build = {
  id: 'build',
  role: 'coder',
  needs: ['design'],
  prompt: 'Implement {{results.design.output}}',
  run: { shell: 'npm run build' },
  env: { B: 'task', C: '{{plan.folder}}' },
  timeoutMs: 5_400_000,
  retries: 3,
  backoff: { initialMs: 1_000, factor: 3, maxMs: 1_000, jitter: 0 },
  verify: [
    { kind: 'run', run: { shell: 'npm test' }, timeoutMs: 300_000 },
    { kind: 'file', path: '{{artifacts}}/out.txt', minBytes: 500, matches: '^ok' },
    { kind: 'schema', schema: { type: 'object' } },
  ],
  verifyTimeoutMs: 60_000,
  priority: -2,
  estimateMs: 900_000,
  approveWithinMs: 7_200_000,
} satisfies PlanTask;

describe('a plan with every word', () => {
  const plan = parse(everything);

  test('has its head', () => {
    const { roles: _roles, tasks: _tasks, ...head } = plan;
    expect(head).toEqual({
      version: 1,
      name: 'level-6',
      description: 'All words at once.',
      folder: '/plans',
      mode: 'waves',
      concurrency: 3,
      onFailure: 'stop',
      seed: 7,
      budgetUsd: 2.5,
      inputs: [
        { name: 'repo', default: '.', description: '' },
        { name: 'branch', default: null, description: 'Where to work' },
      ],
    });
  });

  test('has its roles', () => {
    expect(plan.roles).toEqual([coder, actor]);
  });

  test('has its tasks', () => {
    expect(plan.tasks[1]).toEqual(build);
    expect(plan.tasks[0]).toMatchObject({ retries: 1, timeoutMs: 1_800_000, verify: [] });
    expect(plan.tasks[2]).toMatchObject({
      run: null,
      retries: 2,
      timeoutMs: 1_200_000,
      verifyTimeoutMs: 90_000,
      verify: [{ kind: 'run', run: { argv: ['npm', 'test'] }, timeoutMs: null }],
      approveWithinMs: 604_800_000,
    });
  });

  test('is plain JSON', () => {
    expect(JSON.parse(JSON.stringify(plan))).toEqual(plan);
  });

  test('is the same plan in JSON', () => {
    const small = { agents: { w: { adapter: 'simulated' } }, tasks: [{ id: 'a' }] };
    expect(parse(JSON.stringify(small), 'plan.json')).toEqual(
      parse(`${simulatedRole}tasks:\n  - id: a\n`),
    );
  });
});

describe('what is left out', () => {
  test('gets our defaults', () => {
    const plan = parse(`${simulatedRole}tasks:\n  - id: a\n`);
    expect(plan).toMatchObject({
      name: 'plan',
      mode: 'eager',
      concurrency: 4,
      onFailure: 'continue',
      seed: 1,
      budgetUsd: null,
      inputs: [],
      roles: [{ work: { minMs: 100, maxMs: 100 }, fail: 0, crash: 0, costUsd: 0 }],
      tasks: [
        {
          role: 'w',
          prompt: '',
          timeoutMs: 3_600_000,
          retries: 0,
          backoff: { initialMs: 1_000, factor: 2, maxMs: 60_000, jitter: 0.5 },
          verifyTimeoutMs: 600_000,
          priority: 0,
          estimateMs: null,
          approveWithinMs: null,
        },
      ],
    });
  });

  test('of a backoff follows the rest of it', () => {
    const backoff = (text: string) =>
      parse(`${simulatedRole}tasks:\n  - id: a\n    backoff: ${text}\n`).tasks[0]?.backoff;
    expect(backoff('{ initial: 5m }')).toMatchObject({ initialMs: 300_000, maxMs: 300_000 });
    expect(backoff('{ max: 10ms }')).toMatchObject({ initialMs: 10, maxMs: 10 });
    expect(backoff('{ factor: 1 }')).toMatchObject({ initialMs: 1_000, factor: 1 });
  });
});

test('a task runs what it says, else what its role says', () => {
  const { roles, tasks } = parse(`${commandRole}tasks:\n  - id: a\n  - id: b\n    run: x y\n`);
  const runs = tasks.flatMap((task) => roles.map((role) => runOf(task, role)));
  expect(runs).toEqual([{ argv: ['tool'] }, { shell: 'x y' }]);
  expect(runOf({ ...build, run: null }, actor)).toBeNull();
});

test('a task adds to the environment of its role', () => {
  expect(environmentOf(build, coder)).toEqual({ A: 'role', B: 'task', C: '{{plan.folder}}' });
  expect(environmentOf(build, actor)).toEqual(build.env);
});
