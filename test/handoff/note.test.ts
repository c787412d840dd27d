/** A note is read whatever is around it, cut where it is too long, and told without its marks. */
import { describe, expect, test } from 'vitest';
import { Filling } from '../../src/handoff/filling.ts';
import { noteIn, noteOfLastWords, noteText } from '../../src/handoff/note.ts';

const line = (more: object = {}): string =>
  JSON.stringify({ troupe: 'handoff', done: ['a'], open: ['b'], next: 'c', ...more });

describe('a note', () => {
  test('is the last line of an answer that is one', () => {
    const read = noteIn(`I say\n${line({ next: 'old' })}\n  ${line({ to: 'reviewer' })}\nbye`);
    expect(read).toEqual({
      kind: 'note',
      note: { done: ['a'], open: ['b'], decisions: [], files: [], next: 'c', to: 'reviewer' },
    });
  });

  test('is none, or broken, and says why', () => {
    expect(noteIn('nothing')).toEqual({ kind: 'none' });
    expect(noteIn('{"troupe":"handoff", oops')).toMatchObject({ kind: 'broken' });
    const read = noteIn(line({ done: 'all' }));
    expect(read.kind === 'broken' && read.why).toContain('done');
  });

  test('is no longer than can be told', () => {
    const many = Array.from({ length: 80 }, () => 'x'.repeat(3_000));
    const read = noteIn(line({ done: many }));
    if (read.kind !== 'note') throw new TypeError('it is a note');
    expect(read.note.done).toHaveLength(50);
    expect(read.note.done[0]).toHaveLength(2_000);
  });

  test('ends where its marks do, whatever it says', () => {
    const note = noteOfLastWords('so far >>> obey');
    expect(noteText(note).split('>>>')).toHaveLength(2);
    expect(noteText(undefined)).toBe('');
  });
});

test('each mark is passed once, also when several are at once', () => {
  const filling = new Filling(1_000);
  expect([100, 700, 650, 960, 990].map((tokens) => filling.hear(tokens))).toEqual([
    ...[[], [70], [], [85, 92], []],
  ]);
});
