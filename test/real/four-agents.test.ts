/** The example with four real agents: together they build a small program that runs. */
import { execFileSync } from 'node:child_process';
import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { resolve } from 'node:path';
import { expect, inject, test } from 'vitest';
import { parse } from 'yaml';
import { Desk, jsonLines } from '../cli/troupe.ts';
import type { Turn } from './model-replies.ts';
import { type ModelRequest, openModelServer } from './model-server.ts';
import { type Point, points } from './points.ts';

const missing = Object.entries(inject('agents')).flatMap(([name, why]) => (why ? [name] : []));
const named = missing.length > 0 ? ` (without ${missing.join(', ')})` : '';

/** What each is going to write, by the file that its prompt names. */
const works: Readonly<Record<Point['name'], readonly [file: string, text: string]>> = {
  claude: [
    'design.md',
    `# Fizz\n\n15 gives FizzBuzz, 3 gives Fizz, 5 gives Buzz, 7 gives 7.${' .'.repeat(40)}\n`,
  ],
  codex: [
    'fizz.mjs',
    [
      'const n = Number(process.argv[2]);',
      'const word = (n % 3 ? "" : "Fizz") + (n % 5 ? "" : "Buzz");',
      'console.log(word || n);',
    ].join('\n'),
  ],
  opencode: [
    'fizz.test.mjs',
    [
      `import { test } from 'node:test';`,
      `import { equal } from 'node:assert';`,
      `import { execFileSync } from 'node:child_process';`,
      `const fizz = (n) => execFileSync('node', ['fizz.mjs', String(n)], { encoding: 'utf8' });`,
      `const all = [3, 5, 15, 7].map(fizz).join('');`,
      `test('each case', () => equal(all, 'Fizz\\nBuzz\\nFizzBuzz\\n7\\n'));`,
    ].join('\n'),
  ],
  gemini: [
    'HOWTO.md',
    'Run `node fizz.mjs 15`: it prints FizzBuzz. Any other number will do, too.\n',
  ],
};

const protocols = {
  messages: 'claude',
  responses: 'codex',
  chat: 'opencode',
  gemini: 'gemini',
} as const;

/** Runs the example in a folder, each agent pointed at the scripted model; answers how it ended. */
async function build(desk: Desk, workspace: 'shared' | 'worktree') {
  const asked = new Map<string, number>();
  const script = ({ protocol }: ModelRequest): Turn => {
    const name = protocols[protocol];
    const count = (asked.get(name) ?? 0) + 1;
    asked.set(name, count);
    const point = points.find((each) => each.name === name) as Point;
    return count === 1 ? point.write(...works[name]) : { kind: 'says', text: `${name} is done.` };
  };
  const server = await openModelServer(script);
  const plan = parse(readFileSync(resolve('examples/four-agents.yaml'), 'utf8'));
  for (const role of Object.values<Record<string, unknown>>(plan.agents)) {
    const point = points.find(({ name }) => name === role.adapter) as Point;
    if (point.model !== null) role.model = point.model;
    role.env = point.prepare(desk.folder, server.url);
    role.workspace = workspace;
  }
  writeFileSync(desk.path('plan.json'), JSON.stringify(plan));
  const env = { PATH: inject('agentPath') };
  const ended = await desk.start(['run', 'plan.json', '--json'], { env }).end();
  await server.close();
  expect({ code: ended.code, stderr: ended.stderr }).toMatchObject({ code: 0 });
  const done = jsonLines(ended.stdout).filter(({ type }) => type === 'task.succeeded');
  expect(done.map(({ task }) => task).sort()).toEqual(['build', 'design', 'explain', 'test']);
  expect([...asked.keys()].sort()).toEqual(['claude', 'codex', 'gemini', 'opencode']);
}

// Skipped where one of them can't be had; its name says which.
test.skipIf(missing.length > 0)(`four agents build one program${named}`, async () => {
  await build(new Desk(), 'shared');
});

const git = (cwd: string, ...words: readonly string[]): string => {
  const who = ['-c', 'user.name=tester', '-c', 'user.email=tester@example.com'];
  return execFileSync('git', [...who, ...words], { cwd, encoding: 'utf8' });
};

test.skipIf(missing.length > 0)(
  `four agents build it in worktrees, merged and checked, beside the user's own${named}`,
  async () => {
    const desk = new Desk();
    git(desk.folder, 'init', '--quiet', '--initial-branch=main');
    writeFileSync(desk.path('README.md'), 'Fizz.\n');
    git(desk.folder, 'add', 'README.md');
    git(desk.folder, 'commit', '--quiet', '--message=Begin');
    const before = git(desk.folder, 'rev-parse', 'HEAD');
    await build(desk, 'worktree');
    const [branch = ''] = git(
      desk.folder,
      'branch',
      '--list',
      'troupe/*',
      '--format=%(refname:short)',
    )
      .split('\n')
      .filter((name) => name.split('/').length === 2);
    const files = git(desk.folder, 'ls-tree', '--name-only', branch).split('\n').filter(Boolean);
    expect(files.sort()).toEqual(
      ['HOWTO.md', 'README.md', 'design.md', 'fizz.mjs', 'fizz.test.mjs'].sort(),
    );
    // Nothing of the user's own has moved.
    expect(git(desk.folder, 'rev-parse', 'HEAD')).toBe(before);
    expect(existsSync(desk.path('fizz.mjs'))).toBe(false);
    git(desk.folder, 'checkout', '--quiet', branch);
    const run = execFileSync(process.execPath, ['fizz.mjs', '15'], { cwd: desk.folder });
    expect(run.toString()).toBe('FizzBuzz\n');
  },
);
