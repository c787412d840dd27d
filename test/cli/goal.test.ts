/** `troupe run --task` as a person types it: planned, agreed to, worked off, killed on the way. */
import { cpSync, existsSync, mkdirSync, writeFileSync } from 'node:fs';
import { resolve } from 'node:path';
import { describe, expect, test, vi } from 'vitest';
import { eventually } from '../agents/processes.ts';
import { linesIn } from '../app/stage.ts';
import { writeFiles } from '../app/temp.ts';
import { hasTerminals, inTerminal } from './terminal.ts';
import { Desk, jsonLines } from './troupe.ts';

vi.setConfig({ testTimeout: 180_000 });

const size = { rows: 24, columns: 100 };

/** The example, in a folder with two more of its own; `before` runs before its planner does. */
function deskWith(before = ''): Desk {
  const desk = new Desk();
  cpSync(resolve('examples/super-agent'), desk.folder, { recursive: true });
  writeFiles(desk.folder, { 'a/one.md': '# One\n', 'b/two.md': '# Two\n' });
  if (before !== '') {
    const line = `echo planned >> ${desk.path('calls')}; ${before}; exec node planner.mjs`;
    const planner = `  planner: { adapter: command, run: [sh, -c, ${JSON.stringify(line)}] }\n`;
    const worker = '  worker: { adapter: command, run: [node, worker.mjs], count: 2 }\n';
    writeFileSync(desk.path('troupe.yaml'), `agents:\n${planner}${worker}`);
  }
  return desk;
}

const calls = (desk: Desk): number => linesIn(desk.path('calls')).length;
const page = /^# [\s\S]*## \.[\s\S]*## a\n\n- `one.md`, 1 lines: One[\s\S]*## b/;
const goal = ['run', '--task', 'Describe it'];

describe('a goal', () => {
  test('is planned, worked off by others, and answered once', async () => {
    const desk = deskWith();
    const { code, stdout, stderr } = await desk.type([...goal, '--sub-agents', '2', '--yes']);
    expect(code).toBe(0);
    expect(stdout).toMatch(page);
    expect(stderr).toContain('4 of 4 tasks');
    const ps = JSON.parse((await desk.type(['ps', 'latest', '--json'])).stdout);
    expect(ps.tasks.map(({ id, parent }: Record<string, unknown>) => [id, parent])).toEqual([
      ['goal', null],
      ...['goal.part-1', 'goal.part-2', 'goal.part-3'].map((id) => [id, 'goal']),
    ]);
    const why = await desk.type(['why', 'latest', 'goal.part-2']);
    expect(why.stdout).toContain('succeeded');
    const facts = jsonLines((await desk.type(['logs', 'latest', '--json'])).stdout);
    expect(facts.map(({ type }) => type)).toContain('plan.grown');
  });

  test('without anybody to agree to its plan costs nothing', async () => {
    const desk = deskWith('true');
    const { code, stderr } = await desk.type(goal);
    expect([code, calls(desk), existsSync(desk.home)]).toEqual([2, 0, false]);
    expect(stderr).toContain('--yes');
  });

  const mistakes: readonly (readonly [readonly string[], RegExp])[] = [
    [['run'], /neither a plan nor a task/],
    [['run', 'plan.yaml', '--task', 'x', '--yes'], /both a plan and a task/],
    [['run', '--task', ' ', '--yes'], /the goal says nothing/],
    [[...goal, '--yes', '--sub-agents', '0'], /0 sub-agents are not from 1 to 1000/],
    [[...goal, '--yes', '--agent', 'clade'], /did you mean "claude"/],
    [[...goal, '--yes', '--strategy', 'best'], /Allowed choices are balanced/],
    [[...goal, '--yes', '--budget', 'much'], /number of dollars/],
  ];
  test.each(mistakes)('%j is told before anything is begun', async (words, why) => {
    const desk = deskWith('true');
    const { code, stderr } = await desk.type(words);
    expect([code, calls(desk)]).toEqual([2, 0]);
    expect(stderr).toMatch(why);
  });

  test('is only planned with --dry-run; having it done later plans nothing again', async () => {
    const desk = deskWith('true');
    const small = 'agents: { a: { adapter: simulated, work: 1ms } }\ntasks: [{ id: a }]\n';
    writeFileSync(desk.path('before.yaml'), small);
    expect((await desk.type(['run', 'before.yaml'])).code).toBe(0);
    const latest = async (): Promise<unknown> =>
      JSON.parse((await desk.type(['ps', 'latest', '--json'])).stdout).id;
    const dry = await desk.type([...goal, '--dry-run']);
    expect(dry.code).toBe(0);
    expect(dry.stdout).toMatch(/goal\.part-2 +worker +Describe the files of this folder: a/);
    expect(dry.stdout).toContain('3 tasks: part-1, part-2, part-3');
    expect(await latest()).toMatch(/^before-/);
    const [, command = ''] = /Have it done: (.+)/.exec(dry.stderr) ?? [];
    const { code, stdout } = await desk.shell(command);
    expect(code).toBe(0);
    expect(stdout).toMatch(page);
    expect(calls(desk)).toBe(2);
    expect(await latest()).toMatch(/^describe-it-/);
    const json = await desk.type([...goal, '--dry-run', '--json', '--quiet']);
    expect(jsonLines(json.stdout).at(-1)).toMatchObject({ tasks: [{ id: 'goal.part-1' }, {}, {}] });
  });

  test('of a broken troupe.yaml is refused with its line', async () => {
    const desk = deskWith();
    writeFileSync(desk.path('troupe.yaml'), 'agents:\n  worker: { adapter: comand }\n');
    const { code, stderr } = await desk.type([...goal, '--yes']);
    expect(code).toBe(2);
    expect(stderr).toMatch(/troupe\.yaml:2:\d+ agents\.worker\.adapter/);
  });
});

describe('killed', () => {
  test('while it plans, it plans again, and is worked off', async () => {
    const desk = deskWith('[ -e go ] || { touch here; sleep 30; }');
    const first = desk.start([...goal, '--yes']);
    await eventually('it plans', () => existsSync(desk.path('here')));
    first.child.kill('SIGKILL');
    await first.end();
    mkdirSync(desk.path('go'));
    const { code, stdout } = await desk.type(['resume', 'latest']);
    expect([code, calls(desk)]).toEqual([0, 3]);
    expect(stdout).toMatch(page);
  });

  test('once it has planned, it pays for no plan again', async () => {
    const desk = deskWith('true');
    const line = '[ -e go ] || { touch here; sleep 30; }; exec node worker.mjs';
    const waits = `  worker: { adapter: command, run: [sh, -c, ${JSON.stringify(line)}] }`;
    const plans = 'echo planned >> calls; exec node planner.mjs';
    const planner = `  planner: { adapter: command, run: [sh, -c, ${JSON.stringify(plans)}] }`;
    writeFileSync(desk.path('troupe.yaml'), `agents:\n${planner}\n${waits}\n`);
    const first = desk.start([...goal, '--yes']);
    await eventually('it works', () => existsSync(desk.path('here')));
    first.child.kill('SIGKILL');
    await first.end();
    mkdirSync(desk.path('go'));
    const { code, stdout } = await desk.type(['resume', 'latest']);
    expect([code, calls(desk)]).toEqual([0, 2]);
    expect(stdout).toMatch(/^# /);
  });
});

// Without util-linux's `script` there is no terminal to answer at.
describe.skipIf(!hasTerminals)('on a terminal', () => {
  test.each(['y', 'n'])('a person sees the plan, and answers %s', async (answer) => {
    const desk = deskWith('true');
    const line = `exec troupe ${goal.slice(0, 2).join(' ')} 'Describe it'`;
    const shown = inTerminal(desk, size, line);
    await shown.says(/Begin\?/);
    expect(shown.stdout).toContain('3 tasks: part-1, part-2, part-3');
    shown.child.stdin?.write(`${answer}\r`);
    const { code, stdout } = await shown.end();
    expect(code).toBe(answer === 'y' ? 0 : 1);
    expect(calls(desk)).toBe(answer === 'y' ? 2 : 1);
    expect(stdout).toContain(answer === 'y' ? '4 of 4 tasks' : 'Nothing was begun');
  });
});
