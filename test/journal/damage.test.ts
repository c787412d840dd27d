/** What a crash may do to a journal's file is cut off and forgotten; anything else is told. */
import { spawnSync } from 'node:child_process';
import { appendFileSync, mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { FileJournal, readHistory } from '../../src/journal/file.ts';
import { encodeRecord } from '../../src/journal/record.ts';
import { event, events, makeFolder, numbersOf, writeEach } from './inputs.ts';

const about = { run: 'r1' };
const journalOf = (folder: string): string => join(folder, 'journal.jsonl');

/** A folder whose journal has this many inputs, and the bytes of its file. */
async function written(count: number): Promise<{ folder: string; bytes: Buffer }> {
  const folder = makeFolder();
  const journal = await FileJournal.open(folder, { about });
  await writeEach(journal, events(count));
  await journal.close();
  return { folder, bytes: readFileSync(journalOf(folder)) };
}

/** Byte offsets at which each line begins; the last one is the file's length. */
function startsOf(bytes: Buffer): number[] {
  const starts = [0];
  for (const [at, byte] of bytes.entries()) if (byte === 0x0a) starts.push(at + 1);
  return starts;
}

async function reopened<Answer>(folder: string, use: (journal: FileJournal) => Promise<Answer>) {
  const journal = await FileJournal.open(folder);
  try {
    return await use(journal);
  } finally {
    await journal.close();
  }
}

describe('a torn tail', () => {
  test('is cut at every byte of the last record, and all before it is kept', async () => {
    const { folder, bytes } = await written(3);
    const [lastStart = 0, end = 0] = startsOf(bytes).slice(-2);
    for (let length = lastStart; length < end; length += 1) {
      writeFileSync(journalOf(folder), bytes.subarray(0, length));
      expect(await reopened(folder, numbersOf)).toEqual([1, 2]);
      expect(readFileSync(journalOf(folder)).length).toBe(lastStart);
    }
  });

  test('is followed by sound records once it was cut', async () => {
    const { folder, bytes } = await written(3);
    writeFileSync(journalOf(folder), bytes.subarray(0, bytes.length - 5));
    await reopened(folder, (journal) => writeEach(journal, [event(3), event(4)]));
    expect(await reopened(folder, numbersOf)).toEqual([1, 2, 3, 4]);
  });

  test('of several damaged lines goes as a whole', async () => {
    const { folder, bytes } = await written(2);
    appendFileSync(journalOf(folder), `${'\0'.repeat(50)}\n{"c":"00000000","n":3}\n{"c":`);
    expect(await reopened(folder, numbersOf)).toEqual([1, 2]);
    expect(readFileSync(journalOf(folder))).toEqual(bytes);
  });

  test('is left alone by whoever only reads', async () => {
    const { folder, bytes } = await written(2);
    const torn = bytes.subarray(0, bytes.length - 1);
    writeFileSync(journalOf(folder), torn);
    expect([...readHistory(folder).inputs].map(({ n }) => n)).toEqual([1]);
    expect(readFileSync(journalOf(folder))).toEqual(torn);
  });
});

describe('damage in the middle', () => {
  test('is an error that names the first byte of the record, wherever it is hit', async () => {
    const { folder, bytes } = await written(4);
    const [, , start = 0, end = 0] = startsOf(bytes);
    for (let at = start; at < end; at += 1) {
      const hit = Buffer.from(bytes);
      hit.writeUInt8((bytes[at] ?? 0) ^ 0x01, at);
      writeFileSync(journalOf(folder), hit);
      await expect(FileJournal.open(folder), `byte ${at}`).rejects.toMatchObject({
        code: 'journal.damaged',
        message: expect.stringContaining(`at byte ${start}:`),
      });
      expect(readFileSync(journalOf(folder))).toEqual(hit);
    }
  });

  test('is told after the records before it have been read', async () => {
    const { folder } = await written(3);
    const { inputs } = readHistory(folder);
    const bytes = readFileSync(journalOf(folder));
    const [, , start = 0] = startsOf(bytes);
    bytes.writeUInt8(0, start + 20);
    writeFileSync(journalOf(folder), bytes);
    const read: number[] = [];
    expect(() => {
      for (const { n } of inputs) read.push(n);
    }).toThrow(/damaged at byte/);
    expect(read).toEqual([1]);
  });

  test('a record that was taken out is missed', async () => {
    const { folder, bytes } = await written(4);
    const [, , start = 0, end = 0] = startsOf(bytes);
    const cut = Buffer.concat([bytes.subarray(0, start), bytes.subarray(end)]);
    writeFileSync(journalOf(folder), cut);
    await expect(reopened(folder, numbersOf)).rejects.toMatchObject({
      code: 'journal.damaged',
      message: expect.stringContaining(`at byte ${start}: input 2 is missing`),
    });
  });

  test('a journal that begins too late is no journal of a run', async () => {
    const { folder, bytes } = await written(2);
    const [, start = 0, end = 0] = startsOf(bytes);
    writeFileSync(
      journalOf(folder),
      Buffer.concat([bytes.subarray(0, start), bytes.subarray(end)]),
    );
    await expect(reopened(folder, numbersOf)).rejects.toThrow(/input 1 is missing/);
  });

  test('lines that somebody converted are refused, and stay as they are', async () => {
    const { folder, bytes } = await written(2);
    const converted = bytes.toString().replaceAll('\n', '\r\n');
    writeFileSync(journalOf(folder), converted);
    await expect(FileJournal.open(folder)).rejects.toMatchObject({ code: 'journal.damaged' });
    expect(readFileSync(journalOf(folder), 'utf8')).toBe(converted);
  });

  test('an error leaves the folder free for the next', async () => {
    const { folder, bytes } = await written(2);
    writeFileSync(journalOf(folder), bytes.toString().replace('"n":1', '"n":7'));
    await expect(FileJournal.open(folder)).rejects.toMatchObject({ code: 'journal.damaged' });
    writeFileSync(journalOf(folder), bytes);
    expect(await reopened(folder, numbersOf)).toEqual([1, 2]);
  });
});

describe('the header', () => {
  test('is written anew when the first line was torn, at any byte', async () => {
    const { folder, bytes } = await written(0);
    for (let length = 0; length < bytes.length; length += 1) {
      writeFileSync(journalOf(folder), bytes.subarray(0, length));
      const header = await reopened(folder, async (journal) => journal.header);
      expect(header).toMatchObject({ journal: 'troupe', format: 1, about: null });
    }
  });

  test('is that of the first opening for ever', async () => {
    const { folder } = await written(1);
    const later = await FileJournal.open(folder, { about: { run: 'other' } });
    await later.close();
    expect(later.header.about).toEqual(about);
    expect(readHistory(folder).header.about).toEqual(about);
  });

  test('of another format is refused by its number', async () => {
    const { folder } = await written(0);
    const other = encodeRecord({ journal: 'troupe', format: 99, about: null });
    writeFileSync(journalOf(folder), other);
    const refusal = {
      code: 'journal.unreadable',
      message: expect.stringContaining('it has format 99, this version reads 1'),
    };
    await expect(FileJournal.open(folder)).rejects.toMatchObject(refusal);
    expect(() => readHistory(folder)).toThrow(expect.objectContaining(refusal));
    expect(readFileSync(journalOf(folder), 'utf8')).toBe(other);
  });

  test('of something else is refused, and its file is not touched', async () => {
    const { folder } = await written(0);
    const other = encodeRecord({ hello: 'world' });
    writeFileSync(journalOf(folder), other);
    const refusal = { code: 'journal.unreadable', message: expect.stringContaining('no journal') };
    await expect(FileJournal.open(folder)).rejects.toMatchObject(refusal);
    expect(readFileSync(journalOf(folder), 'utf8')).toBe(other);
  });

  test('that is not there is told to whoever only reads', async () => {
    const { folder } = await written(0);
    writeFileSync(journalOf(folder), '');
    expect(() => readHistory(folder)).toThrow(/it has no header/);
  });
});

const makePipe = (path: string): void => void spawnSync('mkfifo', [path]);

describe.skipIf(process.platform === 'win32').each([
  ['a pipe', makePipe],
  ['a folder', (path: string) => mkdirSync(path)],
])('%s in the place of', (_, put) => {
  test('a journal is told, and not waited for', async () => {
    const { folder } = await written(1);
    rmSync(journalOf(folder));
    put(journalOf(folder));
    const refusal = { code: 'journal.unreadable', message: expect.stringContaining('no file') };
    await expect(FileJournal.open(folder)).rejects.toMatchObject(refusal);
    expect(() => readHistory(folder)).toThrow(expect.objectContaining(refusal));
  });

  test('a stored system is as none', async () => {
    const { folder } = await written(2);
    put(join(folder, 'snapshot.json'));
    expect(await reopened(folder, numbersOf)).toEqual([1, 2]);
  });
});

describe('a record', () => {
  test.each([
    ['newlines', 'a\nb\r\nc\u2028d\u2029e'],
    ['every plane of Unicode', 'é ☃ \u{1f3ad} \u{10ffff}'],
    ['half a character', '\ud800 and \udc00'],
    ['controls and quotes', '\0\u0001\u001b[31m"\\/\u007f'],
    ['a text larger than what is read at once', '\u{1f3ad}\n'.repeat(400_000)],
  ])('holds %s', async (_, text) => {
    const folder = makeFolder();
    await reopened(folder, (journal) => writeEach(journal, [event(1, text), event(2)]));
    const read = await reopened(folder, async (journal) => [...(await journal.history())]);
    expect(read).toEqual([event(1, text), event(2)]);
    expect(readFileSync(journalOf(folder), 'utf8').split('\n')).toHaveLength(4);
  });
});
