/** Circles and standstills, told from calls alone; and whether a folder has changed. */
import { mkdirSync, rmSync, utimesSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { hashFolder } from '../../src/evidence/folder-hash.ts';
import { glance } from '../../src/evidence/glance.ts';
import { Steps } from '../../src/evidence/progress.ts';
import { tempFolders } from '../app/temp.ts';

const temp = tempFolders('progress-folders');
const never = new AbortController().signal;

/** After how many calls it is seen, and what. */
function seen(calls: readonly string[], limits = { repeats: 3, unchanged: null as number | null }) {
  const steps = new Steps(limits);
  for (const [at, key] of calls.entries()) {
    const progress = steps.called(key);
    if (progress.kind !== 'some') return { at: at + 1, ...progress };
  }
  return null;
}

describe('a circle', () => {
  test.each<[string, string, number, number]>([
    ['of one call', 'xaaa', 4, 1],
    ['of two', 'xababab', 7, 2],
    ['of three', 'xyabcabcabc', 11, 3],
  ])('%s is seen as soon as it is round often enough', (_, calls, at, size) => {
    expect(seen([...calls])).toEqual({ at, kind: 'circle', calls: size, times: 3 });
  });

  test.each([
    ['aabaabaab is one of three', 'aabaabaab', 9],
    ['edits between tests are none', 'etftgthtitjtkt', null],
    ['two of each are none', 'aabbccddaabbccdd', null],
    ['four calls are too many to tell', 'abcdabcdabcdabcd', null],
  ])('%s', (_, calls, at) => {
    expect(seen([...calls])?.at ?? null).toBe(at);
  });

  test('is never seen in calls that all differ', () => {
    fc.assert(
      fc.property(fc.uniqueArray(fc.string(), { maxLength: 100 }), (calls) => {
        expect(seen(calls, { repeats: 2, unchanged: null })).toBeNull();
      }),
    );
  });
});

describe('a standstill', () => {
  test('is doubted after so many calls, and each time after a change anew', () => {
    const steps = new Steps({ repeats: 100, unchanged: 3 });
    const kinds = (count: number) =>
      Array.from({ length: count }, (_, at) => steps.called(`${count}-${at}`).kind);
    expect(kinds(4)).toEqual(['some', 'some', 'doubtful', 'doubtful']);
    steps.changed();
    expect(kinds(3)).toEqual(['some', 'some', 'doubtful']);
  });
});

describe('a folder', () => {
  const filled = () => {
    const folder = temp();
    mkdirSync(join(folder, 'deep', 'er'), { recursive: true });
    writeFileSync(join(folder, 'a.txt'), 'one');
    writeFileSync(join(folder, 'deep', 'er', 'b.txt'), 'two');
    return folder;
  };
  const changes: readonly [string, (folder: string) => void][] = [
    ['a new file', (folder) => writeFileSync(join(folder, 'c'), '')],
    ['a new folder', (folder) => mkdirSync(join(folder, 'new'))],
    ['a file that is gone', (folder) => rmSync(join(folder, 'deep', 'er', 'b.txt'))],
    ['other words of the same length', (folder) => writeFileSync(join(folder, 'a.txt'), 'eno')],
  ];

  test.each(changes)('is another one with %s', async (_, change) => {
    const folder = filled();
    utimesSync(join(folder, 'a.txt'), 1, 1);
    const before = [await glance(folder), (await hashFolder(folder, never))?.sha256];
    expect([await glance(folder), (await hashFolder(folder, never))?.sha256]).toEqual(before);
    change(folder);
    expect(await glance(folder)).not.toBe(before[0]);
    expect((await hashFolder(folder, never))?.sha256).not.toBe(before[1]);
  });

  test('hashes the same wherever it lies, and whenever it was written', async () => {
    const [one, two] = [filled(), filled()];
    utimesSync(join(two, 'a.txt'), 1, 1);
    expect(await hashFolder(one, never)).toEqual(await hashFolder(two, never));
    expect(await hashFolder(one, never)).toMatchObject({ files: 4, bytes: 6 });
  });

  test('that is too large is not hashed', async () => {
    const folder = filled();
    expect(await hashFolder(folder, never, { filesMax: 3, bytesMax: 100 })).toBeNull();
    expect(await hashFolder(folder, never, { filesMax: 100, bytesMax: 5 })).toBeNull();
  });

  test('does not look into what tools keep for themselves', async () => {
    const folder = filled();
    const before = await glance(folder);
    mkdirSync(join(folder, 'node_modules'));
    writeFileSync(join(folder, 'node_modules', 'x'), 'x');
    expect(await glance(folder)).toBe(before);
  });
});
