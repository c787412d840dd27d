/** The commit of a moment, as git's own log tells it. */
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { commitAt } from '../../src/remembering/git.ts';
import { tempFolders, writeFiles } from '../app/temp.ts';

const temp = tempFolders('git');
const [none, first, second] = ['0', 'a', 'b'].map((letter) => letter.repeat(40)) as [
  string,
  string,
  string,
];
const who = 'Ada <ada@example.org>';
const log = `${none} ${first} ${who} 1000 +0000\tcommit (initial): one
${first} ${second} ${who} 2000 +0100\tcommit: two
`;

describe('the commit of a folder', () => {
  test('is the last one before the moment', () => {
    const folder = temp();
    writeFiles(folder, { '.git/logs/HEAD': log });
    expect(commitAt(folder, 2_500_000)).toBe(second);
    expect(commitAt(folder, 1_999_000)).toBe(first);
    expect(commitAt(folder, 999_000)).toBe(null);
  });

  test('is that of the repository around it', () => {
    const folder = temp();
    writeFiles(folder, { '.git/logs/HEAD': log });
    mkdirSync(join(folder, 'deep', 'down'), { recursive: true });
    expect(commitAt(join(folder, 'deep', 'down'), 2_500_000)).toBe(second);
  });

  test('is that of a worktree, where the repository is elsewhere', () => {
    const [folder, other] = [temp(), temp()];
    writeFiles(other, { 'logs/HEAD': log });
    writeFileSync(join(folder, '.git'), `gitdir: ${other}\n`);
    expect(commitAt(folder, 2_500_000)).toBe(second);
  });

  test('is unknown without a repository, and without its log', () => {
    const folder = temp();
    expect(commitAt(folder, 2_500_000)).toBe(null);
    mkdirSync(join(folder, '.git'));
    expect(commitAt(folder, 2_500_000)).toBe(null);
  });
});
