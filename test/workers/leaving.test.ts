/** Workers that end: by themselves when they are let in no more, with nothing of them left. */
import { existsSync, readdirSync, writeFileSync } from 'node:fs';
import { describe, expect, test } from 'vitest';
import { eventually } from '../agents/processes.ts';
import { Desk, jsonLines } from '../cli/troupe.ts';
import { addressOf, linesOf, planOf } from './troop.ts';

const leftOf = (home: string): readonly string[] =>
  existsSync(`${home}/worker`) ? readdirSync(`${home}/worker`) : [];

describe('a worker', () => {
  test('whose token is taken back ends with what to do, and others do its work', async () => {
    const desk = new Desk();
    const [first, second] = [await newToken(desk), await newToken(desk)];
    // Not over before the token is taken back.
    const line = `echo began; while [ ! -e ${desk.path('go')} ]; do sleep 0.1; done`;
    const coder = { adapter: 'command', where: 'remote', run: ['sh', '-c', line] };
    const plan = { name: 'patient', agents: { coder }, tasks: [{ id: 'a' }, { id: 'b' }] };
    writeFileSync(desk.path('plan.json'), JSON.stringify(plan));
    const run = desk.start(['run', 'plan.json', '--bus', '127.0.0.1:0', '--quiet']);
    const { url } = await addressOf(run);
    const join = ['worker', '--join', url, '--role', 'coder=2', '--name'];
    const home = desk.path('one');
    const env = { TROUPE_TOKEN: first.token };
    const one = desk.start([...join, 'one', '--home', home], { env });
    await one.says(/begins/);
    await desk.type(['token', 'revoke', first.id]);
    const ended = await one.end();
    expect(ended.code).toBe(2);
    expect(ended.stderr).toMatch(/lets nobody in with this token/);
    expect(ended.stderr).toMatch(/troupe token list/);
    expect(leftOf(home)).toEqual([]);
    writeFileSync(desk.path('go'), '');
    desk.start([...join, 'two', '--home', desk.path('two')], {
      env: { TROUPE_TOKEN: second.token },
    });
    const { code, stderr } = await run.end();
    expect({ code, stderr }).toMatchObject({ code: 0 });
  });

  test('that was killed leaves a folder, which the next one there takes away', async () => {
    const desk = new Desk();
    const { token } = await newToken(desk);
    const plan = planOf(desk, 2, { seconds: 2 });
    const run = desk.start(['run', plan, '--bus', '127.0.0.1:0', '--quiet']);
    const { url } = await addressOf(run);
    const home = desk.path('worker-home');
    const start = (name: string) =>
      desk.start(['worker', '--join', url, '--role', 'coder=2', '--name', name, '--home', home], {
        env: { TROUPE_TOKEN: token },
      });
    const one = start('one');
    await eventually('it works', () => linesOf(desk).length > 0);
    const [dead] = leftOf(home);
    one.child.kill('SIGKILL');
    await one.end();
    expect(leftOf(home)).toEqual([dead]);
    const two = start('two');
    await two.says(/two has joined/);
    expect(leftOf(home)).not.toContain(dead);
    expect((await run.end()).code).toBe(0);
    two.child.kill('SIGTERM');
    expect((await two.end()).code).toBe(0);
    expect(leftOf(home)).toEqual([]);
  });
});

async function newToken(desk: Desk): Promise<{ readonly id: string; readonly token: string }> {
  const { stdout } = await desk.type(['token', 'create', '--role', 'worker', '--json']);
  const [said] = jsonLines(stdout);
  return { id: String(said?.id), token: String(said?.token) };
}
