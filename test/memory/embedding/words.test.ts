/** Words: identifiers whole and in parts, nothing that stands in every text. */
import { describe, expect, test } from 'vitest';
import { textCharsMax, wordsOf } from '../../../memory/embedding/words.ts';

describe('wordsOf', () => {
  test.each([
    ['Users are logged out', ['users', 'logged']],
    ['getUserName', ['get', 'user', 'name', 'getusername']],
    ['HTTPServer', ['http', 'server', 'httpserver']],
    ['MAX_UPLOAD_BYTES', ['max', 'upload', 'bytes', 'max_upload_bytes']],
    ['src/auth/session.ts', ['src', 'auth', 'session', 'ts', 'src/auth/session.ts']],
    ['a self-hosted runner', ['self', 'hosted', 'self-hosted', 'runner']],
    ['sha256 and h1n1', ['sha256', 'h1n1']],
    ['Größe der Straße', ['größe', 'der', 'straße']],
    ['ÜBER', ['über']],
    ['', []],
    ['the of and is', []],
    ['... --- !!!', []],
  ])('of %j are %j', (text, words) => {
    expect(wordsOf(text)).toEqual(words);
  });

  test('come as often as they stand there', () => {
    expect(wordsOf('cache the cache')).toEqual(['cache', 'cache']);
  });

  test('are not taken from the end of a very long text, nor from data', () => {
    expect(wordsOf(`${'x '.repeat(textCharsMax)}needle`)).not.toContain('needle');
    expect(wordsOf(`begin ${'a'.repeat(500)} end`)).toEqual(['begin', 'end']);
  });
});
