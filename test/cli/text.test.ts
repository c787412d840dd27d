/** Text for a terminal: what is taken out of it, how wide it is, and where it is cut. */
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { commandLine } from '../../cli/options.ts';
import { dayOf, money, stopwatch, table, timeOf } from '../../cli/terminal/style.ts';
import {
  cut,
  jsonLine,
  padEnd,
  padStart,
  plainLine,
  plainText,
  widthOf,
} from '../../cli/terminal/text.ts';
import { FakeStream, outputTo } from './fake-stream.ts';

// biome-ignore lint/suspicious/noControlCharactersInRegex: they are what must not be there
const steering = /[\x00-\x08\x0b-\x1f\x7f-\x9f\u202a-\u202e\u2066-\u2069]/;

describe('text that somebody else wrote', () => {
  test.each([
    ['\x1b[31mred\x1b[0m', 'red'],
    ['\x1b]0;title\x07text', 'text'],
    ['\x1b]8;;http://x\x1b\\link\x1b]8;;\x1b\\', 'link'],
    ['\x1bPdevice\x1b\\rest', 'rest'],
    ['a\x9b2Jb', 'a2Jb'],
    ['one\r\ntwo\tthree', 'one two three'],
    ['evil\u202etxt.exe', 'eviltxt.exe'],
    ['bell\x07 and \x00 nothing', 'bell and nothing'],
    ['  spaced   out  ', 'spaced out'],
    ['é 漢 👩‍👩‍👧 stay', 'é 漢 👩‍👩‍👧 stay'],
  ])('%j becomes the line %j', (given, line) => expect(plainLine(given)).toBe(line));

  test('keeps its lines and tabs where it may have several', () => {
    expect(plainText('a\tb\r\n\x1b[2Jc\rd\n')).toBe('a\tb\ncd\n');
  });

  test('never steers a terminal, whatever it is', () => {
    const nasty = fc.string({
      unit: fc.constantFrom('\x1b', '[', ']', '2', 'J', '\x07', '\x9b', '\\', 'm', ';', '\r', 'é'),
    });
    fc.assert(
      fc.property(fc.oneof(nasty, fc.string({ unit: 'binary' })), (text) => {
        expect(plainLine(text)).not.toMatch(steering);
        expect(plainLine(text)).not.toContain('\n');
        expect(plainText(text)).not.toMatch(steering);
      }),
    );
  });

  test('is harmless as JSON, and the same when it is read', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'binary' }), (text) => {
        const line = jsonLine({ text });
        expect(JSON.parse(line)).toEqual({ text });
        expect(line).not.toMatch(steering);
        expect(line).not.toContain('\n');
      }),
    );
  });
});

describe('width', () => {
  test.each([
    ['plain', 5],
    ['漢字', 4],
    ['e\u0301', 1],
    ['👍', 2],
    ['👩‍👩‍👧‍👦', 2],
    ['🇨🇭', 2],
    ['한글', 4],
    ['ｆｕｌｌ', 8],
    ['\x1b[31mred\x1b[0m', 3],
    ['✓ … █', 5],
    ['', 0],
  ])('of %j is %i', (text, columns) => expect(widthOf(text)).toBe(columns));

  test('is what a text is cut to, and padded to', () => {
    expect(cut('a long name', 6)).toBe('a lon…');
    expect(cut('漢字漢字', 5)).toBe('漢字…');
    expect(cut('漢字漢字', 4)).toBe('漢…');
    expect(cut('fits', 4)).toBe('fits');
    expect(cut('gone', 0)).toBe('');
    expect([padEnd('漢', 4), padStart('漢', 4)]).toEqual(['漢  ', '  漢']);
    fc.assert(
      fc.property(fc.string({ unit: 'grapheme' }), fc.nat(40), (text, columns) => {
        expect(widthOf(cut(text, columns))).toBeLessThanOrEqual(columns);
      }),
    );
  });
});

describe('a table', () => {
  test('has columns as wide as their widest cell, and cuts the last', () => {
    const rows = [
      ['NAME', 'WHY'],
      ['\x1b[31mred\x1b[39m', 'short'],
      ['漢字漢', 'much too long for this'],
    ];
    const lines = ['NAME    WHY', '\x1b[31mred\x1b[39m     short', '漢字漢  much too long…', ''];
    expect(table(rows, 22)).toBe(lines.join('\n'));
  });

  test('shares what room there is between wide columns, and cuts no name', () => {
    const name = 'level-6-9n5ge/design-storage';
    const rows = [
      ['WHO', 'BEFORE', 'AFTER'],
      [name, 'b'.repeat(70), 'a'.repeat(70)],
      ['it', 'short', 'is left'],
    ];
    const lines = table(rows, 80).split('\n');
    expect(lines[1]).toBe(`${name}  ${'b'.repeat(23)}…  ${'a'.repeat(23)}…`);
    expect(lines[2]).toBe(`it${' '.repeat(28)}short${' '.repeat(21)}is left`);
    for (const line of lines) expect(line.length).toBeLessThanOrEqual(80);
  });

  test('gives a short column what it needs, and the wide one the rest', () => {
    const rows = [['n'.repeat(60), 'why not']];
    expect(table(rows, 50)).toBe(`${'n'.repeat(40)}…  why not\n`);
    expect(table(rows, 200)).toBe(`${'n'.repeat(60)}  why not\n`);
  });

  test('is cut for a terminal, and not for a pipe', () => {
    const stream = new FakeStream();
    const output = outputTo(stream);
    expect(output.columns).toBe(40);
    stream.columns = 0;
    expect(output.columns).toBe(80);
    stream.isTTY = false;
    expect(output.columns).toBe(1_000);
  });

  test('of nothing is nothing', () => expect(table([], 80)).toBe(''));
});

test.each([
  [0, '0:00'],
  [7_900, '0:07'],
  [750_000, '12:30'],
  [11_109_000, '3:05:09'],
  [-5, '0:00'],
])('%i ms are %s on a clock', (ms, text) => expect(stopwatch(ms)).toBe(text));

test.each([
  [0, '$0.00'],
  [0.004, '<$0.01'],
  [12.345, '$12.35'],
  [null, 'unknown'],
])('%s dollars are %s', (usd, text) => expect(money(usd)).toBe(text));

test('a day and a time are those of the reader', () => {
  const at = new Date(2025, 10, 21, 8, 2, 11).getTime();
  expect([dayOf(at), timeOf(at)]).toEqual(['2025-11-21', '08:02:11']);
});

test('a command can be copied into a shell', () => {
  expect(commandLine(['resume', 'a-1'], {})).toBe('troupe resume a-1');
  expect(commandLine(['logs', 'a', "it's $x"], { home: 'my home' })).toBe(
    `troupe logs a 'it'\\''s $x' --home 'my home'`,
  );
});
