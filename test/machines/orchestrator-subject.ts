/** The orchestrator machine in every state it can rest in, and how it gets there. */
import type { EventObject } from 'xstate';
import { orchestratorMachine } from '../../machines/orchestrator.ts';
import { alphabet, coder2, design, smallPlan, variants } from './alphabet.ts';
import { roleSpec } from './plans.ts';
import { subject } from './tables.ts';

const submit = alphabet['plan.submit'];
const submitted = (plan: object): EventObject =>
  ({ type: 'plan.submit', plan: { ...smallPlan, ...plan } }) as EventObject;
const settled = alphabet['task.settled'];
const cancel = alphabet['run.cancel'];
const handedOut = [
  submit,
  alphabet['task.ready'],
  alphabet['agent.idle'],
  alphabet['run.dispatch'],
];

const dear = { ...alphabet['task.released'], costUsd: 0.9 } as EventObject;

/** One slot, taken; a task and an agent wait for the next. */
const full = [
  submitted({ concurrency: 1, roles: [roleSpec({ count: 2, concurrency: 2 })] }),
  ...handedOut.slice(1),
  { ...alphabet['task.ready'], task: design, key: [0, 2, 0] },
  { ...alphabet['agent.idle'], agent: coder2 },
] as readonly EventObject[];

/** A task and an agent have met, and no attempt can be paid for. */
const penniless = [
  submitted({ budgetUsd: 0.5, roles: [roleSpec({ attemptUsdMax: 1 })] }),
  ...handedOut.slice(1, 3),
];

export const orchestratorSubject = subject(orchestratorMachine, {
  scenes: {
    planning: { at: 'planning', path: [] },
    running: { at: 'running', path: [submit] },
    'running, a task is ready': { at: 'running', path: [submit, alphabet['task.ready']] },
    'running, an agent is idle': { at: 'running', path: [submit, alphabet['agent.idle']] },
    'running, work is to be handed out': { at: 'running', path: handedOut.slice(0, 3) },
    'running, work is handed out': { at: 'running', path: handedOut },
    'running, all slots are taken': { at: 'running', path: full },
    'running, the last task': { at: 'running', path: [...handedOut, settled] },
    'running, in waves': { at: 'running', path: [submitted({ mode: 'waves' })] },
    'running, the first failure stops it': {
      at: 'running',
      path: [submitted({ onFailure: 'stop' })],
    },
    'running, a task is ready and no money is left': { at: 'running', path: penniless },
    'running, money is nearly spent': {
      at: 'running',
      path: [submitted({ budgetUsd: 1 }), ...handedOut.slice(1), dear],
    },
    'running, called off': { at: 'running', path: [submit, cancel] },
    'running, and it may grow': { at: 'running', path: [submitted({ subtasksMax: 9 })] },
    'running, in waves, and it may grow': {
      at: 'running',
      path: [submitted({ mode: 'waves', subtasksMax: 9 })],
    },
    'running, a role is lost': { at: 'running', path: [submit, alphabet['role.lost']] },
    draining: { at: 'draining', path: [...handedOut, settled, settled] },
    'draining, called off': { at: 'draining', path: [submit, cancel, settled, settled] },
    succeeded: {
      at: 'succeeded',
      path: [...handedOut, settled, settled, alphabet['supervisor.stopped']],
    },
    failed: { at: 'failed', path: [variants['plan.submit (unsound)']] },
    cancelled: { at: 'cancelled', path: [cancel] },
  },
  kernelEvents: {
    'xstate.after.drainDeadline.orchestrator.draining': {
      type: 'xstate.after.drainDeadline.orchestrator.draining',
    },
  },
  passing: ['verifying', 'judging'],
  fleeting: ['outbox'],
});
