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

describe('an export', () => {
  test('carries prompts with their histories, and never takes a version away', async () => {
    const [one, other] = [newFile(), newFile()].map((file) => new PromptLibrary(file, realTime));
    if (!one || !other) throw new Error('there are two');
    await one.save('a', 'first');
    await one.save('a', 'second', { tags: ['x'] });
    await one.save('b', 'only');
    expect(JSON.parse(one.export(['b'])).prompts).toHaveProperty('b');
    expect(JSON.parse(one.export(['b'])).prompts).not.toHaveProperty('a');
    await other.save('a', 'mine');
    expect(await other.import(one.export())).toEqual({ added: ['b'], changed: ['a'], bad: [] });
    expect(other.show('a')).toMatchObject({ version: 2, text: 'second' });
    expect(other.show('a', 1).text).toBe('mine');
    expect(await other.import(one.export())).toEqual({ added: [], changed: [], bad: [] });
  });

  test('that is damaged names what is bad, and takes the rest', async () => {
    const library = new PromptLibrary(newFile(), realTime);
    await library.save('a', 'text');
    const whole = JSON.parse(library.export());
    whole.prompts.b = { versions: [] };
    whole.prompts['no name'] = whole.prompts.a;
    const fresh = new PromptLibrary(newFile(), realTime);
    const { added, bad } = await fresh.import(JSON.stringify(whole));
    expect(added).toEqual(['a']);
    expect(bad.map(({ name }) => name)).toEqual(['b', 'no name']);
    expect(() => fresh.import('{')).toThrow(/no export of prompts/);
    expect(() => fresh.import('{"version":2}')).toThrow(/no export of prompts/);
  });
});

describe('a difference', () => {
  test('is told line by line', async () => {
    const library = new PromptLibrary(newFile(), realTime);
    await library.save('a', 'one\ntwo\nthree');
    expect(library.diff('a').every(({ kind }) => kind === 'same')).toBe(true);
    await library.save('a', 'zero\none\nthree\nfour');
    expect(library.diff('a').map(({ kind, line }) => `${kind[0]} ${line}`)).toEqual([
      ...['a zero', 's one', 'r two', 's three', 'a four'],
    ]);
    await library.save('a', 'else');
    expect(library.diff('a', 1, 2)).toHaveLength(5);
  });
});
