/** What random machines are drawn from: their context, and what their names stand for. */
import type { GeneratorValue } from 'fast-check';
import { and, assign, emit, fromPromise, not, raise } from 'xstate';

/** What a drawn guard or action may speak of. */
export interface Scene {
  readonly g: GeneratorValue;
  readonly stateIds: readonly string[];
  /** Ids of invocations, under way or not. */
  readonly children: readonly string[];
  readonly events: readonly string[];
  readonly raised: readonly string[];
}

export interface Context {
  readonly n: number;
  /** What is left for moves that follow from moves. */
  readonly fuel: number;
  readonly last: unknown;
}

export interface Args {
  readonly context: Context;
  readonly event: { readonly type: string; readonly v?: number };
}

type By = { readonly by: number };

export const implementations = {
  guards: {
    even: ({ context }: Args) => context.n % 2 === 0,
    atLeast: ({ context }: Args, { min }: { min: number }) => context.n >= min,
    heavy: ({ event }: Args) => (event.v ?? 0) > 2,
    fuelled: ({ context }: Args) => context.fuel > 0,
    odd: not('even'),
    evenAndHeavy: and(['even', 'heavy']),
    /** One name may stand for another. */
    alias: 'even',
    fuelledAnd: ({ context, event }: Args, { guard }: { guard: unknown }) =>
      context.fuel > 0 && simple(guard, context, event),
    broken: () => {
      throw new Error('a guard that throws');
    },
  },
  actions: {
    burn: assign({ fuel: ({ context }: { context: Context }) => context.fuel - 1 }),
    add: assign(({ context }: { context: Context }, { by }: By) => ({ n: context.n + by })),
    set: assign({ last: (_: unknown, params: unknown) => params ?? 'nothing', n: 3 }),
    note: () => {},
    tell: emit((_: unknown, params: unknown) => ({ type: 'told', params })),
    nudge: raise((_: unknown, { by }: By) => ({ type: 'r.one', v: by })),
    broken: assign(() => {
      throw new Error('an action that throws');
    }),
  },
  delays: { short: 25, counted: ({ context }: { context: Context }) => 100 + context.n },
  actors: { work: fromPromise(() => Promise.resolve()) },
};

/** Guards inside a guard's parameters: only those that a function alone decides. */
function simple(guard: unknown, context: Context, event: Args['event']): boolean {
  if (typeof guard === 'function' && !('check' in guard)) return guard({ context, event }) === true;
  return context.n % 3 !== 1;
}
