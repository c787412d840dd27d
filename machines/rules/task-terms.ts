/** When a task goes which way, and how long it waits: the guards and delays of its machine. */
import type { TroupeEvent } from '../events.ts';
import * as attempt from './attempt.ts';
import * as delegation from './delegation.ts';
import { mayFallBack } from './falling.ts';
import { canSpare } from './gathering.ts';
import { leftMs, mayHandOver } from './handing.ts';
import * as healing from './healing.ts';
import * as holding from './holding.ts';
import * as review from './review.ts';
import { mayComeBack } from './turns.ts';

export const assignDeadlineMs = 60_000;
/** The agent itself ends an attempt at its timeout; the task does so this much later. */
export const reportGraceMs = 30_000;

interface Args {
  readonly context: attempt.TaskContext;
  readonly event: TroupeEvent;
}

export const delays = {
  approvalDeadline: ({ context }: Args) => attempt.approvalMs(context),
  consentDeadline: ({ context }: Args) => delegation.approvalMs(context),
  assignDeadline: assignDeadlineMs,
  reviewDeadline: ({ context }: Args) =>
    assignDeadlineMs + review.reviewOf(context).timeoutMs + reportGraceMs,
  restDelay: ({ context }: Args) => review.restMs(context) ?? 0,
  attemptDeadline: ({ context }: Args) => leftMs(context) + reportGraceMs,
  verifyDeadline: ({ context }: Args) => context.spec.verifyTimeoutMs,
  retryDelay: ({ context }: Args) => attempt.retryDelayMs(context),
  parkDelay: ({ context }: Args) => attempt.parkDelayMs(context),
  recallDeadline: holding.recallDeadlineMs,
  heldDeadline: ({ context }: Args) => holding.heldMs(context),
  escalationDeadline: ({ context }: Args) => healing.escalationMs(context),
};

export const guards = {
  unblocked: ({ context }: Args) => context.open === 0,
  mustAsk: ({ context }: Args) => context.open === 0 && context.spec.approveWithinMs !== null,
  dependencyFailed: ({ context, event }: Args) =>
    event.type === 'dependency.settled' && !canSpare(context, event),
  currentToken: ({ context, event }: Args) => 'token' in event && event.token === context.token,
  itsAgent: ({ context, event }: Args) =>
    event.type === 'agent.lost' && event.agent === context.agent,
  reviewToken: ({ context, event }: Args) =>
    'token' in event && event.token === review.panelOf(context).token,
  itsReviewer: ({ context, event }: Args) =>
    event.type === 'agent.lost' && event.agent === review.panelOf(context).reviewer,
  faultless: ({ context }: Args) => context.fault === null,
  delegates: ({ context }: Args) => delegation.asks(context),
  mustConsent: ({ context }: Args) => delegation.delegationOf(context).approveWithinMs !== null,
  subtasksEnded: ({ context }: Args) => delegation.allEnded(context),
  reviewDue: ({ context }: Args) => review.isDue(context),
  reviewRests: ({ context }: Args) => review.rests(context),
  accepted: ({ context }: Args) => review.standing(context) === 'accepted',
  refused: ({ context }: Args) => review.standing(context) !== 'open',
  limited: ({ context }: Args) => attempt.isLimited(context),
  fallsBack: ({ context, event }: Args) =>
    mayFallBack(event.type === 'role.lost' ? { ...context, fault: event.fault } : context),
  handsOver: ({ context }: Args) => mayHandOver(context),
  interrupted: ({ context }: Args) => attempt.isInterrupted(context),
  mayResolve: ({ context }: Args) => attempt.mayResolve(context),
  mayRetry: ({ context }: Args) => attempt.mayRetry(context),
  mayTake: ({ context }: Args) => holding.mayTake(context),
  comesBack: (args: Args) => mayComeBack(args),
  splits: ({ context }: Args) => healing.splits(context),
  escalates: ({ context }: Args) => healing.escalates(context),
  nothingToCheck: ({ context }: Args) => !context.spec.checked,
};
