/** `troupe replay`, as a person types it: moments, differences, films and rules. */
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { beforeAll, describe, expect, test, vi } from 'vitest';
import { writeFiles } from '../app/temp.ts';
import { Desk, jsonLines } from './troupe.ts';

vi.setConfig({ testTimeout: 180_000, hookTimeout: 180_000 });

const over = `
name: over
onFailure: continue
agents:
  a: { adapter: command, count: 1 }
tasks:
  - { id: good, agent: a, run: [echo, said so] }
  - { id: bad, agent: a, needs: [good], retries: 1, backoff: { initial: 50ms }, run: ["false"] }
  - { id: after, agent: a, needs: [bad], run: ["true"] }
`;

describe('of a run that is over', () => {
  const desk = new Desk();
  const replay = (...words: readonly string[]) => desk.type(['replay', 'latest', ...words]);
  beforeAll(async () => {
    writeFiles(desk.folder, { 'over.yaml': over });
    expect((await desk.type(['run', 'over.yaml', '--quiet'])).code).toBe(1);
  });

  test('its last moment has everybody', async () => {
    const { code, stdout, stderr } = await replay();
    expect([code, stderr]).toEqual([0, '']);
    expect(stdout).toMatch(/^over-\w{5} after input \d+ \(.* after its begin\)$/m);
    expect(stdout).toMatch(/^failed, 3 of 3 tasks ended, \d+ facts, \$0\.00$/m);
    expect(stdout).toMatch(/^orchestrator +failed$/m);
    expect(stdout).toMatch(/^supervisor\/a +stopped$/m);
    expect(stdout).toMatch(/^agent\/a-1 +stopped$/m);
    expect(stdout).toMatch(/^task\/bad +failed +2 +a-1 +false exited 1$/m);
    expect(stdout).toMatch(/^task\/after +skipped .*it needs bad, which failed$/m);
  });

  test('any other moment has the timers, with what is left', async () => {
    const { n } = JSON.parse((await replay('--json')).stdout);
    const numbers = Array.from({ length: n }, (_, at) => String(at + 1));
    const scenes = await Promise.all(numbers.map((at) => replay('--to', at)));
    const all = scenes.map(({ stdout }) => stdout).join('\n');
    expect(all).toMatch(/^task\/good +running +1 +a-1 +attemptDeadline 1 h 00 min$/m);
    expect(all).toMatch(/^task\/bad +waiting .*waits for 1 of: good$/m);
    expect(all).toMatch(/^task\/bad +retrying .*retryDelay \d+ ms +false exited 1$/m);
    expect(all).toMatch(/^agent\/a-1 +working +good +work$/m);
    expect((await replay('--to', '0')).stdout).toMatch(/Nobody is there yet/);
    expect((await replay('--at', '+1h')).stdout).toBe((await replay()).stdout);
  });

  test('--json is one object', async () => {
    const { code, stdout } = await replay('--to', '2', '--json');
    const moment = JSON.parse(stdout);
    expect(code).toBe(0);
    expect(moment).toMatchObject({ n: 2, status: 'running', total: 3, facts: 2 });
    expect(moment.actors.map(({ address }: { address: string }) => address)).toEqual([
      ...['orchestrator', 'supervisor/a', 'agent/a-1', 'task/good', 'task/bad', 'task/after'],
    ]);
  });

  test('--diff tells who changed, and what happened', async () => {
    const { code, stdout } = await replay('--diff', '2', '+1h');
    expect(code).toBe(0);
    expect(stdout).toMatch(/^from input 2, .*\nto {3}input \d+, .*: .* and \d+ inputs later$/m);
    expect(stdout).toMatch(/^task\/good +ready +succeeded, attempt 1, a-1$/m);
    expect(stdout).toMatch(/task\.skipped +after/);
    const difference = JSON.parse((await replay('--diff', '+1h', '2', '--json')).stdout);
    expect(difference.from.n).toBe(2);
    expect(difference.changed).toContainEqual({
      address: 'task/after',
      before: expect.objectContaining({ state: 'waiting' }),
      after: expect.objectContaining({ state: 'skipped' }),
    });
    expect((await replay('--diff', '2', '2')).stdout).toMatch(/Nobody is in another state/);
  });

  test('--speed plays what logs tells', async () => {
    const logs = await desk.type(['logs', 'latest', '--json']);
    const film = await replay('--speed', '1000', '--json');
    expect([film.code, film.stdout]).toEqual([0, logs.stdout]);
    const part = jsonLines((await replay('--speed', '1000', '--to', '3', '--json')).stdout);
    const { facts } = JSON.parse((await replay('--to', '3', '--json')).stdout);
    expect(part).toEqual(jsonLines(logs.stdout).slice(0, facts));
  });

  test('--speed ends cleanly when it is told to', async () => {
    const film = desk.start(['replay', 'latest', '--speed', '0.0001']);
    await film.says(/task\.ready/);
    film.child.kill('SIGINT');
    const { code, stdout } = await film.end();
    expect(code).toBe(0);
    expect(stdout).not.toMatch(/run\.failed/);
  });

  test('--check has a line for every rule', async () => {
    const { code, stdout, stderr } = await replay('--check');
    expect([code, stderr]).toEqual([0, '19 rules, 0 violations.\n']);
    expect(stdout.trimEnd().split('\n')).toHaveLength(19);
    expect(stdout).toMatch(/^holds +tasks-end-once +Every task ends exactly once/m);
    const answer = JSON.parse((await replay('--check', '--json')).stdout);
    expect(answer).toMatchObject({ run: expect.stringMatching(/^over-/), violations: 0 });
    expect(answer.axioms).toHaveLength(19);
  });

  test('--check fails when the world says something else', async () => {
    const { folder } = JSON.parse((await desk.type(['ps', 'latest', '--json'])).stdout);
    const path = join(folder, 'results/good.json');
    const sound = readFileSync(path, 'utf8');
    writeFileSync(path, sound.replace('"completed"', '"failed"'));
    const { code, stdout } = await replay('--check');
    const { violations } = JSON.parse((await replay('--check', '--json')).stdout);
    writeFileSync(path, sound);
    expect([code, violations]).toEqual([1, 1]);
    expect(stdout).toMatch(/^broken +tasks-end-once/m);
    expect(stdout).toMatch(/^ +input \d+: good has succeeded, its result says failed$/m);
  });

  test.each([
    [['--to', '999'], /has \d+ inputs so far, and none is number 999/],
    [['--to', '+5s'], /is no number of an input\n.*--at/],
    [['--at', 'noon'], /"noon" is no moment of a run/],
    [['--at', '2001-01-01T00:00:00Z'], /begins at \d{4}-/],
    [['--to', '1', '--at', '+1s'], /--to and --at can't be asked for together/],
    [['--check', '--diff', '1', '2'], /--diff and --check can't be asked for together/],
    [['--diff', '1'], /--diff takes two moments, not 1/],
    [['--diff', '1', '2', '3'], /--diff takes two moments, not 3/],
    [['--speed', '0'], /It must be a number above 0/],
  ])('%j is a mistake', async (words, complaint) => {
    const { code, stdout, stderr } = await replay(...words);
    expect([code, stdout]).toEqual([2, '']);
    expect(stderr).toMatch(complaint);
  });

  test('its options and its runs are completed', async () => {
    const { stdout } = await desk.type(['__complete', 'replay', 'latest', '--']);
    for (const option of ['--to', '--at', '--diff', '--speed', '--check', '--as-test', '--json']) {
      expect(stdout.split('\n')).toContain(option);
    }
    expect((await desk.type(['__complete', 'replay', ''])).stdout).toMatch(/^over-\w+\nlatest\n$/);
  });
});
