/** Nobody's children outlive a runtime that was killed with SIGKILL; nobody else's are touched. */
import { spawn } from 'node:child_process';
import { afterAll, beforeAll, describe, expect, test, vi } from 'vitest';
import { type Guardian, type Leash, openGuardian } from '../../src/agents/processes/guardian.ts';
import { makeRunFolder, removeFolder } from './attempt.ts';
import { eventually, isRunning } from './processes.ts';
import { compileRuntime, startRuntime } from './runtime.ts';

vi.setConfig({ testTimeout: 120_000, hookTimeout: 120_000 });

const folder = makeRunFolder();
const guardians: Guardian[] = [];
const groups: number[] = [];

const open = (): Guardian => {
  const guardian = openGuardian({ environment: process.env });
  guardians.push(guardian);
  return guardian;
};

/** A group of its own that nobody but the guardian will end. */
function sleeper(script = 'exec sleep 1000'): number {
  const child = spawn('sh', ['-c', script], { detached: true, stdio: 'ignore' });
  if (child.pid === undefined) throw new Error('no sleeper');
  groups.push(child.pid);
  return child.pid;
}

afterAll(async () => {
  await Promise.all(guardians.map((guardian) => guardian.close()));
  for (const group of groups.filter(isRunning)) process.kill(-group, 'SIGKILL');
  removeFolder(folder);
});

describe.skipIf(process.platform === 'win32')('a runtime that is killed', () => {
  let runtime: string;
  beforeAll(() => {
    runtime = compileRuntime(folder);
  });

  const killed = async (command: string, names: readonly string[]): Promise<void> => {
    const { process: child, pids } = await startRuntime(runtime, folder, command, names);
    for (const pid of pids.values()) expect(isRunning(pid)).toBe(true);
    child.kill('SIGKILL');
    for (const [name, pid] of pids) await eventually(`${name} is gone`, () => !isRunning(pid));
  };

  test('takes its children with it, and their children', async () => {
    await killed('sleep 1000 & echo inner $!; echo outer $$; wait', ['inner', 'outer', 'guardian']);
  });

  test('takes those with it that ignore what they can', async () => {
    const command = `trap '' TERM INT HUP; echo deaf $$; while :; do sleep 0.1; done`;
    await killed(command, ['deaf', 'guardian']);
  });

  test.skipIf(process.platform !== 'linux')(
    // Only there a stray can be found.
    'takes those with it that left their group, and what they have started',
    async () => {
      const stray = `sh -c 'trap "" TERM; echo stray $$; sleep 1000 & echo below $!; wait'`;
      const command = `setsid ${stray} & echo outer $$; wait`;
      await killed(command, ['stray', 'below', 'outer', 'guardian']);
    },
  );

  test.skipIf(process.platform !== 'linux')(
    // Only there a stray can be found.
    'takes those with it whose parent is long gone',
    async () => {
      const stray = `setsid sh -c 'echo stray $$; exec sleep 1000'`;
      await killed(`(${stray} &) ; echo outer $$; sleep 1000`, ['stray', 'outer', 'guardian']);
    },
  );

  test('by a terminal is survived by its guardian, which then does its work', async () => {
    const started = await startRuntime(runtime, folder, 'echo outer $$; sleep 1000', ['outer']);
    await eventually('the guardian is there', () => started.pids.has('guardian'));
    const guardian = started.pids.get('guardian') ?? 0;
    for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) process.kill(guardian, signal);
    expect(isRunning(guardian)).toBe(true);
    started.process.kill('SIGINT');
    for (const [name, pid] of started.pids) {
      await eventually(`${name} is gone`, () => !isRunning(pid));
    }
  });

  test('or comes to its end is not kept awake by its guardian', async () => {
    const started = await startRuntime(runtime, folder, 'echo outer $$', ['outer', 'guardian']);
    await eventually('the runtime has ended', started.exited);
    expect(started.process.exitCode).toBe(0);
    const guardian = started.pids.get('guardian') ?? 0;
    await eventually('the guardian has ended', () => !isRunning(guardian));
  });
});

describe.skipIf(process.platform === 'win32')('a guardian', () => {
  test('is not there before it is needed, nor after', async () => {
    const guardian = open();
    expect(guardian.pid).toBeNull();
    guardian.start();
    const pid = guardian.pid ?? 0;
    expect(isRunning(pid)).toBe(true);
    await guardian.close();
    expect(isRunning(pid)).toBe(false);
    guardian.start();
    expect(guardian.pid).toBeNull();
  });

  test('ends the groups that it still knows, and no other', async () => {
    const guardian = open();
    const pids = Array.from({ length: 4 }, () => sleeper());
    const [first = 0, second = 0, third = 0, stranger = 0] = pids;
    for (const group of [first, second, third]) guardian.enrol(group);
    guardian.release(second);
    guardian.release(stranger);
    await guardian.close();
    for (const group of [first, third]) {
      await eventually('the group is gone', () => !isRunning(group));
    }
    expect([second, stranger].map(isRunning)).toEqual([true, true]);
  });

  test.skipIf(process.platform !== 'linux')(
    // Only there a stray can be found.
    'leaves those alone that another life of the runtime has started',
    async () => {
      const [mine, other] = [open(), open()];
      expect(mine.marks).not.toEqual(other.marks);
      const env = { ...process.env, ...other.marks };
      const child = spawn('sleep', ['1000'], { detached: true, stdio: 'ignore', env });
      const [group, stranger] = [sleeper(), child.pid ?? 0];
      groups.push(stranger);
      mine.enrol(group);
      await mine.close();
      await eventually('the group is gone', () => !isRunning(group));
      expect(isRunning(stranger)).toBe(true);
    },
  );

  test('that is killed itself has a successor that knows as much', async () => {
    const guardian = open();
    const [kept, gone] = [sleeper(), sleeper()];
    guardian.enrol(kept);
    guardian.enrol(gone);
    guardian.release(kept);
    const first = guardian.pid ?? 0;
    process.kill(first, 'SIGKILL');
    await eventually('there is a successor', () => ![null, first].includes(guardian.pid));
    await guardian.close();
    await eventually('the group is gone', () => !isRunning(gone));
    expect(isRunning(kept)).toBe(true);
  });

  test('that is killed again and again is given up', async () => {
    const guardian = open();
    const group = sleeper();
    guardian.enrol(group);
    for (let last = guardian.pid; last !== null; ) {
      const pid = last;
      process.kill(pid, 'SIGKILL');
      await eventually('it is gone', () => guardian.pid !== pid);
      last = guardian.pid;
    }
    guardian.release(group);
    await guardian.close();
    expect(isRunning(group)).toBe(true);
  });
});

/** A time that a test lengthens. */
class TestLeash implements Leash {
  leftMs = 600_000;
  readonly beatMs = 100;
  #longer: () => void = () => {};

  onLonger(call: () => void): void {
    this.#longer = call;
  }

  give(leftMs: number): void {
    this.leftMs = leftMs;
    this.#longer();
  }
}

describe.skipIf(process.platform === 'win32')('a guardian on a leash', () => {
  const marked = (marks: Readonly<Record<string, string>>) =>
    spawn('sleep', ['1000'], {
      detached: true,
      stdio: 'ignore',
      env: { ...process.env, ...marks },
    });

  test('ends everything when the time is over, and what is started later', async () => {
    const leash = new TestLeash();
    const guardian = openGuardian({ environment: process.env, leash });
    guardian.start();
    const [first, second] = [marked(guardian.marks), marked(guardian.marks)];
    guardian.enrol(first.pid ?? 0);
    leash.give(600_000);
    expect(isRunning(first.pid ?? 0)).toBe(true);
    leash.give(0);
    await eventually('the first is gone', () => !isRunning(first.pid ?? 0));
    guardian.enrol(second.pid ?? 0);
    await eventually('the second is gone', () => !isRunning(second.pid ?? 0));
    leash.give(600_000);
    const third = marked(guardian.marks);
    guardian.enrol(third.pid ?? 0);
    const pid = guardian.pid ?? 0;
    await guardian.close();
    expect(isRunning(pid)).toBe(false);
    await eventually('the third is gone', () => !isRunning(third.pid ?? 0));
  });

  test('that is killed itself has a successor on the same leash', async () => {
    const leash = new TestLeash();
    const guardian = openGuardian({ environment: process.env, leash });
    guardian.start();
    const child = marked(guardian.marks);
    guardian.enrol(child.pid ?? 0);
    const before = guardian.pid ?? 0;
    process.kill(before, 'SIGKILL');
    await eventually('there is another', () => ![null, before].includes(guardian.pid));
    expect(isRunning(child.pid ?? 0)).toBe(true);
    leash.give(0);
    await eventually('the child is gone', () => !isRunning(child.pid ?? 0));
    await guardian.close();
  });
});
