/** Results on their way to the disk: few are written at once, many by a thread; none is lost. */
import { readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { afterEach, expect, test } from 'vitest';
import { isUserError } from '../../src/kernel/user-error.ts';
import { ResultFiles } from '../../src/runs/result-files.ts';
import { tempFolders } from '../app/temp.ts';
import { buildCli } from '../cli/build.ts';
import { recordOf } from './samples.ts';

const temp = tempFolders('result-files');
const shippedThread = (): string => join(dirname(buildCli()), 'result-thread.js');
const opened: ResultFiles[] = [];
afterEach(() => Promise.all(opened.splice(0).map((files) => files.close())));

/** Each record becomes a file with the number of its attempts. */
function filesIn(folder: string, thread: () => string | null): ResultFiles {
  const files = new ResultFiles(
    ({ task, attempts }) => ({ path: join(folder, `${task}.json`), text: String(attempts) }),
    thread,
  );
  opened.push(files);
  return files;
}

const many = Array.from(
  { length: 200 },
  (_, at) => `t${at}` as ReturnType<typeof recordOf>['task'],
);
const writeMany = (files: ResultFiles, attempts = 1) =>
  many.map((task) => files.write({ ...recordOf({ attempts }), task }));
const readAll = (folder: string) =>
  readdirSync(folder).map((name) => readFileSync(join(folder, name), 'utf8'));

test('few are there in the same turn, and no thread is begun for them', async () => {
  const folder = temp();
  const files = filesIn(folder, () => {
    throw new Error('no thread is wanted');
  });
  expect(files.underWay()).toBeUndefined();
  await files.write(recordOf());
  expect(readAll(folder)).toEqual(['1']);
  expect(files.underWay()).toBeUndefined();
});

test('many are written by a thread, and whoever waits finds them all', async () => {
  const folder = temp();
  const files = filesIn(folder, shippedThread);
  const written = writeMany(files);
  await null;
  expect(readAll(folder)).toEqual([]);
  await files.underWay();
  expect(readAll(folder)).toHaveLength(many.length);
  await Promise.all(written);
});

test('of one task the last record stays, though few come after many', async () => {
  const folder = temp();
  const files = filesIn(folder, shippedThread);
  const first = writeMany(files, 1);
  await null;
  await Promise.all([...first, ...writeMany(files, 2).slice(0, 3)]);
  await files.underWay();
  expect(new Set(readAll(folder))).toEqual(new Set(['2']));
});

test('where there is no thread all are written here', async () => {
  const folder = temp();
  await Promise.all(writeMany(filesIn(folder, () => null)));
  expect(readAll(folder)).toHaveLength(many.length);
});

test('a thread that breaks loses none', async () => {
  const broken = join(temp(), 'broken.mjs');
  writeFileSync(broken, "throw new Error('broken');");
  const folder = temp();
  const files = filesIn(folder, () => broken);
  await Promise.all(writeMany(files));
  await Promise.all(writeMany(files, 2));
  expect(new Set(readAll(folder))).toEqual(new Set(['2']));
});

test('what a thread has when it is closed is on disk then, and what comes later, too', async () => {
  const folder = temp();
  const files = filesIn(folder, shippedThread);
  const written = writeMany(files);
  await null;
  await files.close();
  expect(new Set(readAll(folder))).toEqual(new Set(['1']));
  await Promise.all([...written, ...writeMany(files, 2)]);
  expect(new Set(readAll(folder))).toEqual(new Set(['2']));
});

test('a disk that takes nothing is told as it is, from the thread as from here', async () => {
  const inTheWay = join(temp(), 'a file');
  writeFileSync(inTheWay, '');
  for (const thread of [shippedThread, () => null]) {
    const ends = await Promise.allSettled(writeMany(filesIn(join(inTheWay, 'below'), thread)));
    const faults = ends.map((end) => (end.status === 'rejected' ? end.reason : null));
    expect(faults.every(isUserError)).toBe(true);
    expect(faults[0]).toMatchObject({ code: 'home.unwritable' });
    expect(String(faults[0])).toContain('t0.json');
  }
});
