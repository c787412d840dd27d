/** The quick look through conversations: it never misses what a closer look would find. */
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { WordsSearch } from '../../src/conversations/searching.ts';
import { tempFolders } from '../app/temp.ts';

const temp = tempFolders('searching');

function conversation(...texts: readonly string[]): string {
  const path = join(temp(), '1.jsonl');
  const lines = texts.map((text) => JSON.stringify({ at: 1, type: 'text.written', text }));
  writeFileSync(path, `${lines.join('\n')}\n`);
  return path;
}

const mayHold = (path: string, words: string): boolean => new WordsSearch(words).mayHold(path);

test.each([
  ['The Rate Limit was hit', 'rate limit'],
  ['the rate limit was hit', 'RATE'],
  ['Größe: ÄRGERLICH klein', 'ärgerlich'],
  ['日本語 の プロンプト', 'プロンプト'],
  ['he said "no" and left', '"No"'],
  ['a path C:\\Temp\\x', 'c:\\temp'],
  ['two\nlines', 'two\nlines'],
])('%j is found by %j', (text, words) => {
  const path = conversation('before', text);
  expect(mayHold(path, words)).toBe(true);
  expect(mayHold(path, `${words}!`)).toBe(false);
});

test('words are found where one piece ends and the next begins, and in the last one', () => {
  const edge = 1_048_576;
  for (const words of ['the needle', 'die Nädel']) {
    for (const at of [edge - 60, edge - 55, edge - 50, edge - 45, 2 * edge]) {
      const path = conversation(`${'x'.repeat(at)}${words}${'y'.repeat(edge)}`);
      expect(mayHold(path, words)).toBe(true);
      expect(mayHold(path, `${words}${words}`)).toBe(false);
    }
  }
});

test('a long text beside the conversation belongs to it; what is gone holds nothing', () => {
  const path = conversation('short');
  const folder = path.slice(0, -'.jsonl'.length);
  mkdirSync(folder);
  writeFileSync(join(folder, '1.txt'), 'the "whole" of it');
  expect(mayHold(path, 'THE "whole"')).toBe(true);
  expect(mayHold(path, 'nobody')).toBe(false);
  expect(mayHold(join(temp(), 'none.jsonl'), 'short')).toBe(false);
});
