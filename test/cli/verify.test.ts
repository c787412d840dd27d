/** Proof before spending, from the command line: verdicts, exit codes, and what stops a run. */
import { existsSync } from 'node:fs';
import { resolve } from 'node:path';
import { beforeAll, describe, expect, test, vi } from 'vitest';
import { z } from 'zod';
import { writeFiles } from '../app/temp.ts';
import { Desk } from './troupe.ts';

vi.setConfig({ testTimeout: 180_000, hookTimeout: 180_000 });

/** What programs may count on. */
const answer = z.strictObject({
  verdict: z.enum(['proved', 'refuted', 'bounded']),
  findings: z.array(
    z.strictObject({
      property: z.string(),
      message: z.string(),
      trace: z.array(z.strictObject({ from: z.string(), to: z.string(), event: z.string() })),
    }),
  ),
  states: z.int().min(0),
  seconds: z.number().min(0),
  bound: z.strictObject({ durationMs: z.int(), costUsd: z.number(), calls: z.int() }).nullable(),
  unbounded: z.array(
    z.strictObject({
      what: z.enum(['duration', 'cost', 'calls']),
      key: z.string(),
      line: z.int(),
      message: z.string(),
    }),
  ),
});

const sound = `
name: sound
agents:
  a: { adapter: simulated, work: 10ms, costUsd: 0.5, retries: 1 }
tasks:
  - { id: first, agent: a }
  - { id: second, agent: a, needs: [first] }
`;

const slow = `
name: slow
agents: { a: { adapter: simulated, work: 2h } }
tasks:
  - { id: build, timeout: 1h }
  - { id: test, timeout: 3h, needs: [build] }
`;

const desk = new Desk();
beforeAll(() =>
  writeFiles(desk.folder, {
    'sound.yaml': sound,
    'poor.yaml': `${sound}budget: { usd: 0.7 }\n`,
    'unpriced.yaml': sound
      .replace('a: { adapter: simulated', 'a: { adapter: command, run: cat')
      .replace('work: 10ms, costUsd: 0.5,', 'account: openai, ')
      .concat('accounts: { mine: { provider: openai } }\n'),
    'slow.yaml': slow,
    'broken.yaml': 'name: broken\ntasks: nothing\n',
  }),
);

async function ask(expected: number, ...words: readonly string[]) {
  const { code, stdout, stderr } = await desk.type(['verify', ...words, '--json']);
  expect([code, stderr]).toEqual([expected, '']);
  return answer.parse(JSON.parse(stdout));
}

describe('verify', () => {
  test('says of a plan that it ends, when, and at what cost', async () => {
    const { code, stdout } = await desk.type(['verify', 'sound.yaml']);
    expect(code).toBe(0);
    const [, sentence = ''] = /^(This plan ends: .*)$/m.exec(stdout) ?? [];
    expect(sentence).toMatch(/: at the latest .*\d\d:\d\d \(.* h \d\d min\), /);
    expect(sentence).toMatch(/, at most \$2\.00, at most 4 agent calls\.$/);
    expect(stdout).toMatch(/^cost +\$1\.00 +\$1\.00 +\$2\.00$/m);
    expect(existsSync(desk.home)).toBe(false);
  });

  test('--json is one object of the promised shape', async () => {
    const { findings, bound, unbounded } = await ask(0, 'sound.yaml');
    expect({ findings, unbounded }).toEqual({ findings: [], unbounded: [] });
    expect(bound).toMatchObject({ costUsd: 2, calls: 4 });
    expect((await ask(0, resolve('examples/level-6.yaml'))).bound?.calls).toBe(15);
  });

  test('exits with 1 for what it refutes, and names the line', async () => {
    const { verdict, findings } = await ask(1, 'poor.yaml');
    expect(verdict).toBe('refuted');
    const [finding] = findings;
    expect(finding?.property).toBe('budget.too-small');
    expect(finding?.message).toMatch(/^budget\.usd \(line 8\): \$0\.70 can't pay for all tasks/);
  });

  test('names the line that makes a plan unbounded', async () => {
    const { bound, unbounded } = await ask(0, 'unpriced.yaml');
    expect(bound).toBe(null);
    expect(unbounded).toMatchObject([{ what: 'cost', key: 'agents.a', line: 4 }]);
    const { stdout } = await desk.type(['verify', 'unpriced.yaml']);
    expect(stdout).toMatch(/^cost +unknown +unknown +unknown$/m);
    expect(stdout).toContain('Nobody knows how long an attempt of a takes: best and expected');
  });

  test('shows the shortest way to what is wrong, as a chart', async () => {
    const { code, stdout } = await desk.type(['verify', 'slow.yaml']);
    expect(code).toBe(1);
    expect(stdout).toMatch(/^slow: refuted: 2 findings$/m);
    const [, chart = ''] = /```mermaid\n([\s\S]*?)```/.exec(stdout) ?? [];
    expect(chart.split('\n')).toEqual([
      'sequenceDiagram',
      '  orchestrator->>task/build: task.assign',
      '  clock->>task/build: attemptDeadline',
      '  task/build->>task/test: dependency.settled (not succeeded)',
      '',
    ]);
    expect(stdout).toMatch(
      /^task\.cannot-succeed test can't succeed, for want of what they need$/m,
    );
  });

  test('never says "proved" of what was not looked through', async () => {
    const words = ['verify', resolve('examples/level-6.yaml'), '--max-states', '20'];
    const { code, stdout } = await desk.type(words);
    expect(code).toBe(0);
    expect(stdout).toMatch(
      /^level-6: bounded: \d+ states, depth \d+, \d+ % of the frontier left; 2,000 random walks/,
    );
    const { verdict } = await ask(0, ...words.slice(1));
    expect(verdict).toBe('bounded');
    expect((await ask(0, resolve('examples/level-6.yaml'))).verdict).toBe('proved');
  });

  test('exits with 2 for a mistake of the person', async () => {
    const { code, stdout } = await desk.type(['verify', 'broken.yaml', '--json']);
    expect([code, stdout]).toEqual([2, '']);
    expect((await desk.type(['verify', 'sound.yaml', '--max-states', '0'])).code).toBe(2);
  });
});

describe('run', () => {
  test('does not begin what can not be paid for, unless it is told to', async () => {
    const { code, stderr } = await desk.type(['run', 'poor.yaml']);
    expect(code).toBe(2);
    expect(stderr).toMatch(/^troupe: budget\.usd \(line 8\): \$0\.70 can't pay for all tasks/);
    expect(existsSync(desk.home)).toBe(false);
    const anyway = await desk.type(['run', 'poor.yaml', '--anyway']);
    expect(anyway.code).toBe(1);
    expect(anyway.stderr).toContain("can't pay for it");
  });

  test('goes by what the project says of all its plans', async () => {
    const project = new Desk();
    const bare = 'name: bare\nagents: { a: { adapter: simulated } }\ntasks: [{ id: only }]\n';
    writeFiles(project.folder, {
      'troupe.yaml': 'defaults: { retries: 6 }\n',
      'bare.yaml': bare,
    });
    const { stdout } = await project.type(['verify', 'bare.yaml', '--json']);
    expect(JSON.parse(stdout).bound.calls).toBe(7);
    expect((await project.type(['run', 'bare.yaml'])).code).toBe(0);
    const { stdout: ran } = await project.type(['ps', 'latest', '--json']);
    expect(JSON.parse(ran).tasks[0].retries).toBe(6);
  });

  test('refuses what has no certificate, when one is asked for', async () => {
    const { code, stderr } = await desk.type(['run', 'unpriced.yaml', '--require-certificate']);
    expect(code).toBe(2);
    expect(stderr).toContain('agents.a (line 4): nobody knows what an attempt of a costs');
    const { code: fine } = await desk.type(['run', 'sound.yaml', '--require-certificate']);
    expect(fine).toBe(0);
  });
});

test('ps shows what is left of the bound, until nothing is', async () => {
  const asking = sound.replace('id: second,', 'id: second, approve: true,');
  writeFiles(desk.folder, { 'asking.yaml': asking });
  const run = desk.start(['run', 'asking.yaml']);
  await run.says(/approve/);
  const { stdout } = await desk.type(['ps', 'latest']);
  expect(stdout).toMatch(/^Left: at the latest .*, at most \$1\.00, at most 2 agent calls\.$/m);
  const { stdout: json } = await desk.type(['ps', 'latest', '--json']);
  expect(JSON.parse(json).left).toMatchObject({ costUsd: 1, calls: 2 });
  expect((await desk.type(['approve', 'latest', 'second'])).code).toBe(0);
  expect((await run.end()).code).toBe(0);
  const { stdout: after } = await desk.type(['ps', 'latest', '--json']);
  expect(JSON.parse(after).left).toBe(null);
});
