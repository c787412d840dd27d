/** A supervisor of ordinary people: starts what it is told to, and remembers who ended how. */
import { assign, setup } from 'xstate';
import type { Address } from '../../machines/ids.ts';
import type { SpawnWish } from '../../machines/messages.ts';
import { carried } from './machines.ts';

export interface Exit {
  readonly type: 'child.exited';
  readonly child: Address;
  readonly output: unknown;
  readonly error: string | null;
  readonly at: number;
}

export const boss = setup({
  types: {} as {
    context: { exits: readonly Exit[] };
    events:
      | Exit
      | { type: 'boss.start'; wishes: readonly SpawnWish[] }
      | { type: 'boss.stop'; addresses: readonly Address[] }
      | { type: 'boss.break' };
  },
  actions: {
    ...carried,
    breakDown: () => {
      throw new Error('never called: actions are not run by a step');
    },
  },
  guards: {
    broken: () => {
      throw new Error('the boss broke');
    },
  },
}).createMachine({
  id: 'boss',
  context: { exits: [] },
  on: {
    'child.exited': {
      actions: assign({ exits: ({ context, event }) => [...context.exits, event] }),
    },
    'boss.start': {
      actions: { type: 'spawnAll', params: ({ event }) => ({ wishes: event.wishes }) },
    },
    'boss.stop': {
      actions: { type: 'stopAll', params: ({ event }) => ({ addresses: event.addresses }) },
    },
    'boss.break': { guard: 'broken', actions: 'breakDown' },
  },
});
