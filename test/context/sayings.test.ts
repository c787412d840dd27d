/** What an agent wants the others to know is heard among its words, and nothing else is. */
import { expect, test } from 'vitest';
import { Sayings } from '../../src/context/sayings.ts';
import type { ContextChange } from '../../src/runs/shared-context.ts';

function listen() {
  const heard: Omit<ContextChange, 'by'>[] = [];
  return { heard, sayings: new Sayings((change) => heard.push(change)) };
}

const line = (rest: object): string => `${JSON.stringify({ troupe: 'context.set', ...rest })}\n`;

test.each([
  ['a text', { key: 'a', value: 'x' }, { key: 'a', value: 'x' }],
  ['any other value, as JSON', { key: 'a', value: [1, { b: 2 }] }, { value: '[1,{"b":2}]' }],
  ['nothing any more', { key: 'a', value: null, ifVersion: 2 }, { value: null, ifVersion: 2 }],
])('%s is heard, also in pieces', (_, said, heard) => {
  const errors = listen();
  for (const text of line(said))
    errors.sayings.hear({ type: 'agent.said', stream: 'stderr', text });
  const words = listen();
  const text = `I tell them:\n  ${line(said)}Done.`;
  words.sayings.hear({ type: 'text.written', piece: 'whole', text });
  expect(errors.heard).toMatchObject([heard]);
  expect(words.heard).toEqual(errors.heard);
});

test('a last line needs no end', () => {
  const { heard, sayings } = listen();
  const text = line({ key: 'a', value: 'x' }).trimEnd();
  sayings.hear({ type: 'text.written', piece: 'part', text });
  expect(heard).toEqual([]);
  sayings.end();
  expect(heard).toHaveLength(1);
});

test.each([
  '{"troupe":"context.set","key":"a"}\n',
  '{"troupe":"context.set","value":"x"}\n',
  '{"troupe":"context.set","key":7,"value":"x"}\n',
  '{"troupe":"context.get","key":"a","value":"context.set"}\n',
  '["context.set"]\n',
  '"context.set" {\n',
])('%j says nothing', (text) => {
  const { heard, sayings } = listen();
  sayings.hear({ type: 'agent.said', stream: 'stderr', text });
  sayings.hear({ type: 'agent.said', stream: 'stdout', text: line({ key: 'a', value: 'x' }) });
  sayings.end();
  expect(heard).toEqual([]);
});

test('an agent that says it for ever is not listened to for ever', () => {
  const { heard, sayings } = listen();
  const text = line({ key: 'a', value: 'x' }).repeat(1_500);
  sayings.hear({ type: 'agent.said', stream: 'stderr', text });
  expect(heard).toHaveLength(1_000);
});
