/** Lines as bytes are the lines as text, byte by byte. */
import { expect, test } from 'vitest';
import { decodeRecord, encodeRecord } from '../../src/journal/record.ts';
import { WaitingLines } from '../../src/journal/waiting-lines.ts';

const plenty = 1 << 30;

const records = [
  { n: 1 },
  { text: 'ein schöner Gruß, 日本語, 🎺' },
  { text: 'half of a pair: \ud83c and control: \u0000\n\u2028' },
  { long: 'ü'.repeat(200_000) },
  ...Array.from({ length: 300 }, (_, n) => ({ n, at: 1e12 + n, input: { kind: 'pause', n } })),
];

test('any records become the lines that a text of them would be', () => {
  const lines = new WaitingLines();
  const lengths = records.map((record) => lines.add(record, plenty));
  const texts = records.map((record) => encodeRecord(record));
  expect(lengths).toEqual(texts.map((text) => Buffer.byteLength(text)));
  expect(lines.length).toBe(Buffer.byteLength(texts.join('')));
  expect(lines.take().toString()).toBe(texts.join(''));
  expect(lines.length).toBe(0);
});

test('every checksum is written with all its digits', () => {
  const lines = new WaitingLines();
  for (let n = 0; n < 1_000; n += 1) lines.add({ n }, plenty);
  const written = lines.take().toString().trim().split('\n');
  expect(written.map((line) => decodeRecord(Buffer.from(line)))).toEqual(
    Array.from({ length: 1_000 }, (_, n) => ({ n })),
  );
});

test('the room is used again for other lines, also after one that needed more of it', () => {
  const lines = new WaitingLines();
  for (const record of [{ n: 1 }, { long: 'x'.repeat(3 << 20) }, { n: 2 }]) {
    lines.add(record, plenty);
    expect(lines.take().toString()).toBe(encodeRecord(record));
  }
});

test('a line that is too long is left out, and those before it stay', () => {
  const lines = new WaitingLines();
  const short = encodeRecord({ n: 1 });
  expect(lines.add({ n: 1 }, short.length)).toBe(short.length);
  expect(lines.add({ n: 2 }, short.length - 1)).toBeNull();
  expect(lines.take().toString()).toBe(short);
});
