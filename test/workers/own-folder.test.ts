/** Folders of one process: kept while it lives, found when it was killed. */
import { mkdirSync, writeFileSync } from 'node:fs';
import { basename, join } from 'node:path';
import { expect, test } from 'vitest';
import { thisProcess } from '../../src/journal/lock.ts';
import { systemRandom } from '../../src/kernel/random.ts';
import { nobodysFoldersIn, takeOwnFolder } from '../../src/workers/own-folder.ts';
import { tempFolders } from '../app/temp.ts';

const temp = tempFolders('own-folder');
/** Above what any system gives. */
const deadPid = 2 ** 30;

test('of a process that lives is its own until it lets go', () => {
  const all = temp();
  const [one, other] = [takeOwnFolder(all, systemRandom), takeOwnFolder(all, systemRandom)];
  expect(nobodysFoldersIn(all)).toEqual([]);
  one.letGo();
  expect(nobodysFoldersIn(all)).toEqual([one.path]);
  other.letGo();
  expect(nobodysFoldersIn(all).toSorted()).toEqual([one.path, other.path].toSorted());
});

test('of a process that was killed is found, and of one that is just being made is not', () => {
  const all = temp();
  const [dead, bare, strange, born] = [`${deadPid}-a`, `${deadPid}-b`, 'x', `${process.pid}-c`];
  for (const name of [dead, bare, strange, born]) mkdirSync(join(all, name));
  writeFileSync(join(all, dead, 'lock.1'), JSON.stringify({ ...thisProcess(), pid: deadPid }));
  expect(
    nobodysFoldersIn(all)
      .map((path) => basename(path))
      .toSorted(),
  ).toEqual([dead, bare, strange].toSorted());
});

test('where there is none, none is found', () => {
  expect(nobodysFoldersIn(join(temp(), 'nowhere'))).toEqual([]);
});
