/** `run` where a house keeps the home: it works the plan off there, and looks as it does here. */
import { realpathSync, writeFileSync } from 'node:fs';
import { expect, test, vi } from 'vitest';
import { writeFiles } from '../app/temp.ts';
import { Desk, jsonLines, type Process } from './troupe.ts';

vi.setConfig({ testTimeout: 180_000, hookTimeout: 180_000 });

const plan = `
name: handed
agents: { a: { adapter: command, run: [sh, -c, "pwd; cat"] } }
inputs: { word: {} }
tasks:
  - { id: first, prompt: "{{inputs.word}}" }
  - { id: second, needs: [first], prompt: two }
`;

const slow = `
name: slow
agents: { a: { adapter: command } }
tasks: [{ id: only, run: "until [ -e go ]; do sleep 0.1; done; printf gone" }]
`;

async function served(desk: Desk): Promise<Process> {
  const house = desk.start(['serve', '--port', '0', '--json']);
  await house.says(/"serve.opened"/);
  return house;
}

const posix = test.skipIf(process.platform === 'win32');

posix('a plan is worked off by the house, in the folder of whoever typed it', async () => {
  const desk = new Desk();
  const house = await served(desk);
  writeFiles(desk.path('sub'), { 'plan.yaml': plan });
  const [cwd, home] = [desk.path('sub'), ['--home', desk.home]];
  const told = await desk.type(['run', 'plan.yaml', '--input', 'word=hi', ...home], { cwd });
  expect(told).toMatchObject({ code: 0, stdout: `${realpathSync(cwd)}\ntwo\n` });
  expect(told.stderr).toMatch(/handed-\w{5}: the house of this home works it off/);
  expect(told.stderr).toMatch(/succeeded handed-\w{5}: 2 of 2 tasks/);
  expect(told.stderr).not.toContain('goes on');
  const facts = await desk.type(['run', 'plan.yaml', '--json', '--quiet', ...home], { cwd });
  expect([facts.code, facts.stderr]).toEqual([2, expect.stringContaining('"word"')]);
  const json = ['--input', 'word=x', '--json', '--quiet', ...home];
  const { code, stdout } = await desk.type(['run', 'plan.yaml', ...json], { cwd });
  expect(code).toBe(0);
  const lines = jsonLines(stdout);
  expect(lines.map(({ seq }) => seq)).toEqual(lines.map((_, at) => at + 1));
  expect(lines.at(-1)).toMatchObject({ type: 'run.succeeded' });
  const here = await desk.type(['run', 'plan.yaml', '--input', 'word=y', '--local', ...home], {
    cwd,
  });
  expect([here.code, here.stderr]).toEqual([0, expect.not.stringContaining('the house')]);
  house.child.kill('SIGTERM');
  expect((await house.end()).code).toBe(0);
});

posix(
  'Ctrl-C looks away and the house goes on; a killed house leaves it to be resumed',
  async () => {
    const desk = new Desk();
    const house = await served(desk);
    writeFiles(desk.folder, { 'slow.yaml': slow });
    const watching = desk.start(['run', 'slow.yaml']);
    await watching.says(/slow-\w{5}: 1 task/);
    watching.child.kill('SIGINT');
    const left = await watching.end();
    expect([left.code, left.stdout]).toEqual([3, '']);
    expect(left.stderr).toMatch(/slow-\w{5} goes on in the house\. See it: troupe logs/);
    const again = desk.start(['run', 'slow.yaml']);
    await again.says(/slow-\w{5}: 1 task/);
    house.child.kill('SIGKILL');
    const cut = await again.end();
    expect(cut.code).toBe(3);
    expect(cut.stderr).toMatch(/Stopped\. Go on with: troupe resume slow-\w{5}/);
    writeFileSync(desk.path('go'), '');
    expect(await desk.type(['resume', 'latest', '--quiet'])).toMatchObject({
      code: 0,
      stdout: 'gone\n',
    });
    // Nobody keeps the home any more: it is worked off here.
    expect((await desk.type(['run', 'slow.yaml'])).stderr).not.toContain('the house');
  },
);
