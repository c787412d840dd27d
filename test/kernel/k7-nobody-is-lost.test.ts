/** K7: a message to an actor that is gone becomes a dead letter that can be seen. */
import { expect } from 'vitest';
import { type EventObject, fromPromise, setup } from 'xstate';
import type { Address } from '../../machines/ids.ts';
import type { Call } from '../../src/kernel/behaviours.ts';
import { carried, counter, relay } from './machines.ts';
import { at, durable, type Stage } from './stage.ts';

const play = { machines: [counter, relay] };
const sendTo = (to: Address | Address[], ifThere = false): EventObject =>
  ({ type: 'relay.send', to, ifThere }) as EventObject;
const add = { type: 'count.add', by: 1 } as EventObject;

const begin = ({ system }: Stage): void => {
  system.spawn(relay, { id: 'r' });
  system.spawn(counter, { id: 'c' });
};

durable('nobody was ever there', play, async (stage) => {
  begin(stage);
  await stage.send('r', sendTo(at('x')));
  const [letter] = stage.system.core.deadLetters.letters;
  expect(letter).toEqual({
    n: 3,
    at: stage.clock.now(),
    to: 'x',
    event: { type: 'count.add', by: 1 },
    why: 'nobody is there',
  });
  expect(stage.system.core.deadLetters.count).toBe(1);
});

durable('it has ended, was stopped, or crashed', play, async (stage) => {
  begin(stage);
  stage.system.spawn(counter, { id: 'd' });
  stage.system.spawn(counter, { id: 'e' });
  await stage.send('c', { type: 'count.end' });
  await stage.send('d', { type: 'count.break' });
  await stage.send('r', { type: 'relay.stop', addresses: [at('e'), at('never')] } as EventObject);
  expect(['c', 'd', 'e'].map((id) => stage.status(id))).toEqual(['done', 'error', 'stopped']);
  await stage.send('r', sendTo(['c', 'd', 'e'].map(at)));
  expect(stage.deadLetters()).toEqual(
    ['c', 'd', 'e'].map((id) => `count.add to ${id}: nobody is there`),
  );
});

durable('a message from outside to one that ended in the meantime', play, async (stage) => {
  begin(stage);
  const { system } = stage;
  await stage.send('c', { type: 'count.end' });
  // The edge refuses it; another node's message comes in without having asked.
  system.inject({ kind: 'event', to: at('c'), event: add });
  await stage.quiet();
  expect(stage.deadLetters()).toEqual(['count.add to c: nobody is there']);
});

durable('nobody minds when the sender said so', play, async (stage) => {
  begin(stage);
  await stage.send('r', sendTo([at('x'), at('c')], true));
  expect(stage.deadLetters()).toEqual([]);
  expect(stage.context('c')).toEqual({ count: 1 });
});

const ends = { type: 'count.end' };
const breaks = { type: 'count.break' };

durable('what waited in a mailbox when its actor ended', play, async (stage) => {
  begin(stage);
  stage.system.spawn(counter, { id: 'd' });
  const to = (id: string, ...events: EventObject[]) =>
    events.map((event) => ({ to: at(id), event }));
  const messages = [...to('c', add, ends, add, ends), ...to('d', breaks, add)];
  await stage.send('r', { type: 'relay.sendAll', messages } as EventObject);
  expect([stage.status('c'), stage.context('c')]).toEqual(['done', { count: 1 }]);
  expect([...stage.deadLetters()].sort()).toEqual([
    'count.add to c: it ended first',
    'count.add to d: it ended first',
    'count.end to c: it ended first',
  ]);
  const refs = stage.system.core.registry.lookUp(at('c'));
  expect([refs?.waiting, [...(refs?.unread() ?? [])]]).toEqual([0, []]);
});

durable('an actor that is born again has nothing of the one before', play, async (stage) => {
  begin(stage);
  await stage.send('c', add);
  await stage.send('c', ends);
  stage.system.spawn(counter, { id: 'c' });
  await stage.send('r', sendTo(at('c')));
  expect(stage.context('c')).toEqual({ count: 1 });
  expect(stage.system.core.registry.ended()).toEqual([]);
});

/** Stops itself on the way to a state that has work to do. */
const leaver = setup({
  types: {} as { events: { type: 'leave' } },
  actions: carried,
  actors: { work: fromPromise(() => Promise.resolve()) },
}).createMachine({
  id: 'leaver',
  initial: 'here',
  states: {
    here: {
      on: {
        leave: {
          target: 'gone',
          actions: [
            { type: 'stopAll', params: { addresses: [at('l')] } },
            {
              type: 'spawnAll',
              params: { wishes: [{ machine: 'counter', address: at('l'), input: undefined }] },
            },
          ],
        },
      },
    },
    gone: { invoke: { id: 'w', src: 'work' } },
  },
});

const worked: string[] = [];

durable(
  'an actor that gives its place to another one in the middle of a step',
  {
    machines: [leaver, counter],
    behaviours: { leaver: { work: ({ effect }: Call<unknown>) => void worked.push(effect) } },
  },
  async (stage) => {
    worked.splice(0);
    const ref = stage.system.spawn(leaver, { id: 'l' });
    const ending = ref.ending();
    await stage.send('l', { type: 'leave' });
    expect(await ending).toEqual({ kind: 'stopped' });
    expect(worked, 'the one that left begins nothing').toEqual([]);
    expect(stage.value('l')).toBe('counting');
    await stage.send('l', add);
    expect(stage.context('l')).toEqual({ count: 1 });
  },
);

durable('an actor that stops itself in the middle of a step', play, async (stage) => {
  begin(stage);
  await stage.send('r', { type: 'relay.stop', addresses: [at('r')] } as EventObject);
  expect(stage.status('r')).toBe('stopped');
  expect(await stage.system.ref(relay, 'r').ending()).toEqual({ kind: 'stopped' });
  stage.system.spawn(relay, { id: 'r' });
  await stage.send('r', sendTo(at('c')));
  expect(stage.context('c')).toEqual({ count: 1 });
});
