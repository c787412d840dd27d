/** A resumed run ends what its previous life left behind, and nothing that only looks like it. */
import { type ChildProcess, spawn, spawnSync } from 'node:child_process';
import {
  appendFileSync,
  existsSync,
  mkdirSync,
  readFileSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, beforeEach, describe, expect, test, vi } from 'vitest';
import { runId, token } from '../../machines/ids.ts';
import { reapOrphans, recordProcess } from '../../src/agents/processes/ledger.ts';
import { systemClock } from '../../src/kernel/clock.ts';
import { makeRunFolder, removeFolder } from './attempt.ts';
import { eventually, isRunning } from './processes.ts';
import { compileRuntime, startRuntime } from './runtime.ts';

vi.setConfig({ testTimeout: 120_000, hookTimeout: 120_000 });

const base = makeRunFolder();
const run = runId(`ledger-${process.pid}`);
const children: ChildProcess[] = [];
let folders = 0;
let runFolder: string;
let ledger: string;

beforeEach(() => {
  folders += 1;
  runFolder = join(base, `run-${folders}`);
  ledger = join(runFolder, 'processes.jsonl');
  mkdirSync(runFolder);
});

afterAll(() => {
  for (const child of children) child.kill('SIGKILL');
  removeFolder(base);
});

function sleeper(environment: Record<string, string> = {}): number {
  const env = { PATH: process.env.PATH, ...environment };
  const child = spawn('sleep', ['1000'], { detached: true, stdio: 'ignore', env });
  children.push(child);
  return child.pid ?? 0;
}

const reap = (id = run): Promise<number> =>
  reapOrphans({ runFolder, runId: id, clock: systemClock });

describe.skipIf(process.platform !== 'linux')('reaping', () => {
  test('ends the groups on record, and forgets them', async () => {
    const pids = [sleeper(), sleeper()];
    for (const pid of pids) recordProcess(runFolder, pid, token(1));
    expect(readFileSync(ledger, 'utf8').split('\n').length).toBe(3);
    expect(await reap()).toBe(2);
    expect(pids.map(isRunning)).toEqual([false, false]);
    expect(readFileSync(ledger, 'utf8')).toBe('');
    expect(await reap()).toBe(0);
  });

  test.each([
    ['a pipe', () => void spawnSync('mkfifo', [ledger])],
    ['a folder', () => mkdirSync(ledger)],
    ['a link', () => symlinkSync(join(base, 'mine'), ledger)],
  ])('%s that lies there is neither written to nor waited for', async (_, put) => {
    writeFileSync(join(base, 'mine'), 'mine');
    put();
    expect(() => recordProcess(runFolder, sleeper(), token(1))).toThrow();
    expect(await reap()).toBe(0);
    recordProcess(runFolder, sleeper(), token(1));
    expect(await reap()).toBe(1);
    expect(readFileSync(join(base, 'mine'), 'utf8')).toBe('mine');
  });

  test('spares a process that was given the pid of a dead one', async () => {
    const pid = sleeper();
    recordProcess(runFolder, pid, token(1));
    const entry = JSON.parse(readFileSync(ledger, 'utf8'));
    writeFileSync(ledger, `${JSON.stringify({ ...entry, started: 'another-boot/77' })}\n`);
    appendFileSync(ledger, `${JSON.stringify({ ...entry, started: null })}\n`);
    expect(await reap()).toBe(0);
    expect(isRunning(pid)).toBe(true);
  });

  test('finds those that left their group by the run in their environment', async () => {
    const bare = sleeper({ TROUPE_RUN: run });
    const placed = sleeper({
      TROUPE_RUN: run,
      TROUPE_RUN_FOLDER: `${runFolder}/../run-${folders}`,
    });
    expect(await reap()).toBe(2);
    expect([bare, placed].map(isRunning)).toEqual([false, false]);
  });

  test('spares other runs, and a run of another home with the same id', async () => {
    const pids = [
      sleeper({ TROUPE_RUN: `${run}0` }),
      sleeper({ TROUPE_RUN: run, TROUPE_RUN_FOLDER: base }),
      sleeper({ TROUPE_RUN: run, TROUPE_RUN_FOLDER: '/no/such/folder' }),
      sleeper({ NO_TROUPE_RUN: run }),
    ];
    expect(await reap()).toBe(0);
    expect(pids.map(isRunning)).toEqual([true, true, true, true]);
  });

  test('reads around what a crash tore or a person wrote', async () => {
    const pid = sleeper();
    const lines = [
      'null',
      '{"pid":-1,"started":"x","token":1}',
      '{"pid":1,"started":"x","token":1}',
    ];
    writeFileSync(ledger, `\u0000\n${lines.join('\n')}\n[]\n"text"\n\n`);
    recordProcess(runFolder, pid, token(1));
    appendFileSync(ledger, '{"pid":12,"sta');
    expect(await reap()).toBe(1);
    expect(isRunning(pid)).toBe(false);
  });

  test('of a run that never started a process does nothing', async () => {
    expect(await reap()).toBe(0);
    expect(existsSync(ledger)).toBe(false);
  });
});

describe.skipIf(process.platform !== 'linux')('a runtime that was killed with its guardian', () => {
  let runtime: string;
  beforeAll(() => {
    runtime = compileRuntime(base);
  });

  test('leaves orphans, in the group and out of it, which a resume ends', async () => {
    const command =
      'sleep 1000 & echo inner $!; setsid sleep 1000 & echo stray $!; echo outer $$; wait';
    const names = ['inner', 'stray', 'outer', 'guardian'];
    const started = await startRuntime(runtime, runFolder, command, names);
    process.kill(started.pids.get('guardian') ?? 0, 'SIGSTOP');
    started.process.kill('SIGKILL');
    await eventually('the runtime is gone', started.exited);
    const orphans = ['inner', 'stray', 'outer'].map((name) => started.pids.get(name) ?? 0);
    expect(orphans.map(isRunning)).toEqual([true, true, true]);
    expect(await reap(runId('killed'))).toBe(2);
    await eventually('all are gone', () => !orphans.some(isRunning));
    process.kill(started.pids.get('guardian') ?? 0, 'SIGKILL');
  });
});
