/** Any program as an agent: its exit decides, its words are kept, and what it is told is exact. */
import { createHash } from 'node:crypto';
import { existsSync, readFileSync, realpathSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, describe, expect, test, vi } from 'vitest';
import { taskId, token } from '../../machines/ids.ts';
import type { Outcome } from '../../machines/outcome.ts';
import type { Adapter, Assignment } from '../../src/agents/agent.ts';
import { commandAdapter } from '../../src/agents/command.ts';
import { findProgram } from '../../src/agents/processes/program.ts';
import { streamPaths } from '../../src/agents/streams.ts';
import { agentContract } from '../contracts/agent.contract.ts';
import {
  guardian,
  makeAssignment,
  makeRunFolder,
  makeWorld,
  removeFolder,
  run,
} from './attempt.ts';

vi.setConfig({ testTimeout: 120_000 });

const onPosix = process.platform !== 'win32';
const runFolder = makeRunFolder();

const open = (folder: string): Adapter =>
  commandAdapter({
    runFolder: folder,
    runId: run,
    environment: process.env,
    guardian,
    graceMs: 50,
  });
const work = (argv: readonly string[], given: Partial<Assignment> = {}): Promise<Outcome> =>
  open(runFolder).work(makeAssignment(runFolder, { argv, ...given }), makeWorld());
const shell = (script: string, given: Partial<Assignment> = {}): Promise<Outcome> =>
  work(['sh', '-c', script], given);

afterAll(async () => {
  await guardian.close();
  removeFolder(runFolder);
});

const sleepFor = `setInterval(() => {}, 1000)`;
agentContract('command', (folder) => ({
  quick: { adapter: open(folder), assignment: { argv: [process.execPath, '-e', ''] } },
  endless: { adapter: open(folder), assignment: { argv: [process.execPath, '-e', sleepFor] } },
}));

if (onPosix) {
  const leave = process.platform === 'linux' ? 'setsid' : '';
  const stubborn = `trap '' TERM; ${leave} sleep 1000 >/dev/null 2>&1 & (trap '' TERM; sleep 1000) &
    sleep 1000; sleep 1000`;
  agentContract('command-stubborn', (folder) => ({
    quick: { adapter: open(folder), assignment: { argv: ['sh', '-c', 'sleep 1000 & echo done'] } },
    endless: { adapter: open(folder), assignment: { argv: ['sh', '-c', stubborn] } },
  }));
}

describe.skipIf(!onPosix)('a command', () => {
  test('answers on stdout what it was asked on stdin', async () => {
    const given = { prompt: 'Schöne Grüße', token: token(9_001), task: taskId('greet') };
    const outcome = await shell('printf "%s, " you; cat; echo; echo aside >&2', given);
    const text = 'you, Schöne Grüße\n';
    const sha256 = createHash('sha256').update(text).digest('hex');
    const bytes = Buffer.byteLength(text);
    const sh = await findProgram('sh', process.env.PATH ?? '', runFolder);
    expect(outcome).toEqual({
      kind: 'succeeded',
      durationMs: expect.any(Number),
      output: { path: 'streams/greet/9001.out.txt', bytes, sha256, text },
      usage: { inputTokens: 0, outputTokens: 0, costUsd: 0 },
      evidence: [
        {
          kind: 'exit',
          passed: true,
          summary: 'sh exited 0',
          facts: {
            program: sh,
            exitCode: 0,
            durationMs: outcome.durationMs,
            stdoutBytes: bytes,
            stdoutSha256: sha256,
            stderrBytes: 6,
          },
        },
      ],
    });
    expect(readFileSync(join(runFolder, outcome.output.path), 'utf8')).toBe(text);
    const stderr = join(runFolder, streamPaths(taskId('greet'), token(9_001)).stderr);
    expect(readFileSync(stderr, 'utf8')).toBe('aside\n');
  });

  test('is told what it works on, whatever the plan says', async () => {
    const outcome = await shell('env | grep ^TROUPE_ | sort', {
      task: taskId('build'),
      token: token(77),
      attempt: 3,
      env: { TROUPE_TASK: 'another', TROUPE_EXTRA: 'of the plan' },
    });
    expect(outcome.output.text.split('\n')).toEqual([
      'TROUPE_AGENT=coder-1',
      `TROUPE_ARTIFACTS=${join(runFolder, 'artifacts', 'build')}`,
      'TROUPE_ATTEMPT=3',
      'TROUPE_EXTRA=of the plan',
      expect.stringMatching(/^TROUPE_LIFE=\d/),
      'TROUPE_ROLE=coder',
      `TROUPE_RUN=${run}`,
      `TROUPE_RUN_FOLDER=${runFolder}`,
      'TROUPE_TASK=build',
      'TROUPE_TOKEN=77',
      '',
    ]);
  });

  test('that exits otherwise has failed, with its last words in the message', async () => {
    const script = `for line in 1 2 3 4 5 6; do echo "line $line" >&2; done
      printf '\\033[31mred\\033[0m\\007 and\\rthe end\\n' >&2; exit 75`;
    const outcome = await shell(script);
    expect(outcome).toMatchObject({
      kind: 'failed',
      fault: {
        code: 'agent.exited',
        message: 'sh exited 75: line 4\nline 5\nline 6\nred and\nthe end',
        retryable: true,
      },
      evidence: [{ kind: 'exit', passed: false, facts: { exitCode: 75 } }],
    });
  });

  test('that was killed has failed', async () => {
    expect(await shell('echo last words >&2; kill -s KILL $$')).toMatchObject({
      fault: {
        code: 'agent.killed',
        message: 'sh was ended by SIGKILL: last words',
        retryable: true,
      },
      evidence: [{ passed: false, facts: { signal: 'SIGKILL' } }],
    });
  });

  test('that is not there has failed for good', async () => {
    expect(await work(['no-such-program'])).toMatchObject({
      fault: { code: 'agent.program-not-found', retryable: false },
      output: { path: '', bytes: 0 },
      evidence: [{ passed: false, facts: { program: 'no-such-program' } }],
    });
    expect(await work([])).toMatchObject({ fault: { code: 'agent.command-missing' } });
  });

  test('is found in the folder it works in', async () => {
    writeFileSync(join(runFolder, 'script'), '#!/bin/sh\npwd -P\n', { mode: 0o755 });
    const outcome = await work(['./script']);
    expect(outcome.output.text).toBe(`${realpathSync(runFolder)}\n`);
    expect(outcome.evidence[0]?.facts.program).toBe(join(runFolder, 'script'));
  });

  test('tells its start and its words as they come', async () => {
    const world = makeWorld();
    const assignment = makeAssignment(runFolder, { argv: ['sh', '-c', 'echo a; echo b >&2'] });
    await open(runFolder).work(assignment, world);
    expect(world.told[0]).toEqual({ type: 'agent.started', pid: expect.any(Number) });
    expect(world.told).toContainEqual({ type: 'agent.said', stream: 'stdout', text: 'a\n' });
    expect(world.told).toContainEqual({ type: 'agent.said', stream: 'stderr', text: 'b\n' });
  });

  test('called anything keeps its words inside the folder of its run', async () => {
    const outcome = await shell('echo x', { task: taskId('../..\\a:b/ü') });
    expect(outcome.output.path).toMatch(/^streams\/_\._\.\._a_b_ü\/\d+\.out\.txt$/);
    expect(existsSync(join(runFolder, outcome.output.path))).toBe(true);
    for (const name of ['', '.', '..', 'x'.repeat(500)]) {
      const path = streamPaths(taskId(name), token(1)).stdout;
      expect(path.split('/').length).toBe(3);
      expect(path).not.toMatch(/\/\.+\//);
      expect(path.length).toBeLessThan(100);
    }
  });
});

describe.skipIf(!onPosix)('looking a program up', () => {
  const path = process.env.PATH ?? '';

  test('takes the first on the path that is a program', async () => {
    expect(await findProgram('sh', path, '/')).toMatch(/^\/.*\/sh$/);
    expect(await findProgram('sh', `/no/such:${runFolder}:${path}`, '/')).toMatch(/\/sh$/);
    expect(await findProgram('no-such-program', path, '/')).toBeNull();
    expect(await findProgram('', path, '/')).toBeNull();
  });

  test('takes no folder and no file that may not be executed', async () => {
    writeFileSync(join(runFolder, 'plain'), '');
    expect(await findProgram('plain', runFolder, '/')).toBeNull();
    expect(await findProgram('streams', runFolder, '/')).toBeNull();
  });

  test('counts relative folders from where it will work', async () => {
    writeFileSync(join(runFolder, 'here'), '', { mode: 0o755 });
    const here = join(runFolder, 'here');
    expect(await findProgram('here', '.', runFolder)).toBe(here);
    expect(await findProgram('here', '', runFolder)).toBe(here);
    expect(await findProgram('./here', path, runFolder)).toBe(here);
    expect(await findProgram('here', '.', '/')).toBeNull();
  });
});
