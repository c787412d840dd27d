/** The document of a plan says the same as the plan, so that a word of it can be changed. */
import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { changePlan } from '../../src/plan/change.ts';
import { checkPlan } from '../../src/plan/check.ts';
import { command, definePlan, mcp, simulated } from '../../src/plan/define.ts';
import { documentOf } from '../../src/plan/document.ts';
import { loadPlan } from '../../src/plan/load.ts';
import { keepPins } from '../../src/plan/pins.ts';
import type { Plan } from '../../src/plan/plan.ts';

const source = (plan: Plan) => ({
  file: 'again',
  folder: plan.folder,
  defaultName: plan.name,
  locate: () => null,
});

const everything = definePlan(
  {
    name: 'everything',
    description: 'all there is',
    mode: 'waves',
    concurrency: 7,
    onFailure: 'stop',
    seed: 42,
    budget: { usd: 1.5 },
    inputs: { version: {}, repo: { default: '.', description: 'where' } },
    defaults: { timeout: '90s', backoff: { initial: '2s', max: '1m30s' } },
    agents: {
      'a.b': command({ run: 'echo \\\\\\{{x}} \\{{{y', env: { A: '{{inputs.repo}}' }, count: 3 }),
      far: mcp({ url: 'https://host/mcp', headers: { A: `B \${C}` }, tool: 'find' }),
      s: simulated({ work: '1s..2m', fail: 0.25, costUsd: 0.1, simulate: { work: '5m', fail: 1 } }),
    },
    tasks: [
      { id: 'one', agent: 's', estimate: '1h30m', approve: true, approveWithin: '2d' },
      {
        id: 'two.x',
        agent: 'a.b',
        needs: ['one'],
        prompt: 'say {{results.one.output}} \\{{not}}',
        run: ['echo', '{{artifacts}}', '\\{{'],
        env: { B: 'b' },
        retries: 4,
        priority: -3,
        backoff: { initial: '10m' },
        verify: [
          { run: 'test -e x', timeout: '3s' },
          { file: '{{artifacts}}/x', minBytes: 3, matches: '^x{2}' },
          { schema: { type: 'object' } },
        ],
        verifyTimeout: '1d',
      },
    ],
  },
  { folder: '/somewhere' },
);

const examples = readdirSync('examples').filter((name) => name.endsWith('.yaml'));

describe('a plan and its document', () => {
  test.each(examples)('examples/%s', async (name) => {
    const plan = await loadPlan(join('examples', name));
    // A document has what came of a template, and not where it came from: that is kept beside.
    expect(keepPins(plan, checkPlan(documentOf(plan), source(plan)))).toEqual(plan);
  });

  test('that says everything', () => {
    expect(checkPlan(documentOf(everything), source(everything))).toEqual(everything);
  });
});

test('a changed plan still says which templates and prompts its words are from', async () => {
  const plan = await loadPlan(join('examples', 'team.yaml'));
  const from = { name: 'greeting', version: 3, sha256: 'f'.repeat(64) };
  const pinned: Plan = {
    ...plan,
    tasks: plan.tasks.map((each) => ({ ...each, promptFrom: from })),
  };
  const [first, second] = pinned.tasks;
  const changed = changePlan(pinned, [{ key: `tasks.${first?.id}.prompt`, text: 'Other words.' }]);
  const templates = ({ roles }: Plan) => roles.map(({ templateFrom }) => templateFrom);
  expect(templates(changed)).toEqual(templates(plan));
  expect(templates(plan).some((pin) => pin !== undefined)).toBe(true);
  expect(changed.tasks.find(({ id }) => id === first?.id)?.promptFrom).toBeUndefined();
  expect(changed.tasks.find(({ id }) => id === second?.id)?.promptFrom).toEqual(from);
});

describe('a changed plan', () => {
  const set = (key: string, text: string): Plan => changePlan(everything, [{ key, text }]);
  const task = (plan: Plan) => plan.tasks.find(({ id }) => id === 'two.x');
  const role = (plan: Plan, of: string) => plan.roles.find(({ name }) => name === of);

  test.each([
    ['concurrency', '8', { concurrency: 8 }],
    ['onFailure', 'continue', { onFailure: 'continue' }],
    ['budget', '20', { budgetUsd: 20 }],
    ['budget.usd', '0.5', { budgetUsd: 0.5 }],
    ['budget', '', { budgetUsd: null }],
  ])('%s=%s', (key, text, expected) => {
    expect(set(key, text)).toEqual({ ...everything, ...expected });
  });

  test.each([
    ['prompt', '3', { prompt: '3' }],
    ['prompt', '', { prompt: '' }],
    ['run', 'npm test', { run: { shell: 'npm test' } }],
    ['run', '[npm, test]', { run: { argv: ['npm', 'test'] } }],
    ['run', '', { run: null }],
    ['timeout', '20m', { timeoutMs: 1_200_000 }],
    ['env.B', 'true', { env: { B: 'true' } }],
    ['env.C', '5', { env: { B: 'b', C: '5' } }],
    ['approve', 'true', { approveWithinMs: 604_800_000 }],
    ['verify', '{ file: y }', { verify: [expect.objectContaining({ path: 'y' })] }],
    ['backoff.max', '2h', { backoff: expect.objectContaining({ maxMs: 7_200_000 }) }],
  ])('tasks.two.x.%s=%s', (field, text, expected) => {
    expect(task(set(`tasks.two.x.${field}`, text))).toEqual({ ...task(everything), ...expected });
  });

  test.each([
    ['a.b', 'count', '5', { count: 5 }],
    ['a.b', 'run', 'cat', { run: { shell: 'cat' } }],
    ['s', 'fail', '0', { fail: 0 }],
    ['s', 'work', '1s..3s', { work: { minMs: 1_000, maxMs: 3_000 } }],
  ])('agents.%s.%s=%s', (name, field, text, expected) => {
    const changed = set(`agents.${name}.${field}`, text);
    expect(role(changed, name)).toEqual({ ...role(everything, name), ...expected });
  });

  test('nothing to change leaves it as it is', () => {
    expect(changePlan(everything, [])).toBe(everything);
  });
});
