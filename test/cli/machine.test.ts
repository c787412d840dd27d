/** The commands around a run: a first plan, what the machine has, and completion in a shell. */
import { chmodSync, existsSync, readFileSync, writeFileSync } from 'node:fs';
import { resolve } from 'node:path';
import { beforeAll, describe, expect, test, vi } from 'vitest';
import { verbs } from '../../cli/verbs.ts';
import { writeFiles } from '../app/temp.ts';
import { Desk } from './troupe.ts';

vi.setConfig({ testTimeout: 120_000, hookTimeout: 120_000 });

describe('init', () => {
  test('writes a plan that works, and says what to type next', async () => {
    const desk = new Desk();
    const { code, stdout, stderr } = await desk.type(['init']);
    expect([code, stdout]).toEqual([0, '']);
    const [, command = ''] = /Try it: troupe (.*)/.exec(stderr) ?? [];
    expect(command).toBe('run plan.yaml');
    const run = await desk.type([...command.split(' '), '--quiet']);
    expect(run).toEqual({ code: 0, stdout: '8\n', stderr: '' });
    const comments = readFileSync(desk.path('plan.yaml'), 'utf8').match(/#/g) ?? [];
    expect(comments.length).toBeGreaterThan(8);
  });

  test('never writes over a file, unless it is told to', async () => {
    const desk = new Desk();
    writeFileSync(desk.path('mine.yaml'), 'precious');
    const { code, stderr } = await desk.type(['init', 'mine.yaml']);
    expect([code, stderr]).toEqual([
      2,
      expect.stringMatching(/mine\.yaml is there already.*\n.*--force/),
    ]);
    expect(readFileSync(desk.path('mine.yaml'), 'utf8')).toBe('precious');
    expect((await desk.type(['init', 'mine.yaml', '--force'])).code).toBe(0);
    expect(readFileSync(desk.path('mine.yaml'), 'utf8')).toContain('troupe run mine.yaml');
  });

  test('makes no folders', async () => {
    const { code, stderr } = await new Desk().type(['init', 'no/plan.yaml']);
    expect([code, stderr]).toEqual([2, expect.stringMatching(/make its folder first/)]);
  });
});

describe('doctor', () => {
  test('says what was found, and leaves nothing behind', async () => {
    const desk = new Desk();
    const { code, stdout } = await desk.type(['doctor']);
    expect(code).toBe(0);
    expect(stdout).toMatch(/^fine +node +\d+\.\d+\.\d+$/m);
    for (const name of ['platform', 'home', 'disk', 'fsync', 'shell', 'git', 'terminal']) {
      expect(stdout).toMatch(new RegExp(`^(fine|warning) +${name} `, 'm'));
    }
    for (const name of ['claude', 'codex', 'gemini', 'opencode']) {
      expect(stdout).toMatch(new RegExp(`^(fine|warning|absent) +${name} +\\S`, 'm'));
    }
    expect(existsSync(desk.home)).toBe(false);
  });

  test('calls nothing fine that is not there, and says so when no agent is', async () => {
    const desk = new Desk();
    writeFiles(desk.folder, { 'bin/claude': '#!/bin/sh\necho 2.0.0\n' });
    chmodSync(desk.path('bin/claude'), 0o755);
    const nobody = (await desk.type(['doctor'], { env: { PATH: desk.home } })).stdout;
    expect(nobody).toMatch(/^absent +claude +not installed; npm install/m);
    expect(nobody).toMatch(/^absent +grok +no key; export XAI_API_KEY/m);
    expect(nobody).toMatch(/^warning +agents +none of these can be used here/m);
    const env = { PATH: desk.path('bin') };
    const somebody = (await desk.type(['doctor'], { env })).stdout;
    expect(somebody).toMatch(/^(fine|warning) +claude +2\.0\.0/m);
    expect(somebody).not.toMatch(/^warning +agents/m);
  });

  test('--json is one object', async () => {
    const { stdout } = await new Desk().type(['doctor', '--json']);
    const { ok, checks, limits } = JSON.parse(stdout);
    expect(ok).toBe(true);
    expect(checks).toContainEqual({
      name: 'node',
      status: 'fine',
      found: process.versions.node,
      fix: '',
    });
    expect(limits['tasks in a plan']).toBeGreaterThan(1_000);
  });

  test('exits with 1 when something is missing, and says how to mend it', async () => {
    const desk = new Desk();
    writeFileSync(desk.path('file'), '');
    const { code, stdout } = await desk.type(['doctor', '--home', 'file/home']);
    expect(code).toBe(1);
    expect(stdout).toMatch(/^missing +home .*; change its permissions, or set TROUPE_HOME/m);
  });
});

describe('completion', () => {
  const desk = new Desk();
  let run = '';
  beforeAll(async () => {
    writeFiles(desk.folder, { 'plans/a b.txt': '', 'mine.yml': '', 'data.json': '{}' });
    await desk.type(['run', resolve('examples/hello.yaml'), '--quiet']);
    run = JSON.parse((await desk.type(['ps', '--json'])).stdout).runs[0].id;
  });

  const complete = async (...words: readonly string[]): Promise<readonly string[]> => {
    const { code, stdout, stderr } = await desk.type(['__complete', ...words]);
    expect([code, stderr]).toEqual([0, '']);
    return stdout.split('\n').slice(0, -1);
  };

  test('knows commands, options, files, runs, tasks and agents', async () => {
    const names = verbs.map(({ name }) => name);
    expect(await complete('')).toEqual([...names, 'help']);
    expect(await complete('res')).toEqual(['resume']);
    expect(await complete('help', 'wh')).toEqual(['why']);
    expect(await complete('run', '--in')).toEqual(['--input']);
    expect(await complete('run', '')).toEqual(['data.json', 'mine.yml', 'plans/']);
    expect(await complete('logs', 'hel')).toEqual([run]);
    expect(await complete('logs', 'la')).toEqual(['latest']);
    expect(await complete('logs', '--follow', 'latest', '')).toEqual(['greet', 'announce']);
    expect(await complete('why', run, 'ann')).toEqual(['announce']);
    expect(await complete('send', run, '')).toEqual(['greeter-1', 'herald-1']);
    expect(await complete('fork', run, '--before', 'ann')).toEqual(['announce']);
    expect(await complete('fork', 'hel')).toEqual([run]);
    expect(await complete('runs', '')).toEqual(['list', 'prune', 'compact']);
    expect(await complete('runs', 'prune', '--keep')).toEqual(['--keep', '--keep-failed']);
    expect(await complete('runs', 'compact', 'hel')).toEqual([run]);
    expect(await complete('runs', 'nonsense', '')).toEqual([]);
    expect(await complete('completion', 'z')).toEqual(['zsh']);
    expect(await complete('ps', '--home', 'pl')).toEqual(['plans/']);
    expect(await complete('ps', '--home', 'plans', '')).toEqual(['latest']);
    expect(await complete('simulate', '--from', 'hel')).toEqual([run]);
    expect(await complete('simulate', 'mine.yml', '--faults', 'kil')).toEqual(['kill']);
    const hello = resolve('examples/hello.yaml');
    expect(await complete('run', hello, '--input', '')).toEqual(['who=']);
  });

  test('knows nothing where there is nothing to know', async () => {
    expect(await complete('nonsense', '')).toEqual([]);
    expect(await complete('why', 'nope', '')).toEqual([]);
    expect(await complete('run', 'no/such/folder/')).toEqual([]);
    expect(await complete('run', 'mine.yml', '--input', '')).toEqual([]);
  });

  test('works in bash', async () => {
    const script = `
      source <(troupe completion bash)
      try() {
        COMP_WORDS=("$@"); COMP_CWORD=$(($# - 1)); COMPREPLY=()
        _troupe 2>/dev/null
        printf '%s|' "\${COMPREPLY[@]}"; echo
      }
      try troupe res
      try troupe why ${run} ann
      try troupe run pl`;
    const { stdout } = await desk.shell(script);
    expect(stdout).toBe('resume|\nannounce|\nplans/|\n');
  });

  test.each(['bash', 'zsh', 'fish'])('has a script for %s that asks troupe', async (shell) => {
    const { code, stdout } = await desk.type(['completion', shell]);
    expect(code).toBe(0);
    expect(stdout).toContain('troupe __complete');
  });

  // Few machines have both shells; where they are, at least the grammar is looked at.
  test.each(['bash', 'zsh', 'fish'])('has a script that %s can read', async (shell) => {
    const read = `${shell} -n <(troupe completion ${shell})`;
    const line = `command -v ${shell} >/dev/null || exit 0; ${read}`;
    expect(await desk.shell(line)).toEqual({ code: 0, stdout: '', stderr: '' });
  });
});
