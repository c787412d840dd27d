/** The scripts of the repository report as real processes, wired as the plan wires them. */
import { chmodSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { emptyFolder, git, plan, runPlan, Stage, type Task, write } from './repo-stage.ts';

/** The cells of a row, split as GitHub splits them. */
const cellCount = (row: string): number => row.slice(1, -1).split(/(?<!\\)\|/).length;

// Put together here, so that no scanner takes this file itself for a leak.
const awsKey = ['AKIA', 'QZ7T5LM2K9XWRB4D'].join('');
const githubToken = ['ghp', 'aB3dE5fG7hJ9kL1mN3pQ5rS7tU9vW1xY3zA5'].join('_');
const password = 'kT9-vW2q.Zr7Lm4x';

const block = Array.from({ length: 10 }, (_, at) => `  total += weigh(items[${at}], ${at});`);
const tail = 'y\n'.repeat(4);

/** A small project with something to find for every task. */
function project(): string {
  const repo = emptyFolder('troupe-project-');
  write(repo, {
    'README.md': '# Scales\n\n[guide](docs/guide.md) [gone](docs/gone.md#part)\n`[no](no.md)`\n',
    'docs/guide.md': '[up](../README.md) [src](/src/scales.ts) [out](https://example.org)\n',
    LICENSE: 'MIT\n',
    'package.json': JSON.stringify({
      dependencies: { left: '^1.0.0', right: '*' },
      devDependencies: { vitest: '4.1.12' },
    }),
    'node_modules/left/package.json': JSON.stringify({ name: 'left', license: 'GPL-3.0' }),
    '.gitignore': 'node_modules\n',
    'src/scales.ts': `/* TODO: weigh in grams */\n// FIXME rounding\n${block.join('\n')}\nx\n`,
    'src/weights.ts': `const word = 'TODO';\n\n${block.join('\n\n')}\n${tail}`,
    'src/parts/lever.ts': 'export const lever = 1;\n'.repeat(120),
    'src/config.ts': `const key = '${awsKey}';\nconst password = '${password}';\n`,
    'test/scales.test.ts': `expect(1).toBe(1);\nconst token = '${githubToken}';\n`,
    'assets/a.txt': 'the same in both files, byte for byte\n',
    'assets/b.txt': 'the same in both files, byte for byte\n',
    'assets/logo.png': Buffer.from([0x89, 0x50, 0, 1, 2, 3]),
  });
  git(repo, 'init', '-q', '-b', 'main');
  git(repo, 'add', '.');
  git(repo, 'commit', '-q', '-m', 'Start');
  git(repo, 'tag', 'v1');
  writeFileSync(join(repo, 'src/parts/lever.ts'), 'export const lever = 2;\n'.repeat(120));
  git(repo, 'commit', '-q', '-a', '-m', 'Turn', '--author=Grace <grace@example.org>');
  return repo;
}

describe('a small git repository', () => {
  const repo = project();
  const { answers, report, printed } = runPlan(repo);

  test('lists what git knows, and not what it ignores', () => {
    expect(answers.inventory).toMatchObject({ source: 'git', files: 13, complete: true });
    expect(printed).not.toContain('node_modules');
  });

  test('counts languages and sizes', () => {
    const { languages, sizes } = answers;
    expect(languages).toHaveProperty('languages.0.name', 'TypeScript');
    expect(languages).toHaveProperty('languages.0.files', 5);
    expect(languages).toMatchObject({ skipped: { binary: 1, unreadable: 0 } });
    expect(sizes).toHaveProperty('longest.0', { path: 'src/parts/lever.ts', lines: 120 });
  });

  test('takes notes from comments and not from strings', () => {
    expect(answers.todos).toHaveProperty('notes', [
      { kind: 'FIXME', path: 'src/scales.ts', line: 2, note: 'FIXME rounding' },
      { kind: 'TODO', path: 'src/scales.ts', line: 1, note: 'TODO: weigh in grams' },
    ]);
  });

  test('names the folder without tests and the runner', () => {
    expect(answers.tests).toMatchObject({ testFiles: 1, sourceFiles: 4, runners: ['vitest'] });
    const without = [{ folder: 'src/parts', files: 1, lines: 120 }];
    expect(answers.tests).toHaveProperty('folders', without);
  });

  test('tells pinned from ranged from unbounded, and the licence', () => {
    expect(answers.dependencies).toMatchObject({
      direct: 3,
      rows: [{ path: 'package.json', pinned: 1, ranged: 1, loose: 1, lock: null }],
      loose: [{ name: 'right', version: '*' }],
      licences: [{ licence: 'GPL-3.0', examples: ['left'] }],
    });
  });

  test('finds secrets, ranks them, and prints none of them whole', () => {
    const path = 'src/config.ts';
    expect(answers.secrets).toMatchObject({
      likely: 1,
      secrets: [
        { kind: 'AWS access key', path, line: 1, masked: 'AKIA… (20 characters)' },
        { kind: 'assigned secret', path, line: 2, masked: '… (16 characters)' },
        { kind: 'GitHub token', path: 'test/scales.test.ts', line: 2, sample: true },
      ],
    });
    for (const secret of [awsKey, githubToken, password]) expect(printed).not.toContain(secret);
  });

  test('finds copies of files and of blocks, whatever their spacing', () => {
    const identical = [{ files: 2, paths: ['assets/a.txt', 'assets/b.txt'] }];
    expect(answers.duplicates).toMatchObject({ identical });
    expect(answers.duplicates).toHaveProperty('blocks', [
      {
        lines: 10,
        at: { path: 'src/weights.ts', line: 3 },
        first: { path: 'src/scales.ts', line: 3 },
      },
    ]);
  });

  test('follows relative links, but not those in code', () => {
    const broken = [{ path: 'README.md', line: 3, link: 'docs/gone.md#part' }];
    expect(answers.docs).toMatchObject({ pages: 2, linksChecked: 4, linksBroken: 1, broken });
  });

  test('reads the history', () => {
    const authors = ['Ada', 'Grace'].map((name) => ({ name, commits: 1 }));
    const mostChanged = { path: 'src/parts/lever.ts', changes: 2 };
    expect(answers.history).toMatchObject({
      commits: 2,
      shallow: false,
      lastTag: { name: 'v1', commitsSince: 1 },
      authors: expect.arrayContaining(authors),
    });
    expect(answers.history).toHaveProperty('mostChanged.0', mostChanged);
    const { months } = answers.history as { months: readonly { commits: number }[] };
    expect(months).toHaveLength(12);
    expect(months.reduce((sum, { commits }) => sum + commits, 0)).toBe(2);
  });

  test('the report begins with what is urgent and ends with the run', () => {
    const [, summary = ''] = report.split('\n\n');
    expect(summary).toMatch(/holds 13 files .*Look first at this: 1 likely secret .*config\.ts:1/);
    expect(report).toMatch(/^1\. 1 likely secret/m);
    expect(report).toContain('`package.json` has no lock file');
    expect(report).toContain('t0["inventory<br/>1.5 s"]:::completed');
    expect(report).toContain('t0 --> t1');
    expect(report).toContain('t10["report<br/>writes this"]:::running');
  });

  test('a folder inside it has its own files and its own history', () => {
    const inside = runPlan(join(repo, 'src/parts'));
    expect(inside.answers.inventory).toMatchObject({ source: 'git', files: 1 });
    const mostChanged = [{ path: 'lever.ts', changes: 2 }];
    expect(inside.answers.history).toMatchObject({ commits: 2, mostChanged });
  });

  test('a shallow clone is told to be one', () => {
    const clone = join(emptyFolder(), 'clone');
    git(repo, 'clone', '-q', '--depth', '1', `file://${repo}`, clone);
    const shallow = runPlan(clone);
    expect(shallow.answers.history).toMatchObject({ commits: 1, shallow: true });
    expect(shallow.report).toContain('shallow clone');
  });
});

describe('places with little or no history', () => {
  test('an empty folder is reported on, without complaints', () => {
    const { answers, report } = runPlan(emptyFolder('troupe-empty-'));
    expect(answers.inventory).toMatchObject({ source: 'walk', files: 0, unreadable: 0 });
    expect(answers.history).toEqual({ git: false, commits: 0 });
    expect(report).toMatch(/holds 0 files \(0 B\)\. Nothing stands out\./);
    expect(report).toContain('Not a git repository');
  });

  test('a repository without a commit has files', () => {
    const repo = emptyFolder();
    git(repo, 'init', '-q');
    write(repo, { 'new.md': '# New\n' });
    const { answers, report } = runPlan(repo);
    expect(answers.inventory).toMatchObject({ source: 'git', files: 1 });
    expect(answers.history).toEqual({ git: true, commits: 0 });
    expect(report).toContain('No commits yet.');
  });

  test('without git the folder is walked, past what programs made', () => {
    const { answers } = runPlan(project(), emptyFolder('troupe-no-programs-'));
    expect(answers.inventory).toMatchObject({ source: 'walk', files: 13 });
    expect(answers.history).toEqual({ git: false, commits: 0 });
  });
});

const hostileNames = [
  'pipe|d.ts',
  'pipe\\|d.ts',
  'line\nbreak.ts',
  'back`tick.ts',
  '<img src=x onerror=alert(1)>.ts',
  '](javascript:alert(1)).ts',
  '--output=x.ts',
  '$(touch pwned).ts',
  ' spaces  .ts',
  'turned\u202Ets.exe.ts',
  'quote".ts',
];

describe('hostile names', () => {
  const repo = emptyFolder('troupe-a|b`c-');
  const notes = '// TODO | a <b>pipe</b> `x` \u001b[31m\n';
  write(repo, Object.fromEntries(hostileNames.map((name) => [name, notes])));
  git(repo, 'init', '-q');
  git(repo, 'add', '.');
  git(repo, 'commit', '-q', '-m', 'Odd', '--author=a|<b>[c](d)` <x@example.org>');
  const { answers, report } = runPlan(repo);

  test('are all read', () => {
    expect(answers.inventory).toMatchObject({ files: hostileNames.length, unreadable: 0 });
    expect(answers.todos).toMatchObject({ total: hostileNames.length });
  });

  test('leave every table whole', () => {
    const tables = report
      .trimEnd()
      .split('\n\n')
      .filter((part) => part.startsWith('|'));
    const widths = tables.map((part) => new Set(part.split('\n').map(cellCount)));
    expect(widths.filter((found) => found.size !== 1)).toEqual([]);
    expect(tables.length).toBeGreaterThan(8);
  });

  test('bring no markup, no link and no control character of their own', () => {
    const outsideCode = report.replace(/`[^`\n]*`/g, '');
    expect(outsideCode).not.toMatch(/<img|<b>|\]\(/);
    expect(report).not.toMatch(/[^\P{Cc}\n]|\u202E/u);
  });
});

describe('odd files', () => {
  const repo = emptyFolder('troupe-odd-');
  write(repo, {
    'loop/inside.ts': 'export {};\n',
    'huge-line.js': `const a = '${'x'.repeat(1_900_000)}'; // TODO: unseen\n`,
    'large.sql': '-- TODO: too large\n'.repeat(150_000),
    'zeros.bin': Buffer.concat([Buffer.from('text\n'), Buffer.alloc(100)]),
    'rotate.ts': `// TODO: rotate ${githubToken} soon\n`,
    'nested/package.json': `{ "dependencies": { "x": "git+https://u:${password}@git.test/x" } }`,
    'package.json': '{ "dependencies": ',
    'links.md': `[gone](${githubToken}.md)\n`,
    'locked/in.ts': 'x\n',
    'secret.ts': 'x\n',
  });
  symlinkSync('..', join(repo, 'loop/up'));
  symlinkSync('nowhere', join(repo, 'dangling'));
  chmodSync(join(repo, 'locked'), 0o000);
  chmodSync(join(repo, 'secret.ts'), 0o000);
  const { answers, printed } = runPlan(repo);
  chmodSync(join(repo, 'locked'), 0o700);

  test('links are counted and never entered', () => {
    expect(answers.inventory).toMatchObject({ links: 2 });
  });

  test('what is too large or binary is told, not read', () => {
    expect(answers.languages).toMatchObject({ skipped: { large: 1, binary: 1 } });
    expect(answers.todos).toMatchObject({ total: 1 });
  });

  test.skipIf(process.getuid?.() === 0)('what may not be read is told (root may read all)', () => {
    expect(answers.inventory).toMatchObject({ unreadable: 1 });
    expect(answers.languages).toMatchObject({ skipped: { unreadable: 1 } });
  });

  test('a broken manifest costs its own row alone', () => {
    const rows = [{ path: 'nested/package.json', runtime: 1 }, { unreadable: true }];
    expect(answers.dependencies).toMatchObject({ rows });
  });

  test('a secret in a note or a link is masked there as well', () => {
    expect(printed).toContain('TODO: rotate ghp_…');
    expect(printed).toContain('"link":"ghp_… (40 characters).md"');
    for (const secret of [githubToken, password]) expect(printed).not.toContain(secret);
  });
});

/** What each of these declares: a pinned need, a ranged one, an unbounded one, where it can. */
const manifests = {
  'Cargo.toml': `[dependencies]\na = "=1.0.0"\nb = { version = "1" }\nc = { path = "../c" }
[dev-dependencies.d]\nversion = "*"\n[features]\ne = []\n`,
  'go.mod': `module x.test/x\nrequire (\n\tx.test/a v1.0.0\n\tx.test/b v1.0.0 // indirect\n)
replace (\n\tx.test/c => ../c\n)\n`,
  'pom.xml': `<project><dependencies><dependency><groupId>g</groupId><artifactId>a</artifactId>
<version>[1,2)</version><scope>test</scope></dependency></dependencies></project>`,
  'pyproject.toml': `[project]\ndependencies = [\n  "a[x]>=1,<2; python_version < '4'",
  "b==1.0",\n  'c',\n]\n[tool.poetry.group.dev.dependencies]\nd = "^1"\n`,
  'requirements.txt': '# why\n-r other.txt\na==1.0\nb~=1.0 # soon\nc\n',
};

test('every ecosystem is read in its own words', () => {
  const repo = emptyFolder();
  write(repo, { ...manifests, 'Cargo.lock': '', 'go.sum': '' });
  const { rows } = runPlan(repo).answers.dependencies as { rows: Record<string, unknown>[] };
  const told = rows.map((row) =>
    ['path', 'runtime', 'development', 'pinned', 'ranged', 'loose', 'lock'].map((key) => row[key]),
  );
  expect(told).toEqual([
    ['Cargo.toml', 2, 1, 1, 1, 1, 'Cargo.lock'],
    ['go.mod', 1, 0, 1, 0, 0, 'go.sum'],
    ['pom.xml', 0, 1, 0, 1, 0, null],
    ['pyproject.toml', 3, 1, 1, 2, 1, null],
    ['requirements.txt', 3, 0, 1, 1, 1, null],
  ]);
});

describe('one script by itself', () => {
  const taskOf = (id: string): Task => {
    const found = plan.tasks.find((task) => task.id === id);
    if (!found) throw new Error(`the plan has no task ${id}`);
    return found;
  };

  test('a folder that is not there fails with its name', () => {
    const { status, stdout, stderr } = new Stage('/no/such/folder').spawn(taskOf('inventory'));
    expect([status, stdout]).toEqual([1, '']);
    expect(stderr).toContain('/no/such/folder is not a folder');
  });

  test('files that vanish after the inventory are counted as unreadable', () => {
    const repo = emptyFolder();
    write(repo, { 'stays.ts': 'a\nb', 'goes.ts': 'c\n' });
    const stage = new Stage(repo);
    stage.play(taskOf('inventory'));
    rmSync(join(repo, 'goes.ts'));
    const answer = JSON.parse(stage.play(taskOf('languages')));
    expect(answer).toMatchObject({ lines: 2, skipped: { unreadable: 1 } });
  });
});
