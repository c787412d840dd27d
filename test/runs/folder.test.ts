/** Where runs live: new folders, and finding them again by what a person types. */
import { execFile } from 'node:child_process';
import {
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  utimesSync,
  writeFileSync,
} from 'node:fs';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { describe, expect, test } from 'vitest';
import { runId } from '../../machines/ids.ts';
import type { Random } from '../../src/kernel/random.ts';
import { systemRandom } from '../../src/kernel/random.ts';
import { isUserError, type UserError } from '../../src/kernel/user-error.ts';
import { writeWhole } from '../../src/runs/disk.ts';
import {
  createRunFolder,
  findRun,
  listRuns,
  readOrder,
  runFolder,
  runsFolder,
  writePlan,
} from '../../src/runs/folder.ts';
import { tempFolders } from '../app/temp.ts';
import { folderIn, orderOf, planOf } from './samples.ts';

const temp = tempFolders('folder');

const named = (name: string) => planOf([{ id: 'a' }], { name });

/** Gives the same numbers to everybody who asks, over and over. */
function unlucky(...numbers: readonly number[]): Random {
  let at = -1;
  return {
    next() {
      at += 1;
      return numbers[at % numbers.length] ?? 0;
    },
  };
}

/** Runs with these names, the first one oldest. */
async function homeWith(...names: readonly string[]): Promise<string> {
  const home = temp();
  for (const [at, name] of names.entries()) {
    const folder = folderIn(home, named('x'));
    const order = join(runsFolder(home), name, 'order.json');
    mkdirSync(join(runsFolder(home), name));
    writeFileSync(order, readFileSync(folder.order));
    rmSync(folder.path, { recursive: true });
    utimesSync(order, at + 1, at + 1);
  }
  return home;
}

async function complaint(promise: Promise<unknown>): Promise<UserError> {
  const error = await promise.then(
    () => null,
    (reason: unknown) => reason,
  );
  if (!isUserError(error)) throw new Error(`no complaint: ${String(error)}`);
  return error;
}

describe('a new folder', () => {
  test('holds the order and the plan, whole', async () => {
    const home = temp();
    const order = orderOf(planOf([{ id: 'a', prompt: '{{inputs.x}}' }], { inputs: { x: 'y' } }), {
      inputs: { x: 'ü\n\u2028' },
      cwd: home,
    });
    const folder = createRunFolder(home, order, systemRandom);
    expect(folder.path).toBe(join(home, 'runs', folder.id));
    expect(await readOrder(folder)).toEqual(order);
    expect(JSON.parse(readFileSync(folder.plan, 'utf8'))).toEqual(order.plan);
    expect(readdirSync(folder.path).sort()).toEqual([
      'artifacts',
      'order.json',
      'plan.json',
      'results',
    ]);
  });

  test.each([
    ['level-6', /^level-6-[0-9a-z]{5}$/],
    ['My Great Plan!', /^my-great-plan-[0-9a-z]{5}$/],
    ['../../etc/passwd', /^etc-passwd-[0-9a-z]{5}$/],
    ['日本', /^run-[0-9a-z]{5}$/],
    ['...', /^run-[0-9a-z]{5}$/],
    ['a'.repeat(200), /^a{40}-[0-9a-z]{5}$/],
  ])('for a plan called %s has a name that every system takes', async (name, pattern) => {
    const home = temp();
    const { id, path } = folderIn(home, named(name));
    expect(id).toMatch(pattern);
    expect(statSync(path).isDirectory()).toBe(true);
  });

  test('of two who draw the same name belongs to one of them', async () => {
    const home = temp();
    const order = orderOf(named('race'));
    const ids = Array.from({ length: 20 }, (_, at) => {
      return createRunFolder(home, order, unlucky(7, 7, 7, 7, 7, at, 1, 2, 3, 4)).id;
    });
    expect(new Set(ids).size).toBe(20);
    expect(ids).toContain('race-77777');
    expect(await listRuns(home)).toHaveLength(20);
  });

  test('where none can be made is a complaint that says where', async () => {
    const home = join(temp(), 'file');
    writeFileSync(home, '');
    const { code, message, hint } = await complaint((async () => folderIn(home))());
    expect(code).toBe('home.unwritable');
    expect(message).toContain(home);
    expect(hint).toContain('--home');
  });

  test('can have its plan made again', async () => {
    const folder = folderIn(temp());
    const before = readFileSync(folder.plan, 'utf8');
    rmSync(folder.plan);
    writePlan(folder, await readOrder(folder));
    expect(readFileSync(folder.plan, 'utf8')).toBe(before);
  });
});

describe('the list of runs', () => {
  test('has the newest first', async () => {
    const home = await homeWith('b-1', 'c-2', 'a-3');
    expect((await listRuns(home)).map(({ id }) => id)).toEqual(['a-3', 'c-2', 'b-1']);
  });

  test('is empty where nothing was ever run', async () => {
    expect(await listRuns(join(temp(), 'nowhere'))).toEqual([]);
  });

  test('passes over what is no run, or not one yet', async () => {
    const home = await homeWith('a-1');
    mkdirSync(join(runsFolder(home), 'half-made'));
    writeFileSync(join(runsFolder(home), '.DS_Store'), '');
    expect((await listRuns(home)).map(({ id }) => id)).toEqual(['a-1']);
  });

  test('does not mind when runs are deleted while it looks', async () => {
    const home = await homeWith(...Array.from({ length: 30 }, (_, at) => `run-${at}`));
    const listing = listRuns(home);
    rmSync(runsFolder(home), { recursive: true });
    expect((await listing).length).toBeLessThanOrEqual(30);
  });
});

describe('a run is found', () => {
  test.each([
    ['build-abc12', 'build-abc12'],
    ['build-abd', 'build-abd99'],
    ['test', 'test-00000'],
    ['latest', 'build'],
    // Exactly its name, though others begin like it.
    ['build', 'build'],
  ])('by %s', async (name, expected) => {
    const home = await homeWith('test-00000', 'build-abc12', 'build-abd99', 'build');
    expect((await findRun(home, name)).id).toBe(expected);
  });

  test.each([
    ['biuld-abc12', 'did you mean "build-abc12"?'],
    ['', 'test-00000'],
    ['../runs/test-00000', 'no run is called'],
    ['Latest', 'no run is called'],
  ])('not by %s, and it is said what there is', async (name, expected) => {
    const home = await homeWith('test-00000', 'build-abc12', 'build-abd99');
    const { code, message, hint } = await complaint(findRun(home, name));
    expect(code).toBe('run.unknown');
    expect(message).toContain(expected);
    expect(hint).toBe('see: troupe ps');
  });

  test('not by a beginning that several have', async () => {
    const home = await homeWith('test-00000', 'build-abc12', 'build-abd99');
    expect(await complaint(findRun(home, 'build-a'))).toMatchObject({
      code: 'run.ambiguous',
      message: '2 runs begin with "build-a": build-abd99, build-abc12',
    });
    const crowd = await homeWith(...Array.from({ length: 9 }, (_, at) => `run-${at}`));
    expect((await complaint(findRun(crowd, 'run'))).message).toMatch(/ run-4 and 4 more$/);
  });

  test('not where there is none, and it is said how to begin one', async () => {
    const home = temp();
    expect(await complaint(findRun(home, 'latest'))).toMatchObject({
      code: 'run.unknown',
      message: `there are no runs in ${home}`,
      hint: 'start one: troupe run PLAN',
    });
  });

  test('but not read when its order is damaged', async () => {
    const folder = runFolder(temp(), runId('x'));
    writeWhole(folder.order, '{"plan":');
    const { code, message } = await complaint(readOrder(folder));
    expect(code).toBe('run.unreadable');
    expect(message).toContain(folder.order);
  });
});

/** Prints each letter and length that it saw once. */
const readOften = `
  const seen = new Set();
  for (let at = 0; at < 300; at += 1) {
    const text = require('node:fs').readFileSync(process.argv[1], 'utf8');
    for (const letter of new Set(text)) seen.add(letter + text.length);
  }
  process.stdout.write([...seen].join());`;

describe('a file that is written whole', () => {
  test('replaces the one before and leaves no draft', async () => {
    const folder = temp();
    const path = join(folder, 'deep', 'down', 'x.txt');
    writeWhole(path, 'one');
    writeWhole(path, 'two', { flush: true });
    expect(readFileSync(path, 'utf8')).toBe('two');
    expect(readdirSync(join(folder, 'deep', 'down'))).toEqual(['x.txt']);
  });

  test('is seen by a reader as it was or as it is, never in parts', async () => {
    const path = join(temp(), 'x.txt');
    const texts = ['a', 'b'].map((letter) => letter.repeat(300_000));
    const [first = '', second = ''] = texts;
    writeWhole(path, first);
    const reader = promisify(execFile)(process.execPath, ['-e', readOften, path]);
    let reading = true;
    const over = reader.finally(() => {
      reading = false;
    });
    while (reading) {
      writeWhole(path, second);
      writeWhole(path, first);
      await new Promise((resolve) => setImmediate(resolve));
    }
    expect((await over).stdout).toMatch(/^(a300000|b300000|,)+$/);
    expect(existsSync(`${path}.draft`)).toBe(false);
  });

  test('may be for nobody else to read', async () => {
    const path = join(temp(), 'secret');
    writeWhole(path, 'x', { mode: 0o600 });
    expect(statSync(path).mode & 0o777).toBe(0o600);
  });
});
