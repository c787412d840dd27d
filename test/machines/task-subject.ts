/** The task machine in every state it can rest in, and how it gets there. */
import { taskMachine } from '../../machines/task.ts';
import { alphabet, build, design, reviewer, variants } from './alphabet.ts';
import {
  conflictFault,
  fileEvidence,
  interrupted,
  lastingFault,
  passingFault,
} from './outcomes.ts';
import { taskSpec } from './plans.ts';
import { subject } from './tables.ts';

/** Waits for `design`, has a dependant, and one retry. */
const spec = taskSpec({ needs: [design], dependants: [build], order: 1 });
const plain = { spec, open: 1, seed: 1 };
const free = { spec, open: 0, seed: 1 };
const checked = { spec: { ...spec, checked: true }, open: 0, seed: 1 };
const asking = { spec: { ...spec, approveWithinMs: 9_000 }, open: 0, seed: 1 };
const askingLater = { ...asking, open: 1 };
const lastTry = { spec: { ...spec, retries: 0 }, open: 0, seed: 1 };
const checkedLastTry = { spec: { ...spec, checked: true, retries: 0 }, open: 0, seed: 1 };

const panel = { role: reviewer, quorum: 1, of: 1, retries: 0, timeoutMs: 60_000 };
const reviewed = { spec: { ...spec, checked: true, review: panel }, open: 0, seed: 1 };
const twice = { ...panel, quorum: 2, of: 3, retries: 1 };
const reviewedTwice = { spec: { ...spec, checked: true, review: twice }, open: 0, seed: 1 };

const delegation = { count: 4, depth: 1, approveWithinMs: null };
const mayAsk = { spec: { ...spec, delegation }, open: 0, seed: 1 };
const consented = { ...delegation, approveWithinMs: 9_000 };
const mayAskWithConsent = { spec: { ...spec, delegation: consented }, open: 0, seed: 1 };

const resolved = { spec: { ...spec, checked: true, resolver: reviewer }, open: 0, seed: 1 };

const split = { role: reviewer, after: 1, count: 2 };
const splits = { spec: { ...spec, retries: 0, heal: { split } }, open: 0, seed: 1 };
const asksLast = { spec: { ...spec, retries: 0, heal: { askWithinMs: 9_000 } }, open: 0, seed: 1 };

const assign = alphabet['task.assign'];
const started = alphabet['task.started'];
const reported = alphabet['task.reported'];
const toRunning = [assign, started];
const asks = variants['task.reported (asks)'];

const verified = 'xstate.done.actor.verify';
const verdict = (fault: object | null) => ({
  type: verified,
  actorId: 'verify',
  output: { evidence: [fileEvidence], fault },
});

const toCalling = [...toRunning, reported, verdict(null)];
const toAsking = [...toCalling, variants['task.assign (another agent)']];

const toPlanning = [
  ...toRunning,
  variants['task.reported (failed)'],
  { type: 'xstate.after.retryDelay.task.retrying' },
  ...toRunning,
];

export const taskSubject = subject(taskMachine, {
  scenes: {
    waiting: { at: 'waiting', input: plain, path: [] },
    'waiting, for two': { at: 'waiting', input: { ...plain, open: 2 }, path: [] },
    'waiting, and a person is to be asked': { at: 'waiting', input: askingLater, path: [] },
    approving: { at: 'approving', input: asking, path: [] },
    ready: { at: 'ready', input: free, path: [] },
    assigned: { at: 'assigned', input: free, path: [assign] },
    'assigned, the last try': { at: 'assigned', input: lastTry, path: [assign] },
    running: { at: 'running', input: free, path: toRunning },
    'running, with checks ahead': { at: 'running', input: checked, path: toRunning },
    'running, the last try': { at: 'running', input: lastTry, path: toRunning },
    'verifying.checking': {
      at: 'verifying.checking',
      input: checked,
      path: [...toRunning, reported],
    },
    'verifying.checking, the last try': {
      at: 'verifying.checking',
      input: checkedLastTry,
      path: [...toRunning, reported],
    },
    'verifying.checking, with a review ahead': {
      at: 'verifying.checking',
      input: reviewed,
      path: [...toRunning, reported],
    },
    'verifying.checking, with somebody to resolve conflicts': {
      at: 'verifying.checking',
      input: resolved,
      path: [...toRunning, reported],
    },
    'reviewing.calling': { at: 'reviewing.calling', input: reviewed, path: toCalling },
    'reviewing.asking': { at: 'reviewing.asking', input: reviewed, path: toAsking },
    'reviewing.asking, two of three': {
      at: 'reviewing.asking',
      input: reviewedTwice,
      path: toAsking,
    },
    'reviewing.resting': {
      at: 'reviewing.resting',
      input: reviewed,
      path: [...toAsking, variants['task.reported (limited review)']],
    },
    'verifying.checking, once others accepted it': {
      at: 'verifying.checking',
      input: reviewed,
      path: [...toAsking, variants['task.reported (accepted)']],
    },
    'running, and it may ask others': { at: 'running', input: mayAsk, path: toRunning },
    'delegating.consenting': {
      at: 'delegating.consenting',
      input: mayAskWithConsent,
      path: [...toRunning, asks],
    },
    'delegating.gathering': {
      at: 'delegating.gathering',
      input: mayAsk,
      path: [...toRunning, asks],
    },
    'delegating.gathering, for the last one': {
      at: 'delegating.gathering',
      input: mayAsk,
      path: [...toRunning, asks, alphabet['dependency.settled']],
    },
    retrying: {
      at: 'retrying',
      input: free,
      path: [...toRunning, variants['task.reported (failed)']],
    },
    parked: {
      at: 'parked',
      input: free,
      path: [...toRunning, variants['task.reported (limited)']],
    },
    taking: { at: 'taking', input: free, path: [...toRunning, alphabet['task.take']] },
    held: { at: 'held', input: free, path: [alphabet['task.take']] },
    'running, for a planner': { at: 'running', input: splits, path: toPlanning },
    'ready, and a person is asked before it fails': { at: 'ready', input: asksLast, path: [] },
    escalated: { at: 'escalated', input: asksLast, path: [alphabet['task.refuse']] },
    succeeded: { at: 'succeeded', input: free, path: [...toRunning, reported] },
    failed: {
      at: 'failed',
      input: free,
      path: [...toRunning, variants['task.reported (failed for good)']],
    },
    skipped: { at: 'skipped', input: plain, path: [variants['dependency.settled (failed)']] },
    cancelled: { at: 'cancelled', input: plain, path: [alphabet['task.cancel']] },
  },
  kernelEvents: {
    'xstate.done.actor.verify': verdict(null),
    'xstate.done.actor.verify (failed)': verdict(passingFault),
    'xstate.done.actor.verify (in conflict)': verdict(conflictFault),
    'xstate.done.actor.verify (failed for good)': verdict(lastingFault),
    'xstate.error.actor.verify': {
      type: 'xstate.error.actor.verify',
      actorId: 'verify',
      error: new Error('no shell'),
    } as never,
    'xstate.done.actor.recall': {
      type: 'xstate.done.actor.recall',
      actorId: 'recall',
      output: interrupted,
    } as never,
    'xstate.error.actor.recall': {
      type: 'xstate.error.actor.recall',
      actorId: 'recall',
      error: new Error('no folder'),
    } as never,
    'xstate.after.recallDeadline.task.taking': { type: 'xstate.after.recallDeadline.task.taking' },
    'xstate.after.heldDeadline.task.held': { type: 'xstate.after.heldDeadline.task.held' },
    'xstate.after.escalationDeadline.task.escalated': {
      type: 'xstate.after.escalationDeadline.task.escalated',
    },
    'xstate.after.approvalDeadline.task.approving': {
      type: 'xstate.after.approvalDeadline.task.approving',
    },
    'xstate.after.assignDeadline.task.assigned': {
      type: 'xstate.after.assignDeadline.task.assigned',
    },
    'xstate.after.attemptDeadline.task.running': {
      type: 'xstate.after.attemptDeadline.task.running',
    },
    'xstate.after.verifyDeadline.task.verifying.checking': {
      type: 'xstate.after.verifyDeadline.task.verifying.checking',
    },
    'xstate.after.reviewDeadline.task.reviewing.asking': {
      type: 'xstate.after.reviewDeadline.task.reviewing.asking',
    },
    'xstate.after.restDelay.task.reviewing.resting': {
      type: 'xstate.after.restDelay.task.reviewing.resting',
    },
    'xstate.after.consentDeadline.task.delegating.consenting': {
      type: 'xstate.after.consentDeadline.task.delegating.consenting',
    },
    'xstate.after.retryDelay.task.retrying': { type: 'xstate.after.retryDelay.task.retrying' },
    'xstate.after.parkDelay.task.parked': { type: 'xstate.after.parkDelay.task.parked' },
  },
  passing: [
    'judging',
    'delegating.showing',
    'verifying.looking',
    'verifying.checked',
    'reviewing.counting',
  ],
});
