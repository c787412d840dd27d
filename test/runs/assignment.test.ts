/** What an attempt is handed: templates of every kind, its environment, its messages. */
import { createHash } from 'node:crypto';
import { existsSync, mkdirSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { taskId } from '../../machines/ids.ts';
import type { OutputRef } from '../../machines/outcome.ts';
import { systemRandom } from '../../src/kernel/random.ts';
import { definePlan, type PlanDocument } from '../../src/plan/define.ts';
import { Desk, type Prepared } from '../../src/runs/assignment.ts';
import { readyChecks } from '../../src/runs/checking.ts';
import { createRunFolder, type RunFolder } from '../../src/runs/folder.ts';
import { artifactsFolder } from '../../src/runs/results.ts';
import { tempFolders } from '../app/temp.ts';
import { orderOf, outputOf } from './samples.ts';

const temp = tempFolders('assignment');

interface Office {
  readonly desk: Desk;
  readonly folder: RunFolder;
  readonly home: string;
  readonly prepare: (task: string, inbox?: readonly string[]) => Promise<Prepared>;
}

interface Given {
  readonly outputs?: Readonly<Record<string, OutputRef>>;
  readonly inputs?: Readonly<Record<string, string>>;
  readonly agents?: PlanDocument['agents'];
  readonly declared?: PlanDocument['inputs'];
}

const worker: PlanDocument['agents'] = { worker: { adapter: 'command', run: ['cat'] } };

async function office(tasks: PlanDocument['tasks'], given: Given = {}): Promise<Office> {
  const { outputs = {}, inputs = {}, agents = worker, declared = {} } = given;
  const home = temp();
  const plan = definePlan(
    { name: 'sample', agents, inputs: declared, tasks },
    { folder: '/plans/of mine' },
  );
  const order = orderOf(plan, { inputs, cwd: home });
  const folder = createRunFolder(home, order, systemRandom);
  const desk = new Desk(folder, order, (task) => outputs[task] ?? null);
  const prepare = (task: string, inbox: readonly string[] = []) =>
    desk.prepare({ task: taskId(task), inbox });
  return { desk, folder, home, prepare };
}

/** An output whose text is only the end of what lies on disk. */
function onDisk({ folder }: Office, name: string, text: string | Buffer): OutputRef {
  const path = `streams/${name}.txt`;
  mkdirSync(dirname(join(folder.path, path)), { recursive: true });
  writeFileSync(join(folder.path, path), text);
  const bytes = Buffer.byteLength(text);
  return {
    path,
    bytes,
    sha256: createHash('sha256').update(text).digest('hex'),
    text: text.slice(-64).toString('utf8'),
  };
}

const needing = (prompt: string): PlanDocument['tasks'] => [
  { id: 'a' },
  { id: 'b', needs: ['a'], prompt },
];

describe('a template', () => {
  test.each([
    ['{{inputs.who}} and {{ inputs.who }}', 'ada and ada'],
    ['[{{results.a.output}}]', '[two\nlines]'],
    ['{{plan.folder}}', '/plans/of mine'],
    ['\\{{inputs.who}}', '{{inputs.who}}'],
  ])('%s is filled in', async (prompt, expected) => {
    const { prepare } = await office(needing(prompt), {
      inputs: { who: 'ada' },
      declared: { who: {} },
      outputs: { a: outputOf('two\nlines\n') },
    });
    expect((await prepare('b')).prompt).toBe(expected);
  });

  test('of artifacts is an absolute path, of a need or of its own', async () => {
    const { prepare, folder } = await office(needing('{{results.a.artifacts}} {{artifacts}}'));
    const { prompt, artifactsFolder: own } = await prepare('b');
    expect(prompt).toBe(`${artifactsFolder(folder, 'a')} ${artifactsFolder(folder, 'b')}`);
    expect(own).toBe(artifactsFolder(folder, 'b'));
    expect(statSync(own).isDirectory()).toBe(true);
  });

  test('is filled in once: what a value holds is no template', async () => {
    const { prepare } = await office(needing('{{results.a.output}}'), {
      outputs: { a: outputOf('{{inputs.secret}} $(rm -rf /) `x`') },
      inputs: { secret: 'the key' },
      declared: { secret: {} },
    });
    expect((await prepare('b')).prompt).toBe('{{inputs.secret}} $(rm -rf /) `x`');
  });

  test('is filled in for a list of arguments, each one staying one', async () => {
    const tasks = needing('').map((task) => ({
      ...task,
      run: task.id === 'b' ? ['echo', '{{results.a.output}}', 'x={{inputs.who}}', ''] : ['cat'],
    }));
    const { prepare } = await office(tasks, {
      outputs: { a: outputOf('a b\n"c" $d; e\n') },
      inputs: { who: '' },
      declared: { who: {} },
    });
    expect((await prepare('b')).argv).toEqual(['echo', 'a b\n"c" $d; e', 'x=', '']);
  });

  test('has no place in a shell line, which stands as it was written', async () => {
    const line = 'echo "$TROUPE_INPUT_WHO" | tr a-z A-Z && exit 0';
    const { prepare } = await office([{ id: 'a', run: line }]);
    expect((await prepare('a')).argv).toEqual(['sh', '-c', line]);
  });

  test('may stand in the environment of the role and of the task', async () => {
    const agents: PlanDocument['agents'] = {
      worker: {
        adapter: 'command',
        run: ['cat'],
        env: { SHARED: 'role {{inputs.who}}', MINE: 'role' },
      },
    };
    const tasks = [{ id: 'a', env: { MINE: 'task {{artifacts}}', EMPTY: '' } }];
    const given = { agents, inputs: { who: 'ada' }, declared: { who: {} } };
    const { prepare, folder } = await office(tasks, given);
    expect((await prepare('a')).env).toMatchObject({
      SHARED: 'role ada',
      MINE: `task ${artifactsFolder(folder, 'a')}`,
      EMPTY: '',
    });
  });
});

describe('an output', () => {
  test.each([
    ['ends without the newline that programs end with', 'text\n', 'text'],
    ['also without that of Windows', 'text\r\n', 'text'],
    ['but keeps all others', '\n text \n\n', '\n text \n'],
    ['may be empty', '', ''],
  ])('%s', async (_, text, expected) => {
    const { desk } = await office(needing(''), { outputs: { a: outputOf(text) } });
    expect(await desk.output('a')).toBe(expected);
  });

  test('of a task that has none is empty', async () => {
    const { desk } = await office(needing(''));
    expect(await desk.output('a')).toBe('');
  });

  test('that is long is read from disk, all of it', async () => {
    const outputs: Record<string, OutputRef> = {};
    const made = await office(needing('{{results.a.output}}'), { outputs });
    const text = `${'ä line\n'.repeat(100_000)}the end`;
    outputs.a = onDisk(made, 'long', `${text}\n`);
    expect(await made.desk.output('a')).toBe(text);
    expect((await made.prepare('b')).prompt).toBe(text);
  });

  test('that is no text, and seems longer in memory than it is, is read from disk', async () => {
    const outputs: Record<string, OutputRef> = {};
    const made = await office(needing(''), { outputs });
    const bytes = Buffer.alloc(100, 0xff);
    outputs.a = onDisk(made, 'bytes', bytes);
    expect(Buffer.byteLength(outputs.a?.text ?? '')).toBeGreaterThan(bytes.length);
    expect(await made.desk.output('a')).toBe('\ufffd'.repeat(100));
  });

  test('that was changed since is an error that names the file', async () => {
    const outputs: Record<string, OutputRef> = {};
    const made = await office(needing('{{results.a.output}}'), { outputs });
    outputs.a = onDisk(made, 'changed', 'x'.repeat(1_000));
    writeFileSync(join(made.folder.path, outputs.a?.path ?? ''), 'y'.repeat(1_000));
    await expect(made.prepare('b')).rejects.toThrow(
      'the output of a was changed after it had ended: streams/changed.txt',
    );
  });

  test('that was taken away is an error that names the file', async () => {
    const outputs: Record<string, OutputRef> = {};
    const made = await office(needing('{{results.a.output}}'), { outputs });
    outputs.a = onDisk(made, 'gone', 'x'.repeat(1_000));
    rmSync(join(made.folder.path, outputs.a?.path ?? ''));
    await expect(made.prepare('b')).rejects.toThrow('gone.txt');
  });
});

describe('the environment', () => {
  const tasks: PlanDocument['tasks'] = [
    { id: 'unit-test' },
    { id: 'v1.2_x' },
    { id: 'other' },
    { id: 'b', needs: ['unit-test', 'v1.2_x'] },
  ];

  test('tells inputs, the results of needs, and where results and plan lie', async () => {
    const { prepare, folder } = await office(tasks, {
      inputs: { 'my-repo': '/src', Version2: '2.0' },
      declared: { 'my-repo': {}, Version2: {} },
      outputs: {
        'unit-test': outputOf('12 passed\n'),
        'v1.2_x': outputOf('x'),
        other: outputOf('not its business'),
      },
    });
    expect((await prepare('b')).env).toEqual({
      TROUPE_INPUT_MY_REPO: '/src',
      TROUPE_INPUT_VERSION2: '2.0',
      TROUPE_RESULT_UNIT_TEST: '12 passed',
      TROUPE_RESULT_V1_2_X: 'x',
      TROUPE_RESULTS: folder.results,
      TROUPE_PLAN: folder.plan,
    });
  });

  test('leaves out an output that no program could be started with', async () => {
    const { prepare } = await office(tasks, {
      outputs: { 'unit-test': outputOf('x'.repeat(32_769)), 'v1.2_x': outputOf('a\0b') },
    });
    const { env } = await prepare('b');
    expect(Object.keys(env).filter((name) => name.startsWith('TROUPE_RESULT_'))).toEqual([]);
  });

  test('is bounded in all, however many tasks are needed', async () => {
    const ids = Array.from({ length: 100 }, (_, at) => `t${at}`);
    const { prepare } = await office([...ids.map((id) => ({ id })), { id: 'b', needs: ids }], {
      outputs: Object.fromEntries(ids.map((id) => [id, outputOf('x'.repeat(30_000))])),
    });
    const { env } = await prepare('b');
    expect(env.TROUPE_RESULT_T0).toHaveLength(30_000);
    expect(Object.values(env).join('').length).toBeLessThan(300_000);
  });
});

describe('messages', () => {
  test('stand after the prompt, in the order they came', async () => {
    const { prepare } = await office([{ id: 'a', prompt: 'Do it.' }]);
    const { prompt } = await prepare('a', ['Use the new API.', 'And {{hurry}}.']);
    expect(prompt).toBe(
      'Do it.\n\nA message for you:\nUse the new API.\n\nA message for you:\nAnd {{hurry}}.',
    );
  });

  test('that did not come leave the prompt as it is', async () => {
    const { prepare } = await office([{ id: 'a', prompt: 'Do it.\n' }]);
    expect((await prepare('a')).prompt).toBe('Do it.\n');
  });
});

describe('the artifacts', () => {
  test('of an earlier attempt are gone for the next, and stay for the checks', async () => {
    const { desk, folder } = await office([{ id: 'a' }]);
    const left = join(artifactsFolder(folder, 'a'), 'left.txt');
    const input = { task: taskId('a'), inbox: [] };
    await desk.begin(input);
    writeFileSync(left, '');
    await desk.prepare(input);
    expect(existsSync(left)).toBe(true);
    await desk.begin(input);
    expect(existsSync(left)).toBe(false);
    expect(statSync(artifactsFolder(folder, 'a')).isDirectory()).toBe(true);
  });

  test('folder comes back where an agent left a file in its place', async () => {
    const { desk, folder } = await office([{ id: 'a' }]);
    writeFileSync(artifactsFolder(folder, 'a'), 'no folder');
    await desk.begin({ task: taskId('a'), inbox: [] });
    expect(statSync(artifactsFolder(folder, 'a')).isDirectory()).toBe(true);
  });
});

describe('checks are made ready', () => {
  test('with paths from where the task works, and templates filled in', async () => {
    const verify = [
      { file: 'out/x.md', minBytes: 5, matches: '^#' },
      { file: '{{artifacts}}/y.md' },
      { run: ['test', '-s', '{{artifacts}}/y.md'], timeout: '5s' },
      { run: 'npm test' },
      { schema: { type: 'string' } },
    ];
    const { desk, folder, home } = await office([{ id: 'a', verify, verifyTimeout: '1m' }]);
    const artifact = join(artifactsFolder(folder, 'a'), 'y.md');
    const checks = await readyChecks(desk, 'a', { cwd: home, within: null });
    expect(checks.slice(0, 4)).toEqual([
      {
        kind: 'file',
        name: 'out/x.md',
        path: join(home, 'out/x.md'),
        minBytes: 5,
        matches: '^#',
        within: null,
      },
      { kind: 'file', name: artifact, path: artifact, minBytes: 0, matches: null, within: null },
      { kind: 'run', argv: ['test', '-s', artifact], timeoutMs: 5_000 },
      { kind: 'run', argv: ['sh', '-c', 'npm test'], timeoutMs: 60_000 },
    ]);
    const [, , , , last] = checks;
    if (last?.kind !== 'schema') throw new Error('no schema');
    expect(last.judge('text')).toEqual([]);
    expect(last.judge(7)).toEqual(['the output must be string']);
  });
});

test('a name that the plan does not have is a bug, and said so', async () => {
  const { desk } = await office([{ id: 'a' }]);
  expect(() => desk.task('b')).toThrow('no task b');
  expect(() => desk.role('x')).toThrow('no role x');
});
