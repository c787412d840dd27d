/** What every bus promises in `src/bus/bus.ts`, as one suite that each of them runs. */
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import type { Bus, Envelope, Subscription } from '../../src/bus/bus.ts';
import { isUserError } from '../../src/kernel/user-error.ts';

/** A fresh bus; a bus between machines gives the same one twice under two names. */
type MakeBus = () => Bus | Promise<Bus>;

/** Far longer than any test needs to be answered. */
const longMs = 60_000;

export function busContract(name: string, makeBus: MakeBus): void {
  describe(`${name} keeps the promises of a bus`, () => {
    let bus: Bus;
    let counted: Map<string, number>;
    beforeEach(async () => {
      bus = await makeBus();
      counted = new Map();
    });
    afterEach(() => bus.close());

    const message = (to: string, type: string, from = 'tester'): Envelope => {
      const sequence = (counted.get(from) ?? 0) + 1;
      counted.set(from, sequence);
      return { to, from, sequence, event: { type } };
    };
    const say = (to: string, type: string, from?: string): Envelope => {
      const envelope = message(to, type, from);
      bus.publish(envelope);
      return envelope;
    };

    test('a message arrives whole, at its own address', async () => {
      const here = bus.subscribe('run/1/task/build');
      const elsewhere = bus.subscribe('run/1/task/test');
      const event = { type: 'task.ready', text: 'ä "quoted" \u{1f600}\n', list: [1, { a: null }] };
      bus.publish({ to: 'run/1/task/build', from: 'tester', sequence: 1, event });
      say('run/1/task/test', 'other');
      expect(await take(here, 1)).toEqual([
        { to: 'run/1/task/build', from: 'tester', sequence: 1, event },
      ]);
      expect(typesOf(await take(elsewhere, 1))).toEqual(['other']);
    });

    test.each([
      ['a/*', ['a/b', 'a/b/c', 'a/b/c/d'], ['a', 'ab', 'ab/c', 'b/a', 'b/a/c']],
      ['a/b/*', ['a/b/c', 'a/b/c/d'], ['a/b', 'a/c', 'a/bb/c', 'a']],
      ['a/b', ['a/b'], ['a', 'a/b/c', 'a/bc', 'a/*']],
    ])('the pattern %s means itself or everything below', async (pattern, within, without) => {
      const subscription = bus.subscribe(pattern);
      for (const to of [...without, ...within]) say(to, to);
      say(pattern.replace('*', 'last'), 'last');
      const heard = typesOf(await take(subscription, within.length + 1));
      expect(heard).toEqual([...within, 'last']);
    });

    test('between one sender and one receiver the order is kept', async () => {
      const subscription = bus.subscribe('run/*');
      const senders = ['ada', 'bob', 'eve'];
      const sent = Array.from({ length: 3_000 }, (_, at) => {
        const from = senders[at % 3] ?? '';
        return say(`run/${at % 7}/${from}`, `m${at}`, from);
      });
      const heard = await take(subscription, sent.length);
      for (const sender of senders) {
        const of = (list: readonly Envelope[]) => list.filter(({ from }) => from === sender);
        expect(of(heard)).toEqual(of(sent));
      }
    });

    test('every receiver hears it, and a message that comes again is seen once', async () => {
      const readers = [bus.subscribe('run/1/x'), bus.subscribe('run/*'), bus.subscribe('run/1/*')];
      const first = say('run/1/x', 'first');
      const second = say('run/1/x', 'second');
      for (const again of [second, first, second]) bus.publish(again);
      say('run/1/x', 'first', 'somebody else');
      for (const reader of readers) {
        expect(typesOf(await take(reader, 3))).toEqual(['first', 'second', 'first']);
      }
    });

    test('what was said before somebody listened is not heard', async () => {
      say('run/1', 'early');
      const subscription = bus.subscribe('run/1');
      say('run/1', 'late');
      expect(typesOf(await take(subscription, 1))).toEqual(['late']);
    });

    test('a slow reader loses its oldest messages, counted, and slows nobody down', async () => {
      const slow = bus.subscribe('run/1', { bufferMax: 10 });
      const patient = bus.subscribe('run/1');
      for (let at = 1; at <= 1_000; at += 1) say('run/1', `m${at}`);
      expect(await take(patient, 1_000)).toHaveLength(1_000);
      const kept = await take(slow, 10);
      expect(typesOf(kept)).toEqual(Array.from({ length: 10 }, (_, at) => `m${991 + at}`));
      expect(slow.dropped).toBe(990);
      expect(patient.dropped).toBe(0);
    });

    test('a reader that reads along loses nothing, however small its buffer', async () => {
      const subscription = bus.subscribe('run/1', { bufferMax: 1 });
      const iterator = subscription[Symbol.asyncIterator]();
      for (let at = 1; at <= 100; at += 1) {
        const next = iterator.next();
        say('run/1', `m${at}`);
        expect((await next).value?.event.type).toBe(`m${at}`);
      }
      expect(subscription.dropped).toBe(0);
    });

    test('a closed subscription gives what it has, then ends, and hears no more', async () => {
      const subscription = bus.subscribe('run/1');
      say('run/1', 'before');
      subscription.close();
      subscription.close();
      say('run/1', 'after');
      expect(typesOf(await all(subscription))).toEqual(['before']);
    });

    test('a reader that leaves its loop has left the bus', async () => {
      const subscription = bus.subscribe('run/1');
      say('run/1', 'one');
      for await (const envelope of subscription) if (envelope.event.type === 'one') break;
      say('run/1', 'two');
      expect(await all(subscription)).toEqual([]);
    });

    test('a request is answered by whoever answers at its address', async () => {
      bus.answer('clock', ({ event, from }) => ({ type: `${event.type}.done`, from }) as never);
      bus.answer('other', () => ({ type: 'wrong' }));
      const answer = await bus.request(message('clock', 'time.tell', 'ada'), longMs);
      expect(answer).toEqual({ type: 'time.tell.done', from: 'ada' });
    });

    test('requests of one sender reach the one who answers in order', async () => {
      const asked: string[] = [];
      bus.answer('scribe', async ({ event }) => {
        asked.push(event.type);
        return event;
      });
      const types = Array.from({ length: 100 }, (_, at) => `q${at}`);
      const answers = types.map((type) => bus.request(message('scribe', type), longMs));
      expect((await Promise.all(answers)).map(({ type }) => type)).toEqual(types);
      expect(asked).toEqual(types);
    });

    test('a request to an address where nobody answers fails at once', async () => {
      // Anything but at once, and the test would run out of time.
      const refused = bus.request(message('nobody/here', 'hello'), 10 * longMs);
      await expect(refused).rejects.toSatisfy(isUserError);
      await expect(refused).rejects.toMatchObject({ code: 'bus.nobody' });
      await expect(refused).rejects.toThrow('nobody/here');
    });

    test('a request that gets no answer fails at its deadline', async () => {
      bus.answer('sleeper', () => new Promise<never>(() => {}));
      const late = bus.request(message('sleeper', 'hello'), 30);
      await expect(late).rejects.toMatchObject({ name: 'UserError', code: 'bus.timed-out' });
      await expect(late).rejects.toThrow('sleeper did not answer in 30 ms');
    });

    test('an answer that fails is the failure of the request', async () => {
      bus.answer('thrower', () => {
        throw new Error('no idea');
      });
      bus.answer('rejecter', () => Promise.reject(new Error('no luck')));
      await expect(bus.request(message('thrower', 'ask'), longMs)).rejects.toThrow('no idea');
      await expect(bus.request(message('rejecter', 'ask'), longMs)).rejects.toThrow('no luck');
    });

    test('one answers at an address at a time, and the next once it has stopped', async () => {
      const stop = bus.answer('desk', () => ({ type: 'first' }));
      expect(() => bus.answer('desk', () => ({ type: 'second' }))).toThrow('desk already');
      stop();
      await expect(bus.request(message('desk', 'ask'), longMs)).rejects.toThrow('nobody answers');
      bus.answer('desk', () => ({ type: 'second' }));
      // The first has stopped long ago: saying so again must not silence the second.
      stop();
      expect(await bus.request(message('desk', 'ask'), longMs)).toEqual({ type: 'second' });
    });

    test('a closed bus ends its readers and carries nothing', async () => {
      const waiting = bus.subscribe('run/1');
      const reading = all(waiting);
      const full = bus.subscribe('run/*');
      bus.answer('desk', () => ({ type: 'here' }));
      say('run/1', 'before');
      bus.close();
      bus.close();
      say('run/1', 'after');
      expect(typesOf(await reading)).toEqual(['before']);
      expect(typesOf(await all(full))).toEqual(['before']);
      expect(await all(bus.subscribe('run/1'))).toEqual([]);
      await expect(bus.request(message('desk', 'ask'), longMs)).rejects.toThrow('nobody answers');
      bus.answer('late', () => ({ type: 'here' }));
      await expect(bus.request(message('late', 'ask'), longMs)).rejects.toThrow('nobody answers');
    });
  });
}

async function take(subscription: Subscription, count: number): Promise<readonly Envelope[]> {
  const iterator = subscription[Symbol.asyncIterator]();
  const envelopes: Envelope[] = [];
  while (envelopes.length < count) {
    const next = await iterator.next();
    if (next.done) throw new Error(`the subscription ended after ${envelopes.length}`);
    envelopes.push(next.value);
  }
  return envelopes;
}

async function all(subscription: Subscription): Promise<readonly Envelope[]> {
  const envelopes: Envelope[] = [];
  for await (const envelope of subscription) envelopes.push(envelope);
  return envelopes;
}

const typesOf = (envelopes: readonly Envelope[]): readonly string[] =>
  envelopes.map(({ event }) => event.type);
