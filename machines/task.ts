/** A task's life, from waiting for its dependencies to one of four ends, attempt by attempt. */
import { assign, emit, setup } from 'xstate';
import type { Fact, TaskRecord, TroupeEvent } from './events.ts';
import { agentAddress, orchestratorAddress, type Token } from './ids.ts';
import { kernelActions } from './messages.ts';
import type { Evidence, Fault, Outcome } from './outcome.ts';
import type { TaskSpec } from './plan.ts';
import { taskAmended } from './rules/amend.ts';
import * as attempt from './rules/attempt.ts';
import { declared } from './work.ts';

/** What the runtime found when it ran the plan's checks. */
export interface Verdict {
  readonly evidence: readonly Evidence[];
  /** Null when every check passed. */
  readonly fault: Fault | null;
}

export interface VerifyInput {
  readonly task: TaskSpec['id'];
  readonly token: Token | null;
  readonly attempt: number;
  readonly outcome: Outcome | null;
}

export const assignDeadlineMs = 60_000;
/** The agent itself ends an attempt at its timeout; the task does so this much later. */
export const reportGraceMs = 30_000;

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
  delays: {
    approvalDeadline: ({ context }) => attempt.approvalMs(context),
    assignDeadline: assignDeadlineMs,
    attemptDeadline: ({ context }) => context.spec.timeoutMs + reportGraceMs,
    verifyDeadline: ({ context }) => context.spec.verifyTimeoutMs,
    retryDelay: ({ context }) => attempt.retryDelayMs(context),
    parkDelay: ({ context }) => attempt.parkDelayMs(context),
  },
  guards: {
    unblocked: ({ context }) => context.open === 0,
    mustAsk: ({ context }) => context.open === 0 && context.spec.approveWithinMs !== null,
    dependencyFailed: ({ event }) =>
      event.type === 'dependency.settled' && event.status !== 'succeeded',
    currentToken: ({ context, event }) => 'token' in event && event.token === context.token,
    itsAgent: ({ context, event }) => event.type === 'agent.lost' && event.agent === context.agent,
    faultless: ({ context }) => context.fault === null,
    limited: ({ context }) => attempt.isLimited(context),
    interrupted: ({ context }) => attempt.isInterrupted(context),
    mayRetry: ({ context }) => attempt.mayRetry(context),
    nothingToCheck: ({ context }) => !context.spec.checked,
  },
}).createMachine({
  id: 'task',
  version: '1',
  context: ({ input }) => ({
    spec: input.spec,
    open: input.open,
    seed: input.seed,
    agent: null,
    prefer: null,
    token: null,
    attempt: 0,
    failures: 0,
    pauses: 0,
    costUsd: 0,
    slot: 'free',
    outcome: null,
    earlier: null,
    evidence: [],
    fault: null,
  }),
  initial: 'waiting',
  on: {
    'task.cancel': {
      target: '.cancelled',
      actions: [
        { type: 'sendAll', params: ({ context }) => attempt.farewells(context) },
        assign({
          fault: ({ event }) => ({
            code: 'task.cancelled',
            message: event.reason,
            retryable: false,
          }),
        }),
      ],
    },
    // Deadlines that are set already stay as they are.
    'task.amend': { actions: assign(({ context, event }) => taskAmended(context, event)) },
    // A report under an old token changes nothing, but its agent may go on.
    'task.reported': {
      actions: {
        type: 'send',
        params: ({ event }) => ({
          to: agentAddress(event.agent),
          event: { type: 'report.taken', token: event.token },
        }),
      },
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
            actions: assign({
              fault: ({ event }) => ({
                code: `dependency.${event.status}`,
                message: `it needs ${event.task}, which ${attempt.ended[event.status]}`,
                retryable: false,
              }),
            }),
          },
          {
            actions: assign({
              open: ({ context }) => context.open - 1,
              prefer: ({ context, event }) => event.agent ?? context.prefer,
            }),
          },
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
        {
          type: 'send',
          params: ({ context }) => ({
            to: orchestratorAddress,
            event: { type: 'task.ready', ...attempt.readiness(context) },
          }),
        },
      ],
      on: {
        'task.assign': {
          target: 'assigned',
          actions: assign({
            agent: ({ event }) => event.agent,
            token: ({ event }) => event.token,
            attempt: ({ context }) => context.attempt + 1,
            slot: 'held',
            earlier: ({ context }) => attempt.earlierOf(context),
            outcome: null,
            evidence: [],
            fault: null,
          }),
        },
        'role.lost': { target: 'failed', actions: assign({ fault: ({ event }) => event.fault }) },
        'task.refuse': { target: 'failed', actions: assign({ fault: ({ event }) => event.fault }) },
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
          actions: assign({ fault: ({ event }) => event.fault }),
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
            assign({
              outcome: ({ event }) => event.outcome,
              evidence: ({ event }) => event.outcome.evidence,
              fault: ({ event }) => attempt.faultOf(event.outcome),
              costUsd: ({ context, event }) => attempt.costWith(context.costUsd, event.outcome),
            }),
            {
              type: 'send',
              params: ({ event }) => ({
                to: agentAddress(event.agent),
                event: { type: 'report.taken', token: event.token },
              }),
            },
          ],
        },
        'agent.lost': {
          guard: 'itsAgent',
          target: 'judging',
          actions: assign({ fault: ({ event }) => event.fault }),
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
        { guard: 'faultless', target: 'verifying' },
        {
          guard: 'limited',
          target: 'parked',
          actions: assign({ pauses: ({ context }) => context.pauses + 1 }),
        },
        {
          guard: 'interrupted',
          target: 'retrying',
          actions: assign({ pauses: ({ context }) => context.pauses + 1 }),
        },
        {
          guard: 'mayRetry',
          target: 'retrying',
          actions: assign({ failures: ({ context }) => context.failures + 1 }),
        },
        { target: 'failed' },
      ],
    },
    verifying: {
      initial: 'looking',
      states: {
        looking: {
          always: [{ guard: 'nothingToCheck', target: '#task.succeeded' }, { target: 'checking' }],
        },
        checking: {
          entry: emit(({ context }) => ({
            type: 'task.verifying',
            task: context.spec.id,
            attempt: context.attempt,
          })),
          invoke: {
            id: 'verify',
            src: 'verify',
            input: ({ context }) => ({
              task: context.spec.id,
              token: context.token,
              attempt: context.attempt,
              outcome: context.outcome,
            }),
            onDone: {
              target: 'checked',
              actions: assign({
                evidence: ({ context, event }) => [...context.evidence, ...event.output.evidence],
                fault: ({ event }) => event.output.fault,
              }),
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
          always: [{ guard: 'faultless', target: '#task.succeeded' }, { target: '#task.judging' }],
        },
      },
    },
    retrying: {
      entry: [
        emit(({ context }) => ({
          type: 'task.retrying',
          task: context.spec.id,
          fault: context.fault,
          delayMs: attempt.retryDelayMs(context),
        })),
        { type: 'send', params: ({ context }) => attempt.release(context) },
        assign({ slot: 'free' }),
      ],
      after: { retryDelay: 'ready' },
    },
    parked: {
      entry: [
        emit(({ context }) => ({
          type: 'task.parked',
          task: context.spec.id,
          fault: context.fault,
          waitMs: attempt.parkDelayMs(context),
        })),
        { type: 'send', params: ({ context }) => attempt.release(context) },
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
