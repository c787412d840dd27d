/** A memory worker's life, which is an agent's: spawn, register, then work, report and hand off. */
import { assign, emit, setup } from 'xstate';
import { assert } from './errors.ts';
import type { MemoryFact, TroupeEvent } from './events.ts';
import type { Fault } from './outcome.ts';
import * as upkeep from './rules/upkeep.ts';
import { declared } from './work.ts';

const openDeadlineMs = 60_000;
const roundDeadlineMs = 60 * 60_000;
/** Another process looks after this memory: how long until it is asked again. */
export const standbyMs = 60_000;

export const memoryWorkerMachine = setup({
  types: {
    input: {} as upkeep.UpkeepInput,
    context: {} as upkeep.UpkeepContext,
    events: {} as TroupeEvent,
    emitted: {} as MemoryFact,
    output: {} as upkeep.UpkeepEnding,
  },
  actors: {
    /** Looks whether there is a memory that can be used; a fault when there is none. */
    open: declared<Fault | null, null>(),
    /** One worker a home: `taken` when another process has the place. */
    register: declared<'registered' | 'taken', null>(),
    maintain: declared<upkeep.UpkeepReport, { round: number }>(),
  },
  delays: {
    openDeadline: openDeadlineMs,
    roundDeadline: roundDeadlineMs,
    standby: standbyMs,
    interval: ({ context }) => context.intervalMs,
  },
  guards: {
    faultless: ({ context }) => context.fault === null,
    givesUp: ({ context }) => context.failures >= upkeep.failuresMax,
  },
}).createMachine({
  id: 'memory-worker',
  version: '1',
  context: ({ input }) => upkeep.opened(input),
  initial: 'spawning',
  on: { 'agent.stop': { target: '.stopped' } },
  states: {
    spawning: {
      invoke: {
        id: 'open',
        src: 'open',
        input: null,
        onDone: { target: 'looking', actions: assign({ fault: ({ event }) => event.output }) },
        onError: {
          target: 'crashed',
          actions: assign({ fault: ({ event }) => upkeep.brokenBy(event.error) }),
        },
      },
      after: {
        openDeadline: { target: 'crashed', actions: assign({ fault: upkeep.lateOpening }) },
      },
    },
    looking: {
      always: [{ guard: 'faultless', target: 'registering' }, { target: 'crashed' }],
    },
    registering: {
      invoke: {
        id: 'register',
        src: 'register',
        input: null,
        onDone: [
          { guard: ({ event }) => event.output === 'registered', target: 'idle' },
          { target: 'standby' },
        ],
        onError: 'standby',
      },
    },
    standby: { after: { standby: 'registering' } },
    idle: {
      entry: emit({ type: 'memory.rested' }),
      on: { 'memory.maintain': 'working' },
      after: { interval: 'working' },
    },
    working: {
      entry: assign(({ context }) => upkeep.begun(context)),
      invoke: {
        id: 'maintain',
        src: 'maintain',
        input: ({ context }) => ({ round: context.round }),
        onDone: {
          target: 'reporting',
          actions: assign(({ event }) => upkeep.done(event.output)),
        },
        onError: {
          target: 'excusing',
          actions: assign(({ context, event }) =>
            upkeep.failed(context, upkeep.brokenBy(event.error)),
          ),
        },
      },
      after: {
        roundDeadline: {
          target: 'excusing',
          actions: assign(({ context }) => upkeep.failed(context, upkeep.lateRound)),
        },
      },
    },
    reporting: {
      always: {
        target: 'handoff',
        actions: emit(({ context }) => {
          assert(context.report, 'a round that is done has a report');
          return { type: 'memory.maintained', round: context.round, report: context.report };
        }),
      },
    },
    excusing: {
      always: {
        target: 'handoff',
        actions: emit(({ context }) => {
          assert(context.fault, 'a round that failed has a fault');
          return { type: 'memory.failed', round: context.round, fault: context.fault };
        }),
      },
    },
    handoff: {
      always: [
        { guard: 'givesUp', target: 'crashed' },
        { target: 'idle', actions: assign({ fault: null }) },
      ],
    },
    stopped: {
      type: 'final',
      entry: [assign({ fault: null }), emit({ type: 'memory.stopped' })],
    },
    crashed: { type: 'final' },
  },
  output: ({ context }) => upkeep.endingOf(context),
});
