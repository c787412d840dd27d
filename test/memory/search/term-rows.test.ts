/** The terms of all texts: what covers the most is found, as a plain look at each says. */
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { Coverage } from '../../../memory/search/ranking.ts';
import { TermRows } from '../../../memory/search/term-rows.ts';
import { hashesOf } from '../../../memory/search/terms.ts';

const words = fc.uniqueArray(fc.constantFrom(...'abcdefghijkl'), { maxLength: 6 });
const texts = fc.array(words, { minLength: 1, maxLength: 60 });

function rowsOf(all: readonly (readonly string[])[]): TermRows {
  const rows = new TermRows();
  all.forEach((terms, at) => {
    rows.add(at + 1, hashesOf(terms));
  });
  return rows;
}

describe('the rows', () => {
  test('name those that cover the most, of equals the newest', () => {
    fc.assert(
      fc.property(texts, words, fc.nat(10), (all, asked, more) => {
        const rows = rowsOf(all);
        const question = hashesOf(asked);
        const coverage = new Coverage(question, (hash) => rows.weight(hash));
        const plain = all
          .map((terms, at) => ({ id: at + 1, coverage: coverage.of(hashesOf(terms)) }))
          .filter((each) => each.coverage > 0)
          .sort((a, b) => b.coverage - a.coverage || b.id - a.id)
          .slice(0, more + 1);
        const found = rows.mostCovering(question, more + 1);
        expect(found.map(({ coverage: share }) => share.toFixed(9))).toEqual(
          plain.map(({ coverage: share }) => share.toFixed(9)),
        );
      }),
    );
  });

  test('come back as they were saved, without those that are gone', () => {
    fc.assert(
      fc.property(texts, fc.nat(60), (all, gone) => {
        const rows = rowsOf(all);
        rows.remove(gone);
        const again = new TermRows(rows.arrays());
        const asked = hashesOf(['a', 'b', 'c']);
        const ids = (of: TermRows) => of.mostCovering(asked, 100).map(({ id }) => id);
        expect(ids(again).toSorted()).toEqual(ids(rows).toSorted());
        expect(ids(rows)).not.toContain(gone);
      }),
    );
  });

  test('answers alike the first time and when it is asked again and again', () => {
    const letters = 'abcdefghijklmnopqrst';
    const pick = (at: number, step: number): string => letters[(at * step) % 20] as string;
    const textAt = (at: number): string[] => [
      ...new Set([pick(at, 1), pick(at, 7), `t${at % 97}`]),
    ];
    const rows = rowsOf(Array.from({ length: 6_000 }, (_, at) => textAt(at)));
    const questions = [['a', 't5', 'q'], ['t96'], ['zzz'], ['c', 'd', 'e']].map(hashesOf);
    const ask = () => questions.map((question) => rows.mostCovering(question, 20));
    const [first, second] = [ask(), ask()];
    expect(second).toEqual(first);
    const later = ask();
    expect(later.flat().map(({ id }) => id)).toEqual(first.flat().map(({ id }) => id));
    for (let at = 6_000; at < 7_500; at += 1) rows.add(at + 1, hashesOf(textAt(at)));
    rows.remove(7_500);
    const [, , none, grown] = ask();
    expect(none).toEqual([]);
    expect(grown?.length).toBe(20);
    expect(
      ask()
        .flat()
        .some(({ id }) => id === 7_500),
    ).toBe(false);
    rows.add(9_999, hashesOf(['a', 't5', 'q']));
    expect(ask()[0]?.[0]?.id).toBe(9_999);
  });

  test('hold a rare term for more than a common one', () => {
    const rows = rowsOf([['add', 'e11000'], ['add'], ['add'], ['add', 'page']]);
    const [add, rare] = hashesOf(['add', 'e11000']) as unknown as [number, number];
    expect(rows.weight(rare)).toBeGreaterThan(3 * rows.weight(add));
    expect(rows.mostCovering(hashesOf(['e11000', 'add']), 2).map(({ id }) => id)).toEqual([1, 4]);
  });
});
