/** What every store promises in `src/journal/journal.ts`, as one suite that each of them runs. */
import { rmSync } from 'node:fs';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import type { Journal } from '../../src/journal/journal.ts';
import type { LoggedInput } from '../../src/kernel/log.ts';
import { event, makeFolder } from '../journal/inputs.ts';

/** The journal of this folder, the same one after it was closed. */
export type OpenJournal = (folder: string) => Promise<Journal>;

export function journalContract(name: string, open: OpenJournal): void {
  describe(`${name} keeps the promises of a journal`, () => {
    const begin = (): Promise<Journal> => open(makeFolder());
    const reopened = async (journal: Journal, folder: string): Promise<Journal> => {
      await journal.close();
      return open(folder);
    };

    test('a new one holds nothing', async () => {
      const journal = await begin();
      expect(await journal.history().then(listOf)).toEqual([]);
      expect(await contentOf(journal)).toEqual({ stored: null, inputs: [] });
      await journal.close();
    });

    test('what was flushed is there in the next life, in order', async () => {
      const folder = makeFolder();
      const first = await open(folder);
      await write(first, 1, 5);
      const second = await reopened(first, folder);
      expect(await contentOf(second)).toEqual({ stored: null, inputs: events(1, 5) });
      await write(second, 6, 7);
      expect(await second.history().then(listOf)).toEqual(events(1, 7));
      const third = await reopened(second, folder);
      expect(await contentOf(third)).toEqual({ stored: null, inputs: events(1, 7) });
      await third.close();
    });

    test('closing flushes what nobody waited for', async () => {
      const folder = makeFolder();
      const first = await open(folder);
      first.append(event(1));
      const second = await reopened(first, folder);
      expect(await second.history().then(listOf)).toEqual(events(1, 1));
      await second.close();
    });

    test('flushes that overlap cover everything before them', async () => {
      const journal = await begin();
      const flushes = events(1, 50).map((input) => {
        journal.append(input);
        return journal.flush();
      });
      await Promise.all(flushes);
      expect(journal.flush()).toBeUndefined();
      expect(await journal.history().then(listOf)).toEqual(events(1, 50));
      await journal.close();
    });

    test('history holds what was appended before it was asked for', async () => {
      const journal = await begin();
      journal.append(event(1));
      expect(await journal.history().then(listOf)).toEqual(events(1, 1));
      await journal.close();
    });

    test('reading may stop early and begin again', async () => {
      const journal = await begin();
      await write(journal, 1, 9);
      const history = await journal.history();
      for (const input of history) if (input.n === 3) break;
      expect(listOf(await journal.history())).toEqual(events(1, 9));
      await journal.close();
    });

    test('a stored system comes back whole, with only the inputs after it', async () => {
      const folder = makeFolder();
      const first = await open(folder);
      await write(first, 1, 3);
      await first.store({ n: 3, core: { words: 'a\nb \u{1f3ad}' } });
      await write(first, 4, 5);
      const wanted = { stored: { n: 3, core: { words: 'a\nb \u{1f3ad}' } }, inputs: events(4, 5) };
      expect(await contentOf(first)).toEqual(wanted);
      const second = await reopened(first, folder);
      expect(await contentOf(second)).toEqual(wanted);
      expect(await second.history().then(listOf)).toEqual(events(1, 5));
      await second.close();
    });

    test('the newest stored system replaces the one before', async () => {
      const folder = makeFolder();
      const first = await open(folder);
      await write(first, 1, 2);
      await first.store({ n: 2, core: { long: 'x'.repeat(10_000) } });
      await write(first, 3, 3);
      await first.store({ n: 3, core: { short: true } });
      const second = await reopened(first, folder);
      const stored = { n: 3, core: { short: true } };
      expect(await contentOf(second)).toEqual({ stored, inputs: [] });
      await second.close();
    });

    test('a stored system covers what was appended and not yet flushed', async () => {
      const folder = makeFolder();
      const first = await open(folder);
      for (const input of events(1, 2)) first.append(input);
      await first.store({ n: 2, core: {} });
      const second = await reopened(first, folder);
      expect(await contentOf(second)).toEqual({ stored: { n: 2, core: {} }, inputs: [] });
      await second.close();
    });

    test('nothing is taken once it is closed', async () => {
      const journal = await begin();
      await journal.close();
      expect(() => journal.append(event(1))).toThrow(/closed/);
    });

    test('its size never shrinks while it grows', async () => {
      const journal = await begin();
      const before = journal.bytes;
      await write(journal, 1, 10);
      expect(journal.bytes).toBeGreaterThanOrEqual(before);
      await journal.close();
    });

    test('whatever is said in however many lives, it is all there at the end', async () => {
      const word = fc.string({ unit: 'binary', maxLength: 40 });
      const lives = fc.array(fc.array(word, { maxLength: 6 }), { maxLength: 4 });
      await fc.assert(fc.asyncProperty(lives, livesThrough), { numRuns: 30 });
    });

    async function livesThrough(lives: readonly (readonly string[])[]): Promise<void> {
      const folder = makeFolder({ keep: true });
      const said: LoggedInput[] = [];
      try {
        for (const words of lives) {
          const journal = await open(folder);
          for (const text of words) {
            const input = event(said.length + 1, text);
            said.push(input);
            journal.append(input);
            if (text.length % 2 === 0) await journal.flush();
          }
          await journal.close();
        }
        const last = await open(folder);
        expect(listOf(await last.history())).toEqual(said);
        await last.close();
      } finally {
        rmSync(folder, { recursive: true });
      }
    }
  });
}

const events = (from: number, to: number): LoggedInput[] =>
  Array.from({ length: to - from + 1 }, (_, at) => event(from + at));

const listOf = (inputs: Iterable<LoggedInput>): LoggedInput[] => [...inputs];

async function write(journal: Journal, from: number, to: number): Promise<void> {
  for (const input of events(from, to)) journal.append(input);
  await journal.flush();
}

async function contentOf(journal: Journal) {
  const { stored, inputs } = await journal.load();
  return { stored, inputs: listOf(inputs) };
}
