/** Long prompts: a person is told of them before they are paid for. */
import { expect, test } from 'vitest';
import { claude, command, definePlan, type PlanDocument } from '../../src/plan/define.ts';
import { promptNotes } from '../../src/remembering/prompt-sizes.ts';

const words = (count: number): string => 'word '.repeat(count);

type Role = PlanDocument['agents'][string];

const notesFor = (prompt: string, role: Role = claude({}), task: object = {}) =>
  promptNotes(definePlan({ agents: { coder: role }, tasks: [{ id: 'build', prompt, ...task }] }));

test('a prompt is named from some length on, with what recall may add', () => {
  expect(notesFor(words(2_000))).toEqual([]);
  expect(notesFor(words(10_000))).toEqual([
    expect.stringMatching(/^the prompt of build is long: that is about 13,000 tokens/),
  ]);
  const recalling = claude({ memory: { recall: 10 } });
  expect(notesFor(words(2_500), recalling)).toEqual([
    expect.stringMatching(/^the prompt of build is long \(at most \d+ of them recalled\)/),
  ]);
  expect(notesFor(words(2_500), recalling, { memory: 'off' })).toEqual([]);
});

test('nobody pays for the words that a program reads; many are counted', () => {
  expect(notesFor(words(10_000), command({ run: ['cat'] }))).toEqual([]);
  const tasks = Array.from({ length: 8 }, (_, at) => ({ id: `t${at}`, prompt: words(9_000) }));
  const notes = promptNotes(definePlan({ agents: { coder: claude({}) }, tasks }));
  expect(notes).toHaveLength(6);
  expect(notes.at(-1)).toBe('3 more prompts are as large');
});
