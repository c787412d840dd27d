/** Machines on the command line: proved, counted, exported, and shown, in real processes. */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { tempFolders, writeFiles } from '../app/temp.ts';
import { Desk } from './troupe.ts';

const desk = new Desk();
const temp = tempFolders('cli-machines');

/** Where packages are found from. */
function beside(name: string, text: string): string {
  const folder = temp();
  writeFiles(folder, { [name]: text });
  return join(folder, name);
}

const examples = join(process.cwd(), 'examples');
const xstate = join(process.cwd(), 'node_modules/xstate/dist/xstate.cjs.mjs');
const broken = `import { createMachine } from '${xstate}';
export const machine = createMachine({
  id: 'door', initial: 'idle',
  states: { idle: { on: { lock: 'locked', leave: 'gone' } }, locked: {}, gone: { type: 'final' } },
});
`;

test('a broken machine is refuted with the shortest way there', async () => {
  const file = beside('door.mjs', broken);
  const { code, stdout } = await desk.type(['verify', file]);
  expect(code).toBe(1);
  expect(stdout).toContain('dead-end locked is a dead end');
  expect(stdout).toContain('2. lock -> locked');
  expect(stdout).toContain('s_idle --> s_locked : 2. lock');
  const json = JSON.parse((await desk.type(['verify', file, '--json'])).stdout);
  expect(json).toMatchObject({ verdict: 'refuted', bound: null, unbounded: [] });
  expect(json.findings).toMatchObject([{ property: 'dead-end', machine: 'door', state: 'locked' }]);
});

test('TypeScript is read where it can be, else it is said what to do', async () => {
  const typed = broken.replace(
    'export const',
    'type Key = string;\nexport const key: Key = "k";\nexport const',
  );
  const { code, stdout, stderr } = await desk.type(['verify', beside('door.machine.ts', typed)]);
  if (code === 1) expect(stdout).toContain('dead-end');
  else expect([code, stderr]).toEqual([2, expect.stringContaining('install esbuild')]);
});

test.each([
  ['is not there', 'nowhere.mjs', null],
  ['exports no machine', 'empty.mjs', 'export const x = 1;\n'],
  ["can't be read", 'torn.mjs', 'export const = ;\n'],
  ['can not be made', 'bad.mjs', broken.replace("'locked', leave", "'nowhere', leave")],
])('a file that %s is a mistake with a hint', async (_what, name, text) => {
  const file = text === null ? join(temp(), name) : beside(name, text);
  const { code, stdout, stderr } = await desk.type(['verify', file]);
  expect([code, stdout]).toEqual([2, '']);
  expect(stderr.split('\n').length).toBeGreaterThan(1);
});

test('a file whose package is missing is told how that is got', async () => {
  const file = beside('lacking.mjs', "import 'no-such-package-here';\n");
  const { code, stderr } = await desk.type(['verify', file]);
  expect(code).toBe(2);
  expect(stderr).toMatch(/npm install --prefix \S+ no-such-package-here\n$/);
});

test('nothing to verify is a mistake, too', async () => {
  const { code, stderr } = await desk.type(['verify']);
  expect([code, stderr]).toEqual([2, expect.stringContaining('troupe verify --machines')]);
});

test('the example is proved', async () => {
  const { code, stdout } = await desk.type(['verify', join(examples, 'coffee.machine.mjs')]);
  expect([code, stdout]).toEqual([0, expect.stringContaining('coffee: proved')]);
  const endless = readFileSync(join(examples, 'coffee.machine.mjs'), 'utf8')
    .replace('      after: { brewing: ', '      on: { enough: ')
    .replace("from 'xstate'", `from '${xstate}'`);
  const refuted = await desk.type(['verify', beside('coffee.mjs', endless)]);
  expect([refuted.code, refuted.stdout]).toEqual([
    1,
    expect.stringContaining('no-deadline brewing'),
  ]);
});

test('what never happened is counted and drawn', async () => {
  const ran = await desk.type(['run', join(examples, 'hello.yaml'), '--quiet']);
  expect(ran.code).toBe(0);
  const table = await desk.type(['coverage', '--machine', 'task']);
  expect([table.code, table.stdout]).toEqual([0, expect.stringMatching(/never +parked/)]);
  const drawn = await desk.type(['coverage', 'latest', '--machine', 'task', '--mermaid']);
  expect(drawn.stdout).toContain('class parked never');
  const json = JSON.parse((await desk.type(['coverage', '--json'])).stdout);
  expect(json).toMatchObject({ runs: [expect.any(String)], left: [] });
  const unknown = await desk.type(['coverage', '--machine', 'tusk']);
  expect([unknown.code, unknown.stderr]).toEqual([2, expect.stringContaining('there are: ')]);
});

test('a run is exported, to a file, with what happened marked', async () => {
  const file = join(temp(), 'run.svg');
  const { code } = await desk.type(['export', 'latest', '--format', 'svg', '--out', file]);
  expect(code).toBe(0);
  expect(readFileSync(file, 'utf8')).toContain('class="atomic never"');
  const wrong = await desk.type(['export', 'task', '--format', 'png']);
  expect([wrong.code, wrong.stderr]).toEqual([2, expect.stringContaining('stately-json')]);
  const nobody = await new Desk().type(['export', 'tsk']);
  expect(nobody.code).toBe(2);
  expect(nobody.stderr).toContain('no machine and no run is called "tsk"; did you mean "task"?');
});

test('a run is shown in the inspector until it is interrupted', async () => {
  const session = desk.start(['inspect', 'latest', '--stately', '--json']);
  const [line] = await session.says(/\{.*\}/);
  const { url, run } = JSON.parse(line);
  expect(run).toMatch(/^hello-/);
  const page = await fetch(url, { redirect: 'manual' });
  expect(page.status).toBe(303);
  process.kill(session.pid, 'SIGINT');
  expect((await session.end()).code).toBe(0);
});

test('nothing that lives is said so', async () => {
  const { code, stderr } = await desk.type(['inspect', '--live', '--stately']);
  expect([code, stderr]).toEqual([2, expect.stringContaining('no run is worked on now')]);
});
