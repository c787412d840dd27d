/** `add`, `skip`, `takeover` and `handback`, as a person types them while a run goes on. */
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { eventually } from '../agents/processes.ts';
import { writeFiles } from '../app/temp.ts';
import { Desk, jsonLines } from './troupe.ts';

const plan = `
name: steered
agents:
  coder: { adapter: command, run: ["sh", "-c", "cat"] }
tasks:
  - { id: wait, agent: coder, approve: true, prompt: waited }
`;

test.skipIf(process.platform === 'win32')('a person adds tasks and does without one', async () => {
  const desk = new Desk();
  writeFiles(desk.folder, { 'plan.yaml': plan });
  const run = desk.start(['run', 'plan.yaml']);
  await run.says(/approve/);
  const notes = '{{results.wait.output}} and more';
  const one = await desk.type(['add', 'latest', '--needs', 'wait', notes]);
  expect(one).toMatchObject({ code: 0, stdout: '' });
  expect(one.stderr).toMatch(/Added to steered-\w{5}: added-1; at worst .* more, for \$0/);
  const file = 'tasks:\n  - { id: b, run: printf b }\n  - { id: c, needs: [b], prompt: c }\n';
  writeFiles(desk.folder, { 'more.yaml': file });
  const two = await desk.type(['add', 'latest', '--file', 'more.yaml', '--json']);
  expect(jsonLines(two.stdout)).toMatchObject([
    { tasks: ['b', 'c'], alive: true, remainder: { calls: expect.any(Number) } },
  ]);
  writeFiles(desk.folder, { 'bad.yaml': 'tasks:\n  - { id: d, needs: [bb], run: "true" }\n' });
  const bad = await desk.type(['add', 'latest', '--file', 'bad.yaml']);
  expect(bad.code).toBe(2);
  expect(bad.stderr).toMatch(/bad\.yaml:2:\d+ .*"bb"; known: .*wait/);
  const skipped = await desk.type(['skip', 'latest', 'wait', '--reason', 'no time']);
  expect(skipped).toMatchObject({ code: 0, stdout: '' });
  const { code, stdout, stderr } = await run.end();
  expect([code, stdout]).toEqual([
    ...[0, expect.stringContaining('(there is no result of wait: skipped by tester: no time)')],
  ]);
  expect(stderr).toMatch(/skipped +wait +.*skipped by tester: no time/);
  expect(stderr).toMatch(/succeeded steered-\w{5}: 3 of 4 tasks, 1 skipped/);
  const late = await desk.type(['add', 'latest', 'too late']);
  expect([late.code, late.stderr]).toEqual([2, expect.stringContaining('takes no more tasks')]);
  expect((await desk.type(['replay', 'latest', '--check'])).code).toBe(0);
  const told = await desk.type(['logs', 'latest', 'b']);
  expect([told.code, told.stdout]).toEqual([0, expect.stringContaining('out | b')]);
});

test.skipIf(process.platform === 'win32')('a person does a task; its checks agree', async () => {
  const desk = new Desk();
  const check = 'verify: [{ file: made.txt }]';
  const tasks = `  - { id: build, agent: coder, run: "touch begun; sleep 60", ${check} }\n`;
  const agents = 'agents:\n  coder: { adapter: command }\n';
  writeFiles(desk.folder, { 'plan.yaml': `name: mine\n${agents}tasks:\n${tasks}` });
  const run = desk.start(['run', 'plan.yaml']);
  await eventually('it has begun', () => existsSync(join(desk.folder, 'begun')));
  const taken = await desk.type(['takeover', 'latest', 'build']);
  expect([taken.code, taken.stderr]).toEqual([0, expect.stringMatching(/You have build, until/)]);
  const [there, back] = taken.stdout.split('\n');
  expect([there, back]).toEqual([
    `cd ${desk.folder}`,
    expect.stringMatching(/^troupe handback mine-\w{5} build --note "What is done/),
  ]);
  const nothing = await desk.type(['handback', 'latest', 'build']);
  expect([nothing.code, nothing.stderr]).toEqual([2, expect.stringContaining('or --done')]);
  writeFiles(desk.folder, { 'made.txt': 'by hand' });
  const done = await desk.type(['handback', 'latest', 'build', '--done', '--note', 'I made it.']);
  expect([done.code, done.stderr]).toEqual([0, expect.stringContaining('is looked at')]);
  const { code, stdout } = await run.end();
  expect([code, stdout]).toEqual([0, expect.stringContaining('I made it.')]);
});

test.each([
  [['add', 'latest'], 'there are no runs'],
  [['add', 'latest', '--priority', 'x', 'y'], 'whole number'],
  [['skip', 'latest', 'x'], 'there are no runs'],
])('%j is a mistake that is told', async (words, told) => {
  const { code, stderr } = await new Desk().type(words);
  expect(code).toBe(2);
  expect(stderr).toContain(told);
});
