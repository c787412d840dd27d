/** What a folder is written in and how it is tested, as its files say. */
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { toolchainOf } from '../../src/templates/toolchain.ts';
import { tempFolders, writeFiles } from '../app/temp.ts';

const temp = tempFolders('toolchain');
const json = (value: unknown): string => JSON.stringify(value);

type Row = readonly [string, Readonly<Record<string, string>>, string | null, string | null];

const rows: readonly Row[] = [
  ['npm', { 'package.json': json({ scripts: { test: 'vitest' } }) }, 'JavaScript', 'npm test'],
  [
    'pnpm and types',
    {
      'package.json': json({ scripts: { test: 'x' }, devDependencies: { typescript: '5' } }),
      'pnpm-lock.yaml': '',
    },
    'TypeScript',
    'pnpm test',
  ],
  [
    'a package that npm began',
    { 'package.json': json({ scripts: { test: 'echo "Error: no test specified"' } }) },
    'JavaScript',
    null,
  ],
  [
    'a broken package',
    { 'package.json': '{', Makefile: 'test:\n\tx\n' },
    'JavaScript',
    'make test',
  ],
  [
    'a package.json for its documents only',
    { 'package.json': json({ scripts: { format: 'x' } }), 'Cargo.toml': '' },
    'Rust',
    'cargo test',
  ],
  ['strange scripts', { 'package.json': json({ scripts: { test: {} } }) }, 'JavaScript', null],
  ['pytest', { 'pyproject.toml': '[tool.pytest.ini_options]\n' }, 'Python', 'python -m pytest'],
  ['uv', { 'pyproject.toml': 'dev = ["pytest"]', 'uv.lock': '' }, 'Python', 'uv run pytest'],
  ['unittest', { 'a.py': '', 'test_a.py': '' }, 'Python', 'python -m unittest'],
  ['python without tests', { 'setup.py': '' }, 'Python', null],
  ['go', { 'go.mod': 'module x' }, 'Go', 'go test ./...'],
  ['rust', { 'Cargo.toml': '' }, 'Rust', 'cargo test'],
  ['gradle', { 'build.gradle.kts': '', gradlew: '' }, 'Kotlin', './gradlew test'],
  ['ruby', { Gemfile: "gem 'rspec'" }, 'Ruby', 'bundle exec rspec'],
  ['php', { 'composer.json': '{}' }, 'PHP', 'vendor/bin/phpunit'],
  ['dotnet', { 'a.sln': '' }, 'C#', 'dotnet test'],
  ['only make', { Makefile: 'all:\ntest: all\n' }, 'Make', 'make test'],
  ['nothing', {}, null, null],
  ['a letter', { 'README.md': 'test: x' }, null, null],
];

test.each(rows)('%s', (_, files, language, command) => {
  const folder = temp();
  writeFiles(folder, files);
  const found = toolchainOf(folder);
  expect([found?.language ?? null, found?.test ?? null]).toEqual([language, command]);
});

test('a folder that is not there says nothing', () => {
  expect(toolchainOf(join(temp(), 'none'))).toBeNull();
});
