/** A journal that another process writes can be read, and outlives that process's death. */
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { FileJournal, readHistory } from '../../src/journal/file.ts';
import { openTail } from '../../src/journal/tail.ts';
import { eventually } from '../agents/processes.ts';
import { makeFolder, numbersOf } from './inputs.ts';
import { OtherProcess, useProgram } from './other-process.ts';

const program = useProgram();
/** Longer than a pipe or a page, so that lines are seen half written. */
const text = 'x\u{1f3ad}'.repeat(3_000);
const upTo = (count: number): number[] => Array.from({ length: count }, (_, at) => at + 1);

const numbersIn = (folder: string): number[] => [...readHistory(folder).inputs].map(({ n }) => n);

describe('while another process writes', () => {
  test('every reading sees whole inputs, without gaps, and all that was safe', async () => {
    const folder = makeFolder();
    const writer = await OtherProcess.start(program());
    await writer.order('open', { folder });
    const written = writer.order('write', { count: 200, text });
    while (writer.safe < 200) {
      const { safe } = writer;
      const read = numbersIn(folder);
      expect(read).toEqual(upTo(read.length));
      expect(read.length).toBeGreaterThanOrEqual(safe);
      await eventually('it writes on', () => writer.safe > safe || writer.safe === 200);
    }
    expect(await written).toEqual({});
    expect(numbersIn(folder)).toEqual(upTo(200));
  });

  test('following it gives every input once', async () => {
    const folder = makeFolder();
    const { fresh } = openTail(folder);
    expect([...fresh()]).toEqual([]);
    const writer = await OtherProcess.start(program());
    await writer.order('open', { folder });
    expect([...fresh()]).toEqual([]);
    const written = writer.order('write', { count: 100, text });
    const followed: number[] = [];
    await eventually('all was followed', () => {
      followed.push(...[...fresh()].map(({ n }) => n));
      return followed.length >= 100;
    });
    expect(await written).toEqual({});
    expect(followed).toEqual(upTo(100));
    expect([...fresh()]).toEqual([]);
  });

  test('following refuses what is no journal', () => {
    const folder = makeFolder();
    writeFileSync(join(folder, 'journal.jsonl'), 'hello\nworld\n');
    expect(() => [...openTail(folder).fresh()]).toThrow(/damaged at byte 0/);
  });
});

describe('when a writer is killed', () => {
  test('all that it was told is safe is there, and the next one goes on', async () => {
    const folder = makeFolder();
    let known = 0;
    for (const life of [1, 2, 3]) {
      const writer = await OtherProcess.start(program());
      await writer.order('open', { folder });
      const dead = writer.order('write', { count: 1e6, text, from: known });
      const refused = expect(dead).rejects.toThrow(/died before it answered/);
      const enough = known + 10 * life;
      await eventually('it has written', () => writer.safe >= enough);
      await writer.kill();
      await refused;
      const journal = await FileJournal.open(folder);
      const numbers = await numbersOf(journal);
      await journal.close();
      expect(numbers).toEqual(upTo(numbers.length));
      expect(numbers.length).toBeGreaterThanOrEqual(writer.safe);
      known = numbers.length;
    }
  });
});
