/** Templates of prompts: variables with types and defaults, includes, and what is wrong. */
import { describe, expect, test } from 'vitest';
import { render, variablesIn, withIncludes } from '../../../memory/prompts/template.ts';

describe('a prompt', () => {
  test('is filled in, with defaults where nothing is given', () => {
    const text =
      'Write {{language|TypeScript}} for {{ what }}, {{count:number|3}} times. {{what}}!';
    expect(render(text, { what: 'a parser' })).toBe(
      'Write TypeScript for a parser, 3 times. a parser!',
    );
    expect(render(text, { what: '{{count}}', language: '', count: '7' })).toBe(
      'Write  for {{count}}, 7 times. {{count}}!',
    );
  });

  test('tells its variables', () => {
    expect(variablesIn('{{a|x}} {{b:flag}} {{a}} {{> other}} {{not one}} {{}}')).toEqual([
      { name: 'a', type: 'text', default: 'x' },
      { name: 'b', type: 'flag', default: null },
    ]);
  });

  test.each([
    ['{{what}}', {}, /"what" has no value and no default/],
    ['{{n:number}}', { n: 'many' }, /"n" must be a number, and is "many"/],
    ['{{n:number}}', { n: '' }, /must be a number/],
    ['{{b:flag}}', { b: 'yes' }, /must be a flag/],
    ['{{a}}', { a: '1', bee: '2' }, /no variable "bee"/],
  ])('%s with %j is refused', (text, values, told) => {
    expect(() => render(text, values as Record<string, string>)).toThrow(told);
  });

  test('includes others, and not itself', () => {
    const texts: Record<string, string> = {
      intro: 'Hello. {{> rules}}',
      rules: 'Be {{how|kind}}.',
    };
    const find = (name: string): string => texts[name] ?? '';
    expect(withIncludes('{{> intro}} Go.', find)).toBe('Hello. Be {{how|kind}}. Go.');
    texts.rules = '{{> intro}}';
    expect(() => withIncludes('{{> intro}}', find)).toThrow(/intro includes rules includes intro/);
  });
});
