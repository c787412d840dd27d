/** An agent's life: spawn, register, then work, report and hand off until it is stopped. */
import { assign, emit, setup } from 'xstate';
import type { Fact, TroupeEvent } from './events.ts';
import { orchestratorAddress, type RoleName } from './ids.ts';
import { kernelActions } from './messages.ts';
import type { Fault, Outcome } from './outcome.ts';
import * as duty from './rules/duty.ts';
import * as permission from './rules/permission.ts';
import { declared } from './work.ts';

export const spawnDeadlineMs = 60_000;
export const registerDeadlineMs = 60_000;
export const reportDeadlineMs = 60_000;

export const agentMachine = setup({
  types: {
    input: {} as duty.AgentInput,
    context: {} as duty.AgentContext,
    events: {} as TroupeEvent,
    emitted: {} as Fact,
    output: {} as duty.AgentEnding,
  },
  actors: {
    /** Looks whether the agent's program can work at all; a fault when it can't. */
    open: declared<Fault | null, { role: RoleName }>(),
    work: declared<Outcome, duty.WorkInput>(),
  },
  actions: kernelActions,
  delays: {
    spawnDeadline: spawnDeadlineMs,
    registerDeadline: registerDeadlineMs,
    reportDeadline: reportDeadlineMs,
  },
  guards: {
    currentToken: ({ context, event }) =>
      'token' in event && event.token === context.attempt?.token,
    isNotItsTurn: ({ context, event }) =>
      event.type === 'agent.ask' && event.token !== context.attempt?.token,
    isSettled: ({ context, event }) =>
      event.type === 'agent.ask' &&
      (permission.isKnown(context, event) || permission.isFull(context)),
    asksThat: ({ context, event }) =>
      event.type === 'agent.answer' && permission.meant(context, event) !== undefined,
    faultless: ({ context }) => context.fault === null,
    died: ({ context }) => duty.died(context.outcome),
    makesRoom: ({ context }) => context.handoff,
  },
}).createMachine({
  id: 'agent',
  version: '1',
  context: ({ input }) => ({
    id: input.id,
    role: input.role,
    handoff: input.handoff,
    inbox: input.inbox,
    attempt: null,
    outcome: null,
    fault: null,
  }),
  initial: 'spawning',
  on: {
    'agent.stop': { target: '.stopped' },
    'agent.tell': {
      actions: [
        assign({ inbox: ({ context, event }) => duty.heard(context.inbox, event.text) }),
        emit(({ context, event }) => ({
          type: 'agent.told',
          agent: context.id,
          text: event.text,
        })),
      ],
    },
  },
  states: {
    spawning: {
      invoke: {
        id: 'open',
        src: 'open',
        input: ({ context }) => ({ role: context.role }),
        onDone: {
          target: 'looking',
          actions: assign({ fault: ({ event }) => event.output }),
        },
        onError: {
          target: 'crashed',
          actions: assign({ fault: ({ event }) => duty.broken(event.error) }),
        },
      },
      after: {
        spawnDeadline: { target: 'crashed', actions: assign({ fault: duty.neverSpawned }) },
      },
    },
    looking: {
      always: [{ guard: 'faultless', target: 'registering' }, { target: 'crashed' }],
    },
    registering: {
      entry: [
        emit(({ context }) => ({ type: 'agent.spawned', agent: context.id })),
        {
          type: 'send',
          params: ({ context }) => ({
            to: orchestratorAddress,
            event: { type: 'agent.register', agent: context.id, role: context.role },
          }),
        },
      ],
      on: { 'agent.registered': 'idle' },
      after: {
        registerDeadline: { target: 'crashed', actions: assign({ fault: duty.neverRegistered }) },
      },
    },
    idle: {
      entry: {
        type: 'send',
        params: ({ context }) => ({
          to: orchestratorAddress,
          event: { type: 'agent.idle', agent: context.id, role: context.role },
        }),
      },
      on: {
        'agent.assign': {
          target: 'working',
          actions: assign(({ context, event }) => duty.begun(context, event)),
        },
      },
    },
    working: {
      entry: {
        type: 'send',
        params: ({ context }) => duty.started(context),
      },
      invoke: {
        id: 'work',
        src: 'work',
        input: ({ context }) => duty.workInput(context),
        onDone: {
          target: 'reporting',
          actions: assign({ outcome: ({ event }) => event.output }),
        },
        onError: {
          target: 'reporting',
          actions: assign({ outcome: ({ event }) => duty.crashedOutcome(event.error) }),
        },
      },
      on: {
        'agent.abandon': { guard: 'currentToken', target: 'idle' },
        'agent.fill': {
          guard: 'currentToken',
          actions: emit(({ context, event }) => duty.filledFact(context, event.percent)),
        },
        'agent.ask': [
          { guard: 'isNotItsTurn' },
          {
            guard: 'isSettled',
            actions: emit(({ context, event }) => permission.settledFact(context, event)),
          },
          {
            actions: [
              assign({ questions: ({ context, event }) => permission.asked(context, event) }),
              emit(({ context, event }) => permission.askedFact(context, event)),
            ],
          },
        ],
        'agent.answer': {
          guard: 'asksThat',
          actions: [
            emit(({ context, event }) => permission.heardFact(context, event)),
            assign(({ context, event }) => permission.answered(context, event)),
          ],
        },
      },
    },
    reporting: {
      entry: { type: 'send', params: ({ context }) => duty.report(context) },
      on: {
        'report.taken': { guard: 'currentToken', target: 'handoff' },
        'agent.abandon': { guard: 'currentToken', target: 'handoff' },
      },
      after: { reportDeadline: 'handoff' },
    },
    handoff: {
      always: [
        {
          guard: 'died',
          target: 'crashed',
          actions: assign({ fault: ({ context }) => duty.faultOf(context.outcome) }),
        },
        { guard: 'makesRoom', target: 'stopped' },
        { target: 'idle' },
      ],
    },
    stopped: {
      type: 'final',
      entry: emit(({ context }) => ({ type: 'agent.stopped', agent: context.id })),
    },
    crashed: {
      type: 'final',
      entry: emit(({ context }) => ({
        type: 'agent.crashed',
        agent: context.id,
        fault: duty.fatalFault(context),
      })),
    },
  },
  output: ({ context }) => duty.endingOf(context),
});
