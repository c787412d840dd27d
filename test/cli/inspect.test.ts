/** What can be seen of a run and said to it while it lives, and after. */
import { writeFileSync } from 'node:fs';
import { beforeAll, describe, expect, test, vi } from 'vitest';
import { writeFiles } from '../app/temp.ts';
import { Desk, jsonLines, type Process } from './troupe.ts';

vi.setConfig({ testTimeout: 180_000, hookTimeout: 180_000 });

const over = `
name: over
onFailure: continue
agents:
  a: { adapter: command, count: 1 }
tasks:
  - { id: good, agent: a, run: [sh, -c, "echo said so; echo complained >&2"] }
  - { id: bad, agent: a, needs: [good], run: [sh, -c, "echo broken >&2; exit 7"] }
  - { id: after, agent: a, needs: [bad], run: ["true"] }
  - id: checked
    agent: a
    run: [echo, fine]
    verify: [{ run: [sh, -c, "echo looked at it"] }]
`;

describe('of a run that is over', () => {
  const desk = new Desk();
  beforeAll(async () => {
    writeFiles(desk.folder, { 'over.yaml': over });
    expect((await desk.type(['run', 'over.yaml', '--quiet'])).code).toBe(1);
  });

  test('ps has one line', async () => {
    const { code, stdout, stderr } = await desk.type(['ps']);
    expect([code, stderr]).toEqual([0, '']);
    const [heads = '', row = ''] = stdout.split('\n');
    expect(heads).toMatch(/^RUN +STATUS +DONE +COST +STARTED +PID$/);
    expect(row).toMatch(/^over-\w{5} +failed +2\/4 +\$0\.00 +\d{4}-\d\d-\d\d \d\d:\d\d:\d\d/);
  });

  test('ps --json is one object', async () => {
    const { runs } = JSON.parse((await desk.type(['ps', '--json'])).stdout);
    expect(runs).toEqual([
      {
        id: expect.stringMatching(/^over-/),
        name: 'over',
        status: 'failed',
        done: 4,
        succeeded: 2,
        total: 4,
        costUsd: 0,
        startedAt: expect.any(Number),
        pid: null,
        reason: '',
      },
    ]);
  });

  test('ps names its tasks and agents', async () => {
    const { stdout } = await desk.type(['ps', 'over']);
    expect(stdout).toMatch(/^bad +failed +a-1 +1 of 1 .*sh exited 7: broken$/m);
    expect(stdout).toMatch(/^after +skipped .*it needs bad, which failed$/m);
    expect(stdout).toMatch(/^a-1 +a +stopped/m);
    const view = JSON.parse((await desk.type(['ps', 'latest', '--json'])).stdout);
    expect(view.tasks.map(({ state }: { state: string }) => state)).toEqual([
      ...['succeeded', 'failed', 'skipped', 'succeeded'],
    ]);
    expect(view).toMatchObject({ folder: expect.any(String), agents: [{ id: 'a-1' }] });
  });

  test('logs tells every fact in a line', async () => {
    const { stdout } = await desk.type(['logs', 'over']);
    const [day = '', ...lines] = stdout.trimEnd().split('\n');
    expect(day).toMatch(/^\d{4}-\d\d-\d\d$/);
    const facts = jsonLines((await desk.type(['logs', 'over', '--json'])).stdout);
    expect(lines).toHaveLength(facts.length);
    for (const [at, line] of lines.entries()) {
      expect(line).toMatch(/^\d\d:\d\d:\d\d\.\d{3} {2}[a-z]+\.[a-z]+/);
      expect(line).toContain(String(facts[at]?.type));
    }
  });

  test('logs of a task has what its programs said, before it has ended', async () => {
    const { stdout } = await desk.type(['logs', 'over', 'good']);
    expect(stdout).toMatch(
      /task\.started[^\n]*\n {2}out \| said so\n {2}err \| complained\n[^\n]*task\.succeeded/,
    );
    const checked = (await desk.type(['logs', 'over', 'checked'])).stdout;
    expect(checked).toMatch(
      /out \| fine\n[^\n]*task\.verifying[^\n]*\n {2}check-1\.out \| looked at it\n[^\n]*succeeded/,
    );
    const lines = jsonLines((await desk.type(['logs', 'over', 'good', '--json'])).stdout);
    expect(lines).toContainEqual({ token: 1, stream: 'out', text: 'said so\n' });
  });

  test('why says how each task has ended', async () => {
    const { code, stdout } = await desk.type(['why', 'over', 'after']);
    expect([code, stdout]).toEqual([0, 'after was skipped: it needs bad, which failed.\n']);
    const explanation = JSON.parse((await desk.type(['why', 'over', 'bad', '--json'])).stdout);
    expect(explanation).toMatchObject({ task: 'bad', state: 'failed', event: null, waitsFor: [] });
  });

  test.each([
    [['why', 'over', 'god'], /no task .*"god"; did you mean "good"\?/],
    [['logs', 'over', 'god'], /no task .*"god"; did you mean "good"\?/],
    [['send', 'over', 'a-2', 'hello'], /no agent .*"a-2"; did you mean "a-1"\?/],
    [['send', 'over', 'a-1', 'hello'], /has ended/],
    [['cancel', 'over'], /has ended/],
    [['approve', 'over', 'good'], /good .*succeeded/],
    [['ps', 'nope'], /no run is called "nope"/],
  ])('%j is a mistake', async (words, complaint) => {
    const { code, stdout, stderr } = await desk.type(words);
    expect([code, stdout]).toEqual([2, '']);
    expect(stderr).toMatch(complaint);
  });

  test('a damaged run hides no other', async () => {
    const { runs } = JSON.parse((await desk.type(['ps', '--json'])).stdout);
    const [{ id }] = runs;
    await desk.type(['run', 'over.yaml', '--quiet']);
    writeFileSync(desk.path('.troupe/runs', id, 'order.json'), '{ not json');
    const { code, stdout } = await desk.type(['ps']);
    expect(code).toBe(0);
    expect(stdout).toMatch(new RegExp(`^${id} +unreadable`, 'm'));
    expect(stdout).toMatch(/^over-\w{5} +failed/m);
  });
});

test('what nobody foresaw is told without a stack, unless one is wanted', async () => {
  const desk = new Desk();
  writeFiles(desk.folder, { 'over.yaml': over });
  await desk.type(['run', 'over.yaml', '--quiet']);
  const broken = 'Number.prototype.toFixed = () => { throw new TypeError("odd"); };';
  writeFiles(desk.folder, { 'broken.mjs': broken });
  const env = { NODE_OPTIONS: `--import=${desk.path('broken.mjs')}` };
  const short = await desk.type(['ps', 'over'], { env });
  expect([short.code, short.stdout]).toEqual([1, '']);
  expect(short.stderr).toMatch(/^troupe: .*\n +This should not happen/);
  expect(short.stderr).not.toMatch(/^\s+at /m);
  const long = await desk.type(['ps', 'over'], { env: { ...env, TROUPE_DEBUG: '1' } });
  expect(long.stderr).toMatch(/^\s+at .*\.js:\d+/m);
});

const alive = `
name: alive
agents:
  a: { adapter: command, count: 2 }
tasks:
  - { id: busy, agent: a, run: [sh, -c, "echo begun; WAIT; echo ended"] }
  - { id: next, agent: a, needs: [busy], run: [cat], prompt: "Work." }
  - { id: asks, agent: a, approve: true, run: [echo, allowed] }
`.replace('WAIT', 'while [ ! -e go ]; do sleep 0.05; done');

class Living extends Desk {
  async begin(): Promise<{ troupe: Process; id: string }> {
    writeFiles(this.folder, { 'alive.yaml': alive });
    const troupe = this.start(['run', 'alive.yaml']);
    const [, id = ''] = await troupe.says(/^(alive-\w+): /m);
    await troupe.says(/asks +asks/);
    return { troupe, id };
  }
}

describe('of a run that lives', () => {
  test('everybody can see it, and talk to it', async () => {
    const desk = new Living();
    const { troupe, id } = await desk.begin();
    const { runs } = JSON.parse((await desk.type(['ps', '--json'])).stdout);
    expect(runs).toMatchObject([{ id, status: 'running', pid: troupe.pid }]);
    expect((await desk.type(['why', id, 'next'])).stdout).toContain('next waits for busy');
    const asked = await troupe.says(/asks +asks +a person: troupe (approve \S+ asks)/);
    expect((await desk.type((asked[1] ?? '').split(' '))).stderr).toContain('approved');
    await troupe.says(/succeeded +asks/);
    for (const agent of ['a-1', 'a-2']) {
      const { code, stderr } = await desk.type(['send', id, agent, 'be', 'brief']);
      expect([code, stderr]).toEqual([0, `${agent} was told; its next attempt hears it.\n`]);
    }
    writeFileSync(desk.path('go'), '');
    const { code, stdout } = await troupe.end();
    expect(code).toBe(0);
    expect(stdout).toMatch(/==> next <==\nWork\.\n\n?A message for you:\nbe brief\n/);
  });

  test('logs --follow goes on until it is over', async () => {
    const desk = new Living();
    const { troupe, id } = await desk.begin();
    const all = desk.start(['logs', id, '--follow', '--json']);
    const busy = desk.start(['logs', id, 'busy', '--follow']);
    await busy.says(/out \| begun/);
    await desk.type(['approve', id, 'asks', '--reject']);
    writeFileSync(desk.path('go'), '');
    expect((await troupe.end()).code).toBe(1);
    const [followed, told] = [await all.end(), await busy.end()];
    expect([followed.code, told.code]).toEqual([0, 0]);
    expect(jsonLines(followed.stdout).at(-1)).toMatchObject({ type: 'run.failed' });
    expect(told.stdout).toMatch(/out \| ended\n[^\n]*task\.succeeded/);
  });

  test('one task can be called off, and then all of it', async () => {
    const desk = new Living();
    const { troupe, id } = await desk.begin();
    const one = await desk.type(['cancel', id, 'asks', '--reason', 'not on a Friday']);
    expect([one.code, one.stderr]).toEqual([0, 'asks was called off.\n']);
    await troupe.says(/cancelled +asks .*not on a Friday/);
    expect((await desk.type(['cancel', id])).code).toBe(0);
    const { code, stderr } = await troupe.end();
    expect(code).toBe(1);
    expect(stderr).toMatch(/cancelled alive-\w+: .*\n +because +tester called it off/);
  });

  test('also one that was stopped can be called off, and nothing is begun for it', async () => {
    const desk = new Living();
    const { troupe, id } = await desk.begin();
    troupe.child.kill('SIGINT');
    expect((await troupe.end()).code).toBe(3);
    expect((await desk.type(['ps'])).stdout).toMatch(/alive-\w+ +stopped/);
    expect((await desk.type(['why', id, 'busy'])).stdout).toContain(`troupe resume ${id}`);
    expect((await desk.type(['cancel', id])).code).toBe(0);
    expect((await desk.type(['ps'])).stdout).toMatch(/alive-\w+ +cancelled +0\/3/);
  });
});
