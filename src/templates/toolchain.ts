/** What a folder is written in, and the command that tests it, as far as its files say so. */
import { existsSync, readdirSync, readFileSync, statSync } from 'node:fs';
import { join } from 'node:path';

export interface Toolchain {
  readonly language: string;
  /** A shell line; null when nobody says how it is tested. */
  readonly test: string | null;
}

interface Kind {
  /** Names at the top of the folder; the first that is there is enough. */
  readonly marks: readonly (string | RegExp)[];
  readonly read: (folder: Folder) => Toolchain;
}

interface Folder {
  readonly names: readonly string[];
  readonly text: (name: string) => string;
}

const fileBytesMax = 1_048_576;

const kinds: readonly Kind[] = [
  { marks: ['package.json'], read: readNode },
  {
    marks: ['deno.json', 'deno.jsonc'],
    read: () => ({ language: 'TypeScript', test: 'deno test' }),
  },
  { marks: ['Cargo.toml'], read: () => ({ language: 'Rust', test: 'cargo test' }) },
  { marks: ['go.mod'], read: () => ({ language: 'Go', test: 'go test ./...' }) },
  {
    marks: ['pyproject.toml', 'setup.py', 'setup.cfg', 'requirements.txt', 'tox.ini', /\.py$/],
    read: readPython,
  },
  { marks: ['pom.xml'], read: () => ({ language: 'Java', test: 'mvn -q test' }) },
  { marks: ['build.gradle', 'build.gradle.kts'], read: readGradle },
  { marks: ['Gemfile'], read: readRuby },
  { marks: ['mix.exs'], read: () => ({ language: 'Elixir', test: 'mix test' }) },
  { marks: ['composer.json'], read: readPhp },
  { marks: [/\.(sln|csproj|fsproj)$/], read: () => ({ language: 'C#', test: 'dotnet test' }) },
  { marks: ['Package.swift'], read: () => ({ language: 'Swift', test: 'swift test' }) },
];

/** Null when nothing in it says what it is. Reads the top of the folder only, and runs nothing. */
export function toolchainOf(path: string): Toolchain | null {
  const folder = openFolder(path);
  const kindsHere = kinds.filter(({ marks }) => marks.some((mark) => hasMark(folder, mark)));
  const found = kindsHere.map(({ read }) => read(folder));
  const made = makeTarget(folder);
  // A package.json that only formats documents says little of a folder with a Cargo.toml.
  const best = found.find(({ test }) => test !== null) ?? found[0];
  if (!best) return made === null ? null : { language: 'Make', test: made };
  return { ...best, test: best.test ?? made };
}

export const testCommandIn = (path: string): string | null => toolchainOf(path)?.test ?? null;

function openFolder(path: string): Folder {
  const names = existsSync(path) ? readdirSync(path) : [];
  const text = (name: string): string => {
    const file = join(path, name);
    if (!names.includes(name)) return '';
    const { size } = statSync(file);
    return statSync(file).isFile() && size <= fileBytesMax ? readFileSync(file, 'utf8') : '';
  };
  return { names, text };
}

const hasMark = ({ names }: Folder, mark: string | RegExp): boolean =>
  names.some((name) => (typeof mark === 'string' ? name === mark : mark.test(name)));

const managers = [
  ['pnpm-lock.yaml', 'pnpm'],
  ['yarn.lock', 'yarn'],
  ['bun.lockb', 'bun run'],
  ['bun.lock', 'bun run'],
] as const;

function readNode(folder: Folder): Toolchain {
  const { scripts, devDependencies, dependencies } = packageIn(folder.text('package.json'));
  const all = { ...dependencies, ...devDependencies };
  const isTyped = folder.names.includes('tsconfig.json') || 'typescript' in all;
  const [, manager] = managers.find(([lock]) => folder.names.includes(lock)) ?? [null, 'npm'];
  const test = typeof scripts.test === 'string' ? scripts.test : '';
  // What `npm init` writes only fails.
  const isReal = test !== '' && !/no test specified/.test(test);
  return {
    language: isTyped ? 'TypeScript' : 'JavaScript',
    test: isReal ? `${manager} test` : null,
  };
}

type Words = Readonly<Record<string, unknown>>;

/** Maps of a package; a broken one says nothing. */
function packageIn(
  text: string,
): Readonly<Record<'scripts' | 'dependencies' | 'devDependencies', Words>> {
  let read: Words = {};
  try {
    read = Object(JSON.parse(text));
  } catch {
    // Its language is known all the same.
  }
  return {
    scripts: Object(read.scripts),
    dependencies: Object(read.dependencies),
    devDependencies: Object(read.devDependencies),
  };
}

function readPython(folder: Folder): Toolchain {
  const said = ['pyproject.toml', 'setup.cfg', 'requirements.txt', 'tox.ini', 'setup.py']
    .map((name) => folder.text(name))
    .join('\n');
  const usesPytest = /pytest/.test(said) || folder.names.includes('conftest.py');
  const hasTests = folder.names.some((name) => /^tests?$|^test_.*\.py$/.test(name));
  const bare = usesPytest ? 'pytest' : hasTests ? 'python -m unittest' : null;
  if (bare === null) return { language: 'Python', test: null };
  if (folder.names.includes('uv.lock')) return { language: 'Python', test: `uv run ${bare}` };
  if (folder.names.includes('poetry.lock'))
    return { language: 'Python', test: `poetry run ${bare}` };
  return { language: 'Python', test: bare === 'pytest' ? 'python -m pytest' : bare };
}

function readGradle({ names }: Folder): Toolchain {
  const isKotlin = names.includes('build.gradle.kts');
  const gradle = names.includes('gradlew') ? './gradlew' : 'gradle';
  return { language: isKotlin ? 'Kotlin' : 'Java', test: `${gradle} test` };
}

function readRuby(folder: Folder): Toolchain {
  const usesSpec = /rspec/.test(folder.text('Gemfile')) || folder.names.includes('spec');
  return { language: 'Ruby', test: usesSpec ? 'bundle exec rspec' : 'bundle exec rake test' };
}

function readPhp(folder: Folder): Toolchain {
  const hasScript = /"test"\s*:/.test(folder.text('composer.json'));
  return { language: 'PHP', test: hasScript ? 'composer test' : 'vendor/bin/phpunit' };
}

/** Of a Makefile, when it has one that is called `test`. */
function makeTarget(folder: Folder): string | null {
  const text = ['GNUmakefile', 'makefile', 'Makefile'].map((name) => folder.text(name)).join('\n');
  return /^test\s*:/m.test(text) ? 'make test' : null;
}
