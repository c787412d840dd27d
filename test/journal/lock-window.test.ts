/** A process that pauses in the middle of taking a lock finds out what others did meanwhile. */
import { readdirSync } from 'node:fs';
import { afterEach, expect, test, vi } from 'vitest';
import { takeLock } from '../../src/journal/lock.ts';
import { makeFolder } from './inputs.ts';

/** What happens between its look at the folder and its claim; once. */
let meanwhile: (() => void) | null = null;

vi.mock('node:fs', async (original) => {
  const fs = await original<typeof import('node:fs')>();
  const linkSync: typeof fs.linkSync = (from, to) => {
    const happen = meanwhile;
    meanwhile = null;
    // The others are this same process, so that their drafts have the same name.
    const draft = fs.readFileSync(from);
    happen?.();
    fs.writeFileSync(from, draft);
    fs.linkSync(from, to);
  };
  return { ...fs, linkSync };
});

afterEach(() => {
  meanwhile = null;
});

test('a number that was taken, given up and passed by is not taken again', () => {
  const folder = makeFolder();
  meanwhile = () => {
    takeLock(folder).release();
    takeLock(folder);
  };
  expect(() => takeLock(folder)).toThrow(/in use by process/);
  expect(readdirSync(folder)).toEqual(['lock.2']);
});

test('a number that another took first is left to it', () => {
  const folder = makeFolder();
  meanwhile = () => void takeLock(folder);
  expect(() => takeLock(folder)).toThrow(/in use by process/);
  expect(readdirSync(folder)).toEqual(['lock.1']);
});

test('when the others have all left, the next number is taken', () => {
  const folder = makeFolder();
  meanwhile = () => {
    takeLock(folder).release();
    takeLock(folder).release();
  };
  expect(takeLock(folder).generation).toBe(3);
  expect(readdirSync(folder)).toEqual(['lock.3']);
});
