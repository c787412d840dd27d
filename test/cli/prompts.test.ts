/** `troupe prompts`, as a person types it. */
import { expect, test } from 'vitest';
import { Desk, jsonLines } from './troupe.ts';

test('a prompt is saved from stdin, rendered, changed, brought back and removed', async () => {
  const desk = new Desk();
  const line = "echo 'Review {{file}} for {{what|bugs}}' | troupe prompts save review --tag code";
  expect((await desk.shell(line)).stderr).toContain('Saved review, version 1.');
  const rendered = await desk.type(['prompts', 'render', 'review', '--with', 'file=a.ts']);
  expect(rendered).toMatchObject({ code: 0, stdout: 'Review a.ts for bugs\n' });
  await desk.shell('echo other | troupe prompts save review');
  const listed = await desk.type(['prompts', 'list', '--tag', 'code', '--json']);
  expect(jsonLines(listed.stdout)).toMatchObject([{ name: 'review', version: 2, text: 'other' }]);
  await desk.type(['prompts', 'rollback', 'review', '1']);
  const shown = await desk.type(['prompts', 'show', 'review']);
  expect(shown.stdout).toBe('Review {{file}} for {{what|bugs}}\n');
  expect((await desk.type(['prompts', 'search', 'bugs'])).stdout).toContain('review');
  await desk.type(['prompts', 'rm', 'review']);
  expect((await desk.type(['prompts'])).stderr).toContain('There is none');
});

test.each([
  [['prompts', 'show', 'none'], 'no prompt is called "none"'],
  [['prompts', 'render', 'none', '--with', 'x'], 'name=value'],
  [['prompts', 'show', 'a', '--at', '0'], 'must be 1 or more'],
])('%j is a mistake that is told', async (words, told) => {
  const { code, stderr } = await new Desk().type(words);
  expect(code).toBe(2);
  expect(stderr).toContain(told);
});
