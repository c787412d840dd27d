/** Copies against a spread, whatever the context. */
import fc from 'fast-check';
import { afterEach, describe, expect, test, vi } from 'vitest';
import { Copier } from '../../src/kernel/copying.ts';

function expectSame(copier: Copier, context: object): void {
  const spread = { ...context };
  for (let again = 0; again < 2; again += 1) {
    const copy = copier.copy(context);
    expect(copy).not.toBe(context);
    expect(Object.getOwnPropertyDescriptors(copy)).toEqual(
      Object.getOwnPropertyDescriptors(spread),
    );
    expect(Reflect.ownKeys(copy)).toEqual(Reflect.ownKeys(spread));
    expect(Object.getPrototypeOf(copy)).toBe(Object.prototype);
  }
}

afterEach(() => {
  vi.unstubAllGlobals();
});

describe('a copier', () => {
  test('copies any context as a spread does', () => {
    const contexts = fc.array(fc.dictionary(fc.string(), fc.jsonValue()), { maxLength: 20 });
    const property = fc.property(contexts, (drawn) => {
      const copier = new Copier();
      for (const context of drawn) expectSame(copier, context);
    });
    fc.assert(property, { numRuns: 200, seed: 8 });
  });

  test.each([
    ['nothing', {}],
    ['an own __proto__', JSON.parse('{ "a": 1, "__proto__": { "b": 2 } }')],
    ['keys that would be code', { '"]: 1 }; throw 1; ({ ["': 1, '\u2028`${1}\\': 2 }],
    ['numbers as keys', { b: 1, 2: 'two', 1: 'one' }],
    ['symbols', { a: 1, [Symbol.for('b')]: 2 }],
    [
      'what is computed when asked',
      Object.defineProperty({}, 'a', { get: () => 1, enumerable: true }),
    ],
    ['what nobody may see', Object.defineProperty({ a: 1 }, 'b', { value: 2 })],
    ['what is inherited', Object.create({ a: 1 }, { b: { value: 2, enumerable: true } })],
    ['a list', ['one', 'two']],
  ])('copies %s', (_, context) => {
    expectSame(new Copier(), context);
  });

  test('tells shapes apart that begin alike, and knows the same keys in another order', () => {
    const copier = new Copier();
    for (const context of [{ a: 1, b: 2 }, { a: 1 }, { a: 1, b: 2, c: 3 }, { b: 2, a: 1 }]) {
      expectSame(copier, context);
    }
  });

  test('copies where no code may be made of text', () => {
    const refuse = () => {
      throw new EvalError('Code generation from strings disallowed for this context');
    };
    vi.stubGlobal('Function', refuse);
    expectSame(new Copier(), { a: 1, b: { c: 2 } });
  });
});
