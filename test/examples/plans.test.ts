/** Every example is a plan that loads, and each is what its first lines say it is. */
import { readdirSync, readFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { describe, expect, test } from 'vitest';
import { waves } from '../../machines/rules/plan-graph.ts';
import { compilePlan } from '../../src/plan/compile.ts';
import { loadPlan } from '../../src/plan/load.ts';
import type { RunFact } from '../../src/runs/run.ts';
import { resultOf, stages, taskOf } from '../app/stage.ts';
import { flowchartIn, tableIn } from '../runs/mermaid.ts';
import { emptyFolder, git, write } from './repo-stage.ts';

const stage = stages('examples');
const examples = readdirSync('examples').filter((name) => /\.ya?ml$/.test(name));
const example = (name: string): string => resolve('examples', name);

describe.each(examples)('%s', (name) => {
  test('loads, compiles, and has an orchestrator that finds it sound', async () => {
    const plan = await loadPlan(example(name));
    const spec = compilePlan(plan);
    expect(spec.tasks.map(({ id }) => id)).toEqual(plan.tasks.map(({ id }) => id));
    expect(plan.name).toBe(name.replace(/\.ya?ml$/, ''));
    expect(plan.inputs.every((input) => input.default !== null)).toBe(true);
  });

  test('says in its first line what it does', () => {
    const [first = ''] = readFileSync(example(name), 'utf8').split('\n');
    expect(first).toMatch(/^# [A-Z]/);
    expect(first.length).toBeLessThanOrEqual(100);
  });
});

describe('level-6', () => {
  test('has 15 agents, 15 tasks, and waves of 1, 4, 2, 2, 1, 3 and 2', async () => {
    const plan = await loadPlan(example('level-6.yaml'));
    const spec = compilePlan(plan);
    expect(spec.mode).toBe('waves');
    expect(spec.concurrency).toBe(4);
    expect(spec.roles.reduce((sum, { count }) => sum + count, 0)).toBe(15);
    expect(plan.tasks).toHaveLength(15);
    const depths = [...waves(plan.tasks).values()];
    const sizes = Array.from({ length: 7 }, (_, at) => depths.filter((wave) => wave === at).length);
    expect(sizes).toEqual([1, 4, 2, 2, 1, 3, 2]);
    for (const role of plan.roles) {
      expect(role).toMatchObject({ adapter: 'simulated', work: { minMs: 6_000, maxMs: 15_000 } });
    }
  });

  test('is worked off wave by wave, four at once at most', async () => {
    const plan = await loadPlan(example('level-6.yaml'));
    const { end, facts } = await stage().play(plan, { speed: 1_000 });
    expect(end).toMatchObject({ status: 'succeeded', counts: { succeeded: 15 } });
    const depth = waves(plan.tasks);
    const of = (type: RunFact['type']) =>
      facts.filter((fact) => fact.type === type).map((fact) => depth.get(taskOf(fact) ?? '') ?? -1);
    for (const type of ['task.ready', 'task.succeeded'] as const) {
      expect(of(type)).toEqual([...of(type)].sort((a, b) => a - b));
    }
    let [now, most] = [0, 0];
    for (const { type } of facts) {
      if (type === 'task.started') now += 1;
      if (type === 'task.succeeded') now -= 1;
      most = Math.max(most, now);
    }
    expect(most).toBe(4);
  });
});

describe('hello', () => {
  test('greets whoever it is told to', async () => {
    const { play } = stage();
    const plan = await loadPlan(example('hello.yaml'));
    const { run } = await play(plan, { inputs: { who: 'Ada' } });
    expect((await resultOf(run, 'announce')).output).toBe('HELLO, ADA!');
  });
});

describe('team', () => {
  test('is made of templates, and comes to its end', async () => {
    const plan = await loadPlan(example('team.yaml'));
    const templates = plan.roles.map(({ templateFrom }) => templateFrom?.name);
    expect(templates).toEqual(['planner', 'coder', 'reviewer', 'memory-keeper']);
    const { end } = await stage().play(plan, { speed: 100_000 });
    expect(end).toMatchObject({ status: 'succeeded', counts: { succeeded: 3 } });
  });
});

describe('reviewed', () => {
  test('succeeds once what the reviewers asked for is there', async () => {
    const { play } = stage();
    const { run, end } = await play(await loadPlan(example('reviewed.yaml')));
    expect(end).toMatchObject({ status: 'succeeded' });
    const { attempts, verified } = await resultOf(run, 'build');
    expect(attempts).toBe(2);
    expect(verified?.by).toEqual(['runtime', 'reviewer-1', 'reviewer-2']);
  });
});

describe('worktrees', () => {
  test('merges what three have written at once into one file', async () => {
    const { play, cwd, troupe } = stage();
    write(cwd, { 'README.md': '# Mine\n' });
    git(cwd, 'init', '-q', '-b', 'main');
    git(cwd, 'add', '.');
    git(cwd, 'commit', '-q', '-m', 'Start');
    const { run, end } = await play(await loadPlan(example('worktrees.yaml')));
    expect(end).toMatchObject({ status: 'succeeded', counts: { succeeded: 5 } });
    const branch = run.branch ?? '';
    const text = git(cwd, 'show', `${branch}:calculator/operations.mjs`);
    expect(text.split('\n').sort()).toEqual([
      '',
      '/** What a calculator can do. */',
      'export const add = (a, b) => a + b;',
      'export const multiply = (a, b) => a * b;',
      'export const subtract = (a, b) => a - b;',
    ]);
    expect(
      (await resultOf(run, 'test')).evidence.map(({ kind, passed }) => [kind, passed]),
    ).toEqual([
      ['exit', true],
      ['commit', true],
      ['run', true],
      ['merge', true],
    ]);
    expect(readdirSync(cwd).sort()).toEqual(['.git', '.troupe', 'README.md']);
    await troupe.clean('latest');
    expect(git(cwd, 'branch', '--list')).toBe('* main\n');
  });
});

/** A project with something to say about it. */
function repository(): string {
  const folder = emptyFolder('troupe-repository-');
  write(folder, {
    'README.md': '# Scales\n\nSee [the guide](docs/gone.md).\n',
    'package.json': JSON.stringify({ name: 'scales', dependencies: { left: '^1.0.0' } }),
    'src/scales.ts': '// TODO: weigh in grams\nexport const weigh = (): number => 1;\n',
    'test/scales.test.ts': "import '../src/scales.ts';\n",
  });
  git(folder, 'init', '-q', '-b', 'main');
  git(folder, 'add', '.');
  git(folder, 'commit', '-q', '-m', 'Start');
  return folder;
}

describe('repo-report', () => {
  test('reads a repository for real, and reports on it', async () => {
    const repo = repository();
    const plan = await loadPlan(example('repo-report.yaml'));
    const { run, end } = await stage().play(plan, { inputs: { repo } });
    expect(end).toMatchObject({ kind: 'ended', status: 'succeeded', counts: { succeeded: 11 } });
    const { output, artifacts, evidence } = await resultOf(run, 'report');
    expect(artifacts).toEqual(['artifacts/report/report.md']);
    expect(evidence.map(({ kind, passed }) => [kind, passed])).toEqual([
      ['exit', true],
      ['file', true],
    ]);
    expect(readFileSync(join(run.folder.path, artifacts[0] ?? ''), 'utf8')).toBe(output);
    const headings = [...output.matchAll(/^#+ (.*)$/gm)].map(([, heading = '']) => heading);
    expect(headings[0]).toMatch(/^Report on /);
    for (const heading of ['What to look at first', 'Languages', 'Tests', 'The run']) {
      expect(headings.join('\n')).toContain(heading);
    }
    expect(output).toContain('weigh in grams');
    expect(flowchartIn(output).nodes.size).toBe(11);
    expect(flowchartIn(output).edges).toHaveLength(19);
  });

  test('leaves a report of the run itself, with a graph and its answer', async () => {
    const plan = await loadPlan(example('repo-report.yaml'));
    const { run } = await stage().play(plan, { inputs: { repo: repository() } });
    const report = readFileSync(run.folder.report, 'utf8');
    expect(report).toMatch(/^# repo-report: succeeded\n\nA report on a repository/);
    const own = report.slice(0, report.indexOf('## report'));
    expect([...flowchartIn(own).nodes.values()].map(({ style }) => style)).toEqual(
      Array(11).fill('succeeded'),
    );
    expect(tableIn(own)).toHaveLength(12);
    expect(report).toContain('# Report on ');
  });

  test('of a folder that is not there fails, and says which', async () => {
    const plan = await loadPlan(example('repo-report.yaml'));
    const { run, end } = await stage().play(plan, { inputs: { repo: '/no/such/folder' } });
    expect(end).toMatchObject({ counts: { failed: 1, skipped: 10 } });
    expect((await resultOf(run, 'inventory')).error?.message).toContain('/no/such/folder');
  });
});
