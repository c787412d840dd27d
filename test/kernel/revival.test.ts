/** Work gets the time that was left to it before a stop, or before the machine slept: no more. */
import { expect } from 'vitest';
import { setup } from 'xstate';
import { address } from '../../machines/ids.ts';
import { declared } from '../../machines/work.ts';
import type { Call } from '../../src/kernel/behaviours.ts';
import { durable } from './stage.ts';

/** Looks at something for at most ten seconds. */
const looker = setup({
  actors: { look: declared<string, null>() },
  delays: { deadline: 10_000 },
}).createMachine({
  id: 'looker',
  initial: 'looking',
  states: {
    looking: {
      invoke: { id: 'look', src: 'look', input: null, onDone: 'seen' },
      after: { deadline: 'late' },
    },
    seen: {},
    late: {},
  },
});

/** Waits for a word of somebody else. */
const patient = setup({ delays: { answerDeadline: 10_000 } }).createMachine({
  id: 'patient',
  initial: 'asking',
  states: { asking: { after: { answerDeadline: 'tired' } }, tired: {} },
});

/** Waits for nobody. */
const sleeper = setup({}).createMachine({
  id: 'sleeper',
  initial: 'asleep',
  states: { asleep: { after: { 10000: 'awake' } }, awake: {} },
});

/** Nothing is seen, until it is given up. */
const look = ({ signal }: Call): Promise<string> =>
  new Promise((resolve) => signal.addEventListener('abort', () => resolve('given up')));
const play = { machines: [looker, patient, sleeper], behaviours: { looker: { look } } };
const hourMs = 3_600_000;

durable('a deadline does not pass while nobody could meet it', play, async (stage) => {
  stage.system.spawn(looker, { id: 'l' });
  stage.system.spawn(patient, { id: 'p' });
  stage.system.spawn(sleeper, { id: 's' });
  await stage.pass(0);
  stage.clock.set(stage.clock.now() + hourMs);
  await stage.crash();
  await stage.pass(0);
  const values = () => ['l', 'p', 's'].map((id) => stage.value(id));
  // A pause is only a pause: it is over when it is over.
  expect(values()).toEqual(['looking', 'asking', 'awake']);
  await stage.pass(9_999);
  expect(values()).toEqual(['looking', 'asking', 'awake']);
  await stage.pass(1);
  expect(values()).toEqual(['late', 'tired', 'awake']);
});

durable('nor while the machine sleeps, or when its clock is set ahead', play, async (stage) => {
  stage.system.spawn(looker, { id: 'l' });
  stage.system.spawn(patient, { id: 'p' });
  stage.system.spawn(sleeper, { id: 's' });
  await stage.pass(4_000);
  stage.clock.leap(hourMs);
  await stage.pass(5_999);
  const values = () => ['l', 'p', 's'].map((id) => stage.value(id));
  expect(values()).toEqual(['looking', 'asking', 'awake']);
  await stage.pass(1);
  expect(values()).toEqual(['late', 'tired', 'awake']);
});

durable('nor for what somebody says first who is awake', play, async (stage) => {
  stage.system.spawn(looker, { id: 'l' });
  await stage.pass(4_000);
  stage.clock.leap(hourMs);
  stage.system.spawn(sleeper, { id: 's' });
  await stage.pass(5_999);
  expect([stage.value('l'), stage.value('s')]).toEqual(['looking', 'asleep']);
  await stage.pass(4_001);
  expect([stage.value('l'), stage.value('s')]).toEqual(['late', 'awake']);
});

durable('a wait of half a minute and more is no sleep', play, async (stage) => {
  stage.system.spawn(sleeper, { id: 's' });
  await stage.pass(hourMs);
  stage.system.spawn(looker, { id: 'l' });
  await stage.pass(10_000);
  expect([stage.value('l'), stage.value('s')]).toEqual(['late', 'awake']);
});

durable('what it had used before the stop stays used', play, async (stage) => {
  stage.system.spawn(looker, { id: 'l' });
  await stage.pass(7_000);
  stage.system.spawn(sleeper, { id: 's' });
  await stage.quiet();
  stage.clock.set(stage.clock.now() + hourMs);
  await stage.crash();
  await stage.pass(2_999);
  expect(stage.value('l')).toBe('looking');
  await stage.pass(1);
  expect(stage.value('l')).toBe('late');
});

durable('a life that follows at once needs no time back', play, async (stage) => {
  stage.system.spawn(looker, { id: 'l' });
  await stage.pass(0);
  const { n } = stage.system.core;
  await stage.crash({ looker: { look: async () => 'at once' } });
  await stage.quiet();
  expect(stage.value('l')).toBe('seen');
  expect(stage.system.core.n).toBe(n + 1);
});

durable('a pause for some leaves the others alone, and the gone in peace', play, async (stage) => {
  stage.system.spawn(patient, { id: 'p' });
  stage.system.spawn(sleeper, { id: 's' });
  const of = [address('nobody'), address('p')];
  stage.system.inject({ kind: 'pause', forMs: 1_000, of });
  await stage.pass(10_999);
  expect([stage.value('p'), stage.value('s')]).toEqual(['asking', 'awake']);
  await stage.pass(1);
  expect(stage.value('p')).toBe('tired');
});
