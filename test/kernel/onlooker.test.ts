/** Whoever looks on hears of every step, and changes none. */
import { expect, test } from 'vitest';
import { assign, createMachine } from 'xstate';
import { Charts } from '../../src/kernel/charts.ts';
import { Core } from '../../src/kernel/core.ts';
import type { Input } from '../../src/kernel/input.ts';
import { at } from './stage.ts';

const lamp = createMachine({
  id: 'lamp',
  context: { flips: 0 },
  initial: 'off',
  states: {
    off: { on: { 'lamp.flip': { target: 'on', actions: assign({ flips: 1 }) } } },
    on: {
      on: {
        'lamp.burst': {
          actions: assign(() => {
            throw new Error('it burst');
          }),
        },
      },
    },
  },
});

const inputs: readonly Input[] = [
  { kind: 'spawn', machine: 'lamp', address: at('l'), input: undefined },
  { kind: 'event', to: at('l'), event: { type: 'lamp.flip' } },
  { kind: 'event', to: at('l'), event: { type: 'lamp.unheard' } },
  { kind: 'event', to: at('l'), event: { type: 'lamp.burst' } },
];

function play(look: boolean) {
  const core = new Core(new Charts([lamp]));
  const seen: string[] = [];
  if (look) {
    core.onStep = (actor, event, before) => {
      const [from, to] = [before, actor.state].map(({ at }) => JSON.stringify(at.value));
      seen.push(`${actor.address} ${event?.type ?? 'born'} ${from} ${to}`);
    };
  }
  for (const [index, input] of inputs.entries()) core.apply({ n: index + 1, at: index, input });
  return { seen, state: core.registry.lookUp(at('l'))?.state };
}

test('every step is told with where it came from; a crash is no step', () => {
  expect(play(true).seen).toEqual([
    'l born {} "off"',
    'l lamp.flip "off" "on"',
    'l lamp.unheard "on" "on"',
  ]);
});

test('a system that is looked at becomes what it would have become', () => {
  const [alone, watched] = [play(false).state, play(true).state];
  expect(watched?.status).toBe('error');
  expect(watched?.context).toEqual(alone?.context);
  expect(watched?.at.value).toEqual(alone?.at.value);
});
