/** Files are replaced whole, and nothing that lies in their place is written through. */
import { linkSync, readdirSync, readFileSync, symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { writeWhole } from '../../src/runs/disk.ts';
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

test('a draft that somebody left who was killed is in nobody’s way, nor a missing folder', () => {
  const path = join(folder, 'deep', 'down', 'report');
  writeWhole(path, 'one');
  writeFileSync(`${path}.draft`, 'a longer one than the next');
  writeWhole(path, 'two');
  expect(readFileSync(path, 'utf8')).toBe('two');
  expect(readdirSync(join(folder, 'deep', 'down'))).toEqual(['report']);
});
