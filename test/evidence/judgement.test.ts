/** What is a verdict, and what only looks like one. */
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { judgementIn } from '../../src/evidence/judgement.ts';

const accept = '{"verdict": "accept", "reasons": ["fine"]}';
const reject = '{"verdict": "reject", "reasons": ["no tests", "too long"]}';

describe('a verdict', () => {
  test.each([
    ['alone', accept, true, ['fine']],
    ['at the end of an answer', `I looked at it.\n\n${reject}\n`, false, ['no tests', 'too long']],
    ['in a fence', `Well:\n\`\`\`json\n${accept}\n\`\`\``, true, ['fine']],
    ['over some lines', '{\n  "verdict": "accept",\n  "reasons": []\n}', true, []],
    [
      'with one reason',
      '{"verdict":"reject","reason":"it {is} \\"bad\\""}',
      false,
      ['it {is} "bad"'],
    ],
    ['that was said twice', `${accept}\nI repeat:\n${accept}`, true, ['fine']],
    ['among other JSON', `{"a": 1} ${accept} {"b": {}}`, true, ['fine']],
    ['with words of its own', '{"verdict":"accept","score":9}', true, []],
  ])('%s is read', (_, text, accepts, reasons) => {
    expect(judgementIn(text)).toEqual({ accepts, reasons });
  });

  test.each([
    ['nothing', ''],
    ['words alone', 'I accept it.'],
    ['another word', '{"verdict": "ok", "reasons": []}'],
    ['another case', '{"verdict": "ACCEPT"}'],
    ['a yes of its own', '{"verdict": true}'],
    ['one that is cut', '{"verdict": "accept", "reasons": ["fi'],
    ['one that is no JSON', "{verdict: 'accept'}"],
    ['two that differ', `${reject}\n${accept}`],
    ['a good one beside a strange one', `{"verdict": "maybe"} ${accept}`],
    ['reasons that are none', '{"verdict": "accept", "reasons": "fine"}'],
    ['no, and no reason', '{"verdict": "reject", "reasons": ["  "]}'],
    ['a list', '["accept"]'],
  ])('is not there in %s', (_, text) => {
    expect(judgementIn(text)).toBeNull();
  });

  test('is bounded, and holds nothing that a terminal would take for a command', () => {
    const reasons = Array.from({ length: 50 }, () => `\u001b[2J${'x'.repeat(5_000)}`);
    const judged = judgementIn(JSON.stringify({ verdict: 'reject', reasons }));
    expect(judged?.reasons).toHaveLength(20);
    expect(judged?.reasons.every((each) => each.length <= 1_000 && !each.includes('\u001b'))).toBe(
      true,
    );
  });

  test('is never made of noise', () => {
    const letters = fc.constantFrom(
      '{',
      '}',
      '"',
      '\\',
      'verdict',
      ':',
      'accept',
      ',',
      '[',
      ']',
      ' ',
    );
    fc.assert(
      fc.property(fc.array(letters, { maxLength: 200 }), (parts) => {
        const text = parts.join('');
        const judged = judgementIn(text);
        if (judged?.accepts) expect(text).toMatch(/"verdict" *: *"accept"/);
      }),
    );
  });

  test('is looked for in an endless answer for a bounded time', () => {
    expect(judgementIn(`${'{'.repeat(100_000)}${accept}`)).toEqual({
      accepts: true,
      reasons: ['fine'],
    });
    expect(judgementIn('{"verdict": "accept"}'.repeat(10_000))).toMatchObject({ accepts: true });
  });
});
