/** What the world does to `troupe`: readers that leave, disks that are full, homes in the way. */
import { execFileSync } from 'node:child_process';
import { chmodSync, existsSync, mkdirSync, writeFileSync } from 'node:fs';
import { resolve } from 'node:path';
import { describe, expect, test, vi } from 'vitest';
import { runningWith } from '../agents/processes.ts';
import { writeFiles } from '../app/temp.ts';
import { Desk, jsonLines } from './troupe.ts';

vi.setConfig({ testTimeout: 120_000 });

const hello = resolve('examples/hello.yaml');

/** More facts than any pipe holds. */
function longPlan(work: string): string {
  const tasks = Array.from({ length: 600 }, (_, at) => `  - { id: task-${at}, agent: a }`);
  const head = `name: long\nconcurrency: 8\nagents:\n  a: { adapter: simulated, work: ${work} }\n`;
  return `${head}tasks:\n${tasks.join('\n')}\n`;
}

describe('a reader that has seen enough', () => {
  test('ends logs quietly', async () => {
    const desk = new Desk();
    writeFiles(desk.folder, { 'long.yaml': longPlan('0s') });
    await desk.type(['run', 'long.yaml', '--quiet']);
    for (const words of ['logs latest', 'logs latest --json']) {
      const line = `troupe ${words} | head -n 2; echo "\${PIPESTATUS[0]}"`;
      const { stdout, stderr } = await desk.shell(line);
      expect(stderr).toBe('');
      expect(stdout.split('\n')).toHaveLength(4);
      expect(stdout).toMatch(/\n0\n$/);
    }
  });

  test('stops a run that only it was to read, gently', async () => {
    const desk = new Desk();
    writeFiles(desk.folder, { 'long.yaml': longPlan('1s') });
    const line = `troupe run long.yaml --json | head -n 1; echo "\${PIPESTATUS[0]}"`;
    const { stdout, stderr } = await desk.shell(line);
    expect(stdout).toMatch(/"run\.started".*\n3\n$/);
    expect(stderr).toMatch(/Stopping \(nobody reads stdout any more\)/);
    expect(stderr).toMatch(/Go on with: troupe resume long-/);
  });

  test('of stderr does not matter', async () => {
    const desk = new Desk();
    const line = `troupe run ${hello} 2> >(true) ; echo $?`;
    expect((await desk.shell(line)).stdout).toBe('HELLO, WORLD!\n0\n');
  });
});

test('a slow reader gets every fact', async () => {
  const desk = new Desk();
  writeFiles(desk.folder, { 'long.yaml': longPlan('0s') });
  const line = 'troupe run long.yaml --json --quiet | { sleep 1.5; cat; }';
  const facts = jsonLines((await desk.shell(line)).stdout);
  expect(facts.map(({ seq }) => seq)).toEqual(facts.map((_, at) => at + 1));
  expect(facts.at(-1)?.type).toBe('run.succeeded');
});

test.skipIf(process.platform !== 'linux')('an answer that can not be written is told', async () => {
  const desk = new Desk();
  await desk.type(['run', hello, '--quiet']);
  const { stdout, stderr } = await desk.shell('troupe logs latest > /dev/full; echo $?');
  expect([stdout, stderr]).toEqual(['1\n', expect.stringMatching(/^troupe: .*no space left/)]);
  const run = await desk.shell(`troupe run ${hello} --json --quiet > /dev/full; echo $?`);
  expect(run.stdout).toBe('1\n');
  expect(run.stderr).toMatch(/no space left/);
  expect(run.stderr).toMatch(/troupe resume hello-/);
});

describe('a home', () => {
  test('that is a file is a mistake', async () => {
    const desk = new Desk();
    writeFileSync(desk.path('file'), '');
    const { code, stderr } = await desk.type(['run', hello, '--home', 'file']);
    expect(code).toBe(2);
    expect(stderr).toMatch(/can't be written: there is a file where a folder should be/);
    expect(stderr).toContain('--home');
  });

  // The superuser may write anywhere.
  test.skipIf(process.getuid?.() === 0)('that is not ours is a mistake', async () => {
    const desk = new Desk();
    mkdirSync(desk.path('theirs'));
    chmodSync(desk.path('theirs'), 0o500);
    const { code, stderr } = await desk.type(['run', hello, '--home', 'theirs/home']);
    expect([code, stderr]).toEqual([2, expect.stringMatching(/it is not allowed/)]);
  });

  test.skipIf(process.platform !== 'linux')('where nothing can be is a mistake', async () => {
    const { code, stderr } = await new Desk().type(['run', hello, '--home', '/proc/troupe']);
    expect([code, stderr]).toEqual([
      2,
      expect.stringMatching(/can't be written: it is not allowed/),
    ]);
  });
});

/** Whether a disk of our own can be had without being the superuser. */
function canMount(): boolean {
  try {
    execFileSync('unshare', ['-rm', 'mount', '-t', 'tmpfs', 'tmpfs', '/mnt'], { stdio: 'ignore' });
    return true;
  } catch {
    return false;
  }
}

// Containers may forbid namespaces, and then no small disk can be made.
test.skipIf(!canMount())(
  'a full disk stops the run, which goes on once there is room',
  async () => {
    const desk = new Desk();
    writeFiles(desk.folder, { 'long.yaml': longPlan('5ms') });
    mkdirSync(desk.path('disk'));
    const script = `
    mount -t tmpfs -o size=600k tmpfs disk
    troupe run long.yaml --home disk/kept --quiet; echo "first $?"
    troupe ps --home disk/kept
    mount -o remount,size=64m disk
    troupe resume latest --home disk/kept --quiet --json | tail -n 1`;
    const troupe = `troupe() { "${process.execPath}" "${desk.main}" "$@"; }`;
    const inside = `${troupe}\n${script}`.replaceAll("'", `'\\''`);
    const { stdout, stderr } = await desk.shell(`unshare -rm bash -c '${inside}'`);
    expect(stderr).toMatch(/^troupe: .*the disk is full/);
    expect(stderr).toMatch(/Go on, once that is mended: troupe resume long-\w+ --home disk\/kept/);
    expect(stdout).toMatch(/^first 3$/m);
    expect(stdout).toMatch(/^long-\w+ +stopped/m);
    expect(stdout).toMatch(/"type":"run\.succeeded"[^\n]*\n$/);
  },
);

test('an agent that is not here is told before a run; all the same, it fails', async () => {
  const desk = new Desk();
  const plan = 'name: none\nagents: { a: { adapter: command, run: [no-such-program] } }\n';
  writeFiles(desk.folder, { 'none.yaml': `${plan}tasks: [{ id: x, agent: a }]\n` });
  const refused = await desk.type(['run', 'none.yaml']);
  expect(refused.code).toBe(2);
  expect(refused.stderr).toMatch(/nobody can play a here, which x needs: .*"no-such-program"/);
  expect(existsSync(desk.home)).toBe(false);
  const { code, stderr } = await desk.type(['run', 'none.yaml', '--anyway']);
  expect(code).toBe(1);
  expect(stderr).toContain('no-such-program');
  expect(runningWith(`TROUPE_RUN_FOLDER=${desk.path('.troupe')}`)).toEqual([]);
});
