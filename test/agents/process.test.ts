/** Real children of every bad sort: whatever they do, each ends as one value and leaves nothing. */
import { createHash } from 'node:crypto';
import { chmodSync, existsSync, readdirSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test, vi } from 'vitest';
import { tailMaxBytes } from '../../src/agents/processes/capture.ts';
import { type Ended, type ProcessOptions, runProcess } from '../../src/agents/processes/process.ts';
import { systemClock } from '../../src/kernel/clock.ts';
import { guardian, makeRunFolder, processOptions, removeFolder } from './attempt.ts';
import { eventually, isRunning, runningWith } from './processes.ts';

vi.setConfig({ testTimeout: 120_000 });

let folder: string;
beforeAll(() => {
  folder = makeRunFolder();
});
afterAll(async () => {
  await guardian.close();
  removeFolder(folder);
});

const start = (argv: readonly string[], given: Partial<ProcessOptions> = {}): Promise<Ended> =>
  runProcess(processOptions(folder, argv, given));
const shell = (script: string, given: Partial<ProcessOptions> = {}): Promise<Ended> =>
  start(['sh', '-c', script], given);
const node = (script: string, given: Partial<ProcessOptions> = {}): Promise<Ended> =>
  start([process.execPath, '-e', script], given);
const sha256 = (bytes: Buffer | string): string => createHash('sha256').update(bytes).digest('hex');
const pidsIn = (text: string): number[] => [...text.matchAll(/\d+/g)].map(([pid]) => Number(pid));
const exit = (exitCode: number) => ({ kind: 'exited', exitCode });

describe.skipIf(process.platform === 'win32')('a process', () => {
  test('gives its output whole, on disk and with its hash', async () => {
    const ended = await shell('cat; echo of stderr >&2', { stdin: 'of stdin\n' });
    expect(ended.ending).toEqual(exit(0));
    expect(ended.stdout).toMatchObject({
      bytes: 9,
      tail: 'of stdin\n',
      sha256: sha256('of stdin\n'),
    });
    expect(ended.stderr).toMatchObject({ bytes: 10, tail: 'of stderr\n' });
    expect(readFileSync(ended.stdout.path, 'utf8')).toBe('of stdin\n');
    expect(readFileSync(ended.stderr.path, 'utf8')).toBe('of stderr\n');
  });

  test('that says nothing leaves no file', async () => {
    const ended = await start(['true']);
    expect(ended.stdout).toEqual({ path: '', bytes: 0, sha256: sha256(''), tail: '' });
  });

  test('may end its output without a line feed', async () => {
    expect((await shell('printf "no line feed"')).stdout.tail).toBe('no line feed');
  });

  test('may print bytes that are no text', async () => {
    const ended = await shell('head -c 300000 /dev/urandom');
    const bytes = readFileSync(ended.stdout.path);
    expect(bytes.length).toBe(300_000);
    expect(ended.stdout).toMatchObject({ bytes: 300_000, sha256: sha256(bytes) });
    expect(ended.stdout.tail.length).toBeGreaterThan(0);
  });

  test('passes its exit code and its signal on', async () => {
    expect((await shell('exit 75')).ending).toEqual(exit(75));
    expect((await shell('kill -s SEGV $$')).ending).toEqual({ kind: 'killed', signal: 'SIGSEGV' });
  });

  test('works in its folder and its own group', async () => {
    const ended = await shell('pwd -P; ps -o pgid= -p $$ 2>/dev/null || echo $$');
    const [cwd, group] = ended.stdout.tail.split('\n');
    expect(statSync(cwd ?? '').ino).toBe(statSync(folder).ino);
    expect(Number(group)).toBe(ended.pid);
  });

  test('tells its words as they come, with no character torn', async () => {
    const said: string[] = [];
    const bytes = Buffer.from('aä€🎭z');
    const script = `const bytes = Buffer.from('${bytes.toString('base64')}', 'base64');
      const next = (at) => at < bytes.length && process.stdout.write(bytes.subarray(at, at + 1),
        () => setTimeout(next, 20, at + 1));
      next(0);`;
    const ended = await node(script, { said: (_, text) => said.push(text) });
    expect(said.join('')).toBe('aä€🎭z');
    expect(said.length).toBeGreaterThan(1);
    expect(ended.stdout.tail).toBe('aä€🎭z');
  });

  test('keeps the end of a long text in memory, cut between characters', async () => {
    const ended = await node(`process.stdout.write('🎭'.repeat(${tailMaxBytes}) + 'xyz')`);
    expect(ended.stdout.bytes).toBe(4 * tailMaxBytes + 3);
    expect(statSync(ended.stdout.path).size).toBe(ended.stdout.bytes);
    expect(ended.stdout.tail).toBe(`${'🎭'.repeat(tailMaxBytes / 4 - 1)}xyz`);
  });

  test('sees nothing of the environment that was not allowed or given', async () => {
    const ended = await shell('env', {
      environment: { PATH: process.env.PATH, LC_TIME: 'C', OPENAI_API_KEY: 'secret', LANG: 'C' },
      variables: { GIVEN: 'by the plan' },
      marks: { MARKED: '7' },
    });
    const names = ended.stdout.tail.split('\n').map((line) => line.split('=')[0]);
    const ofTheShell = ['', 'PWD', 'OLDPWD', 'SHLVL', '_'];
    expect(names.filter((name) => !ofTheShell.includes(name ?? '')).sort()).toEqual([
      'GIVEN',
      'LANG',
      'LC_TIME',
      'MARKED',
      'PATH',
      'TROUPE_LIFE',
    ]);
    expect(ended.stdout.tail).not.toContain('secret');
  });

  test('need not read the 5 MB that it is given', async () => {
    const stdin = 'p'.repeat(5_000_000);
    expect((await shell('exec 0<&-; exit 3', { stdin })).ending).toEqual(exit(3));
    expect((await shell('head -c 1; exit 0', { stdin })).stdout.tail).toBe('p');
    expect((await shell('wc -c', { stdin })).stdout.tail.trim()).toBe('5000000');
  });
});

describe.skipIf(process.platform === 'win32')('a process that does not start', () => {
  test('because the program is missing, says which and what to do', async () => {
    const { ending, pid } = await start(['no-such-program', 'x']);
    expect(pid).toBeNull();
    expect(ending).toMatchObject({
      fault: { code: 'agent.program-not-found', retryable: false },
    });
    expect(ending).toMatchObject({
      fault: { message: expect.stringMatching(/no-such-program.*PATH/) },
    });
  });

  test('because its interpreter is missing, says so', async () => {
    const path = join(folder, 'orphaned-script');
    writeFileSync(path, '#!/no/such/interpreter\n', { mode: 0o755 });
    const { ending } = await start([path]);
    expect(ending).toMatchObject({
      fault: { code: 'agent.program-not-found', message: expect.stringContaining('interpreter') },
    });
  });

  test('because its folder is missing, does not blame the program', async () => {
    const { ending } = await start(['true'], { cwd: '/no/such/folder' });
    expect(ending).toMatchObject({
      fault: { code: 'agent.folder-missing', message: expect.stringContaining('/no/such/folder') },
    });
    expect((await start(['true'], { cwd: '/dev/null' })).ending).toMatchObject({
      fault: { code: 'agent.folder-missing' },
    });
  });

  test('because it may not be executed, says so', async () => {
    const path = join(folder, 'plain.txt');
    writeFileSync(path, 'text');
    chmodSync(path, 0o644);
    expect((await start([path])).ending).toMatchObject({
      fault: { code: 'agent.program-not-executable', retryable: false },
    });
  });

  test('because it is given too much, or what no system takes, says so', async () => {
    const huge = 'x'.repeat(8_000_000);
    const codeOf = async (argv: readonly string[]): Promise<unknown> => (await start(argv)).ending;
    expect(await codeOf(['true', huge])).toMatchObject({
      fault: { code: 'agent.arguments-too-long' },
    });
    expect(await codeOf(['true', 'a\0b'])).toMatchObject({ fault: { code: 'agent.not-started' } });
    expect(await codeOf([])).toMatchObject({ fault: { code: 'agent.command-missing' } });
  });

  test('holds no file and no pipe open', async () => {
    const open = (): number => (existsSync('/proc/self/fd') ? statCount('/proc/self/fd') : 0);
    await start(['no-such-program']);
    const before = open();
    for (let at = 0; at < 40; at += 1) await start(['no-such-program']);
    for (let at = 0; at < 40; at += 1) await shell('echo x; echo y >&2');
    await eventually('all are closed', () => open() <= before + 5);
  });
});

describe.skipIf(process.platform === 'win32')('a process that does not end', () => {
  test('is ended when its time is up', async () => {
    const ended = await shell('echo started; sleep 1000', { timeoutMs: 200 });
    expect(ended.ending).toEqual({ kind: 'timed-out' });
    expect(isRunning(ended.pid ?? 0)).toBe(false);
  });

  test('keeps what it said, also after it was asked to end', async () => {
    const control = new AbortController();
    const ended = await shell(
      `trap 'echo goodbye; exit 0' TERM; echo hello; while :; do sleep 0.05; done`,
      { signal: control.signal, said: () => control.abort(), graceMs: 60_000 },
    );
    expect(ended.ending).toEqual({ kind: 'cancelled' });
    expect(ended.stdout.tail).toBe('hello\ngoodbye\n');
  });

  test('and ignores SIGTERM is killed, and its children with it', async () => {
    const control = new AbortController();
    const script = `trap '' TERM; sh -c 'trap "" TERM; sleep 1000' & echo $! $$; wait`;
    const ended = await shell(script, {
      signal: control.signal,
      said: () => control.abort(),
      graceMs: 50,
    });
    expect(ended.ending).toEqual({ kind: 'cancelled' });
    const pids = pidsIn(ended.stdout.tail);
    expect(pids.length).toBe(2);
    for (const pid of pids) expect(isRunning(pid)).toBe(false);
  });

  test('and was stopped is killed all the same', async () => {
    const ended = await shell('kill -s STOP $$', { timeoutMs: 300, graceMs: 50 });
    expect(ended.ending).toEqual({ kind: 'timed-out' });
    expect(isRunning(ended.pid ?? 0)).toBe(false);
  });

  test('may be given up at any moment', async () => {
    const script = `trap 'exit 0' TERM; sleep 1000 & echo x; wait`;
    const attempts = Array.from({ length: 40 }, async (_, at) => {
      const control = new AbortController();
      setTimeout(() => control.abort(), at);
      return shell(script, { signal: control.signal, variables: { MOMENT: folder } });
    });
    for (const ended of await Promise.all(attempts)) {
      expect(ended.ending).toEqual({ kind: 'cancelled' });
    }
    expect(runningWith(`MOMENT=${folder}`)).toEqual([]);
  });

  test('is never started when it is given up before', async () => {
    const touched = join(folder, 'touched');
    const ended = await start(['touch', touched], { signal: AbortSignal.abort() });
    expect(ended).toMatchObject({ ending: { kind: 'cancelled' }, pid: null });
    expect(existsSync(touched)).toBe(false);
  });
});

describe.skipIf(process.platform === 'win32')('what a process leaves behind', () => {
  test('a child of the group that holds the pipe is ended, and not waited for', async () => {
    const ended = await shell('sleep 1000 & echo $!; exit 0');
    expect(ended.ending).toEqual(exit(0));
    const [pid = 0] = pidsIn(ended.stdout.tail);
    expect(pid).toBeGreaterThan(1);
    expect(isRunning(pid)).toBe(false);
  });

  test('a child of the group that holds no pipe is ended too', async () => {
    const ended = await shell('sleep 1000 >/dev/null 2>&1 </dev/null & echo $!');
    expect(isRunning(pidsIn(ended.stdout.tail)[0] ?? 0)).toBe(false);
  });

  test.each(['inherit', 'ignore'] as const)(
    'a child that left the group (its pipe: %s) is not waited for, and ended on Linux',
    async (stdout) => {
      const ended = await node(leave(stdout));
      const [pid = 0] = pidsIn(ended.stdout.tail);
      expect(ended.ending).toEqual(exit(0));
      if (process.platform === 'linux') expect(isRunning(pid)).toBe(false);
      else process.kill(pid, 'SIGKILL');
    },
  );

  test('nor is one that left the group and speaks without end', async () => {
    const script = leave('inherit').replace("'sleep', ['1000']", "'yes', []");
    const ended = await node(script, { outputMaxBytes: 2 ** 40, marks: {} });
    const [pid = 0] = pidsIn(ended.stdout.tail.slice(0, 100));
    if (pid > 1 && isRunning(pid)) process.kill(pid, 'SIGKILL');
    expect(['exited', 'faulted']).toContain(ended.ending.kind);
  });
});

describe.skipIf(process.platform === 'win32')('output beyond all bounds', () => {
  test('ends the process, and is kept up to the limit', async () => {
    const ended = await shell('head -c 100000000 /dev/zero; sleep 1000');
    expect(ended.ending).toMatchObject({ fault: { code: 'agent.output-too-large' } });
    expect(ended.stdout.bytes).toBe(64 * 1024 * 1024);
    expect(statSync(ended.stdout.path).size).toBe(ended.stdout.bytes);
    expect(ended.stdout.sha256).toBe(sha256(Buffer.alloc(ended.stdout.bytes)));
    expect(isRunning(ended.pid ?? 0)).toBe(false);
  });

  test('within a larger limit needs no memory', async () => {
    const before = process.memoryUsage().arrayBuffers;
    let peak = before;
    const ended = await shell('head -c 300000000 /dev/zero', {
      outputMaxBytes: 400_000_000,
      said: () => {
        peak = Math.max(peak, process.memoryUsage().arrayBuffers);
      },
    });
    expect(ended).toMatchObject({ ending: exit(0), stdout: { bytes: 300_000_000 } });
    // What is garbage stays until the collector comes, which is not before some 64 MB.
    expect(peak - before).toBeLessThan(150_000_000);
  });

  test('is exactly that: what fits exactly is no fault', async () => {
    const full = await shell('printf 12345', { outputMaxBytes: 5 });
    expect(full).toMatchObject({ ending: exit(0), stdout: { tail: '12345' } });
    const over = await shell('printf 123456 >&2', { outputMaxBytes: 5 });
    expect(over.ending).toMatchObject({ fault: { code: 'agent.output-too-large' } });
    expect(over.stderr.tail).toBe('12345');
  });

  test('on a slow reader waits in the child, and is complete', async () => {
    const ended = await shell('head -c 20000000 /dev/zero', { said: () => busy(2) });
    expect(ended).toMatchObject({ ending: exit(0), stdout: { bytes: 20_000_000 } });
  });
});

describe.skipIf(!existsSync('/dev/full'))('a disk that is full', () => {
  test('is a fault, and ends the process', async () => {
    const ended = await shell('echo x; sleep 1000', { stdoutPath: '/dev/full' });
    expect(ended.ending).toMatchObject({ fault: { code: 'agent.disk-full', retryable: true } });
    expect(ended.ending).toMatchObject({ fault: { message: expect.stringContaining('ENOSPC') } });
    expect(isRunning(ended.pid ?? 0)).toBe(false);
  });

  test('before the process could be put on record ends it as well', async () => {
    const ended = await shell('sleep 1000', { runFolder: join(folder, 'not', 'there') });
    expect(ended.ending).toMatchObject({ fault: { code: 'agent.output-lost' } });
    expect(isRunning(ended.pid ?? 0)).toBe(false);
  });
});

test.skipIf(process.platform === 'win32')(
  'a listener that throws is a fault, not a crash',
  async () => {
    const said = (): void => {
      throw new Error('a bug of the listener');
    };
    const ended = await shell('echo x; sleep 1000', { said });
    expect(ended.ending).toEqual({
      kind: 'faulted',
      fault: { code: 'agent.broken', message: 'a bug of the listener', retryable: false },
    });
  },
);

test.skipIf(process.platform === 'win32')('a hundred at once each get their own', async () => {
  const all = await Promise.all(
    Array.from({ length: 100 }, (_, at) => start(['cat'], { stdin: `number ${at}` })),
  );
  expect(all.map((ended) => ended.stdout.tail)).toEqual(all.map((_, at) => `number ${at}`));
});

/** Starts a sleeper in a session of its own, says its pid, and ends. */
function leave(stdout: 'inherit' | 'ignore'): string {
  return `const { spawn } = require('node:child_process');
    const stdio = ['ignore', '${stdout}', 'ignore'];
    const child = spawn('sleep', ['1000'], { detached: true, stdio });
    process.stdout.write(child.pid + '\\n', () => process.exit(0));`;
}

function busy(forMs: number): void {
  const endMs = systemClock.elapsed() + forMs;
  while (systemClock.elapsed() < endMs);
}

function statCount(path: string): number {
  return readdirSync(path).length;
}
