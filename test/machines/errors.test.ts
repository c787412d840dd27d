/** How bugs show themselves, how actors are addressed, and what stands for undone work. */
import { expect, test } from 'vitest';
import { createActor } from 'xstate';
import { assert, assertNever, InvariantError } from '../../machines/errors.ts';
import {
  agentAddress,
  agentId,
  roleName,
  runId,
  supervisorAddress,
  taskAddress,
  taskId,
} from '../../machines/ids.ts';
import { declared } from '../../machines/work.ts';

test('what does not hold is a bug, and says which', () => {
  expect(() => assert(true, 'all is well')).not.toThrow();
  expect(() => assert(0, 'nothing is left')).toThrow(new InvariantError('nothing is left'));
});

test('a case that nobody handled is a bug', () => {
  const value = { kind: 'new' } as never;
  expect(() => assertNever(value)).toThrow('unhandled case: {"kind":"new"}');
});

test('an address tells what lives there', () => {
  expect(taskAddress(taskId('build'))).toBe('task/build');
  expect(agentAddress(agentId('coder-1'))).toBe('agent/coder-1');
  expect(supervisorAddress(roleName('coder'))).toBe('supervisor/coder');
  expect(runId('r1')).toBe('r1');
});

test('work that is only declared fails when somebody does it after all', async () => {
  const actor = createActor(declared<string, undefined>(), { input: undefined });
  const failed = new Promise((resolve) => actor.subscribe({ error: resolve }));
  actor.start();
  expect(await failed).toEqual(new TypeError('only declared'));
});
