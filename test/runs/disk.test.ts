/** Files are replaced whole, and nothing that lies in their place is written through. */
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { linkSync, readdirSync, readFileSync, symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { text } from 'node:stream/consumers';
import { describe, expect, test } from 'vitest';
import { ensureFolder, writeNew, writeWhole } from '../../src/runs/disk.ts';
import { tempFolders } from '../app/temp.ts';

const temp = tempFolders('disk');
const folder = temp();

test.each([
  ['a link', symlinkSync],
  ['a second name', linkSync],
])('a draft that is %s for another file leaves that one alone', (name, link) => {
  const [other, path] = [join(folder, `other of ${name}`), join(folder, `report of ${name}`)];
  writeFileSync(other, 'mine');
  link(other, `${path}.draft`);
  writeWhole(path, 'new');
  expect([readFileSync(other, 'utf8'), readFileSync(path, 'utf8')]).toEqual(['mine', 'new']);
});

describe('new files', () => {
  const long = 'long '.repeat(1_000);

  test.each([
    ['a link', symlinkSync],
    ['a second name', linkSync],
  ])('where %s for another file lies leave that one alone', (name, link) => {
    const [other, path] = [join(folder, `mine, ${name}`), join(folder, `new, ${name}`)];
    writeFileSync(other, 'mine');
    link(other, path);
    writeNew([{ path, text: 'new' }]);
    expect([readFileSync(other, 'utf8'), readFileSync(path, 'utf8')]).toEqual(['mine', 'new']);
  });

  test('come in the place of what was begun, and where no folder was, long as short', () => {
    const below = join(folder, 'not', 'there');
    const [short, begun, all] = ['short', 'begun', 'long'].map((name) => join(below, name));
    ensureFolder(below);
    writeFileSync(String(begun), '');
    writeNew([
      { path: String(short), text: 'ä' },
      { path: String(begun), text: 'done' },
      { path: String(all), text: long },
    ]);
    const texts = [short, begun, all].map((path) => readFileSync(String(path), 'utf8'));
    expect(texts).toEqual(['ä', 'done', long]);
    expect(readdirSync(below).sort()).toEqual(['begun', 'long', 'short']);
  });

  test('are never seen in part by whoever looks while they are written', async () => {
    const busy = join(folder, 'busy');
    ensureFolder(busy);
    const reader = spawn(process.execPath, ['-e', watching, busy]);
    const ends = text(reader.stdout);
    writeNew([{ path: join(busy, '0'), text: 'the end' }]);
    await once(reader.stdout, 'readable');
    for (let at = 1; at <= 5_000; at += 1) {
      const whole = `${at % 2 === 0 ? long : 'short '.repeat(100)}end`;
      writeNew([{ path: join(busy, String(at)), text: whole }]);
    }
    writeFileSync(join(busy, 'last'), '');
    const seen = new Set((await ends).trim().split('\n'));
    seen.delete('""');
    expect([...seen]).toEqual(['"end"']);
  });
});

/** Reads what comes to a folder until the last of it, and tells how each file ended that it saw. */
const watching = `
const { existsSync, readFileSync, writeSync } = require('node:fs');
const folder = process.argv[1];
for (let at = 0; !existsSync(folder + '/last'); ) {
  const path = folder + '/' + at;
  if (!existsSync(path)) continue;
  writeSync(1, JSON.stringify(readFileSync(path, 'utf8').slice(-3)) + '\\n');
  at += 1;
}`;

test('a draft that somebody left who was killed is in nobody’s way, nor a missing folder', () => {
  const path = join(folder, 'deep', 'down', 'report');
  writeWhole(path, 'one');
  writeFileSync(`${path}.draft`, 'a longer one than the next');
  writeWhole(path, 'two');
  expect(readFileSync(path, 'utf8')).toBe('two');
  expect(readdirSync(join(folder, 'deep', 'down'))).toEqual(['report']);
});
