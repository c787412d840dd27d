/** The context machine: what is shared has versions, and whoever saw an old one is refused. */
import { describe, expect, test } from 'vitest';
import type { EventObject } from 'xstate';
import type { ContextEvent } from '../../machines/events.ts';
import {
  contextCharactersMax,
  entriesMax,
  refusedFor,
  type SharedContext,
  valueCharactersMax,
} from '../../machines/rules/shared-context.ts';
import { contextSubject } from './context-subject.ts';
import { factsOf } from './effects.ts';
import { enter, follow, testTable } from './tables.ts';

testTable('context', contextSubject, {
  empty: { 'context.set': 'open', 'context.set (by one who saw nothing)': 'open' },
  'with one key': { 'context.set': 'open', 'context.set (by one who saw nothing)': 'open' },
});

type Change = Partial<Omit<ContextEvent, 'type'>>;

const set = (change: Change): EventObject & ContextEvent => ({
  ...{ type: 'context.set', key: 'a', value: 'x', ifVersion: null, by: 'coder-1', ...change },
});

function having(...changes: readonly Change[]) {
  const step = follow(contextSubject, enter(contextSubject, 'empty'), ...changes.map(set));
  return { context: step.state.context as SharedContext, facts: factsOf(step) };
}

describe('what is shared', () => {
  test('has a version that never comes back, and whoever set it', () => {
    const { context, facts } = having({}, { key: 'b' }, { key: 'a', value: null }, { value: 'y' });
    expect(context).toEqual({
      version: 4,
      entries: {
        a: { value: 'y', version: 4, by: 'coder-1' },
        b: { value: 'x', version: 2, by: 'coder-1' },
      },
    });
    const changed = { type: 'context.changed', key: 'a', value: 'y', by: 'coder-1', version: 4 };
    expect(facts).toMatchObject([changed]);
  });

  test.each([
    ['the version it has', [{}], { ifVersion: 1 }],
    ['none, and there is none', [], { ifVersion: 0 }],
    ['none again, once it was taken away', [{}, { value: null }], { ifVersion: 0 }],
  ])('is set by whoever saw %s', (_, before, change) => {
    expect(having(...before, change).facts).toMatchObject([{ type: 'context.changed' }]);
  });

  test.each<[string, readonly Change[], Change, string]>([
    ['an old version', [{}, { key: 'b' }, {}], { ifVersion: 1 }, 'conflict'],
    ['none, where there is one', [{}], { ifVersion: 0 }, 'conflict'],
    ['one, where there is none', [], { ifVersion: 3 }, 'conflict'],
    ['a key that is part of every object', [], { key: '__proto__' }, 'bad key'],
    ['a key with a space', [], { key: 'a b' }, 'bad key'],
    ['a key without end', [], { key: 'k'.repeat(101) }, 'bad key'],
    ['a value without end', [], { value: 'v'.repeat(valueCharactersMax + 1) }, 'too long'],
  ])('is not set by %s', (_, before, change, reason) => {
    const { context } = having(...before);
    const told = having(...before, change);
    expect(told.context).toEqual(context);
    expect(told.facts).toMatchObject([{ type: 'context.refused', reason }]);
  });

  test('takes the names of what every object has, and finds only its own', () => {
    const { context, facts } = having({ key: 'constructor', ifVersion: 0 });
    expect(facts).toMatchObject([{ type: 'context.changed', version: 1 }]);
    expect(Object.keys(context.entries)).toEqual(['constructor']);
  });

  test('has room for so many keys and letters, and for another value of what is there', () => {
    const keys = Array.from({ length: entriesMax + 1 }, (_, at) => ({ key: `k${at}` }));
    expect(having(...keys).facts).toMatchObject([{ type: 'context.refused', reason: 'full' }]);
    const value = 'v'.repeat(valueCharactersMax);
    const large = keys.slice(0, contextCharactersMax / valueCharactersMax);
    const full = large.map((key) => ({ ...key, value }));
    expect(having(...full).facts).toMatchObject([{ reason: 'full' }]);
    expect(having(...full, { key: 'k0', value: 'y' }).facts).toMatchObject([{ key: 'k0' }]);
  });

  test('is refused for a reason only', () => {
    expect(() => refusedFor({ version: 0, entries: {} }, set({}))).toThrow('for no reason');
  });
});
