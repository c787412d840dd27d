/** The terms of orders: whole with the first, named from then on, and the same at both ends. */
import { expect, test } from 'vitest';
import { sentOnce, TermsKept, TermsSent } from '../../src/workers/terms.ts';
import type { Terms } from '../../src/workers/wire.ts';

const termsOf = (name: string) => ({ run: 'r', role: { name } }) as unknown as Terms;

test('are sent whole once, and named from then on', () => {
  const [sent, kept] = [new TermsSent(), new TermsKept()];
  const [one, other] = [termsOf('one'), termsOf('other')];
  const travels = [one, other, one, other].map((terms) => JSON.stringify(sent.send(terms)));
  expect(travels.slice(2)).toEqual(['1', '2']);
  const arrived = travels.map((text) => kept.take(JSON.parse(text)).role.name);
  expect(arrived).toEqual(['one', 'other', 'one', 'other']);
});

test('those that are sent once are not kept', () => {
  const kept = new TermsKept();
  expect(kept.take(sentOnce(termsOf('one'))).role.name).toBe('one');
  expect(() => kept.take(0)).toThrow('nothing is known of terms 0');
});

test('however many there are, what is named is known, and little is kept', () => {
  const [sent, kept] = [new TermsSent(), new TermsKept()];
  const all = Array.from({ length: 1_500 }, (_, at) => termsOf(`role-${at}`));
  let whole = 0;
  for (const terms of [...all, ...all.slice(-900), ...all.slice(0, 700), ...all]) {
    const travelling = sent.send(terms);
    if (typeof travelling !== 'number') whole += 1;
    expect(kept.take(travelling).role.name).toBe(terms.role.name);
  }
  // At the end the first 700 were still there, and the others had made room for them.
  expect(whole).toBe(1_500 + 700 + 800);
});
