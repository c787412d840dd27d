/** `troupe templates`, as a person types it, and a plan that is made of them. */
import { writeFileSync } from 'node:fs';
import { expect, test } from 'vitest';
import { Desk, jsonLines } from './troupe.ts';

test('templates are listed, shown and used, and a run is told what they say', async () => {
  const desk = new Desk();
  const listed = await desk.type(['templates']);
  expect(listed.stdout).toMatch(/^coder .*project's tests/);
  const shown = await desk.type(['templates', 'show', 'coder', '--with', 'test=true', '--json']);
  expect(jsonLines(shown.stdout)).toMatchObject([{ name: 'coder', role: { permissions: 'full' } }]);
  const plain = await desk.type(['templates', 'show', 'coder', '--adapter', 'claude']);
  expect(plain.stdout).toContain('You are a coder.');
  expect(plain.stdout).toMatch(/maxTurns +120/);
  writeFileSync(desk.path('Makefile'), 'test:\n\ttrue\n');
  const used = await desk.type(['templates', 'use', 'tester']);
  expect(used.stderr).toContain('troupe.yaml has the role "tester" now');
  expect(used.stderr).toContain('"test":"make test"');
  writeFileSync(
    desk.path('plan.yaml'),
    'agents: { it: { template: coder, adapter: command, run: [cat], with: { test: "true" } } }\n' +
      'tasks: [{ id: one, prompt: Paint it. }]\n',
  );
  const { code, stdout } = await desk.type(['run', 'plan.yaml', '--quiet']);
  expect(code).toBe(0);
  expect(stdout).toContain('You are a coder.');
  expect(stdout).toContain('`true` must pass');
  expect(stdout).toContain('Your task:\n\nPaint it.');
});

test.each([
  [['templates', 'show', 'codr'], 'did you mean "coder"?'],
  [['templates', 'use', 'coder', '--as', 'a/b'], 'letters, digits'],
  [['templates', 'use', 'coder', '--with', 'x'], 'name=value'],
])('%j is a mistake that is told', async (words, told) => {
  const { code, stderr } = await new Desk().type(words);
  expect(code).toBe(2);
  expect(stderr).toContain(told);
});
