/** Plans that `init --template` makes: sound for whatever folder they are made for. */
import { execFileSync } from 'node:child_process';
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { createTroupe } from '../../src/app.ts';
import { systemClock } from '../../src/kernel/clock.ts';
import { beginWith } from '../../src/templates/begin.ts';
import { startingKinds } from '../../src/templates/starting.ts';
import { clear } from '../../src/verify/clearance.ts';
import { tempFolders, writeFiles } from '../app/temp.ts';

const temp = tempFolders('starting');

const repositories: readonly (readonly [
  string,
  Readonly<Record<string, string>>,
  string | null,
])[] = [
  ['node', { 'package.json': '{"scripts":{"test":"node --test"}}' }, 'npm test'],
  ['python', { 'pyproject.toml': '[tool.pytest.ini_options]' }, 'python -m pytest'],
  ['go', { 'go.mod': 'module example.org/x' }, 'go test ./...'],
  ['rust', { 'Cargo.toml': '[package]' }, 'cargo test'],
  ['empty', {}, null],
];

function repository(files: Readonly<Record<string, string>>, branch: string | null): string {
  const folder = temp();
  writeFiles(folder, { 'README.md': '# It\n', ...files });
  if (branch === null) return folder;
  const who = ['-c', 'user.name=Ada', '-c', 'user.email=ada@example.org'];
  const git = (...words: string[]) => execFileSync('git', words, { cwd: folder, stdio: 'pipe' });
  git('init', '-q', '-b', branch);
  git('add', '.');
  git(...who, 'commit', '-qm', 'Begin');
  return folder;
}

async function made(kind: string, cwd: string) {
  const troupe = createTroupe({ cwd, home: join(cwd, '.troupe') });
  const begun = await beginWith(kind, troupe.config, systemClock);
  const file = join(cwd, 'plan.yaml');
  writeFileSync(file, begun.text);
  return { troupe, begun, file, text: readFileSync(file, 'utf8') };
}

describe.each(repositories)('in a repository of %s', (_, files, command) => {
  test.each(startingKinds)('%s makes a plan that nothing speaks against', async (kind) => {
    const { troupe, file, text } = await made(kind, repository(files, 'trunk'));
    const { home } = troupe.config;
    expect(await clear(file, {}, { home })).toMatchObject({ name: kind });
    if (kind !== 'research') expect(text.includes(command ?? 'never')).toBe(command !== null);
    if (kind === 'review') expect(text).toContain('base: { default: "trunk"');
  });
});

test.each(startingKinds)(
  '%s makes a plan for a folder without git, which is proved to end',
  async (kind) => {
    const { troupe, file, text } = await made(kind, repository({ Makefile: 'test:\n' }, null));
    expect((await troupe.verify(file)).findings).toEqual([]);
    expect(text).not.toContain('worktree');
    expect(text).not.toContain('inputs.base');
  },
);

test('the branch that most call it wins over the one that one stands on', async () => {
  const cwd = repository({}, 'main');
  execFileSync('git', ['checkout', '-qb', 'topic'], { cwd, stdio: 'pipe' });
  expect((await made('review', cwd)).begun.ground.base).toBe('main');
});

test('a kind that is not there is told with the nearest one', async () => {
  await expect(made('webap', temp())).rejects.toThrow(/did you mean "webapp"/);
});
