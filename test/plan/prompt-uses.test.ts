/** Prompts of the library in a plan: filled in, pinned, and mistakes told where they stand. */
import { join } from 'node:path';
import { beforeAll, describe, expect, test } from 'vitest';
import { PromptLibrary } from '../../memory/index.ts';
import { definePlan } from '../../src/plan/define.ts';
import { documentOf } from '../../src/plan/document.ts';
import { parsePlan } from '../../src/plan/parse.ts';
import { tempFolders } from '../app/temp.ts';
import { realTime } from '../memory/real-time.ts';
import { simulatedRole, toldOf } from './complaints.ts';

const temp = tempFolders('prompt-uses');
let library: PromptLibrary;
beforeAll(async () => {
  library = new PromptLibrary(join(temp(), 'prompts.json'), realTime);
  await library.save('tone', 'Be {{mood|kind}}.');
  await library.save('code-review', 'Review it.');
  await library.save('code-review', 'Review {{what}} in {{language|TypeScript}}. {{> tone}}');
  await library.save('ends', '{{> ends-too}}');
  await library.save('ends-too', '{{> ends}}');
  await library.save('counts', 'Say {{n:number}} of {{results.a.output}} in {{artifacts}}');
});

const textWith = (prompt: string): string =>
  [
    `${simulatedRole}tasks:`,
    '  - { id: a, prompt: x }',
    '  - id: b',
    '    needs: [a]',
    `    prompt: ${prompt}`,
  ].join('\n');
const parse = (prompt: string) =>
  parsePlan(textWith(prompt), { file: 'plan.yaml', folder: temp(), prompts: library });
const taskOf = (prompt: string) => parse(prompt).tasks[1];

describe('a prompt of the library', () => {
  test('is filled in, with what it includes, and pinned to its version', () => {
    const task = taskOf('{ use: code-review, with: { what: the diff } }');
    expect(task?.prompt).toBe('Review the diff in TypeScript. Be kind.');
    expect(task?.promptFrom).toEqual({ name: 'code-review', version: 2 });
  });

  test('may be an older version, and may hold templates of the plan', () => {
    expect(taskOf('{ use: code-review, version: 1 }')).toMatchObject({
      prompt: 'Review it.',
      promptFrom: { name: 'code-review', version: 1 },
    });
    const filled = taskOf('{ use: code-review, with: { what: "{{results.a.output}}" } }');
    expect(filled?.prompt).toContain('Review {{results.a.output}} in');
    expect(taskOf('{ use: counts, with: { n: 3 } }')?.prompt).toBe(
      'Say 3 of {{results.a.output}} in {{artifacts}}',
    );
  });

  test('stays as it was when the library changes', async () => {
    const plan = parse('{ use: tone }');
    await library.save('tone', 'Be {{mood|gruff}}.');
    expect(plan.tasks[1]?.prompt).toBe('Be kind.');
    expect(definePlan(documentOf(plan)).tasks[1]?.prompt).toBe('Be kind.');
    await library.rollBack('tone', 1);
  });

  test('can be used by a plan in code that is given the library', () => {
    const document = {
      agents: { w: { adapter: 'simulated' as const } },
      tasks: [{ id: 'a', prompt: { use: 'tone', with: { mood: 'brief' } } }],
    };
    expect(definePlan(document, { prompts: library }).tasks[0]?.prompt).toBe('Be brief.');
    expect(toldOf(() => definePlan(document))).toMatchObject({ code: 'plan.no-library' });
  });

  test.each([
    ['{ use: code-reveiw }', 7, 'tasks[1].prompt.use', /did you mean "code-review"/],
    ['{ use: tone, with: { mod: x } }', 7, 'tasks[1].prompt.with.mod', /did you mean "mood"/],
    ['{ use: code-review }', 7, 'tasks[1].prompt', /"what" has no value and no default/],
    ['{ use: tone, version: 9 }', 7, 'tasks[1].prompt.version', /no version 9; it has 1 to/],
    ['{ use: tone, version: 0 }', 7, 'tasks[1].prompt.version', /whole number from 1/],
    ['{ use: ends }', 7, 'tasks[1].prompt.use', /that has no end/],
    ['{ use: counts, with: { n: many } }', 7, 'tasks[1].prompt', /"n" must be a number/],
    ['{ use: tone, wiht: {} }', 7, 'tasks[1].prompt.wiht', /did you mean "with"/],
    ['{ with: {} }', 7, 'tasks[1].prompt', /use/],
    ['5', 7, 'tasks[1].prompt', /expected text, or a map with use/],
  ])('that is named wrongly is told where it stands: %s', (prompt, line, key, told) => {
    const { lines } = toldOf(() => parse(prompt));
    expect(lines).toHaveLength(1);
    expect(lines[0]).toMatch(
      new RegExp(`^plan.yaml:${line}:\\d+ ${key.replace(/[[\].]/g, '\\$&')}`),
    );
    expect(lines[0]).toMatch(told);
  });
});
