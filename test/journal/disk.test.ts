/** A disk that is full or read-only takes nothing more, and takes nothing away. */
import {
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  writeFileSync,
} from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { FileJournal, readHistory } from '../../src/journal/file.ts';
import { lockOwner } from '../../src/journal/lock.ts';
import type { LoggedInput } from '../../src/kernel/log.ts';
import { event, events, makeFolder, numbersOf, writeEach } from './inputs.ts';
import { fill, makeDisk, makeReadOnly, noMounts } from './small-disk.ts';

const diskFull = { name: 'UserError', code: 'journal.disk-full' };
const long = (n: number): LoggedInput => event(n, 'x'.repeat(1_500));
const named = noMounts === null ? '' : ` (skipped: ${noMounts})`;

/** Writes until the disk says no. Returns how many were safe before. */
async function writeUntilFull(journal: FileJournal): Promise<number> {
  for (let n = 1; ; n += 1) {
    journal.append(long(n));
    try {
      await journal.flush();
    } catch (error) {
      expect(error).toMatchObject({
        ...diskFull,
        message: expect.stringContaining('disk is full'),
      });
      return n - 1;
    }
  }
}

describe.skipIf(noMounts !== null)(`a full disk${named}`, () => {
  test('takes nothing more from then on, even once there is space again', async () => {
    const disk = makeDisk(128);
    const folder = join(disk, 'run');
    const journal = await FileJournal.open(folder);
    const free = fill(disk);
    await writeUntilFull(journal);
    free();
    // What follows a torn line would be lost.
    expect(() => journal.append(long(1))).toThrow(expect.objectContaining(diskFull));
    await expect(journal.flush()).rejects.toMatchObject(diskFull);
    await expect(journal.history()).rejects.toMatchObject(diskFull);
    await expect(journal.store({ n: 0, core: {} })).rejects.toMatchObject(diskFull);
    await journal.close();
    expect(lockOwner(folder)).toBeNull();
  });

  test('loses nothing that was acknowledged, and goes on once there is space', async () => {
    const disk = makeDisk(128);
    const folder = join(disk, 'run');
    const ballast = join(disk, 'ballast');
    writeFileSync(ballast, Buffer.alloc(32_768));
    const journal = await FileJournal.open(folder);
    const safe = await writeUntilFull(journal);
    expect(safe).toBeGreaterThan(10);
    await journal.close();
    fill(disk);
    await expect(FileJournal.open(folder)).rejects.toMatchObject(diskFull);
    rmSync(ballast);
    const next = await FileJournal.open(folder);
    const kept = [...(await next.history())];
    expect(kept.length).toBeGreaterThanOrEqual(safe);
    expect(kept).toEqual(kept.map((_, at) => long(at + 1)));
    await writeEach(next, [long(kept.length + 1)]);
    expect(await numbersOf(next)).toHaveLength(kept.length + 1);
    await next.close();
  });

  test('does not let a journal begin, and leaves nothing in its way', async () => {
    const disk = makeDisk(64);
    const folder = join(disk, 'run');
    mkdirSync(folder);
    const free = fill(disk);
    await expect(FileJournal.open(folder)).rejects.toMatchObject(diskFull);
    expect(readdirSync(folder)).toEqual([]);
    free();
    const journal = await FileJournal.open(folder);
    await writeEach(journal, events(2));
    await journal.close();
    expect([...readHistory(folder).inputs]).toEqual(events(2));
  });

  test('does not replace a stored system by a part of one', async () => {
    const folder = makeDisk(128);
    const journal = await FileJournal.open(folder);
    await writeEach(journal, events(2));
    await journal.store({ n: 2, core: { small: true } });
    const before = readFileSync(join(folder, 'snapshot.json'));
    const core = { large: 'x'.repeat(200_000) };
    await expect(journal.store({ n: 2, core })).rejects.toMatchObject(diskFull);
    expect(readFileSync(join(folder, 'snapshot.json'))).toEqual(before);
    expect(existsSync(join(folder, 'snapshot.json.draft'))).toBe(false);
    await journal.close();
    const next = await FileJournal.open(folder);
    expect((await next.load()).stored).toEqual({ n: 2, core: { small: true } });
    expect(await numbersOf(next)).toEqual([1, 2]);
    await next.close();
  });
});

describe.skipIf(noMounts !== null)(`a read-only disk${named}`, () => {
  test('is a mistake that a person can mend, and can still be read', async () => {
    const disk = makeDisk(128);
    const journal = await FileJournal.open(disk);
    await writeEach(journal, events(3));
    await journal.close();
    makeReadOnly(disk);
    await expect(FileJournal.open(disk)).rejects.toMatchObject({
      name: 'UserError',
      code: 'journal.unwritable',
      message: `${disk} can't be written (EROFS)`,
      hint: expect.stringContaining('--home'),
    });
    expect([...readHistory(disk).inputs]).toEqual(events(3));
  });
});

describe('a journal with a limit', () => {
  const full = { name: 'UserError', code: 'journal.full' };

  test('takes nothing beyond it, and what it took is kept', async () => {
    const folder = makeFolder();
    const bytesMax = 1_000;
    const journal = await FileJournal.open(folder, { bytesMax });
    let safe = 0;
    const fillUp = async (): Promise<void> => {
      for (let n = 1; ; n += 1) {
        journal.append(event(n));
        await journal.flush();
        safe = n;
      }
    };
    await expect(fillUp()).rejects.toMatchObject({
      ...full,
      message: expect.stringContaining('1000 bytes'),
    });
    expect(safe).toBeGreaterThan(2);
    expect(journal.bytes).toBeLessThanOrEqual(bytesMax);
    expect(() => journal.append(event(safe + 1))).toThrow(expect.objectContaining(full));
    await journal.close();
    expect(statSync(join(folder, 'journal.jsonl')).size).toBe(journal.bytes);
    const next = await FileJournal.open(folder);
    expect(await numbersOf(next)).toHaveLength(safe);
    await next.close();
  });

  test('never writes the input that it refused, not even in a flush under way', async () => {
    const folder = makeFolder();
    const journal = await FileJournal.open(folder, { bytesMax: 1_000 });
    journal.append(event(1));
    const flushed = journal.flush();
    expect(() => journal.append(long(2))).toThrow(expect.objectContaining(full));
    await flushed;
    await journal.close();
    const next = await FileJournal.open(folder);
    expect(await numbersOf(next)).toEqual([1]);
    await next.close();
  });

  test('that was reached before does not open to writing', async () => {
    const folder = makeFolder();
    const journal = await FileJournal.open(folder);
    await writeEach(journal, events(5));
    await journal.close();
    const limited = await FileJournal.open(folder, { bytesMax: 100 });
    expect(await numbersOf(limited)).toEqual([1, 2, 3, 4, 5]);
    expect(() => limited.append(event(6))).toThrow(expect.objectContaining(full));
    await limited.close();
  });
});
