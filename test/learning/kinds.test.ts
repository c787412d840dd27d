/** Tasks that are asked for nearly alike are of one kind. */
import { expect, test } from 'vitest';
import { Kinds } from '../../src/learning/kinds.ts';

const coder = (prompt: string) => ({ role: 'coder', prompt });

test('what means nearly the same is of one kind, named by what most of it says', () => {
  const kinds = new Kinds();
  const fix = kinds.add(coder('Fix the login form on phones'));
  expect(kinds.add(coder('Fix the bug in the login page'))).toBe(fix);
  expect(kinds.add(coder('Fix the login form for TICKET-17 of {{inputs.name}}'))).toBe(fix);
  expect(kinds.add(coder('Review what build has changed'))).not.toBe(fix);
  expect(fix?.name).toBe('fix login form');
  expect(kinds.find(coder('Fix the login page'))).toBe(fix);
});

test('roles have kinds of their own, and what says nothing has none', () => {
  const kinds = new Kinds();
  const fix = kinds.add(coder('Fix the login form'));
  expect(kinds.find({ role: 'other', prompt: 'Fix the login form' })).toBeNull();
  expect(kinds.add(coder(''))).toBeNull();
  expect(kinds.add(coder('{{results.a.output}} t-17'))).toBeNull();
  expect(kinds.find(coder('Translate a poem into Portuguese'))).toBeNull();
  expect(fix?.role).toBe('coder');
});

test('of a role there are so many kinds at most', () => {
  const kinds = new Kinds();
  const words = 'apple river stone cloud paint music horse bread glass train paper light'.split(
    ' ',
  );
  const prompts = words.flatMap((one) => words.map((other) => `${one} zebra ${other} planet`));
  const found = new Set(
    prompts.map((prompt, at) => kinds.add(coder(`${prompt} ${words[at % 7]}`))),
  );
  expect(found.size).toBeLessThanOrEqual(65);
});
