/** A run is killed before, amid and after each call of git that it makes, and loses nothing. */
import {
  chmodSync,
  existsSync,
  readdirSync,
  readFileSync,
  utimesSync,
  writeFileSync,
} from 'node:fs';
import { join } from 'node:path';
import { expect, test, vi } from 'vitest';
import { Desk, type Ended } from '../cli/troupe.ts';
import { branchesIn, fingerprint, git, makeRepository } from '../worktrees/repository.ts';

/** Calls of git that the run makes, and so its moments; all of them: TROUPE_TORTURE_KILLS=1000. */
const killsWanted = Number(process.env.TROUPE_TORTURE_KILLS ?? 12);
vi.setConfig({ testTimeout: 30_000 + 20_000 * killsWanted });

const plan = `
name: merging
concurrency: 1
agents:
  worker: { adapter: command, workspace: worktree, retries: 2, backoff: { initial: 1ms } }
tasks:
  - { id: one, run: "grep -q 1 a.txt || echo 1 >> a.txt", verify: { file: a.txt, matches: "1" } }
  - { id: two, needs: [one], run: sh add.sh two, verify: { run: grep two b.txt } }
  - { id: three, needs: [one], run: sh add.sh three }
  - { id: both, needs: [two, three], run: "cat a.txt b.txt > both.txt" }
`;
/** Adds a line to a file, where others do so too, and resolves what comes of it. */
const files = {
  'a.txt': 'a\n',
  'b.txt': 'b\n',
  'add.sh': [
    '#!/bin/sh',
    'sed -i "/^[<=>]\\{7\\}/d" b.txt',
    'grep -q "$1" b.txt || echo "$1" >> b.txt',
    'sort -o b.txt b.txt',
    '',
  ].join('\n'),
};

const real = git('.', '--exec-path').replace(/\/lib(exec)?\/git-core$/, '/bin/git');
type When = 'before' | 'amid' | 'after';

/** Counts the calls of git, and at one of them kills whoever made it. */
function shim(desk: Desk, at: number, when: When): string {
  const [folder, count] = [desk.path('shim'), desk.path('count')];
  const deeds: Readonly<Record<When, string>> = {
    before: 'kill -9 $PPID',
    amid: `"${real}" "$@" & git=$!; sleep 0.002; kill -9 $PPID; kill -9 $git`,
    after: `"${real}" "$@" > /dev/null; kill -9 $PPID`,
  };
  const script = [
    '#!/bin/sh',
    // Two may come at once: a line more is one more, whoever was first.
    `echo x >> "${count}"; n=$(wc -l < "${count}")`,
    `if [ $n -eq ${at} ]; then ${deeds[when]}; exit 9; fi`,
    `exec "${real}" "$@"`,
  ];
  writeFileSync(count, '');
  makeExecutable(join(folder, 'git'), `${script.join('\n')}\n`);
  return `${folder}:${process.env.PATH}`;
}

function makeExecutable(path: string, text: string): void {
  writeFileSync(path, text);
  chmodSync(path, 0o755);
}

interface Lived {
  readonly first: Ended;
  readonly last: Ended;
  readonly calls: number;
  readonly desk: Desk;
  /** What was the person's when it began. */
  readonly before: Readonly<Record<string, string>>;
}

function own(desk: Desk): Readonly<Record<string, string>> {
  const { count: _, ...prints } = fingerprint(desk.path());
  return prints;
}

async function live(at: number, when: When): Promise<Lived> {
  const desk = new Desk();
  makeRepository(desk.path(), { ...files, '.gitignore': 'shim\ncount\n', 'shim/git': '' });

  writeFileSync(desk.path('plan.yaml'), plan);
  git(desk.path(), 'add', '--all');
  git(desk.path(), 'commit', '--quiet', '--message=plan');
  const env = { PATH: shim(desk, at, when) };
  const before = own(desk);
  const first = await desk.type(['run', 'plan.yaml'], { env });
  const begun = existsSync(desk.path('.troupe/runs')) && readdirSync(desk.path('.troupe/runs'));
  const words = begun && begun.length > 0 ? ['resume', 'latest'] : ['run', 'plan.yaml'];
  const last = first.code === null ? await desk.type([...words], { env }) : first;
  const calls = readFileSync(desk.path('count'), 'utf8').split('\n').length - 1;
  return { first, last, calls, desk, before };
}

function resultTree({ desk }: Lived): string {
  const [result = ''] = branchesIn(desk.path()).filter((name) => /^troupe\/[^/.]+$/.test(name));
  return git(desk.path(), 'ls-tree', '-r', result);
}

/** Nothing is left but what the person had. */
async function cleanAll({ desk, before }: Lived) {
  const admins = desk.path('.git/worktrees');
  const names = existsSync(admins) ? readdirSync(admins) : [];
  // A folder that a killed git left half made is given a minute, in case it is not dead.
  for (const name of names) utimesSync(join(admins, name), 0, 0);
  expect(await desk.type(['clean', 'latest'])).toMatchObject({ code: 0 });
  expect(branchesIn(desk.path())).toEqual(['main']);
  expect(existsSync(admins)).toBe(false);
  expect(own(desk)).toEqual(before);
}

test('every call of git can be the last of a life', async () => {
  const undisturbed = await live(0, 'before');
  expect([undisturbed.last.stderr, undisturbed.last.code]).toEqual([expect.any(String), 0]);
  const tree = resultTree(undisturbed);
  expect(tree).toContain('both.txt');
  expect(undisturbed.calls).toBeGreaterThan(50);
  const all = Array.from({ length: undisturbed.calls }, (_, n) =>
    (['before', 'amid', 'after'] as const).map((when) => ({ at: n + 1, when })),
  ).flat();
  const step = Math.max(1, Math.floor(all.length / killsWanted));
  const offset = Number(process.env.TROUPE_TORTURE_SEED ?? Date.now() % step) % step;
  const chosen = all.filter((_, n) => n % step === offset);
  let killed = 0;
  for (const { at, when } of chosen) {
    const lived = await live(at, when);
    const name = `killed ${when} call ${at}: ${lived.last.stderr}`;
    killed += lived.first.code === null ? 1 : 0;
    expect([name, lived.last.code]).toEqual([name, 0]);
    expect([name, resultTree(lived)]).toEqual([name, tree]);
    await cleanAll(lived);
  }
  // Where two counted as one, a moment was passed by.
  expect(killed).toBeGreaterThan(chosen.length / 2);
});
