/** What a person asks of templates: to see them, to use one, to change one. */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { readProject } from '../../src/plan/project/project-file.ts';
import { TemplateDesk } from '../../src/templates/desk.ts';
import { tempFolders, writeFiles } from '../app/temp.ts';

const temp = tempFolders('templates');
const deskIn = (files: Readonly<Record<string, string>> = {}) => {
  const cwd = temp();
  writeFiles(cwd, files);
  return {
    cwd,
    desk: new TemplateDesk({ cwd }),
    read: (name: string) => readFileSync(join(cwd, name), 'utf8'),
  };
};

describe('each of ours', () => {
  const { desk } = deskIn();
  const alone = /Nobody can answer a question while you work/;
  test.each(desk.list().map(({ name }) => name))(
    '%s is tuned for the agent that plays it',
    (name) => {
      const promptFor = (adapter?: string): string =>
        String(desk.show(name, adapter === undefined ? {} : { adapter }).role.prompt);
      for (const adapter of ['codex', 'gemini', 'opencode']) {
        expect(promptFor(adapter)).toMatch(alone);
        expect(promptFor(adapter).startsWith(promptFor('claude'))).toBe(true);
      }
      for (const adapter of ['openai', 'grok']) {
        expect(promptFor(adapter)).toMatch(/You have only the tools that you are given here/);
        expect(desk.show(name, { adapter }).role).toHaveProperty('budgetUsd');
      }
      expect(promptFor('claude')).not.toMatch(alone);
      expect(promptFor()).toBe(promptFor('claude'));
    },
  );
});

describe('use', () => {
  test('adds a role, with the test command of the repository, and keeps every comment', () => {
    const before =
      '# mine\nconcurrency: 2 # few\nagents:\n  # the old one\n  old: { adapter: claude }\n';
    const { cwd, desk, read } = deskIn({ 'troupe.yaml': before, 'go.mod': 'module x\n' });
    const used = desk.use('coder', { as: 'backend', adapter: 'codex' });
    expect(used).toMatchObject({ role: 'backend', words: { with: { test: 'go test ./...' } } });
    const after = read('troupe.yaml');
    for (const line of before.trim().split('\n')) expect(after).toContain(line);
    expect(readProject(cwd)?.part.agents?.backend).toMatchObject({ adapter: 'codex' });
    expect(() => desk.use('coder', { as: 'backend' })).toThrow(
      /has a role called "backend" already/,
    );
    expect(read('troupe.yaml')).toBe(after);
  });

  test('makes the file where there is none', () => {
    const { cwd, desk } = deskIn();
    desk.use('reviewer', { with: { rules: 'No any.' } });
    expect(readProject(cwd)?.part.agents?.reviewer).toMatchObject({
      prompt: expect.stringContaining('No any.'),
    });
  });

  test('refuses what is unknown, and a file that is wrong already, and writes nothing', () => {
    const { desk, read } = deskIn({ 'troupe.yaml': 'budgt: 3\n' });
    expect(() => desk.use('coder')).toThrow(/did you mean "budget"/);
    expect(() => desk.use('codr')).toThrow(/did you mean "coder"/);
    expect(() => desk.use('coder', { with: { tst: 'x' } })).toThrow(/did you mean "test"/);
    expect(read('troupe.yaml')).toBe('budgt: 3\n');
  });

  test('refuses a role that would not be one', () => {
    const { desk } = deskIn();
    expect(() => desk.use('coder', { adapter: 'clod' })).toThrow(/there is no adapter "clod"/);
  });
});

describe('copy', () => {
  test('puts one in the project, where it wins, and never writes over it', () => {
    const { desk, read } = deskIn();
    expect(desk.show('planner').from).toBe('troupe');
    desk.copy('planner');
    expect(desk.show('planner').from).toBe('project');
    expect(read('.troupe/templates/planner.md')).toBe(desk.show('planner').text);
    expect(() => desk.copy('planner')).toThrow(/is there already/);
  });
});

describe('list', () => {
  test('names all, those of the project with what is wrong with them', () => {
    const { desk } = deskIn({
      '.troupe/templates/mine.md': '---\nname: mine\ndescription: My own.\n---\nWork.',
      '.troupe/templates/torn.md': 'nothing',
      '.troupe/templates/notes.txt': 'no template',
    });
    const rows = desk.list();
    expect(rows).toHaveLength(10);
    expect(rows.find(({ name }) => name === 'mine')).toMatchObject({
      from: 'project',
      problem: null,
    });
    expect(rows.find(({ name }) => name === 'torn')?.problem).toMatch(/front matter/);
    expect(() => desk.show('torn')).toThrow(/front matter/);
  });
});
