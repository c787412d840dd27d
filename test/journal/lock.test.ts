/** One writer a folder, whatever became of the last one: tried with real processes. */
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { hostname } from 'node:os';
import { join } from 'node:path';
import { describe, expect, onTestFinished, test } from 'vitest';
import { FileJournal } from '../../src/journal/file.ts';
import { lockOwner, type Owner, takeLock } from '../../src/journal/lock.ts';
import { eventually, isRunning } from '../agents/processes.ts';
import { makeFolder } from './inputs.ts';
import { type Answer, OtherProcess, useProgram } from './other-process.ts';

const program = useProgram();
const onLinux = process.platform === 'linux';

const locksIn = (folder: string): string[] =>
  readdirSync(folder).filter((name) => name.startsWith('lock'));

function leaveLock(folder: string, owner: Partial<Owner>): void {
  const whole = { pid: process.pid, host: hostname(), started: '', ...owner };
  writeFileSync(join(folder, 'lock.1'), JSON.stringify(whole));
}

describe('a folder in use', () => {
  test('refuses a second process, and names the first', async () => {
    const folder = makeFolder();
    const other = await OtherProcess.start(program());
    expect(await other.order('open', { folder })).toEqual({});
    expect(lockOwner(folder)?.pid).toBe(other.pid);
    await expect(FileJournal.open(folder)).rejects.toMatchObject({
      name: 'UserError',
      code: 'run.locked',
      message: `${folder} is in use by process ${other.pid}`,
      hint: expect.stringContaining(`kill ${other.pid}`),
    });
  });

  test('refuses a second opener in the same process', async () => {
    const folder = makeFolder();
    const journal = await FileJournal.open(folder);
    await expect(FileJournal.open(folder)).rejects.toMatchObject({
      code: 'run.locked',
      message: expect.stringContaining(`process ${process.pid}`),
    });
    await journal.close();
  });

  test('by another machine is never passed by, and the way out is told', () => {
    const folder = makeFolder();
    leaveLock(folder, { host: 'elsewhere', pid: 2 ** 30 });
    expect(() => takeLock(folder)).toThrow(
      expect.objectContaining({
        code: 'run.locked',
        message: `${folder} is in use by process ${2 ** 30} on elsewhere`,
        hint: expect.stringContaining(join(folder, 'lock.1')),
      }),
    );
  });

  test('by a process of which the start is unknown counts', () => {
    const folder = makeFolder();
    leaveLock(folder, { started: '' });
    expect(() => takeLock(folder)).toThrow(/in use by process/);
  });
});

describe('a folder left', () => {
  test('by closing is free, and generations rise', async () => {
    const folder = makeFolder();
    for (const generation of [1, 2, 3]) {
      const journal = await FileJournal.open(folder);
      expect(lockOwner(folder)?.pid).toBe(process.pid);
      expect(locksIn(folder)).toEqual([`lock.${generation}`]);
      await journal.close();
      expect(lockOwner(folder)).toBeNull();
    }
    const lock = takeLock(folder);
    expect(lock.generation).toBe(4);
    lock.release();
  });

  test('by a killed process is free', async () => {
    const folder = makeFolder();
    const other = await OtherProcess.start(program());
    await other.order('take', { folder });
    expect(() => takeLock(folder)).toThrow(/in use/);
    await other.kill();
    expect(lockOwner(folder)).toBeNull();
    const lock = takeLock(folder);
    expect(lock.generation).toBe(2);
    expect(locksIn(folder)).toEqual(['lock.2']);
    lock.release();
  });

  test.skipIf(!onLinux)('by a dead process that nobody collects is free', async () => {
    const folder = makeFolder();
    const script = 'sleep 1000 & echo $!; exec sleep 1000';
    const stdio = ['ignore', 'pipe', 'inherit'] as const;
    const parent = spawn('sh', ['-c', script], { stdio: [...stdio], detached: true });
    onTestFinished(() => void process.kill(-(parent.pid ?? 0), 'SIGKILL'));
    const [chunk] = (await once(parent.stdout, 'data')) as [Buffer];
    const pid = Number(chunk.toString());
    leaveLock(folder, { pid, started: startOf(pid) });
    expect(lockOwner(folder)?.pid).toBe(pid);
    // Only once it is `sleep`, which never waits for a child, is its child not collected.
    await eventually('sh became sleep', () => commandOf(parent.pid ?? 0) === 'sleep');
    process.kill(pid, 'SIGKILL');
    await eventually('it is dead', () => !isRunning(pid));
    expect(process.kill(pid, 0)).toBe(true);
    expect(lockOwner(folder)).toBeNull();
    takeLock(folder).release();
  });

  test.skipIf(!onLinux)('is not held by a later process with the same pid', () => {
    const folder = makeFolder();
    leaveLock(folder, { started: startOf(process.pid) });
    expect(() => takeLock(folder)).toThrow(/in use/);
    leaveLock(folder, { started: `${Number(startOf(process.pid)) - 1}` });
    expect(lockOwner(folder)).toBeNull();
    expect(takeLock(folder).generation).toBe(2);
  });

  test.each(['', 'null', '{"pid":', '{}', '[]', '7', '"x"'])('as %j is free', (content) => {
    const folder = makeFolder();
    writeFileSync(join(folder, 'lock.7'), content);
    expect(lockOwner(folder)).toBeNull();
    expect(takeLock(folder).generation).toBe(8);
  });

  test('that is gone altogether has no owner, and can be released', () => {
    const folder = makeFolder();
    const lock = takeLock(folder);
    rmSync(folder, { recursive: true });
    expect(lockOwner(folder)).toBeNull();
    expect(() => lock.release()).not.toThrow();
  });
});

describe('a race', () => {
  test('for what a killed process held has one winner, each time', async () => {
    const folder = makeFolder();
    const count = 8;
    const all = await Promise.all(
      Array.from({ length: count }, () => OtherProcess.start(program())),
    );
    for (let racers = all; racers.length > 0; racers = racers.filter(({ alive }) => alive)) {
      const answers = await Promise.all(racers.map((racer) => racer.order('take', { folder })));
      const winner = racers[answers.findIndex(({ code }) => code === undefined)];
      const round = count - racers.length + 1;
      expect(answers.filter(({ generation }) => generation === round)).toHaveLength(1);
      expect(answers.filter((answer) => names(answer, winner))).toHaveLength(racers.length - 1);
      await winner?.kill();
    }
    expect(locksIn(folder)).toEqual([`lock.${count}`]);
  });

  test('over and over never has two winners at once', async () => {
    const folder = makeFolder();
    const racers = await Promise.all(
      Array.from({ length: 4 }, () => OtherProcess.start(program())),
    );
    const sharing = racers.map((racer) => racer.order('share', { folder, times: 100 }));
    expect(await Promise.all(sharing)).toEqual([{}, {}, {}, {}]);
    expect(lockOwner(folder)).toBeNull();
    expect(takeLock(folder).generation).toBe(401);
  });
});

function names({ code, message }: Answer, winner: OtherProcess | undefined): boolean {
  return code === 'run.locked' && message?.endsWith(` ${winner?.pid}`) === true;
}

/** The 22nd field, as proc(5) counts them. */
function startOf(pid: number): string {
  const stat = readFileSync(`/proc/${pid}/stat`, 'utf8');
  return stat.slice(stat.lastIndexOf(')') + 2).split(' ')[19] ?? '';
}

function commandOf(pid: number): string {
  return readFileSync(`/proc/${pid}/comm`, 'utf8').trim();
}
