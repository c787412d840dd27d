/** Keeps the agents of one role alive by OTP's rules: restart with backoff, or give up. */
import { assign, emit, raise, setup } from 'xstate';
import type { Fact, TroupeEvent } from './events.ts';
import { orchestratorAddress, type RoleName } from './ids.ts';
import { kernelActions } from './messages.ts';
import { newcomers, roleAmended } from './rules/amend.ts';
import * as care from './rules/care.ts';

/** Its agents get this long to stop, all together, before they are ended. */
export const stopDeadlineMs = 10_000;

export const supervisorMachine = setup({
  types: {
    input: {} as care.SupervisorInput,
    context: {} as care.SupervisorContext,
    events: {} as TroupeEvent,
    emitted: {} as Fact,
    output: {} as { readonly role: RoleName },
  },
  actions: kernelActions,
  delays: { stopDeadline: stopDeadlineMs },
  guards: {
    resting: ({ context, event }) => event.type === 'child.exited' && !care.isLive(context, event),
    handedOff: ({ event }) =>
      event.type === 'child.exited' && care.endingOf(event).kind === 'handed-off',
    crashed: ({ event }) =>
      event.type === 'child.exited' && care.endingOf(event).kind === 'crashed',
    hopeless: ({ context }) => care.isHopeless(context),
    nobodyLeft: ({ context }) => context.live.length === 0,
  },
}).createMachine({
  id: 'supervisor',
  version: '1',
  context: ({ input }) => ({
    role: input.role,
    seed: input.seed,
    children: care.childrenOf(input.role),
    live: care.childrenOf(input.role),
    resting: [],
    crashes: [],
    decision: null,
  }),
  initial: 'starting',
  on: { 'supervisor.stop': { target: '.stopping' } },
  states: {
    starting: {
      entry: { type: 'spawnAll', params: ({ context }) => care.births(context, context.children) },
      always: 'supervising',
    },
    supervising: {
      on: {
        'child.exited': [
          // It ended just before it was stopped with another one: its restart is under way.
          { guard: 'resting' },
          {
            guard: 'handedOff',
            actions: {
              type: 'spawnAll',
              params: ({ context, event }) => care.succession(context, event),
            },
          },
          {
            guard: 'crashed',
            target: 'deciding',
            actions: assign(({ context, event }) => care.decide(context, event)),
          },
          // Somebody else stopped it, and its task with it: the role must not shrink by that.
          {
            actions: [
              { type: 'send', params: ({ event }) => care.interruption(event) },
              {
                type: 'spawnAll',
                params: ({ context, event }) => care.succession(context, event),
              },
            ],
          },
        ],
        'role.amend': {
          actions: [
            {
              type: 'spawnAll',
              params: ({ context, event }) => care.births(context, newcomers(context, event)),
            },
            assign(({ context, event }) => roleAmended(context, event)),
          ],
        },
        'child.due': {
          actions: [
            {
              type: 'spawnAll',
              params: ({ context, event }) =>
                care.births(context, care.due(context, event.children)),
            },
            assign(({ context, event }) => care.begun(context, event.children)),
          ],
        },
      },
    },
    deciding: {
      always: [
        {
          guard: 'hopeless',
          target: 'givingUp',
          actions: { type: 'sendAll', params: ({ context }) => care.losses(context) },
        },
        {
          target: 'supervising',
          actions: [
            { type: 'stopAll', params: ({ context }) => care.toStop(context) },
            { type: 'sendAll', params: ({ context }) => care.losses(context) },
            emit(({ context }) => care.restartFact(context)),
            raise(({ context }) => ({ type: 'child.due', children: care.toStart(context) }), {
              delay: ({ context }) => care.restartDelayMs(context),
            }),
            assign(({ context }) => care.resting(context)),
          ],
        },
      ],
    },
    givingUp: {
      entry: [
        emit(({ context }) => care.loss(context)),
        {
          type: 'send',
          params: ({ context }) => ({ to: orchestratorAddress, event: care.loss(context) }),
        },
      ],
      always: 'stopping',
    },
    stopping: {
      entry: { type: 'sendAll', params: ({ context }) => care.farewell(context) },
      always: { guard: 'nobodyLeft', target: 'stopped' },
      on: {
        'child.exited': {
          actions: [
            { type: 'sendAll', params: ({ context, event }) => care.nextFarewell(context, event) },
            assign(({ context, event }) => care.without(context, event)),
          ],
        },
        'supervisor.stop': {},
      },
      after: {
        stopDeadline: {
          target: 'stopped',
          actions: { type: 'stopAll', params: ({ context }) => care.everyone(context) },
        },
      },
    },
    stopped: {
      type: 'final',
      entry: {
        type: 'send',
        params: ({ context }) => ({
          to: orchestratorAddress,
          event: { type: 'supervisor.stopped', role: context.role.name },
        }),
      },
    },
  },
  output: ({ context }) => ({ role: context.role.name }),
});
