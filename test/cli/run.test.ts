/** `troupe run` from end to end: what stdout carries, what stderr says, and how it exits. */
import { existsSync, readFileSync } from 'node:fs';
import { resolve } from 'node:path';
import { describe, expect, test, vi } from 'vitest';
import { writeFiles } from '../app/temp.ts';
import { Desk, jsonLines } from './troupe.ts';

vi.setConfig({ testTimeout: 120_000 });

const hello = resolve('examples/hello.yaml');

/** A plan of commands for `sh`, by their names. */
function planOf(tasks: Readonly<Record<string, string>>, head = ''): string {
  const rows = Object.entries(tasks).map(
    ([id, line]) => `  - { id: ${id}, agent: a, run: [sh, -c, ${JSON.stringify(line)}] }`,
  );
  return `name: mine\n${head}agents:\n  a: { adapter: command }\ntasks:\n${rows.join('\n')}\n`;
}

describe('a run that succeeds', () => {
  test('answers on stdout, and tells the rest on stderr', async () => {
    const desk = new Desk();
    const { code, stdout, stderr } = await desk.type(['run', hello]);
    expect([code, stdout]).toEqual([0, 'HELLO, WORLD!\n']);
    expect(stderr).toMatch(/^hello-\w{5}: 2 tasks, 2 agents\n/);
    expect(stderr).toMatch(/succeeded +greet +greeter-1, /);
    expect(stderr).toMatch(/succeeded hello-\w{5}: 2 of 2 tasks, in /);
    const [, report = ''] = /report +(\S+)/.exec(stderr) ?? [];
    expect(readFileSync(desk.path(report), 'utf8')).toContain('HELLO, WORLD!');
    const [, results = ''] = /results +(\S+)/.exec(stderr) ?? [];
    const result = JSON.parse(readFileSync(desk.path(results, 'greet.json'), 'utf8'));
    expect(result).toMatchObject({ task_id: 'greet', status: 'completed' });
  });

  test('keeps its runs where it is told to', async () => {
    const desk = new Desk();
    const run = ['run', hello, '--quiet'];
    await desk.type([...run, '--home', 'here']);
    await desk.type(run, { env: { TROUPE_HOME: desk.path('there') } });
    await desk.type([...run, '--home', 'here'], { env: { TROUPE_HOME: desk.path('there') } });
    expect(existsSync(desk.home)).toBe(false);
    const { stdout } = await desk.type(['ps', '--json', '--home', 'here']);
    expect(JSON.parse(stdout).runs).toHaveLength(2);
  });

  test('says nothing but its answer when it is asked to be quiet', async () => {
    const { code, stdout, stderr } = await new Desk().type(['run', hello, '--quiet']);
    expect({ code, stdout, stderr }).toEqual({ code: 0, stdout: 'HELLO, WORLD!\n', stderr: '' });
  });

  test('takes inputs, whatever they hold', async () => {
    const words = ['run', hello, '--quiet', '--input', 'who=a=b "c" $d; é'];
    const { stdout } = await new Desk().type(words);
    expect(stdout).toBe('HELLO, A=B "C" $D; é!\n');
  });

  test('heads each answer when there are several, and counts those beyond twenty', async () => {
    const desk = new Desk();
    const tasks = Object.fromEntries(
      Array.from({ length: 22 }, (_, at) => [`t${at}`, `echo ${at}`]),
    );
    writeFiles(desk.folder, { 'plan.yaml': planOf(tasks) });
    const { stdout } = await desk.type(['run', 'plan.yaml', '--quiet']);
    expect(stdout).toMatch(/^==> t0 <==\n0\n\n==> t1 <==\n1\n/);
    expect(stdout).toMatch(/==> t19 <==\n19\n\n==> and 2 more <==\n$/);
  });

  test('gives its answer byte for byte to the next program, however long it is', async () => {
    const desk = new Desk();
    const print =
      "printf '\\033[1mé\\033[0m '; i=0; while [ $i -lt 30000 ]; do echo line $i; i=$((i+1)); done";
    writeFiles(desk.folder, { 'plan.yaml': planOf({ long: print }) });
    const { stdout } = await desk.type(['run', 'plan.yaml', '--quiet']);
    expect(stdout.startsWith('\x1b[1mé\x1b[0m line 0\nline 1\n')).toBe(true);
    expect(stdout.endsWith('line 29999\n')).toBe(true);
  });
});

describe('with --json', () => {
  test('prints each fact as one line, and ends with how the run ended', async () => {
    const { code, stdout } = await new Desk().type(['run', hello, '--json']);
    expect(code).toBe(0);
    const facts = jsonLines(stdout);
    expect(facts.map(({ seq }) => seq)).toEqual(facts.map((_, at) => at + 1));
    for (const fact of facts) {
      expect(fact).toMatchObject({ at: expect.any(Number), actor: expect.any(String) });
      expect(Object.keys(fact).slice(0, 4)).toEqual(['seq', 'at', 'actor', 'type']);
    }
    expect(facts[0]).toMatchObject({ type: 'run.started', tasks: 2, agents: 2 });
    expect(facts.at(-1)).toMatchObject({ type: 'run.succeeded', actor: 'orchestrator' });
  });

  test('is silent on stderr when it is also asked to be quiet', async () => {
    const { stderr } = await new Desk().type(['run', hello, '--json', '--quiet']);
    expect(stderr).toBe('');
  });

  test('ends with run.failed when it failed', async () => {
    const desk = new Desk();
    const plan = planOf({ bad: 'exit 7' }, 'onFailure: stop\n');
    writeFiles(desk.folder, { 'plan.yaml': plan });
    const { code, stdout } = await desk.type(['run', 'plan.yaml', '--json', '--quiet']);
    expect(code).toBe(1);
    expect(jsonLines(stdout).at(-1)).toMatchObject({ type: 'run.failed', reason: 'bad failed' });
  });

  test('lets no control character through, and loses none', async () => {
    const desk = new Desk();
    const say = "printf 'a\\302\\233b' >&2; exit 1";
    writeFiles(desk.folder, { 'plan.yaml': planOf({ bad: say }) });
    const { stdout } = await desk.type(['run', 'plan.yaml', '--json', '--quiet']);
    expect(stdout).not.toContain('\u009b');
  });
});

describe('a run that fails', () => {
  test('exits with 1, says why, and where to look', async () => {
    const desk = new Desk();
    const tasks = { bad: 'echo broken >&2; exit 7', other: 'sleep 1' };
    const plan = planOf(tasks, 'onFailure: stop\n');
    writeFiles(desk.folder, { 'plan.yaml': plan });
    const { code, stderr } = await desk.type(['run', 'plan.yaml']);
    expect(code).toBe(1);
    expect(stderr).toMatch(/failed +bad +a-\d, .*broken/);
    expect(stderr).toMatch(/failed mine-\w+: .*1 failed/);
    expect(stderr).toMatch(/because +bad failed/);
    const [, command = ''] = /look +troupe (.*)/.exec(stderr) ?? [];
    expect((await desk.type(command.split(' '))).stdout).toContain('err | broken');
  });

  test('says so also to whoever wants no progress, but nothing beside its facts', async () => {
    const desk = new Desk();
    writeFiles(desk.folder, { 'plan.yaml': planOf({ bad: 'exit 7' }) });
    const quiet = await desk.type(['run', 'plan.yaml', '--quiet']);
    expect([quiet.code, quiet.stdout]).toEqual([1, '']);
    expect(quiet.stderr).toMatch(/^failed mine-\w+: 0 of 1 task, 1 failed/);
    expect(quiet.stderr).toMatch(/look +troupe logs mine-\w+ bad\n/);
    const facts = await desk.type(['run', 'plan.yaml', '--quiet', '--json']);
    expect([facts.code, facts.stderr]).toEqual([1, '']);
  });

  test('names the command that does it again, with what went well before', async () => {
    const desk = new Desk();
    const plan = `name: mine
agents: { a: { adapter: command } }
tasks:
  - { id: first, agent: a, run: [sh, -c, "echo x >> first.txt"] }
  - { id: bad, agent: a, needs: [first], run: [sh, -c, "cat mended.txt"] }
`;
    writeFiles(desk.folder, { 'plan.yaml': plan });
    const failed = await desk.type(['run', 'plan.yaml']);
    const [, command = ''] = /again +troupe (.*)/.exec(failed.stderr) ?? [];
    expect(command).toMatch(/^fork mine-\w+ --before bad$/);
    expect((await desk.type(['ps'])).stdout).toMatch(/^mine-\w+ +failed +1\/2 /m);
    expect((await desk.type(['resume', 'latest'])).stderr).toContain(command);
    writeFiles(desk.folder, { 'mended.txt': 'good\n' });
    expect(await desk.type(command.split(' '))).toMatchObject({ code: 0, stdout: 'good\n' });
    expect(readFileSync(desk.path('first.txt'), 'utf8')).toBe('x\n');
  });

  test('still gives the answers of what succeeded', async () => {
    const desk = new Desk();
    const plan = planOf({ bad: 'exit 7', good: 'echo fine' }, 'onFailure: continue\n');
    writeFiles(desk.folder, { 'plan.yaml': plan });
    const { code, stdout } = await desk.type(['run', 'plan.yaml', '--quiet']);
    expect([code, stdout]).toEqual([1, '==> good <==\nfine\n']);
  });

  test('shows no control characters of whoever it speaks about', async () => {
    const desk = new Desk();
    const say = "printf '\\033]0;owned\\007\\033[2Jred' >&2; exit 1";
    writeFiles(desk.folder, { 'plan.yaml': planOf({ bad: say }) });
    const { stderr } = await desk.type(['run', 'plan.yaml']);
    expect(stderr).toMatch(/failed +bad .*red/);
    expect(stderr).not.toContain('\x1b');
  });
});

describe('a mistake', () => {
  const cycle =
    'name: c\nagents: { a: { adapter: simulated } }\ntasks:\n' +
    '  - { id: x, agent: a, needs: [y] }\n  - { id: y, agent: a, needs: [x] }\n';
  const two =
    'name: c\nagents: { a: { adapter: simulated } }\ntasks:\n' +
    '  - { id: x, agent: b }\n  - { id: y, agent: a, needs: [z] }\n';
  const needy =
    'name: c\ninputs: { repo: {} }\nagents: { a: { adapter: simulated } }\n' +
    'tasks: [{ id: x, agent: a, prompt: "{{inputs.repo}}" }]\n';
  const plans = { 'cycle.yaml': cycle, 'two.yaml': two, 'needy.yaml': needy };

  test.each([
    ['a plan that is not there', ['missing.yaml'], /missing\.yaml: there is no such file/],
    ['a cycle', ['cycle.yaml'], /cycle\.yaml:\d+:\d+ .*x.*y.*x/],
    [
      'an input that is missing',
      ['needy.yaml'],
      /input "repo" is missing[\s\S]*--input repo=VALUE/,
    ],
    ['an input too many', [hello, '--input', 'whom=x'], /no input "whom"; did you mean "who"\?/],
  ])('%s is told, with exit 2 and no run', async (_, words, complaint) => {
    const desk = new Desk();
    writeFiles(desk.folder, plans);
    const { code, stdout, stderr } = await desk.type(['run', ...words]);
    expect([code, stdout]).toEqual([2, '']);
    expect(stderr).toMatch(complaint);
    expect(stderr).not.toMatch(/^\s+at /m);
    expect(existsSync(desk.home)).toBe(false);
  });

  test('each problem of a plan has a line with its place', async () => {
    const desk = new Desk();
    writeFiles(desk.folder, plans);
    const { stderr } = await desk.type(['run', 'two.yaml']);
    const lines = stderr.split('\n').filter((line) => /^two\.yaml:\d+:\d+ tasks\[\d\]/.test(line));
    expect(lines).toHaveLength(2);
  });
});

describe('what is simulated', () => {
  test('is done as much faster as was asked', async () => {
    const level = resolve('examples/level-6.yaml');
    const { code, stdout } = await new Desk().type(['run', level, '--speed', '1000', '--json']);
    expect(code).toBe(0);
    const waves = jsonLines(stdout).filter(({ type }) => type === 'task.succeeded');
    expect(waves).toHaveLength(15);
  });
});
