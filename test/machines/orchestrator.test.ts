/** The orchestrator machine, state by state: what each event of the alphabet does to it. */
import { orchestratorSubject } from './orchestrator-subject.ts';
import { testTable } from './tables.ts';

/** While it runs it keeps its books, whatever they say. */
const bookkeeping = {
  'plan.amend': 'running',
  'plan.extend': 'running',
  'budget.warn': 'running',
  'task.ready': 'running',
  'task.released': 'running',
  'task.settled': 'running',
  'task.settled (failed)': 'running',
  'task.settled (holding nothing)': 'running',
  'agent.register': 'running',
  'agent.idle': 'running',
  'role.lost': 'running',
  'supervisor.stopped': 'running',
  'wave.opened': 'running',
  'child.exited (a task threw)': 'running',
  'child.exited (a supervisor threw)': 'running',
  'task.add': 'running',
};
const halting = { 'run.cancel': 'running', 'child.exited (threw)': 'running' };

const withoutReady = ({ 'task.ready': _, ...rest }: typeof bookkeeping) => rest;
const withoutIdle = ({ 'agent.idle': _, ...rest }: typeof bookkeeping) => rest;

/** A task and an agent have met: it is to say who gets what. */
const met = {
  ...halting,
  'plan.amend': 'running',
  'plan.extend': 'running',
  'budget.warn': 'running',
  'run.dispatch': 'running',
  'task.withdrawn': 'running',
  'task.released': 'running',
  'task.settled': 'running',
  'task.settled (failed)': 'running',
  'task.settled (holding nothing)': 'running',
  'agent.register': 'running',
  'agent.lost': 'running',
  'role.lost': 'running',
  'supervisor.stopped': 'running',
  'wave.opened': 'running',
  'child.exited (a task threw)': 'running',
  'child.exited (a supervisor threw)': 'running',
  'task.add': 'running',
};

testTable('orchestrator', orchestratorSubject, {
  planning: {
    'plan.submit': 'running',
    'plan.submit (unsound)': 'failed',
    'run.cancel': 'cancelled',
  },
  running: { ...bookkeeping, ...halting },
  'running, a task is ready': {
    ...withoutReady(bookkeeping),
    ...halting,
    'task.withdrawn': 'running',
  },
  'running, an agent is idle': {
    ...withoutIdle(bookkeeping),
    ...halting,
    'task.ready': 'running',
    'agent.lost': 'running',
  },
  'running, work is to be handed out': met,
  'running, work is handed out': { ...bookkeeping, ...halting, 'agent.lost': 'running' },
  'running, all slots are taken': {
    ...bookkeeping,
    ...halting,
    'agent.lost': 'running',
    'agent.lost (another)': 'running',
  },
  'running, the last task': {
    ...bookkeeping,
    ...halting,
    'agent.lost': 'running',
    'task.settled': 'draining',
    'task.settled (failed)': 'draining',
    'task.settled (holding nothing)': 'draining',
    'child.exited (a task threw)': 'draining',
  },
  'running, in waves': { ...bookkeeping, ...halting },
  'running, the first failure stops it': { ...bookkeeping, ...halting },
  'running, a task is ready and no money is left': met,
  'running, money is nearly spent': { ...bookkeeping, ...halting, 'agent.lost': 'running' },
  'running, called off': bookkeeping,
  'running, and it may grow': { ...bookkeeping, ...halting },
  'running, in waves, and it may grow': { ...bookkeeping, ...halting },
  'running, a role is lost': { ...bookkeeping, ...halting },
  draining: {
    'budget.warn': 'draining',
    'agent.register': 'draining',
    'supervisor.stopped': 'succeeded',
    'child.exited (threw)': 'draining',
    'child.exited (a task threw)': 'draining',
    'child.exited (a supervisor threw)': 'failed',
    'xstate.after.drainDeadline.orchestrator.draining': 'succeeded',
  },
  'draining, called off': {
    'budget.warn': 'draining',
    'agent.register': 'draining',
    'supervisor.stopped': 'cancelled',
    'child.exited (a task threw)': 'draining',
    'child.exited (a supervisor threw)': 'cancelled',
    'xstate.after.drainDeadline.orchestrator.draining': 'cancelled',
  },
});
