/** A task's life, from waiting for its dependencies to one of four ends, attempt by attempt. */
import { assign, emit, setup } from 'xstate';
import type { Fact, TaskRecord, TroupeEvent } from './events.ts';
import { kernelActions } from './messages.ts';
import { taskAmended } from './rules/amend.ts';
import * as attempt from './rules/attempt.ts';
import * as delegation from './rules/delegation.ts';
import * as review from './rules/review.ts';
import * as terms from './rules/task-terms.ts';
import * as turns from './rules/turns.ts';
import type { Verdict, VerifyInput } from './rules/verdict.ts';
import { declared } from './work.ts';

export { assignDeadlineMs, reportGraceMs } from './rules/task-terms.ts';
export type { Verdict, VerifyInput };

export const taskMachine = setup({
  types: {
    input: {} as attempt.TaskInput,
    context: {} as attempt.TaskContext,
    events: {} as TroupeEvent,
    emitted: {} as Fact,
  },
  actors: { verify: declared<Verdict, VerifyInput>() },
  actions: {
    ...kernelActions,
    /** Writes the result file; a behaviour of the runtime. */
    record: (_: unknown, _record: TaskRecord) => {},
  },
  delays: terms.delays,
  guards: terms.guards,
}).createMachine({
  id: 'task',
  version: '1',
  context: ({ input }) => attempt.unbegun(input),
  initial: 'waiting',
  on: {
    'task.cancel': {
      target: '.cancelled',
      actions: [
        { type: 'sendAll', params: ({ context }) => attempt.farewells(context) },
        assign({ fault: ({ event }) => attempt.calledOff(event.reason) }),
      ],
    },
    'task.skip': {
      target: '.skipped',
      actions: [
        { type: 'sendAll', params: ({ context }) => attempt.farewells(context) },
        assign({ fault: ({ event }) => attempt.skippedBy(event) }),
      ],
    },
    'task.precede': { actions: assign(({ context, event }) => attempt.followed(context, event)) },
    // Deadlines that are set already stay as they are.
    'task.amend': { actions: assign(({ context, event }) => taskAmended(context, event)) },
    // A report under an old token changes nothing, but its agent may go on.
    'task.reported': {
      actions: { type: 'send', params: ({ event }) => attempt.receipt(event) },
    },
  },
  states: {
    waiting: {
      always: [
        { guard: 'mustAsk', target: 'approving' },
        { guard: 'unblocked', target: 'ready' },
      ],
      on: {
        'dependency.settled': [
          {
            guard: 'dependencyFailed',
            target: 'skipped',
            actions: assign({ fault: ({ event }) => attempt.unmet(event) }),
          },
          { actions: assign(({ context, event }) => attempt.met(context, event)) },
        ],
        'wave.opened': { actions: assign({ open: ({ context }) => context.open - 1 }) },
      },
    },
    approving: {
      entry: emit(({ context }) => ({ type: 'task.asked', task: context.spec.id })),
      on: {
        'task.approve': 'ready',
        'task.reject': { target: 'failed', actions: assign({ fault: attempt.rejected }) },
      },
      after: {
        approvalDeadline: { target: 'failed', actions: assign({ fault: attempt.expired }) },
      },
    },
    ready: {
      entry: [
        assign({ slot: 'queued' }),
        emit(({ context }) => ({ type: 'task.ready', task: context.spec.id })),
        { type: 'send', params: ({ context }) => attempt.readyMessage(context) },
      ],
      on: {
        'task.assign': {
          target: 'assigned',
          actions: assign(({ context, event }) => attempt.begun(context, event)),
        },
        'role.lost': [
          { guard: 'fallsBack', target: 'retrying', actions: assign(turns.fallsBack) },
          { target: 'failed', actions: assign(turns.refused) },
        ],
        'task.refuse': { target: 'failed', actions: assign(({ event }) => attempt.doomed(event)) },
        // Its place in the queue may be another one now.
        'task.amend': {
          target: 'ready',
          reenter: true,
          actions: [
            { type: 'sendAll', params: ({ context }) => attempt.farewells(context) },
            assign(({ context, event }) => taskAmended(context, event)),
          ],
        },
      },
    },
    assigned: {
      entry: [
        emit(({ context }) => ({ type: 'task.assigned', ...attempt.tried(context) })),
        { type: 'send', params: ({ context }) => attempt.assignment(context) },
      ],
      on: {
        'task.started': { guard: 'currentToken', target: 'running' },
        'agent.lost': {
          guard: 'itsAgent',
          target: 'judging',
          actions: assign(({ event }) => attempt.doomed(event)),
        },
      },
      after: {
        assignDeadline: {
          target: 'judging',
          actions: [
            assign({ fault: attempt.silent }),
            { type: 'sendAll', params: ({ context }) => attempt.farewells(context) },
          ],
        },
      },
    },
    running: {
      entry: emit(({ context }) => ({ type: 'task.started', ...attempt.tried(context) })),
      on: {
        'task.reported': {
          guard: 'currentToken',
          target: 'judging',
          actions: [
            assign(({ context, event }) => attempt.told(context, event.outcome)),
            { type: 'send', params: ({ event }) => attempt.receipt(event) },
          ],
        },
        'agent.lost': {
          guard: 'itsAgent',
          target: 'judging',
          actions: assign(({ event }) => attempt.doomed(event)),
        },
      },
      after: {
        attemptDeadline: {
          target: 'judging',
          actions: [
            assign({ fault: attempt.silent }),
            { type: 'sendAll', params: ({ context }) => attempt.farewells(context) },
          ],
        },
      },
    },
    judging: {
      always: [
        { guard: 'delegates', target: 'delegating' },
        { guard: 'faultless', target: 'verifying' },
        { guard: 'fallsBack', target: 'retrying', actions: [turns.letGo, assign(turns.fallsBack)] },
        { guard: 'limited', target: 'parked', actions: assign(attempt.paused) },
        { guard: 'handsOver', target: 'retrying', actions: [turns.letGo, assign(turns.handsOver)] },
        { guard: 'interrupted', target: 'retrying', actions: assign(attempt.paused) },
        {
          guard: 'mayResolve',
          target: 'retrying',
          actions: assign(({ context }) => attempt.toResolve(context)),
        },
        {
          guard: 'mayRetry',
          target: 'retrying',
          actions: assign({ failures: ({ context }) => context.failures + 1 }),
        },
        { target: 'failed' },
      ],
    },
    // What it asked for comes first, and then it is tried once more.
    delegating: {
      initial: 'showing',
      entry: [
        emit(({ context }) => delegation.delegatedFact(context)),
        { type: 'sendAll', params: ({ context }) => attempt.release(context) },
        assign(({ context }) => delegation.asked(context)),
      ],
      states: {
        showing: {
          always: [{ guard: 'mustConsent', target: 'consenting' }, { target: 'gathering' }],
        },
        consenting: {
          entry: emit(({ context }) => ({ type: 'task.asked', task: context.spec.id })),
          on: {
            'task.approve': 'gathering',
            'task.reject': { target: '#task.failed', actions: assign({ fault: attempt.rejected }) },
          },
          after: {
            consentDeadline: {
              target: '#task.failed',
              actions: assign({ fault: attempt.expired }),
            },
          },
        },
        gathering: {
          entry: { type: 'send', params: ({ context }) => delegation.additions(context) },
          always: {
            guard: 'subtasksEnded',
            target: '#task.ready',
            actions: assign(({ context }) => delegation.goesOn(context)),
          },
          on: {
            'dependency.settled': {
              actions: assign(({ context }) => delegation.oneEnded(context)),
            },
            'task.refuse': {
              target: '#task.judging',
              actions: assign(({ context, event }) => delegation.denied(context, event)),
            },
          },
        },
      },
    },
    verifying: {
      initial: 'looking',
      states: {
        looking: {
          always: [{ guard: 'nothingToCheck', target: '#task.succeeded' }, { target: 'checking' }],
        },
        checking: {
          entry: emit(({ context }) => attempt.verifyingFact(context)),
          invoke: {
            id: 'verify',
            src: 'verify',
            input: ({ context }) => review.verifyInput(context),
            onDone: {
              target: 'checked',
              actions: assign(({ context, event }) => attempt.looked(context, event.output)),
            },
            onError: {
              target: 'checked',
              actions: assign({ fault: ({ event }) => attempt.broken(event.error) }),
            },
          },
          after: {
            verifyDeadline: { target: 'checked', actions: assign({ fault: attempt.unchecked }) },
          },
        },
        checked: {
          always: [
            { guard: 'reviewDue', target: '#task.reviewing' },
            { guard: 'faultless', target: '#task.succeeded' },
            { target: '#task.judging' },
          ],
        },
      },
    },
    // Others judge it, one after the other; whoever did the work is free for something else.
    reviewing: {
      initial: 'calling',
      states: {
        calling: {
          entry: [
            { type: 'sendAll', params: ({ context }) => attempt.release(context) },
            assign(({ context }) => review.called(context)),
            emit(({ context }) => review.reviewingFact(context)),
            { type: 'send', params: ({ context }) => attempt.readyMessage(context) },
          ],
          on: {
            'task.assign': {
              target: 'asking',
              actions: assign(({ context, event }) => review.begun(context, event)),
            },
            'role.lost': { target: '#task.failed', actions: assign(turns.refused) },
            'task.refuse': { target: '#task.failed', actions: assign(turns.refused) },
            'task.amend': {
              target: 'calling',
              reenter: true,
              actions: [
                { type: 'sendAll', params: ({ context }) => attempt.farewells(context) },
                assign(({ context, event }) => taskAmended(context, event)),
              ],
            },
          },
        },
        asking: {
          entry: [
            emit(({ context }) => review.assignedFact(context)),
            { type: 'send', params: ({ context }) => review.assignment(context) },
          ],
          on: {
            'task.reported': {
              guard: 'reviewToken',
              target: 'counting',
              actions: [
                assign(({ context, event }) => review.counted(context, event.outcome)),
                { type: 'send', params: ({ event }) => attempt.receipt(event) },
              ],
            },
            'agent.lost': {
              guard: 'itsReviewer',
              target: 'counting',
              actions: assign(({ context, event }) => review.spoilt(context, event.fault)),
            },
          },
          after: {
            reviewDeadline: {
              target: 'counting',
              actions: [
                { type: 'sendAll', params: ({ context }) => attempt.farewells(context) },
                assign(({ context }) => review.spoilt(context, attempt.silent)),
              ],
            },
          },
        },
        counting: {
          entry: [
            emit(({ context }) => review.endedFact(context)),
            { type: 'sendAll', params: ({ context }) => attempt.release(context) },
            assign({ slot: 'free' }),
          ],
          always: [
            { guard: 'reviewRests', target: 'resting' },
            {
              guard: 'accepted',
              target: '#task.verifying.checking',
              actions: assign({ review: { stage: 'accepted' } }),
            },
            {
              guard: 'refused',
              target: '#task.judging',
              actions: assign(({ context }) => review.closed(context)),
            },
            { target: 'calling' },
          ],
        },
        resting: {
          entry: emit(({ context }) => review.parkedFact(context)),
          after: { restDelay: 'calling' },
        },
      },
    },
    retrying: {
      entry: [
        emit(({ context }) => attempt.retryingFact(context)),
        { type: 'sendAll', params: ({ context }) => attempt.release(context) },
        assign(({ context }) => attempt.freed(context)),
      ],
      after: { retryDelay: 'ready' },
    },
    parked: {
      entry: [
        emit(({ context }) => attempt.parkedFact(context)),
        { type: 'sendAll', params: ({ context }) => attempt.release(context) },
        assign({ slot: 'free' }),
      ],
      after: { parkDelay: 'ready' },
    },
    succeeded: {
      type: 'final',
      entry: [
        { type: 'record', params: ({ context }) => attempt.recordOf(context, 'succeeded') },
        emit(({ context }) => attempt.settledFact(context, 'succeeded')),
        { type: 'sendAll', params: ({ context }) => attempt.settledMessages(context, 'succeeded') },
      ],
    },
    failed: {
      type: 'final',
      entry: [
        { type: 'record', params: ({ context }) => attempt.recordOf(context, 'failed') },
        emit(({ context }) => attempt.settledFact(context, 'failed')),
        { type: 'sendAll', params: ({ context }) => attempt.settledMessages(context, 'failed') },
      ],
    },
    skipped: {
      type: 'final',
      entry: [
        { type: 'record', params: ({ context }) => attempt.recordOf(context, 'skipped') },
        emit(({ context }) => attempt.settledFact(context, 'skipped')),
        { type: 'sendAll', params: ({ context }) => attempt.settledMessages(context, 'skipped') },
      ],
    },
    cancelled: {
      type: 'final',
      entry: [
        { type: 'record', params: ({ context }) => attempt.recordOf(context, 'cancelled') },
        emit(({ context }) => attempt.settledFact(context, 'cancelled')),
        { type: 'sendAll', params: ({ context }) => attempt.settledMessages(context, 'cancelled') },
      ],
    },
  },
});
