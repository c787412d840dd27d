/** Sound machines are proved, or honestly bounded; none of them is ever called wrong. */
import { describe, expect, test } from 'vitest';
import { verifyMachine } from '../../../src/verify/machines/verify-machine.ts';
import { subjectOf } from '../../model/machines/case.ts';
import { good } from '../../model/machines/good.ts';

/** Whose data nobody has described, or whose context grows for ever. */
const bounded = [
  'data that decides, described by nobody',
  'an answer that nobody has described',
  'a log without end',
];

describe('a good machine', () => {
  for (const [name, one] of Object.entries(good)) {
    test(`${name} is not alarming`, () => {
      const { verdict, findings, notes } = verifyMachine(subjectOf(one), 500);
      expect(findings).toEqual([]);
      expect(verdict).toBe(bounded.includes(name) ? 'bounded' : 'proved');
      if (verdict === 'bounded') expect(notes).not.toEqual([]);
    });
  }

  test('is one of twenty', () => {
    expect(Object.keys(good).length).toBeGreaterThanOrEqual(20);
  });
});
