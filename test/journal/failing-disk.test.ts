/** A disk that fails in the middle of a write, without any real disk that does. */

import { existsSync, readFileSync } from 'node:fs';
import type { FileHandle } from 'node:fs/promises';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
import { FileJournal } from '../../src/journal/file.ts';
import { event, events, makeFolder, numbersOf, writeEach } from './inputs.ts';

type Failing = 'write' | 'sync' | 'close' | 'open' | 'rename';

/** What fails from now on, with which code; the handles of a journal look here. */
const disk = vi.hoisted(() => ({ fails: new Map<string, string>() }));

function failure(what: Failing): Error | null {
  const code = disk.fails.get(what);
  return code ? Object.assign(new Error(`${code}: ${what} failed`), { code }) : null;
}

function failIf(what: Failing): void {
  const error = failure(what);
  if (error) throw error;
}

function failingHandle(handle: FileHandle): FileHandle {
  const { writeFile, datasync, sync, close } = handle;
  return Object.assign(handle, {
    async writeFile(text: string) {
      failIf('write');
      await writeFile.call(handle, text);
    },
    async datasync() {
      failIf('sync');
      await datasync.call(handle);
    },
    async sync() {
      failIf('sync');
      await sync.call(handle);
    },
    async close() {
      await close.call(handle);
      failIf('close');
    },
  });
}

/** Half of what a journal is given gets through when a write fails. */
vi.mock('node:fs', async (importOriginal) => {
  const real = await importOriginal<typeof import('node:fs')>();
  const writeFileSync = (file: string | number, text: string): void => {
    const error = typeof file === 'number' ? failure('write') : null;
    real.writeFileSync(file, error ? text.slice(0, text.length / 2) : text);
    if (error) throw error;
  };
  const fdatasyncSync = (file: number): void => {
    failIf('sync');
    real.fdatasyncSync(file);
  };
  return { ...real, writeFileSync, fdatasyncSync };
});

vi.mock('node:fs/promises', async (importOriginal) => {
  const real = await importOriginal<typeof import('node:fs/promises')>();
  return {
    ...real,
    open: async (path: string, flags: string) => {
      failIf('open');
      return failingHandle(await real.open(path, flags));
    },
    rename: async (from: string, to: string) => {
      failIf('rename');
      await real.rename(from, to);
    },
  };
});

beforeEach(() => disk.fails.clear());
afterEach(() => disk.fails.clear());

const full = { name: 'UserError', code: 'journal.disk-full' };

describe.each(['ENOSPC', 'EDQUOT'])('a disk that is full in the middle of a write (%s)', (code) => {
  test('takes nothing more, and loses nothing that was acknowledged', async () => {
    const folder = makeFolder();
    const journal = await FileJournal.open(folder);
    await writeEach(journal, events(3));
    disk.fails.set('write', code);
    journal.append(event(4));
    const flushes = [journal.flush(), journal.flush()];
    for (const flush of flushes) await expect(flush).rejects.toMatchObject(full);
    disk.fails.clear();
    // The torn line would swallow whatever came after it.
    expect(() => journal.append(event(4))).toThrow(expect.objectContaining(full));
    await expect(journal.flush()).rejects.toMatchObject(full);
    await journal.close();

    const again = await FileJournal.open(folder);
    expect(await numbersOf(again)).toEqual([1, 2, 3]);
    await writeEach(again, [event(4)]);
    expect(await numbersOf(again)).toEqual([1, 2, 3, 4]);
    await again.close();
  });

  test('fails the flushes behind it as well', async () => {
    const journal = await FileJournal.open(makeFolder());
    disk.fails.set('write', code);
    journal.append(event(1));
    await expect(journal.flush()).rejects.toMatchObject(full);
    expect(() => journal.append(event(2))).toThrow('full');
    await expect(journal.flush()).rejects.toMatchObject(full);
    await journal.close();
  });
});

test('who waits behind a flush that fails is told so, too', async () => {
  const journal = await FileJournal.open(makeFolder());
  disk.fails.set('sync', 'EIO');
  journal.append(event(1));
  const first = journal.flush();
  journal.append(event(2));
  const second = journal.flush();
  await expect(first).rejects.toMatchObject({ code: 'EIO' });
  await expect(second).rejects.toMatchObject({ code: 'EIO' });
  await journal.close();
});

test('what was written and did not reach the disk is not acknowledged', async () => {
  const folder = makeFolder();
  const journal = await FileJournal.open(folder);
  await writeEach(journal, events(2));
  disk.fails.set('sync', 'EIO');
  journal.append(event(3));
  await expect(journal.flush()).rejects.toMatchObject({ code: 'EIO' });
  disk.fails.clear();
  expect(() => journal.append(event(4))).toThrow('EIO');
  await journal.close();
  const again = await FileJournal.open(folder);
  // It may be there or not; whoever waited for it was told that it failed.
  expect((await numbersOf(again)).slice(0, 2)).toEqual([1, 2]);
  await again.close();
});

describe('a stored system that can not be written', () => {
  test.each<[Failing, string, object]>([
    ['write', 'ENOSPC', full],
    ['open', 'EROFS', { code: 'journal.unwritable' }],
    ['sync', 'EIO', { code: 'EIO' }],
    ['close', 'EIO', { code: 'EIO' }],
    ['rename', 'EACCES', { code: 'journal.unwritable' }],
  ])('because of %s (%s) leaves the old one, and no draft', async (what, code, error) => {
    const folder = makeFolder();
    const journal = await FileJournal.open(folder);
    await writeEach(journal, events(2));
    await journal.store({ n: 2, core: { first: true } });
    disk.fails.set(what, code);
    await expect(journal.store({ n: 2, core: { second: true } })).rejects.toMatchObject(error);
    expect(() => journal.append(event(3))).toThrow(expect.objectContaining(error));
    disk.fails.clear();
    await journal.close();
    expect(existsSync(join(folder, 'snapshot.json.draft'))).toBe(false);
    expect(readFileSync(join(folder, 'snapshot.json'), 'utf8')).toContain('first');
    const again = await FileJournal.open(folder);
    expect((await again.load()).stored).toEqual({ n: 2, core: { first: true } });
    await again.close();
  });
});

test.each<[Failing, string, object]>([
  ['open', 'EACCES', { code: 'journal.unwritable', name: 'UserError' }],
  ['open', 'ENOSPC', full],
  ['write', 'ENOSPC', full],
])(
  'a journal that can not begin because of %s (%s) leaves the folder free',
  async (what, code, error) => {
    const folder = makeFolder();
    disk.fails.set(what, code);
    await expect(FileJournal.open(folder)).rejects.toMatchObject(error);
    disk.fails.clear();
    const journal = await FileJournal.open(folder);
    await writeEach(journal, events(1));
    expect(await numbersOf(journal)).toEqual([1]);
    await journal.close();
  },
);

test('a file that can not be closed leaves the folder free all the same', async () => {
  const folder = makeFolder();
  const journal = await FileJournal.open(folder);
  await writeEach(journal, events(1));
  disk.fails.set('close', 'EIO');
  await expect(journal.close()).rejects.toMatchObject({ code: 'EIO' });
  disk.fails.clear();
  const again = await FileJournal.open(folder);
  expect(await numbersOf(again)).toEqual([1]);
  await again.close();
});
