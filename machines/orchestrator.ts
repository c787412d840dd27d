/** A run's life: a plan is checked, its actors are born, work is handed out, all is wound up. */
import { assign, emit, setup } from 'xstate';
import { assert } from './errors.ts';
import type { Fact, TroupeEvent } from './events.ts';
import { kernelActions } from './messages.ts';
import { amendedFact, planAmended } from './rules/amend.ts';
import * as extension from './rules/extension.ts';
import * as growth from './rules/growth.ts';
import * as books from './rules/orchestration.ts';
import { admission } from './rules/waves.ts';

/** Supervisors get this long to stop their agents before the run ends without them. */
export const drainDeadlineMs = 30_000;

function planOf({ plan }: books.OrchestratorContext) {
  assert(plan, 'no plan was submitted');
  return plan;
}

export const orchestratorMachine = setup({
  types: {
    context: {} as books.OrchestratorContext,
    events: {} as TroupeEvent,
    emitted: {} as Fact,
    output: {} as books.RunEnding,
  },
  actions: {
    ...kernelActions,
    /** Writes the run's report; a behaviour of the runtime. */
    conclude: (_: unknown, _ending: books.RunEnding) => {},
  },
  delays: { drainDeadline: drainDeadlineMs },
  guards: {
    sound: ({ context }) => books.planProblem(planOf(context)) === null,
    allSettled: ({ context }) => context.unsettled === 0,
    nobodyLeft: ({ context }) => context.roles.length === 0,
    succeeded: ({ context }) => books.verdict(context) === 'succeeded',
    cancelled: ({ context }) => books.verdict(context) === 'cancelled',
  },
}).createMachine({
  id: 'orchestrator',
  version: '1',
  context: books.emptyBooks,
  initial: 'planning',
  states: {
    planning: {
      on: {
        'plan.submit': {
          target: 'verifying',
          actions: assign({ plan: ({ event }) => event.plan }),
        },
        'run.cancel': {
          target: 'cancelled',
          actions: assign({ halt: ({ event }) => ({ kind: 'cancelled', reason: event.reason }) }),
        },
      },
    },
    verifying: {
      always: [
        { guard: 'sound', target: 'running' },
        {
          target: 'failed',
          actions: assign({
            halt: ({ context }) => ({ kind: 'failed', reason: books.problemOf(context) }),
          }),
        },
      ],
    },
    running: {
      entry: [
        emit(({ context }) => books.startedFact(planOf(context))),
        { type: 'spawnAll', params: ({ context }) => books.births(planOf(context)) },
        assign(({ context }) => books.openBooks(planOf(context))),
        assign({ plan: null }),
        { type: 'sendAll', params: ({ context }) => ({ messages: context.outbox }) },
      ],
      always: { guard: 'allSettled', target: 'draining' },
      on: {
        'agent.register': {
          actions: { type: 'send', params: ({ event }) => books.registered(event) },
        },
        'agent.idle': {
          actions: [
            assign(({ context, event }) => books.agentIdle(context, event)),
            { type: 'sendAll', params: ({ context }) => ({ messages: context.outbox }) },
          ],
        },
        'agent.lost': {
          actions: [
            assign(({ context, event }) => books.agentLost(context, event)),
            { type: 'sendAll', params: ({ context }) => ({ messages: context.outbox }) },
          ],
        },
        'role.lost': {
          actions: [
            assign(({ context, event }) => books.roleLost(context, event)),
            { type: 'sendAll', params: ({ context }) => ({ messages: context.outbox }) },
          ],
        },
        'task.ready': {
          actions: [
            assign(({ context, event }) => books.taskReady(context, event)),
            { type: 'sendAll', params: ({ context }) => ({ messages: context.outbox }) },
          ],
        },
        'task.withdrawn': {
          actions: [
            assign(({ context, event }) => books.taskWithdrawn(context, event)),
            { type: 'sendAll', params: ({ context }) => ({ messages: context.outbox }) },
          ],
        },
        'task.released': {
          actions: [
            assign(({ context, event }) => books.taskReleased(context, event)),
            { type: 'sendAll', params: ({ context }) => ({ messages: context.outbox }) },
          ],
        },
        'task.settled': {
          actions: [
            assign(({ context, event }) => books.taskSettled(context, event)),
            { type: 'sendAll', params: ({ context }) => ({ messages: context.outbox }) },
          ],
        },
        'task.add': [
          {
            guard: ({ context, event }) => growth.mayGrow(context, event),
            actions: [
              {
                type: 'spawnAll',
                params: ({ context, event }) => growth.births(context, event),
              },
              assign(({ context, event }) => growth.grown(context, event)),
              emit(({ event }) => growth.grownFact(event)),
            ],
          },
          {
            actions: {
              type: 'send',
              params: ({ context, event }) => growth.refused(context, event),
            },
          },
        ],
        'wave.opened': {
          actions: [
            emit(({ event }) => ({ type: 'wave.started', wave: event.wave })),
            { type: 'send', params: ({ context, event }) => admission(context.waves, event) },
          ],
        },
        'budget.warn': {
          actions: emit(({ event }) => ({ ...event, type: 'budget.warned' })),
        },
        'run.dispatch': {
          actions: [
            assign(({ context }) => books.handOut(context)),
            { type: 'sendAll', params: ({ context }) => ({ messages: context.outbox }) },
          ],
        },
        'run.cancel': {
          actions: [
            assign(({ context, event }) => books.cancelled(context, event)),
            { type: 'sendAll', params: ({ context }) => ({ messages: context.outbox }) },
          ],
        },
        'plan.amend': {
          actions: [
            assign(({ context, event }) => planAmended(context, event)),
            emit(({ event }) => amendedFact(event)),
            { type: 'sendAll', params: ({ context }) => ({ messages: context.outbox }) },
          ],
        },
        'plan.extend': {
          actions: [
            {
              type: 'spawnAll',
              params: ({ context, event }) => extension.births(context, event),
            },
            assign(({ context, event }) => extension.extended(context, event)),
            emit(({ event }) => extension.extendedFact(event)),
            { type: 'sendAll', params: ({ event }) => extension.precedences(event) },
          ],
        },
        // It gave its role up; the others stop once the run drains.
        'supervisor.stopped': {
          actions: assign(({ context, event }) => books.supervisorStopped(context, event)),
        },
        // The kernel tells of a task or supervisor that crashed: a bug of ours, and the run's end.
        'child.exited': {
          actions: [
            assign(({ context, event }) => books.childCrashed(context, event)),
            { type: 'sendAll', params: ({ context }) => ({ messages: context.outbox }) },
          ],
        },
      },
    },
    draining: {
      entry: [
        emit({ type: 'run.draining' }),
        { type: 'sendAll', params: ({ context }) => books.everySupervisor(context) },
      ],
      always: { guard: 'nobodyLeft', target: 'judging' },
      on: {
        'budget.warn': {
          actions: emit(({ event }) => ({ ...event, type: 'budget.warned' })),
        },
        'supervisor.stopped': {
          actions: assign(({ context, event }) => books.supervisorStopped(context, event)),
        },
        'child.exited': {
          actions: assign(({ context, event }) => books.childCrashed(context, event)),
        },
        'agent.register': {
          actions: { type: 'send', params: ({ event }) => books.registered(event) },
        },
      },
      after: { drainDeadline: 'judging' },
    },
    judging: {
      always: [
        { guard: 'succeeded', target: 'succeeded' },
        { guard: 'cancelled', target: 'cancelled' },
        { target: 'failed' },
      ],
    },
    succeeded: {
      type: 'final',
      entry: [
        { type: 'conclude', params: ({ context }) => books.endingOf(context) },
        emit({ type: 'run.succeeded' }),
      ],
    },
    failed: {
      type: 'final',
      entry: [
        { type: 'conclude', params: ({ context }) => books.endingOf(context) },
        emit(({ context }) => ({ type: 'run.failed', reason: books.reasonOf(context) })),
      ],
    },
    cancelled: {
      type: 'final',
      entry: [
        { type: 'conclude', params: ({ context }) => books.endingOf(context) },
        emit(({ context }) => ({ type: 'run.cancelled', reason: books.reasonOf(context) })),
      ],
    },
  },
  output: ({ context }) => books.endingOf(context),
});
