/** Versions of machines: a journal that another version began is refused, an unknown one is not. */
import { expect, test } from 'vitest';
import { setup } from 'xstate';
import { haveChanged, howToFinish, refuseOthers, versionsOf } from '../../src/kernel/versions.ts';

const machines = [
  setup({}).createMachine({ id: 'a', version: '2' }),
  setup({}).createMachine({ id: 'b' }),
];

test('versions are told by the id of their machine', () => {
  expect(versionsOf(machines)).toEqual({ a: '2', b: null });
});

test.each([
  [null],
  [{}],
  ['a text'],
  [{ machines: { a: '2', b: null } }],
  [{ machines: { a: '2' } }],
  [{ machines: { gone: '1' } }],
])('%j is gone on with', (about) => {
  expect(() => refuseOthers(machines, about)).not.toThrow();
  expect(haveChanged(machines, about)).toBe(false);
});

test.each([
  [{ machines: { a: '1' } }, 'machine "a" in version "1", and this is version "2"', '(1)'],
  [{ machines: { a: null } }, 'machine "a" in version none, and this is "2"', '(unversioned)'],
  [{ machines: { b: '1' } }, 'machine "b" in version "1", and this is version none', '(1)'],
])('%j is refused', (about, message, hint) => {
  expect(haveChanged(machines, about)).toBe(true);
  expect(() => refuseOthers(machines, about)).toThrow(
    expect.objectContaining({
      code: 'machine.changed',
      message: expect.stringContaining(
        message.replace('and this is "2"', 'and this is version "2"'),
      ),
      hint: expect.stringContaining(hint),
    }),
  );
});

test('of a run, the command is named that finishes it', () => {
  const about = { machines: { a: '1' }, version: '0.3.1', run: 'hello-abcde' };
  const hint = expect.stringContaining('npx troupe@0.3.1 resume hello-abcde');
  expect(() => refuseOthers(machines, about)).toThrow(expect.objectContaining({ hint }));
  expect(howToFinish(about)).toEqual(hint);
});

test.each([[null], [{ version: '1.0.0' }], [{ run: 'hello-abcde' }]])(
  'of %j nobody knows a command',
  (about) => {
    expect(howToFinish(about)).toBeNull();
  },
);
