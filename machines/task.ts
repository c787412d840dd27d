/** A task's life, from waiting for its dependencies to one of four ends, attempt by attempt. */
import { assign, emit, setup } from 'xstate';
import type { Fact, TaskRecord, TroupeEvent } from './events.ts';
import { kernelActions } from './messages.ts';
import type { Outcome } from './outcome.ts';
import { taskAmended } from './rules/amend.ts';
import * as attempt from './rules/attempt.ts';
import * as delegation from './rules/delegation.ts';
import type { WorkInput } from './rules/duty.ts';
import { by, of } from './rules/given.ts';
import * as healing from './rules/healing.ts';
import * as holding from './rules/holding.ts';
import * as needs from './rules/needs.ts';
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
  actors: {
    verify: declared<Verdict, VerifyInput>(),
    /** What an attempt that was cut short has left: its session, and what it used. */
    recall: declared<Outcome, WorkInput>(),
  },
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
    'task.cancel': { target: '.cancelled', actions: [turns.farewell, assign(attempt.calledOff)] },
    'task.skip': { target: '.skipped', actions: [turns.farewell, assign(attempt.skippedBy)] },
    'task.precede': { actions: assign(by(attempt.followed)) },
    // Deadlines that are set already stay as they are.
    'task.amend': { actions: assign(by(taskAmended)) },
    // A report under an old token changes nothing, but its agent may go on.
    'task.reported': { actions: { type: 'send', params: ({ event }) => attempt.receipt(event) } },
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
            // A team that can't succeed is called off: its members' work would be for nothing.
            actions: [assign({ fault: ({ event }) => needs.unmet(event) }), turns.farewell],
          },
          { actions: assign(by(needs.met)) },
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
        { type: 'send', params: of(attempt.readyMessage) },
      ],
      on: {
        'task.assign': { target: 'assigned', actions: assign(by(attempt.begun)) },
        'role.lost': [
          { guard: 'comesBack', target: 'ready', reenter: true, actions: assign(turns.comesBack) },
          { guard: 'fallsBack', target: 'retrying', actions: assign(turns.fallsBack) },
          { guard: 'escalates', target: 'escalated', actions: assign(turns.refused) },
          { target: 'failed', actions: assign(turns.refused) },
        ],
        'task.refuse': [
          { guard: 'escalates', target: 'escalated', actions: assign(turns.refused) },
          { target: 'failed', actions: assign(turns.refused) },
        ],
        // Its place in the queue may be another one now.
        'task.amend': {
          target: 'ready',
          reenter: true,
          actions: [turns.farewell, assign(by(taskAmended))],
        },
        'task.take': {
          guard: 'mayTake',
          target: 'held',
          actions: [turns.farewell, assign(holding.takenAtRest)],
        },
      },
    },
    assigned: {
      entry: [emit(of(attempt.assignedFact)), { type: 'send', params: of(attempt.assignment) }],
      on: {
        'task.started': { guard: 'currentToken', target: 'running' },
        'agent.lost': { guard: 'itsAgent', target: 'judging', actions: assign(turns.refused) },
        'task.take': {
          guard: 'mayTake',
          target: 'taking',
          actions: [turns.farewell, assign(holding.takenAtWork)],
        },
      },
      after: {
        assignDeadline: {
          target: 'judging',
          actions: [assign({ fault: attempt.silent }), turns.farewell],
        },
      },
    },
    running: {
      entry: emit(of(attempt.startedFact)),
      on: {
        'task.reported': {
          guard: 'currentToken',
          target: 'judging',
          actions: [
            assign(({ context, event }) => attempt.told(context, event.outcome)),
            { type: 'send', params: ({ event }) => attempt.receipt(event) },
          ],
        },
        'agent.lost': { guard: 'itsAgent', target: 'judging', actions: assign(turns.refused) },
        'task.take': {
          guard: 'mayTake',
          target: 'taking',
          actions: [turns.farewell, assign(holding.takenAtWork)],
        },
      },
      after: {
        attemptDeadline: {
          target: 'judging',
          actions: [assign({ fault: attempt.silent }), turns.farewell],
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
        { guard: 'mayResolve', target: 'retrying', actions: assign(of(attempt.toResolve)) },
        {
          guard: 'splits',
          target: 'retrying',
          actions: [emit(of(healing.splitFact)), turns.letGo, assign(healing.split)],
        },
        {
          guard: 'mayRetry',
          target: 'retrying',
          actions: assign({ failures: ({ context }) => context.failures + 1 }),
        },
        { guard: 'escalates', target: 'escalated' },
        { target: 'failed' },
      ],
    },
    // What it asked for comes first, and then it is tried once more.
    delegating: {
      initial: 'showing',
      entry: [emit(of(delegation.delegatedFact)), turns.letGo, assign(of(delegation.asked))],
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
          entry: { type: 'send', params: of(delegation.additions) },
          always: {
            guard: 'subtasksEnded',
            target: '#task.ready',
            actions: assign(of(delegation.goesOn)),
          },
          on: {
            'dependency.settled': { actions: assign(of(delegation.oneEnded)) },
            'task.refuse': { target: '#task.judging', actions: assign(by(delegation.denied)) },
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
          entry: emit(of(attempt.verifyingFact)),
          invoke: {
            id: 'verify',
            src: 'verify',
            input: of(review.verifyInput),
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
            turns.letGo,
            assign(of(review.called)),
            emit(of(review.reviewingFact)),
            { type: 'send', params: of(attempt.readyMessage) },
          ],
          on: {
            'task.assign': { target: 'asking', actions: assign(by(review.begun)) },
            'role.lost': [
              { guard: 'escalates', target: '#task.escalated', actions: assign(turns.refused) },
              { target: '#task.failed', actions: assign(turns.refused) },
            ],
            'task.refuse': [
              { guard: 'escalates', target: '#task.escalated', actions: assign(turns.refused) },
              { target: '#task.failed', actions: assign(turns.refused) },
            ],
            'task.amend': {
              target: 'calling',
              reenter: true,
              actions: [turns.farewell, assign(by(taskAmended))],
            },
          },
        },
        asking: {
          entry: [emit(of(review.assignedFact)), { type: 'send', params: of(review.assignment) }],
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
                turns.farewell,
                assign(({ context }) => review.spoilt(context, attempt.silent)),
              ],
            },
          },
        },
        counting: {
          entry: [emit(of(review.endedFact)), turns.letGo, assign({ slot: 'free' })],
          always: [
            { guard: 'reviewRests', target: 'resting' },
            {
              guard: 'accepted',
              target: '#task.verifying.checking',
              actions: assign({ review: { stage: 'accepted' } }),
            },
            { guard: 'refused', target: '#task.judging', actions: assign(of(review.closed)) },
            { target: 'calling' },
          ],
        },
        resting: { entry: emit(of(review.parkedFact)), after: { restDelay: 'calling' } },
      },
    },
    retrying: {
      entry: [emit(of(attempt.retryingFact)), turns.letGo, assign(of(attempt.freed))],
      on: {
        'task.take': { guard: 'mayTake', target: 'held', actions: assign(holding.takenAtRest) },
      },
      after: { retryDelay: 'ready' },
    },
    parked: {
      entry: [emit(of(attempt.parkedFact)), turns.letGo, assign({ slot: 'free' })],
      on: {
        'task.take': { guard: 'mayTake', target: 'held', actions: assign(holding.takenAtRest) },
      },
      after: { parkDelay: 'ready' },
    },
    // Its agent is stopped: what that leaves is asked for before a person has the task.
    taking: {
      invoke: {
        id: 'recall',
        src: 'recall',
        input: of(holding.recallInput),
        onDone: {
          target: 'held',
          actions: assign(({ context, event }) => holding.recalled(context, event.output)),
        },
        onError: 'held',
      },
      after: { recallDeadline: 'held' },
    },
    held: {
      entry: [emit(of(holding.heldFact)), turns.letGo, assign({ slot: 'free' })],
      on: {
        'task.return': {
          target: 'ready',
          actions: [emit(holding.returnedFact), assign(holding.returned)],
        },
      },
      after: {
        heldDeadline: {
          target: 'ready',
          actions: [emit(holding.returnedFact), assign(holding.returned)],
        },
      },
    },
    // Nothing else helps: a person decides whether it is tried once more.
    escalated: {
      entry: [emit(of(healing.escalatedFact)), turns.letGo, assign(healing.asksSomebody)],
      on: {
        'task.approve': 'ready',
        'task.reject': 'failed',
        'task.take': { guard: 'mayTake', target: 'held', actions: assign(holding.takenAtRest) },
      },
      after: { escalationDeadline: 'failed' },
    },
    succeeded: {
      type: 'final',
      entry: [turns.record('succeeded'), emit(turns.settled('succeeded')), turns.tell('succeeded')],
    },
    failed: {
      type: 'final',
      entry: [turns.record('failed'), emit(turns.settled('failed')), turns.tell('failed')],
    },
    skipped: {
      type: 'final',
      entry: [turns.record('skipped'), emit(turns.settled('skipped')), turns.tell('skipped')],
    },
    cancelled: {
      type: 'final',
      entry: [turns.record('cancelled'), emit(turns.settled('cancelled')), turns.tell('cancelled')],
    },
  },
});
