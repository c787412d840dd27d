/** Typed ways to actors: what a machine does not know does not compile. */
import { expect, expectTypeOf, test } from 'vitest';
import { address } from '../../machines/ids.ts';
import { MemoryJournal } from '../../src/journal/memory.ts';
import type { Ending } from '../../src/kernel/ending.ts';
import { System } from '../../src/kernel/system.ts';
import { asker } from './asker.ts';
import { settled } from './held-log.ts';
import { alarm, child, counter, worker } from './machines.ts';
import { ManualClock } from './manual-clock.ts';

const open = () =>
  System.open({
    log: new MemoryJournal(),
    clock: new ManualClock(),
    machines: [counter, worker, child, asker, alarm],
  });

/** Only compiled, never called: no line that is marked may compile without its mark. */
const compiled = async (system: System): Promise<void> => {
  const ref = system.spawn(counter, { id: 'c' });
  await ref.send({ type: 'count.add', by: 1 });
  // @ts-expect-error: no such event
  await ref.send({ type: 'count.sub', by: 1 });
  // @ts-expect-error: a field is missing
  await ref.send({ type: 'count.add' });
  // @ts-expect-error: a field of another type
  await ref.send({ type: 'count.add', by: '1' });
  // @ts-expect-error: an event of XState's own
  await ref.send({ type: 'xstate.stop' });
  // @ts-expect-error: an event of another machine
  await ref.send({ type: 'work.start' });
  // @ts-expect-error: an event that has no `replyTo` can't be asked
  await ref.ask({ type: 'count.end' }, { deadlineMs: 1 });

  system.spawn(child, { id: 'k', input: { greeting: 'hi' } });
  // @ts-expect-error: an input of another type
  system.spawn(child, { id: 'k', input: { greeting: 7 } });

  const asking = system.ref(asker, 'a');
  await asking.ask({ type: 'ask.now' }, { deadlineMs: 1 });
  // @ts-expect-error: the kernel says where the reply goes
  await asking.ask({ type: 'ask.now', replyTo: address('me') }, { deadlineMs: 1 });
  // @ts-expect-error: nobody waits without an end
  await asking.ask({ type: 'ask.now' });
};

test('what a machine does not know does not compile', () => {
  expect(compiled).toBeTypeOf('function');
});

test('a ref is an address with the types of its machine', async () => {
  const system = await open();
  const ref = system.spawn(counter, { id: 'c' });
  expect(ref.address).toBe('c');
  expectTypeOf(ref.send).parameter(0).toHaveProperty('type');
  expectTypeOf(ref.ending()).resolves.toEqualTypeOf<Ending>();
  const context = ref.snapshot()?.context;
  expectTypeOf(context).toEqualTypeOf<{ count: number } | undefined>();
  expect(context).toEqual({ count: 0 });
  await ref.send({ type: 'count.add', by: 4 });
  expect(system.ref(counter, 'c').snapshot()?.context.count).toBe(4);
  await system.close();
});

test('a ref to nobody looks at nothing, and waits for an end', async () => {
  const system = await open();
  const ref = system.ref(counter, 'c');
  expect(ref.snapshot()).toBeUndefined();
  const endings = [ref.ending(), ref.ending()];
  system.spawn(counter, { id: 'c' });
  await ref.send({ type: 'count.end' });
  const ending = { kind: 'done', output: { count: 0 } };
  expect(await Promise.all(endings)).toEqual([ending, ending]);
  expect(await ref.ending()).toEqual(ending);
  await system.close();
});

test('a snapshot is what XState shows: it matches, has tags, and says what it can', async () => {
  const system = await open();
  const ref = system.spawn(worker, { id: 'w', input: { name: 'Ada' } });
  const snapshot = ref.snapshot();
  expect(snapshot?.matches('idle')).toBe(true);
  expect(snapshot?.can({ type: 'work.start' })).toBe(true);
  expect(snapshot?.can({ type: 'work.stop' })).toBe(false);
  expect(snapshot?.hasTag('none' as never)).toBe(false);
  expect(snapshot?.getMeta()).toEqual({});
  expect(JSON.parse(JSON.stringify(snapshot))).toMatchObject({
    status: 'active',
    value: 'idle',
    context: { name: 'Ada', done: [] },
    tags: [],
    children: {},
  });
  await settled();
  await system.close();
});
