/** The task machine, state by state: what each event of the alphabet does to it. */
import { describe, expect, test } from 'vitest';
import { taskMachine } from '../../machines/task.ts';
import { edgesOf, isWithin, nodesOf, pathOf } from '../../src/verify/machines/graph.ts';
import { testTable } from './tables.ts';
import { taskSubject } from './task-subject.ts';

/** Under a token that only a reviewer has. */
const reviews = (state: string) => ({
  'task.reported (accepted)': state,
  'task.reported (rejected)': state,
  'task.reported (no verdict)': state,
  'task.reported (limited review)': state,
});

/** Reports that are not awaited are answered, so that their agent can go on. */
const answers = (state: string) => ({
  'task.reported': state,
  'task.reported (stale)': state,
  'task.reported (failed)': state,
  'task.reported (failed for good)': state,
  'task.reported (limited)': state,
  'task.reported (interrupted)': state,
  'task.reported (asks)': state,
  ...reviews(state),
});

testTable('task', taskSubject, {
  waiting: {
    'task.amend': 'waiting',
    'task.precede': 'waiting',
    'task.skip': 'skipped',
    ...answers('waiting'),
    'dependency.settled': 'ready',
    'dependency.settled (failed)': 'skipped',
    'dependency.settled (cancelled)': 'skipped',
    'wave.opened': 'ready',
    'task.cancel': 'cancelled',
  },
  'waiting, for two': {
    'task.amend': 'waiting',
    'task.precede': 'waiting',
    'task.skip': 'skipped',
    ...answers('waiting'),
    'dependency.settled': 'waiting',
    'dependency.settled (failed)': 'skipped',
    'dependency.settled (cancelled)': 'skipped',
    'wave.opened': 'waiting',
    'task.cancel': 'cancelled',
  },
  'waiting, and a person is to be asked': {
    'task.amend': 'waiting',
    'task.precede': 'waiting',
    'task.skip': 'skipped',
    ...answers('waiting'),
    'dependency.settled': 'approving',
    'dependency.settled (failed)': 'skipped',
    'dependency.settled (cancelled)': 'skipped',
    'wave.opened': 'approving',
    'task.cancel': 'cancelled',
  },
  approving: {
    'task.amend': 'approving',
    'task.precede': 'approving',
    'task.skip': 'skipped',
    ...answers('approving'),
    'task.approve': 'ready',
    'task.reject': 'failed',
    'task.cancel': 'cancelled',
    'xstate.after.approvalDeadline.task.approving': 'failed',
  },
  ready: {
    'task.amend': 'ready',
    'task.precede': 'ready',
    'task.skip': 'skipped',
    ...answers('ready'),
    'task.assign': 'assigned',
    'task.assign (another agent)': 'assigned',
    'role.lost': 'failed',
    'task.refuse': 'failed',
    'task.cancel': 'cancelled',
  },
  assigned: {
    'task.amend': 'assigned',
    'task.precede': 'assigned',
    'task.skip': 'skipped',
    ...answers('assigned'),
    'task.started': 'running',
    'agent.lost': 'retrying',
    'task.cancel': 'cancelled',
    'xstate.after.assignDeadline.task.assigned': 'retrying',
  },
  'assigned, the last try': {
    'task.amend': 'assigned',
    'task.precede': 'assigned',
    'task.skip': 'skipped',
    ...answers('assigned'),
    'task.started': 'running',
    'agent.lost': 'failed',
    'task.cancel': 'cancelled',
    'xstate.after.assignDeadline.task.assigned': 'failed',
  },
  running: {
    'task.amend': 'running',
    'task.precede': 'running',
    'task.skip': 'skipped',
    'task.reported': 'succeeded',
    'task.reported (asks)': 'succeeded',
    'task.reported (stale)': 'running',
    ...reviews('running'),
    'task.reported (failed)': 'retrying',
    'task.reported (failed for good)': 'failed',
    'task.reported (limited)': 'parked',
    'task.reported (interrupted)': 'retrying',
    'agent.lost': 'retrying',
    'task.cancel': 'cancelled',
    'xstate.after.attemptDeadline.task.running': 'retrying',
  },
  'running, with checks ahead': {
    'task.amend': 'running',
    'task.precede': 'running',
    'task.skip': 'skipped',
    'task.reported': 'verifying.checking',
    'task.reported (asks)': 'verifying.checking',
    'task.reported (stale)': 'running',
    ...reviews('running'),
    'task.reported (failed)': 'retrying',
    'task.reported (failed for good)': 'failed',
    'task.reported (limited)': 'parked',
    'task.reported (interrupted)': 'retrying',
    'agent.lost': 'retrying',
    'task.cancel': 'cancelled',
    'xstate.after.attemptDeadline.task.running': 'retrying',
  },
  'running, the last try': {
    'task.amend': 'running',
    'task.precede': 'running',
    'task.skip': 'skipped',
    'task.reported': 'succeeded',
    'task.reported (asks)': 'succeeded',
    'task.reported (stale)': 'running',
    ...reviews('running'),
    'task.reported (failed)': 'failed',
    'task.reported (failed for good)': 'failed',
    'task.reported (limited)': 'parked',
    'task.reported (interrupted)': 'retrying',
    'agent.lost': 'failed',
    'task.cancel': 'cancelled',
    'xstate.after.attemptDeadline.task.running': 'failed',
  },
  'verifying.checking': {
    'task.amend': 'verifying.checking',
    'task.precede': 'verifying.checking',
    'task.skip': 'skipped',
    ...answers('verifying.checking'),
    'task.cancel': 'cancelled',
    'xstate.done.actor.verify': 'succeeded',
    'xstate.done.actor.verify (failed)': 'retrying',
    'xstate.done.actor.verify (in conflict)': 'retrying',
    'xstate.done.actor.verify (failed for good)': 'failed',
    'xstate.error.actor.verify': 'retrying',
    'xstate.after.verifyDeadline.task.verifying.checking': 'retrying',
  },
  'verifying.checking, the last try': {
    'task.amend': 'verifying.checking',
    'task.precede': 'verifying.checking',
    'task.skip': 'skipped',
    ...answers('verifying.checking'),
    'task.cancel': 'cancelled',
    'xstate.done.actor.verify': 'succeeded',
    'xstate.done.actor.verify (failed)': 'failed',
    'xstate.done.actor.verify (in conflict)': 'failed',
    'xstate.done.actor.verify (failed for good)': 'failed',
    'xstate.error.actor.verify': 'failed',
    'xstate.after.verifyDeadline.task.verifying.checking': 'failed',
  },
  'verifying.checking, with a review ahead': {
    'task.amend': 'verifying.checking',
    'task.precede': 'verifying.checking',
    'task.skip': 'skipped',
    ...answers('verifying.checking'),
    'task.cancel': 'cancelled',
    'xstate.done.actor.verify': 'reviewing.calling',
    'xstate.done.actor.verify (failed)': 'retrying',
    'xstate.done.actor.verify (in conflict)': 'retrying',
    'xstate.done.actor.verify (failed for good)': 'failed',
    'xstate.error.actor.verify': 'retrying',
    'xstate.after.verifyDeadline.task.verifying.checking': 'retrying',
  },
  'verifying.checking, with somebody to resolve conflicts': {
    'task.amend': 'verifying.checking',
    'task.precede': 'verifying.checking',
    'task.skip': 'skipped',
    ...answers('verifying.checking'),
    'task.cancel': 'cancelled',
    'xstate.done.actor.verify': 'succeeded',
    'xstate.done.actor.verify (failed)': 'retrying',
    'xstate.done.actor.verify (in conflict)': 'retrying',
    'xstate.done.actor.verify (failed for good)': 'failed',
    'xstate.error.actor.verify': 'retrying',
    'xstate.after.verifyDeadline.task.verifying.checking': 'retrying',
  },
  'reviewing.calling': {
    'task.amend': 'reviewing.calling',
    'task.precede': 'reviewing.calling',
    'task.skip': 'skipped',
    ...answers('reviewing.calling'),
    'task.assign': 'reviewing.asking',
    'task.assign (another agent)': 'reviewing.asking',
    'role.lost': 'failed',
    'task.refuse': 'failed',
    'task.cancel': 'cancelled',
  },
  'reviewing.asking': {
    'task.amend': 'reviewing.asking',
    'task.precede': 'reviewing.asking',
    'task.skip': 'skipped',
    ...answers('reviewing.asking'),
    'task.reported (accepted)': 'verifying.checking',
    'task.reported (rejected)': 'retrying',
    'task.reported (no verdict)': 'failed',
    'task.reported (limited review)': 'reviewing.resting',
    'agent.lost (another)': 'failed',
    'task.cancel': 'cancelled',
    'xstate.after.reviewDeadline.task.reviewing.asking': 'failed',
  },
  'reviewing.asking, two of three': {
    'task.amend': 'reviewing.asking',
    'task.precede': 'reviewing.asking',
    'task.skip': 'skipped',
    ...answers('reviewing.asking'),
    'task.reported (accepted)': 'reviewing.calling',
    'task.reported (rejected)': 'reviewing.calling',
    'task.reported (no verdict)': 'reviewing.calling',
    'task.reported (limited review)': 'reviewing.resting',
    'agent.lost (another)': 'reviewing.calling',
    'task.cancel': 'cancelled',
    'xstate.after.reviewDeadline.task.reviewing.asking': 'reviewing.calling',
  },
  'reviewing.resting': {
    'task.amend': 'reviewing.resting',
    'task.precede': 'reviewing.resting',
    'task.skip': 'skipped',
    ...answers('reviewing.resting'),
    'task.cancel': 'cancelled',
    'xstate.after.restDelay.task.reviewing.resting': 'reviewing.calling',
  },
  'verifying.checking, once others accepted it': {
    'task.amend': 'verifying.checking',
    'task.precede': 'verifying.checking',
    'task.skip': 'skipped',
    ...answers('verifying.checking'),
    'task.cancel': 'cancelled',
    'xstate.done.actor.verify': 'succeeded',
    'xstate.done.actor.verify (failed)': 'retrying',
    'xstate.done.actor.verify (in conflict)': 'retrying',
    'xstate.done.actor.verify (failed for good)': 'failed',
    'xstate.error.actor.verify': 'retrying',
    'xstate.after.verifyDeadline.task.verifying.checking': 'retrying',
  },
  'running, and it may ask others': {
    'task.amend': 'running',
    'task.precede': 'running',
    'task.skip': 'skipped',
    'task.reported': 'succeeded',
    'task.reported (asks)': 'delegating.gathering',
    'task.reported (stale)': 'running',
    ...reviews('running'),
    'task.reported (failed)': 'retrying',
    'task.reported (failed for good)': 'failed',
    'task.reported (limited)': 'parked',
    'task.reported (interrupted)': 'retrying',
    'agent.lost': 'retrying',
    'task.cancel': 'cancelled',
    'xstate.after.attemptDeadline.task.running': 'retrying',
  },
  'delegating.consenting': {
    'task.amend': 'delegating.consenting',
    'task.precede': 'delegating.consenting',
    'task.skip': 'skipped',
    ...answers('delegating.consenting'),
    'task.approve': 'delegating.gathering',
    'task.reject': 'failed',
    'task.cancel': 'cancelled',
    'xstate.after.consentDeadline.task.delegating.consenting': 'failed',
  },
  'delegating.gathering': {
    'task.amend': 'delegating.gathering',
    'task.precede': 'delegating.gathering',
    'task.skip': 'skipped',
    ...answers('delegating.gathering'),
    'task.refuse': 'failed',
    'dependency.settled': 'delegating.gathering',
    'dependency.settled (failed)': 'delegating.gathering',
    'dependency.settled (cancelled)': 'delegating.gathering',
    'task.cancel': 'cancelled',
  },
  'delegating.gathering, for the last one': {
    'task.amend': 'delegating.gathering',
    'task.precede': 'delegating.gathering',
    'task.skip': 'skipped',
    ...answers('delegating.gathering'),
    'task.refuse': 'failed',
    'dependency.settled': 'ready',
    'dependency.settled (failed)': 'ready',
    'dependency.settled (cancelled)': 'ready',
    'task.cancel': 'cancelled',
  },
  retrying: {
    'task.amend': 'retrying',
    'task.precede': 'retrying',
    'task.skip': 'skipped',
    ...answers('retrying'),
    'task.cancel': 'cancelled',
    'xstate.after.retryDelay.task.retrying': 'ready',
  },
  parked: {
    'task.amend': 'parked',
    'task.precede': 'parked',
    'task.skip': 'skipped',
    ...answers('parked'),
    'task.cancel': 'cancelled',
    'xstate.after.parkDelay.task.parked': 'ready',
  },
});

describe('the graph of the task', () => {
  test('`succeeded` has one way in: out of `verifying`', () => {
    const waysIn = edgesOf(taskMachine).filter(({ to }) => to === 'succeeded');
    expect(waysIn.map(({ from }) => from)).toEqual(['verifying.looking', 'verifying.checked']);
    expect(waysIn.every(({ from }) => isWithin(from, 'verifying'))).toBe(true);
  });

  test('`verifying` is entered without a fault: by a judgement, or once others accepted', () => {
    const waysIn = edgesOf(taskMachine).filter(({ from, to }) => {
      return to !== null && isWithin(to, 'verifying') && !isWithin(from, 'verifying');
    });
    expect(waysIn).toMatchObject([
      { from: 'judging', to: 'verifying', guard: 'faultless' },
      { from: 'reviewing.counting', to: 'verifying.checking', guard: 'accepted' },
    ]);
  });

  test('it ends in four ways, and none of them is left', () => {
    const finals = nodesOf(taskMachine).filter(({ type }) => type === 'final');
    expect(finals.map(pathOf)).toEqual(['succeeded', 'failed', 'skipped', 'cancelled']);
    for (const final of finals) expect(final.transitions.size).toBe(0);
  });

  test('only what waits for others of the plan, or for an agent, waits without a deadline', () => {
    const resting = Object.values(taskSubject.scenes).map(({ at }) => at);
    const timed = edgesOf(taskMachine).filter(({ event }) => event.startsWith('xstate.after.'));
    const untimed = [...new Set(resting)].filter((at) => !timed.some(({ from }) => from === at));
    const ends = ['succeeded', 'failed', 'skipped', 'cancelled'];
    const waits = ['waiting', 'ready', 'reviewing.calling', 'delegating.gathering'];
    expect(untimed).toEqual([...waits, ...ends]);
  });
});
