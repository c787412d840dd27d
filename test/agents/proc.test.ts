/** What Linux says about a process is read right, however the program calls itself. */
import { spawn } from 'node:child_process';
import { describe, expect, test } from 'vitest';
import {
  allProcesses,
  environmentWith,
  ownLine,
  parseStatus,
  processStatus,
} from '../../src/agents/processes/proc.ts';
import { systemClock } from '../../src/kernel/clock.ts';

const rest = '1 77 77 0 -1 4194560 1 0 0 0 0 0 0 0 20 0 1 0 123456 8000 200';

test.each(['sh', 'a b', 'x) S 9 9', ')))', ''])('a program called "%s"', (name) => {
  expect(parseStatus(12, `12 (${name}) S ${rest}\n`)).toEqual({
    pid: 12,
    parent: 1,
    group: 77,
    state: 'running',
    startedTicks: '123456',
  });
});

test('a zombie does not run', () => {
  expect(parseStatus(12, `12 (sh) Z ${rest}`).state).toBe('zombie');
});

test('of a process that is not there nothing is known', () => {
  expect(processStatus(2 ** 30)).toBeNull();
  expect(environmentWith(2 ** 30, [])).toBeNull();
});

describe.skipIf(process.platform !== 'linux')('on Linux', () => {
  test('we are among the processes, under our parent', async () => {
    const pids: number[] = [];
    for await (const pid of allProcesses(systemClock)) pids.push(pid);
    expect(pids).toContain(process.pid);
    expect(processStatus(process.pid)).toMatchObject({ parent: process.ppid });
    expect([...ownLine()].slice(0, 2)).toEqual([process.pid, process.ppid]);
  });

  test('a process is known by whole lines of its environment only', async () => {
    const env = { PATH: process.env.PATH, MARK: 'seven', OTHER: 'MARK=six' };
    const child = spawn('sleep', ['1000'], { env, stdio: 'ignore' });
    const pid = child.pid ?? 0;
    expect(environmentWith(pid, ['MARK=seven', 'OTHER=MARK=six'])).toContain('MARK=seven');
    for (const line of ['MARK=sev', 'ARK=seven', 'MARK=six']) {
      expect(environmentWith(pid, [line])).toBeNull();
    }
    child.kill('SIGKILL');
  });
});
