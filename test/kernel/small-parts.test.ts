/** Small parts of the kernel by themselves: errors as data, safe points, effects. */
import { describe, expect, test, vi } from 'vitest';
import type { EventObject } from 'xstate';
import { sleep } from '../../src/kernel/clock.ts';
import { describe as describeStanding } from '../../src/kernel/configuration.ts';
import { afterBirths, type Effect, effectOf, parent, self } from '../../src/kernel/effects.ts';
import { errorData } from '../../src/kernel/input.ts';
import { randomName, seededRandom, systemRandom } from '../../src/kernel/random.ts';
import { SafePoint } from '../../src/kernel/safe-point.ts';
import { PureMachine, parentRef } from '../../src/kernel/xstate.ts';
import { settled } from './held-log.ts';
import { counter } from './machines.ts';
import { ManualClock } from './manual-clock.ts';
import { watched } from './watched.ts';

describe('whatever was thrown, as data', () => {
  const circular: Record<string, unknown> = {};
  circular.self = circular;
  test.each([
    [new TypeError('no'), { name: 'TypeError', message: 'no' }],
    ['a text', { name: 'Error', message: 'a text' }],
    [{ a: 1 }, { name: 'Error', message: '{"a":1}' }],
    [
      { name: 'E', message: 'm', more: 1 },
      { name: 'E', message: 'm' },
    ],
    [
      { name: 'E', message: 7 },
      { name: 'Error', message: '{"name":"E","message":7}' },
    ],
    [undefined, { name: 'Error', message: 'undefined' }],
    [null, { name: 'Error', message: 'null' }],
    [Symbol('s'), { name: 'Error', message: 'Symbol(s)' }],
    [circular, { name: 'Error', message: 'something that has no text was thrown' }],
    [7n, { name: 'Error', message: 'something that has no text was thrown' }],
  ])('%o', (thrown, data) => {
    expect(errorData(thrown)).toEqual(data);
    expect(errorData(JSON.parse(JSON.stringify(errorData(thrown)))), 'twice').toEqual(data);
  });
});

describe('a safe point', () => {
  test('resolves what it has reached, and waits for the rest', async () => {
    const point = new SafePoint();
    const waits = [1, 2, 3].map((n) => watched(point.reached(n)));
    const states = () => waits.map(({ state }) => state);
    point.advance(2);
    await settled();
    expect(states()).toEqual(['kept', 'kept', 'pending']);
    await expect(point.reached(1)).resolves.toBeUndefined();
    point.advance(2);
    point.advance(3);
    await settled();
    expect(states()).toEqual(['kept', 'kept', 'kept']);
  });

  test('rejects who waits for what will never be', async () => {
    const point = new SafePoint();
    const wait = watched(point.reached(1));
    point.fail(new Error('never'));
    point.fail(new Error('again'));
    await settled();
    expect(wait.state).toBe('broken: never');
  });
});

describe('an action that XState resolved is an effect', () => {
  const pure = new PureMachine(counter);
  const event: EventObject = { type: 'e' };
  const exec = vi.fn(() => 'answer');
  const of = (type: string, params?: unknown, run: unknown = undefined): Effect | null =>
    effectOf(type, params, run, 'info');

  const cases: readonly (readonly [string, unknown, unknown])[] = [
    ['send', { to: 'a', event }, { kind: 'send', messages: [{ to: 'a', event }] }],
    ['sendAll', { messages: [] }, null],
    [
      'sendAll',
      { messages: [{ to: 'a', event }] },
      { kind: 'send', messages: [{ to: 'a', event }] },
    ],
    ['spawnAll', { wishes: [1] }, { kind: 'spawn', wishes: [1] }],
    ['stopAll', { addresses: ['a'] }, { kind: 'stop', addresses: ['a'] }],
    ['xstate.raise', { event }, null],
    ['xstate.raise', { event, delay: 5 }, { kind: 'timer.set', timer: null, event, delayMs: 5 }],
    [
      'xstate.raise',
      { event, delay: 0, id: 'x' },
      { kind: 'timer.set', timer: 'x', event, delayMs: 0 },
    ],
    ['xstate.cancel', { sendId: 'x' }, { kind: 'timer.cancel', timer: 'x' }],
    [
      'xstate.spawnChild',
      { id: 'i', src: 's', input: 1 },
      { kind: 'invoke.start', id: 'i', src: 's', input: 1 },
    ],
    ['xstate.stopChild', { id: 'i' }, { kind: 'invoke.stop', id: 'i' }],
    ['xstate.stopChild', undefined, null],
    ['xstate.emit', { event }, { kind: 'fact', event }],
    [
      'xstate.sendTo',
      { to: parentRef, event },
      { kind: 'send', messages: [{ to: parent, event }] },
    ],
    ['xstate.sendTo', { to: pure.self, event }, { kind: 'send', messages: [{ to: self, event }] }],
    [
      'xstate.sendTo',
      { to: { id: 'kid' }, event },
      { kind: 'send', messages: [{ to: { child: 'kid' }, event }] },
    ],
    ['write', { n: 1 }, { kind: 'act', name: 'write', params: { n: 1 }, run: null }],
  ];

  test.each(cases.map((_, nth) => nth))('case %d', (nth) => {
    const [type, params, effect] = cases[nth] as (typeof cases)[number];
    expect(of(type, params), type).toEqual(effect);
  });

  test('a named action with an implementation can be run, and answers', () => {
    const effect = of('write', { n: 1 }, exec) as Effect & { kind: 'act' };
    expect(effect.run?.()).toBe('answer');
    expect(exec).toHaveBeenCalledExactlyOnceWith('info', { n: 1 });
  });

  test('what a journal could not keep throws', () => {
    expect(() => of('xstate.sendTo', { to: { id: 'a' }, event, delay: 1 })).toThrow(
      'delayed sendTo',
    );
    expect(() => of('xstate.spawnChild', { id: undefined, src: 's' })).toThrow('fixed id');
    expect(() => of('xstate.spawnChild', { id: 'i', src: {} })).toThrow('the name of an actor');
  });
});

describe('messages to a child that is about to be born', () => {
  const event: EventObject = { type: 'e' };
  const start = (id: string): Effect => ({ kind: 'invoke.start', id, src: 's', input: 1 });
  const stop = (id: string): Effect => ({ kind: 'invoke.stop', id });
  const write = (child: string, n = 1): Effect => ({
    kind: 'send',
    messages: [{ to: { child }, event: { ...event, n } as EventObject }],
  });
  const fact: Effect = { kind: 'fact', event };
  const elsewhere: Effect = { kind: 'send', messages: [{ to: self, event }] };

  test.each<[string, Effect[], Effect[]]>([
    ['nothing', [], []],
    ['no birth', [write('a'), fact], [write('a'), fact]],
    ['before it', [write('a'), start('a'), fact], [start('a'), write('a'), fact]],
    [
      'several',
      [write('a', 1), write('a', 2), start('a')],
      [start('a'), write('a', 1), write('a', 2)],
    ],
    ['to another', [write('b'), start('a')], [write('b'), start('a')]],
    ['to itself', [elsewhere, start('a')], [elsewhere, start('a')]],
    ['to the one before', [write('a'), stop('a'), start('a')], [write('a'), stop('a'), start('a')]],
    ['after it', [start('a'), write('a')], [start('a'), write('a')]],
  ])('%s', (_, effects, ordered) => {
    expect(afterBirths(effects)).toEqual(ordered);
  });
});

test('a machine that stands nowhere is a bug', () => {
  expect(() => describeStanding({ _nodes: [], value: {}, tags: new Set() })).toThrow('nowhere');
});

describe('sleep', () => {
  test('ends with its time', async () => {
    const clock = new ManualClock();
    const slept = watched(sleep(clock, 50));
    expect(clock.ringNext(clock.now() + 49)).toBe(false);
    expect(clock.ringNext(clock.now() + 50)).toBe(true);
    await settled();
    expect(slept.state).toBe('kept');
  });

  test('ends when it is given up, and leaves no alarm and no listener', async () => {
    const clock = new ManualClock();
    const controller = new AbortController();
    const removed = vi.spyOn(controller.signal, 'removeEventListener');
    const slept = watched(sleep(clock, 50, controller.signal));
    controller.abort();
    await settled();
    expect([slept.state, clock.alarms]).toEqual(['kept', []]);
    expect(removed).toHaveBeenCalledTimes(1);
  });

  test('does not begin when it was given up before', async () => {
    const clock = new ManualClock();
    await sleep(clock, 50, AbortSignal.abort());
    expect(clock.alarms).toEqual([]);
  });
});

describe('chance', () => {
  test('is repeated by its seed', () => {
    const draw = (seed: number) => {
      const random = seededRandom(seed);
      return Array.from({ length: 1_000 }, () => random.next());
    };
    expect(draw(7)).toEqual(draw(7));
    expect(draw(7)).not.toEqual(draw(8));
    const numbers = draw(7);
    expect(new Set(numbers).size).toBeGreaterThan(990);
    expect(numbers.every((n) => Number.isInteger(n) && n >= 0 && n < 2 ** 32)).toBe(true);
    const low = numbers.filter((n) => n < 2 ** 31).length;
    expect(Math.abs(low - 500)).toBeLessThan(100);
  });

  test('of the system is a number like any other', () => {
    const n = systemRandom.next();
    expect(Number.isInteger(n) && n >= 0 && n < 2 ** 32).toBe(true);
  });

  test('makes names of letters that are hard to mistake', () => {
    expect(randomName(seededRandom(1), 12)).toMatch(/^[0-9a-hjkmnp-tv-z]{12}$/);
    expect(randomName(seededRandom(1), 12)).toBe(randomName(seededRandom(1), 12));
  });
});
