/** The scenarios that the product was asked for, as their pages tell them. */
import { execFile } from 'node:child_process';
import { cpSync, existsSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { promisify } from 'node:util';
import { describe, expect, test } from 'vitest';
import { loadPlan } from '../../src/plan/load.ts';
import { parseFaults } from '../../src/simulation/fault-mix.ts';
import { coursesOf } from '../../src/simulation/study/course.ts';
import { Bench } from '../../src/simulation/study/job.ts';
import { eventually } from '../agents/processes.ts';
import { tempFolders } from '../app/temp.ts';
import { Desk, jsonLines } from '../cli/troupe.ts';

const temp = tempFolders('scenarios');
const run = promisify(execFile);
const page = readFileSync('examples/README.md', 'utf8');

describe('the page', () => {
  test('names every example', () => {
    const shown = readdirSync('examples').filter(
      (name) => !/README|repo-report$|worktrees$/.test(name),
    );
    expect(shown.filter((name) => !page.includes(name))).toEqual([]);
  });

  test('leads to files that are there, and to its own sections', () => {
    const links = [...page.matchAll(/\]\(([^)]+)\)/g)].map(([, to = '']) => to);
    const sections = [...page.matchAll(/^## (.*)$/gm)].map(
      ([, title = '']) =>
        `#${title
          .toLowerCase()
          .replace(/[^\w -]/g, '')
          .replaceAll(' ', '-')}`,
    );
    const isThere = (to: string): boolean =>
      to.startsWith('#') ? sections.includes(to) : existsSync(join('examples', to));
    expect(links.filter((to) => !isThere(to))).toEqual([]);
  });
});

describe('a house that goes on for ever', () => {
  test('answers a task, reports, looks after memory, and shows its page', async () => {
    const desk = new Desk();
    cpSync('examples/company', desk.folder, { recursive: true });
    const house = desk.start(['serve', '--port', '0', '--json']);
    await house.says(/"serve.opened"/);
    mkdirSync(desk.path('tasks'), { recursive: true });
    writeFileSync(
      desk.path('tasks/first.json'),
      JSON.stringify({ id: 'first', prompt: 'one two' }),
    );
    const answer = desk.path('answers/first.json');
    await eventually('it is answered', () => existsSync(answer));
    const { status, output } = JSON.parse(readFileSync(answer, 'utf8'));
    expect([status, output]).toEqual(['completed', '2 words, the longest is "one"\n']);
    const report = await desk.type(['run', 'report.yaml', '--quiet']);
    expect(report.stdout).toContain('1 answered\n- first: completed. 2 words');
    const [said] = jsonLines(house.stdout);
    const shown = await fetch(String(said?.url), { redirect: 'manual' });
    expect(shown.status).toBe(303);
    const { stdout } = await desk.type(['status', '--json']);
    const { status: told } = JSON.parse(stdout);
    expect(told.schedules[0]).toMatchObject({ name: 'weekly-report', zone: 'Europe/Berlin' });
    expect(['starting', 'spawning', 'registering', 'idle', 'working']).toContain(told.memory);
    house.child.kill('SIGTERM');
    expect((await house.end()).code).toBe(0);
  });
});

describe('an assistant', () => {
  test('drives three agents over MCP', async () => {
    const desk = new Desk();
    cpSync('examples/assistant', desk.folder, { recursive: true });
    const words = [desk.path('drive.mjs'), process.execPath, desk.main];
    const { stdout } = await run(process.execPath, words, { env: desk.environment() });
    const told = /\$ node examples\/assistant\/drive\.mjs\n([^`]*)```/.exec(page)?.[1];
    expect(stdout).toBe(told);
  });
});

describe('two Grok accounts', () => {
  test('take a prompt of the library', async () => {
    const desk = new Desk();
    const file = resolve('examples/document.md');
    expect((await desk.type(['prompts', 'save', 'document', file])).code).toBe(0);
    const { stdout } = await desk.type(['prompts', 'render', 'document', '--with', 'part=src']);
    expect(stdout).toMatch(/^Read src and write its documentation/);
  });
});

describe('200 agents and 5,000 tasks', () => {
  test('come through, in less than 5 s of processor time', async () => {
    const { stdout } = await run(process.execPath, ['examples/crowd.mjs'], { maxBuffer: 2 ** 24 });
    const file = join(temp(), 'crowd.json');
    writeFileSync(file, stdout);
    const plan = await loadPlan(file);
    expect(plan.roles.reduce((sum, { count }) => sum + (count ?? 0), 0)).toBe(200);
    const courses = coursesOf(plan, () => null);
    const faults = parseFaults('none');
    const bench = new Bench({ plan, courses, faults, check: false, from: null });
    const taken: number[] = [];
    // The first one is slow: nothing is compiled yet. What others do at the same time costs none.
    for (const seed of [1, 2, 3]) {
      const before = process.cpuUsage();
      const { facts } = await bench.simulate(seed);
      taken.push(process.cpuUsage(before).user / 1e6);
      expect(facts.at(-1)?.type).toBe('run.succeeded');
      expect(facts.filter(({ type }) => type === 'task.succeeded')).toHaveLength(5_000);
    }
    expect(Math.min(...taken)).toBeLessThan(5);
  });
});
