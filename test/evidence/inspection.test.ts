/** The commands that the runtime itself runs to look at a task, as real processes. */
import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, describe, expect, test } from 'vitest';
import { runId, taskId, token } from '../../machines/ids.ts';
import { openGuardian } from '../../src/agents/processes/guardian.ts';
import { type Inspection, inspect, missingProgram } from '../../src/agents/processes/inspection.ts';
import { systemClock } from '../../src/kernel/clock.ts';
import { eventually, runningWith } from '../agents/processes.ts';
import { tempFolders } from '../app/temp.ts';

const temp = tempFolders('inspection');
const guardian = openGuardian({ environment: process.env });
afterAll(() => guardian.close());

let tokens = 0;

function inspection(argv: readonly string[], given: Partial<Inspection> = {}): Inspection {
  tokens += 1;
  const folder = temp();
  return {
    argv,
    cwd: folder,
    environment: process.env,
    variables: {},
    runId: runId(`inspection-${process.pid}`),
    runFolder: folder,
    task: taskId('build'),
    token: token(tokens),
    count: 1,
    timeoutMs: 60_000,
    clock: systemClock,
    signal: new AbortController().signal,
    guardian,
    ...given,
  };
}

const shell = (line: string, given: Partial<Inspection> = {}) =>
  inspection(['sh', '-c', line], given);

describe('a look by running', () => {
  test('sees exit 0, the hash of the output and its last words', async () => {
    const seen = await inspect(shell('echo hello'));
    expect(seen).toMatchObject({ exitCode: 0, fault: null, lastWords: 'hello' });
    expect(seen.outputSha256).toMatch(/^[0-9a-f]{64}$/);
    expect(seen.durationMs).toBeGreaterThanOrEqual(0);
  });

  test('sees another exit, and prefers what was said on stderr', async () => {
    const seen = await inspect(shell('echo out; echo "\x1b[31mbroken\x1b[0m" >&2; exit 3'));
    expect(seen).toMatchObject({
      exitCode: 3,
      fault: { code: 'agent.exited', message: 'sh exited 3: broken', retryable: true },
      lastWords: 'broken',
    });
  });

  test('sees a signal', async () => {
    const seen = await inspect(shell('kill -s KILL $$'));
    expect(seen).toMatchObject({ exitCode: null, fault: { code: 'agent.killed' } });
    expect(seen.fault?.message).toContain('SIGKILL');
  });

  test('ends what takes too long', async () => {
    const seen = await inspect(shell('sleep 600', { timeoutMs: 50 }));
    expect(seen).toMatchObject({ exitCode: null, fault: { code: 'agent.timed-out' } });
  });

  test('ends with the attempt that it looks at', async () => {
    const control = new AbortController();
    const options = shell('echo up > up; sleep 600', { signal: control.signal });
    const looking = inspect(options);
    await eventually('it has started', () => existsSync(join(options.cwd, 'up')));
    control.abort();
    expect(await looking).toMatchObject({ exitCode: null, fault: { code: 'agent.cancelled' } });
    expect(runningWith(`TROUPE_TOKEN=${options.token}.check-1`)).toEqual([]);
  });

  test('names a program that is not there', async () => {
    const { fault } = await inspect(inspection(['no-such-program-here']));
    expect(fault).toMatchObject({ code: 'agent.program-not-found', retryable: false });
    expect(fault?.message).toContain('"no-such-program-here"');
  });

  test('keeps its output beside that of the attempt, one file a look', async () => {
    const options = shell('echo first');
    await inspect(options);
    await inspect({ ...options, argv: ['sh', '-c', 'echo second; echo loud >&2'], count: 2 });
    const stem = join(options.runFolder, 'streams', 'build', `${options.token}`);
    expect(readFileSync(`${stem}.check-1.out.txt`, 'utf8')).toBe('first\n');
    expect(readFileSync(`${stem}.check-2.out.txt`, 'utf8')).toBe('second\n');
    expect(readFileSync(`${stem}.check-2.err.txt`, 'utf8')).toBe('loud\n');
  });

  test('gets nothing on stdin, its variables, and marks of its own', async () => {
    const options = shell('cat; echo "$COLOUR $TROUPE_TOKEN"', { variables: { COLOUR: 'red' } });
    const { lastWords } = await inspect(options);
    expect(lastWords).toBe(`red ${options.token}.check-1`);
  });
});

describe('the first missing program', () => {
  const path = (folder: string) => ({ PATH: folder });

  function program(folder: string, name: string, mode = 0o755): void {
    mkdirSync(folder, { recursive: true });
    writeFileSync(join(folder, name), '#!/bin/sh\n', { mode });
  }

  test('is told by its name, and that it can not be helped by another try', async () => {
    const folder = temp();
    program(folder, 'here');
    expect(await missingProgram(['here'], path(folder), '/')).toBeNull();
    const fault = await missingProgram(['here', 'gone', 'lost'], path(folder), '/');
    expect(fault).toMatchObject({ code: 'agent.program-not-found', retryable: false });
    expect(fault?.message).toContain('"gone"');
  });

  test('is one that may not be executed, or a folder of that name', async () => {
    const folder = temp();
    program(folder, 'text', 0o644);
    mkdirSync(join(folder, 'folder'));
    expect(await missingProgram(['text'], path(folder), '/')).not.toBeNull();
    expect(await missingProgram(['folder'], path(folder), '/')).not.toBeNull();
  });

  test('is none of no programs', async () => {
    expect(await missingProgram([], {}, '/')).toBeNull();
  });
});
