/** The prompt library: versions, a file that people edit, and two writers at once. */
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { PromptLibrary } from '../../../memory/index.ts';
import { tempFolders } from '../../app/temp.ts';
import { realTime } from '../real-time.ts';

const temp = tempFolders('prompts');
const newFile = (): string => join(temp(), 'deep', 'prompts.json');

describe('the library', () => {
  test('is empty without a file, and keeps what is saved', async () => {
    const file = newFile();
    const library = new PromptLibrary(file, realTime);
    expect(library.list()).toEqual([]);
    await library.save('review', 'Look at {{file}}', { category: 'code', tags: ['careful'] });
    const [prompt] = new PromptLibrary(file, realTime).list({ category: 'code', tag: 'careful' });
    expect(prompt).toMatchObject({ name: 'review', version: 1, versions: 1 });
    expect(library.render('review', { file: 'a.ts' })).toBe('Look at a.ts');
    expect(library.list({ tag: 'other' })).toEqual([]);
  });

  test('counts versions, and goes back to one', async () => {
    const library = new PromptLibrary(newFile(), realTime);
    await library.save('a', 'one');
    await library.save('a', 'two');
    expect((await library.save('a', 'two')).version).toBe(2);
    expect(library.show('a', 1).text).toBe('one');
    expect(await library.rollBack('a', 1)).toMatchObject({ version: 3, text: 'one' });
    expect(() => library.show('a', 9)).toThrow(/no version 9/);
  });

  test('finds by words, also by their beginning and with a slip', async () => {
    const library = new PromptLibrary(newFile(), realTime);
    await library.save('review', 'Look for mistakes in the code');
    await library.save('translate', 'Put it into French');
    expect(library.search('mistaks')[0]?.name).toBe('review');
    expect(library.search('tran')[0]?.name).toBe('translate');
    expect(library.search('zebra')).toEqual([]);
  });

  test('sees what a person has changed, and keeps it', async () => {
    const file = newFile();
    const library = new PromptLibrary(file, realTime);
    await library.save('a', 'one');
    const text = readFileSync(file, 'utf8').replace('"one"', '"uno"');
    writeFileSync(file, text);
    await library.save('b', 'two');
    expect(library.show('a').text).toBe('uno');
    expect(readFileSync(`${file}.bak`, 'utf8')).toBe(text);
  });

  test('says where a file is wrong, and does not write over it', async () => {
    const file = newFile();
    const library = new PromptLibrary(file, realTime);
    await library.save('a', 'one');
    for (const wrong of ['{"version":1,', '{"version":1,"prompts":{"a":{"versions":[]}}}']) {
      writeFileSync(file, wrong);
      expect(() => library.list()).toThrow(/prompts.json can't be read/);
      await expect(library.save('b', 'two')).rejects.toThrow(/can't be read/);
      expect(readFileSync(file, 'utf8')).toBe(wrong);
    }
  });

  test('loses nothing when many write at once', async () => {
    const file = newFile();
    const names = Array.from({ length: 20 }, (_, at) => `p${at}`);
    await Promise.all(names.map((name) => new PromptLibrary(file, realTime).save(name, name)));
    expect(new PromptLibrary(file, realTime).list()).toHaveLength(20);
  });

  test.each(['', '-x', 'a b', '../x'])('refuses the name %j', async (name) => {
    const library = new PromptLibrary(newFile(), realTime);
    expect(() => library.save(name, 'text')).toThrow(/no name for a prompt/);
  });

  test('does not know what is not there', async () => {
    const library = new PromptLibrary(newFile(), realTime);
    expect(() => library.show('constructor')).toThrow(/no prompt is called "constructor"/);
    expect(() => library.remove('a')).toThrow(/no prompt is called "a"/);
  });
});
