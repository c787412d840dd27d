/** Who hears what: by address and by place, as often as a pattern fits, however many there are. */
import { describe, expect, test } from 'vitest';
import { Listeners } from '../../src/bus/listeners.ts';

function heard(listeners: Listeners<string>, address: string): readonly string[] {
  const names: string[] = [];
  listeners.visit(address, (name) => names.push(name));
  return names.sort();
}

/** Patterns that fit nothing here: with them there are too many to be tried one by one. */
const others = Array.from({ length: 20 }, (_, at) => `elsewhere/${at}/*`);

describe.each([
  ['few', []],
  ['many', others],
])('of %s patterns', (_, more) => {
  function listening(patterns: Readonly<Record<string, string>>): Listeners<string> {
    const listeners = new Listeners<string>();
    for (const pattern of more) listeners.add(pattern, pattern);
    for (const [name, pattern] of Object.entries(patterns)) listeners.add(pattern, name);
    return listeners;
  }

  const all = listening({
    exact: 'run/7/task/a',
    near: 'run/7/task/*',
    far: 'run/*',
    other: 'run/8/*',
  });

  test.each([
    ['run/7/task/a', ['exact', 'far', 'near']],
    ['run/7/task/a/b', ['far', 'near']],
    ['run/7/task', ['far']],
    ['run/7/tasks', ['far']],
    ['run', []],
    ['running/7', []],
    ['run/8/x', ['far', 'other']],
  ])('%s is heard by %j', (address, names) => {
    expect(heard(all, address)).toEqual(names);
  });

  test('one with two that fit hears it for each', () => {
    const listeners = new Listeners<string>();
    for (const pattern of ['a/*', 'a/b/*', ...more]) listeners.add(pattern, 'both');
    expect(heard(listeners, 'a/b/c')).toEqual(['both', 'both']);
  });

  test('who leaves hears nothing more, and the others go on', () => {
    const listeners = listening({ one: 'a/*', other: 'a/*', exact: 'a/b' });
    listeners.delete('a/*', 'one');
    listeners.delete('a/*', 'nobody');
    listeners.delete('never/*', 'one');
    expect(heard(listeners, 'a/b')).toEqual(['exact', 'other']);
    listeners.forget('other');
    expect(heard(listeners, 'a/b')).toEqual(['exact']);
    listeners.clear();
    expect(heard(listeners, 'a/b')).toEqual([]);
  });
});
