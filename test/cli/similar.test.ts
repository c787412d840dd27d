/** `troupe similar`, as a person types it: nothing yet, then what was done. */
import { existsSync, readdirSync, writeFileSync } from 'node:fs';
import { describe, expect, test } from 'vitest';
import { eventually, runningWith } from '../agents/processes.ts';
import { Desk, jsonLines } from './troupe.ts';

const plan = `
name: demo
agents: { coder: { adapter: command } }
tasks:
  - { id: login, prompt: The session of a user expires too soon, run: echo longer lifetime }
  - { id: cake, prompt: Bake a chocolate cake, run: "echo no oven >&2; exit 3" }
  - { id: secret, prompt: A session that nobody may know, run: "true", memory: off }
`;

/** It ends when there is a file called `stop`. */
const long = `
name: long
agents: { coder: { adapter: command } }
tasks:
  - { id: quick, prompt: Peel a banana, run: echo peeled }
  - { id: slow, prompt: Wait, run: "while ! test -e stop; do sleep 0.1; done" }
`;

function deskWithPlan(text = plan): Desk {
  const desk = new Desk();
  writeFileSync(desk.path('plan.yaml'), text);
  return desk;
}

describe('troupe similar', () => {
  test('answers in an empty folder, and leaves nothing there', async () => {
    const desk = new Desk();
    const { code, stdout, stderr } = await desk.type(['similar', 'anything at all']);
    expect({ code, stdout }).toEqual({ code: 0, stdout: '' });
    expect(stderr).toContain('Nothing is remembered yet');
    expect(existsSync(desk.home)).toBe(false);
    const asJson = await desk.type(['similar', 'anything', '--json']);
    expect(asJson).toEqual({ code: 0, stdout: '', stderr: '' });
  });

  test('finds what a run has done, without anybody having asked for it to be kept', async () => {
    const desk = deskWithPlan();
    await desk.type(['run', 'plan.yaml', '--quiet']);
    const unlike = await desk.type(['similar', 'quantum chromodynamics']);
    expect([unlike.code, unlike.stdout]).toEqual([0, '']);
    expect(unlike.stderr).toContain('Nothing like that is among the 2 tasks remembered');
    const words = ['similar', 'people are logged out too early', '--json'];
    const { code, stdout } = await desk.type(words);
    expect(code).toBe(0);
    const [first, second, ...others] = jsonLines(stdout);
    expect(others).toEqual([]);
    expect(Object.keys(first ?? {})).toEqual([
      ...['score', 'prompt', 'outcome', 'solution', 'run_id', 'task_id', 'finished_at'],
      ...['valid', 'why'],
    ]);
    expect(first).toMatchObject({
      prompt: 'The session of a user expires too soon',
      outcome: 'succeeded',
      solution: 'longer lifetime',
      run_id: readdirSync(desk.path('.troupe', 'runs'))[0],
      task_id: 'login',
      valid: true,
    });
    expect(Math.abs(Date.now() - (first?.finished_at as number))).toBeLessThan(600_000);
    expect(second).toMatchObject({ task_id: 'cake', outcome: 'failed', valid: false });
    expect(second?.why).toContain('no oven');
  });

  test('tells a person the same, and how to look at it again', async () => {
    const desk = deskWithPlan();
    await desk.type(['run', 'plan.yaml', '--quiet']);
    const { stdout } = await desk.type(['similar', 'logged', 'out', '--limit', '1']);
    expect(stdout).toMatch(/^0\.\d\d {2}succeeded, just now: /);
    expect(stdout).toContain('The session of a user expires too soon');
    expect(stdout).toMatch(/troupe replay demo-\w+/);
    expect(stdout).not.toContain('chocolate');
  });

  test('remembers while a long run goes on', async () => {
    const desk = deskWithPlan(long);
    const running = desk.start(['run', 'plan.yaml', '--quiet']);
    const kept = desk.path('.troupe', 'memory', 'memory.db');
    await eventually('it begins to remember', () => existsSync(kept));
    writeFileSync(desk.path('stop'), '');
    expect((await running.end()).code).toBe(0);
    expect(runningWith(`HOME=${desk.folder}`)).toEqual([]);
    const { stdout } = await desk.type(['similar', 'banana', '--limit', '1', '--json']);
    expect(jsonLines(stdout)[0]).toMatchObject({ task_id: 'quick', solution: 'peeled' });
  });

  test('leaves nobody behind who remembers, also after a kill -9', async () => {
    const desk = deskWithPlan(long);
    const running = desk.start(['run', 'plan.yaml', '--quiet']);
    const kept = desk.path('.troupe', 'memory', 'memory.db');
    await eventually('it begins to remember', () => existsSync(kept));
    running.child.kill('SIGKILL');
    await running.end();
    const left = (): readonly number[] => runningWith(`HOME=${desk.folder}`);
    await eventually('all of it is gone', () => left().length === 0);
    const { code, stdout } = await desk.type(['similar', 'banana', '--limit', '1', '--json']);
    expect(code).toBe(0);
    expect(jsonLines(stdout)[0]).toMatchObject({ task_id: 'quick', solution: 'peeled' });
  });

  test.each([
    [['similar', ' '], 'nothing to compare with'],
    [['similar', 'x', '--limit', '0'], 'must be 1 or more'],
    [['similar', 'x', '--limit', 'many'], 'must be a whole number'],
    [['similar'], 'missing required argument'],
  ])('%j is a mistake that is told', async (words, told) => {
    const { code, stderr } = await new Desk().type(words);
    expect(code).toBe(2);
    expect(stderr).toContain(told);
  });

  test('keeps nothing when memory is switched off', async () => {
    const desk = deskWithPlan();
    const env = { TROUPE_MEMORY: 'off' };
    await desk.type(['run', 'plan.yaml', '--quiet'], { env });
    const { code, stderr } = await desk.type(['similar', 'x'], { env });
    expect(code).toBe(2);
    expect(stderr).toContain('TROUPE_MEMORY');
    expect(existsSync(desk.path('.troupe', 'memory'))).toBe(false);
  });
});

test('a task whose like was done before says so while it runs', async () => {
  const desk = new Desk();
  const plan = (memory: string) => `
agents: { coder: { adapter: command, run: [cat], memory: { recall: ${memory} } } }
tasks: [{ id: login, prompt: The session of a user expires too soon, verify: [{ run: "true" }] }]
`;
  writeFileSync(desk.path('plan.yaml'), plan('0'));
  await desk.type(['run', 'plan.yaml', '--quiet']);
  writeFileSync(desk.path('plan.yaml'), plan('2'));
  const { stderr } = await desk.type(['run', 'plan.yaml']);
  expect(stderr).toMatch(/login: seen before, just now, verified \(plan-\w+\/login\)/);
});
