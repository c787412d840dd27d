/** `troupe prompts`, as a person types it. */
import { readFileSync, writeFileSync } from 'node:fs';
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
  [['prompts', 'import', 'nowhere.json'], "nowhere.json can't be read"],
  [['prompts', 'save', 'a', '.'], "can't be read"],
])('%j is a mistake that is told', async (words, told) => {
  const { code, stderr } = await new Desk().type(words);
  expect(code).toBe(2);
  expect(stderr).toContain(told);
});

test('prompts are compared, exported, imported, and used by a plan that pins them', async () => {
  const desk = new Desk();
  await desk.shell("printf 'a\\nb {{who|me}}' | troupe library save-prompt greet --category talk");
  await desk.shell("printf 'a\\nc {{who|me}}\\nd' | troupe prompts save greet");
  const { stdout } = await desk.type(['library', 'diff-prompt', 'greet']);
  expect(stdout).toBe('  a\n- b {{who|me}}\n+ c {{who|me}}\n+ d\n');
  await desk.shell('troupe prompts export > all.json');
  const moved = await desk.type(['prompts', 'import', 'all.json', '--home', 'other', '--json']);
  expect(jsonLines(moved.stdout)).toEqual([{ added: ['greet'], changed: [], bad: [] }]);
  const found = await desk.type(['prompts', 'search', 'talk', '--home', 'other', '--json']);
  expect(jsonLines(found.stdout)).toMatchObject([{ name: 'greet', versions: 2 }]);
  const none = await desk.type(['prompts', 'search', 'talk', '--tag', 'none', '--json']);
  expect(none.stdout).toBe('');
  const prompt = '{ use: greet, with: { who: Ada }, version: 1 }';
  writeFileSync(
    desk.path('plan.yaml'),
    `agents: { a: { adapter: command, run: [cat] } }\ntasks: [{ id: one, prompt: ${prompt} }]\n`,
  );
  expect(await desk.type(['run', 'plan.yaml', '--quiet'])).toMatchObject({ stdout: 'a\nb Ada\n' });
  writeFileSync(
    desk.path('plan.yaml'),
    readFileSync(desk.path('plan.yaml'), 'utf8').replace('greet', 'gret'),
  );
  const wrong = await desk.type(['run', 'plan.yaml']);
  expect(wrong.code).toBe(2);
  expect(wrong.stderr).toContain('plan.yaml:2:');
  expect(wrong.stderr).toContain('did you mean "greet"?');
});
