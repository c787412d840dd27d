/** What the READMEs say is true: every command runs, every plan loads, every file is there. */
import { spawnSync } from 'node:child_process';
import { existsSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { dirname, join, resolve } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { compilePlan } from '../src/plan/compile.ts';
import { loadPlan } from '../src/plan/load.ts';
import { runningWith } from './agents/processes.ts';
import { buildPackage, installIn, type Package } from './app/package.ts';
import { tempFolders, writeFiles } from './app/temp.ts';

const temp = tempFolders('readme');

/** A reader's way through what is told, in a folder of its own: what one makes, others look at. */
const walk = [
  'README.md',
  ...['looking-back', 'memory', 'verification', 'roles-and-skills', 'goals-and-teams'].map(guide),
  ...['worktrees', 'your-own-machines'].map(guide),
];
const beginning = [guide('quick-start')];
const guides = readdirSync('docs/pages').map((name) => `docs/pages/${name}`);
const everything = ['README.md', ...guides];

function guide(name: string): string {
  return `docs/pages/${name}.md`;
}

/** The fenced blocks of a language, in their order. */
function blocks(language: string, files: readonly string[]): readonly string[] {
  const fence = new RegExp(`^\`\`\`${language}\\n([\\s\\S]*?)^\`\`\`$`, 'gm');
  const texts = files.map((file) => readFileSync(file, 'utf8'));
  return texts.flatMap((text) => [...text.matchAll(fence)].map(([, body = '']) => body));
}

/** What a person would type, without what only a fresh copy needs and what would run this test. */
function commandsIn(files: readonly string[]): readonly string[] {
  return blocks('sh', files)
    .flatMap((block) => block.split('\n'))
    .map((line) => line.replace(/\s+#.*$/, '').replace(/^npm ci && /, ''))
    .filter((line) => line !== '' && line !== 'npm ci' && !/^npm (run )?test\b/.test(line));
}

interface Ran {
  readonly status: number | null;
  readonly stdout: string;
  readonly said: string;
}

const mark = `README_TEST=${process.pid}`;

function type(folder: string, line: string): Ran {
  const { TROUPE_HOME: _, ...env } = process.env;
  const [name = '', value = ''] = mark.split('=');
  const shell = spawnSync('sh', ['-c', line], {
    cwd: folder,
    encoding: 'utf8',
    env: { ...env, [name]: value, CI: '1', GIT_CEILING_DIRECTORIES: folder },
  });
  return { status: shell.status, stdout: shell.stdout, said: `${shell.stdout}${shell.stderr}` };
}

/** A repository of a few files, with the package installed and its examples beside. */
function workplace(troupe: Package): string {
  const folder = temp();
  installIn(folder, troupe);
  writeFiles(folder, {
    'README.md': '# A thing\n\nIt does [this](src/index.js).\n',
    'src/index.js': '// TODO: do more\nexport const answer = 42;\n',
    'test/index.test.js': "import { answer } from '../src/index.js';\n",
    '.gitignore': 'node_modules\nexamples\n.troupe\n',
  });
  const who = '-c user.name=Ada -c user.email=ada@example.org';
  for (const line of [
    'cp -r node_modules/troupe/examples/. examples',
    'git init -q',
    'git add .',
    `git ${who} commit -q -m "Begin"`,
  ]) {
    const { status, said } = type(folder, line);
    if (status !== 0) throw new Error(`${line}: ${said}`);
  }
  return folder;
}

describe.each([
  ['the README and the guides', walk],
  ['the quick start', beginning],
])('%s', (_, files) => {
  let troupe: Package;
  let folder: string;
  const commands = commandsIn(files);
  beforeAll(() => {
    troupe = buildPackage();
    folder = workplace(troupe);
  });
  afterAll(() => {
    troupe.remove();
    expect(runningWith(mark)).toEqual([]);
  });

  test('has commands to be tried', () => {
    expect(commands.length).toBeGreaterThan(1);
    expect(commands.every((line) => /^(npx troupe|node) /.test(line))).toBe(true);
  });

  // In their order: what the first ones make, the later ones look at.
  test.each(commands)('%s', (line) => {
    const { status, said } = type(folder, line);
    expect({ line, status, said }).toEqual({ line, status: 0, said });
  });

  test.each(blocks('js', files))('shows code that runs, and prints every fact', (text) => {
    writeFileSync(join(folder, 'hello.mjs'), text);
    const { status, stdout, said } = type(folder, 'node hello.mjs');
    expect({ status, said }).toEqual({ status: 0, said });
    const facts = stdout
      .trim()
      .split('\n')
      .map((line) => line.split(' '));
    expect(facts.map(([seq]) => Number(seq))).toEqual(facts.map((_, at) => at + 1));
    expect(facts[0]).toEqual(['1', 'orchestrator', 'run.started']);
    expect(facts.at(-1)?.slice(1)).toEqual(['orchestrator', 'run.succeeded']);
  });
});

describe('what is told anywhere', () => {
  const folder = temp();

  test('has no command that no test types', () => {
    const told = guides.filter((file) => commandsIn([file]).length > 0);
    expect(told.filter((file) => ![...walk, ...beginning].includes(file))).toEqual([]);
  });

  test.each(blocks('yaml', everything).map((text, at) => [at + 1, text] as const))(
    'shows plans that are plans: %d',
    async (at, text) => {
      const file = join(folder, `plan-${at}.yaml`);
      writeFileSync(file, text);
      const plan = await loadPlan(file);
      expect(plan.tasks.length).toBeGreaterThan(0);
      expect(compilePlan(plan).tasks).toHaveLength(plan.tasks.length);
    },
  );

  test('has plans to show', () => {
    expect(blocks('yaml', everything).length).toBeGreaterThan(5);
  });
});

describe.each([...everything, 'src/README.md', 'machines/README.md'])('the links of %s', (file) => {
  const text = readFileSync(file, 'utf8').replace(/^```[\s\S]*?^```$/gm, '');
  const links = [...text.matchAll(/\]\(([^)#\s]+)[^)]*\)/g)].map(([, target = '']) => target);

  test('lead to what is there', () => {
    const local = links.filter((target) => !/^[a-z]+:/.test(target));
    expect(local.filter((target) => !existsSync(resolve(dirname(file), target)))).toEqual([]);
  });
});

describe('the source map of src/README.md', () => {
  const text = readFileSync('src/README.md', 'utf8');
  const map = text.slice(text.indexOf('## Source map'));
  const named = new Map<string, string>();
  let folder = '';
  for (const row of map.split('\n').filter((line) => line.startsWith('|'))) {
    folder = /^\|\s*`([a-z/-]+)\/`/.exec(row)?.[1] ?? folder;
    for (const [, file = ''] of row.matchAll(/`([\w/-]+\.ts)`/g)) {
      const places = [`src/${folder}/${file}`, `src/${file}`, file];
      named.set(places.find((place) => existsSync(place)) ?? `src/${file}`, row);
    }
  }

  test('names only files that are there', () => {
    expect(named.size).toBeGreaterThan(40);
    expect([...named.keys()].filter((file) => !existsSync(file))).toEqual([]);
  });

  test('names every file of the kernel', () => {
    const files = readdirSync('src/kernel').map((name) => `src/kernel/${name}`);
    expect(files.filter((file) => !named.has(file))).toEqual([]);
  });

  test('names every folder', () => {
    const folders = readdirSync('src', { withFileTypes: true }).filter((each) =>
      each.isDirectory(),
    );
    expect(folders.map(({ name }) => name).filter((name) => !map.includes(`\`${name}/\``))).toEqual(
      [],
    );
  });
});
