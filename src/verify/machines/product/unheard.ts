/**
 * Where the product's machines are deaf to a message that could be sent to them, and why that is
 * no loss: each line was looked at by a person, and a test keeps the list as it is.
 *
 * An input is worked off until every mailbox is empty before the next one is taken, and messages
 * between two actors keep their order: most of what is deaf here can't meet at all.
 */

export interface Explanation {
  readonly states: readonly string[];
  readonly because: string;
}

/** Somebody is asked about it, or has it: nobody of the team works on it. */
const withPeople = ['approving', 'delegating.consenting', 'escalated', 'held', 'taking'];
const tasksAtWork = [...withPeople, 'parked', 'retrying', 'waiting'];
const notRunning = ['(ended)', 'draining', 'planning'];
const unborn = 'nobody is born before it runs, and once it drains no task is left that could ask';

/** By `type -> receiver`. */
export const productUnheard: Readonly<Record<string, Explanation>> = {
  'agent.abandon -> agent': {
    states: ['idle', 'registering', 'spawning'],
    because: 'the attempt is over, or its agent is a successor that never had it',
  },
  'agent.assign -> agent': {
    states: ['(ended)', 'registering', 'reporting', 'spawning', 'working'],
    because: 'only an idle agent is given out; one that ends meanwhile is told of by agent.lost',
  },
  'agent.idle -> orchestrator': {
    states: notRunning,
    because: 'once it drains nobody is to get work any more',
  },
  'agent.lost -> orchestrator': {
    states: notRunning,
    because: 'once it drains every task has ended: nobody misses the agent',
  },
  'agent.lost -> task': {
    states: [
      ...[...tasksAtWork, 'delegating.gathering', 'ready', 'reviewing.calling'],
      ...['reviewing.resting', 'verifying.checking'],
    ],
    because: 'it has no agent there, or needs it no more: the report has come',
  },
  'agent.register -> orchestrator': {
    states: ['(ended)', 'planning'],
    because: 'agents are born after the plan, and end with the run',
  },
  'agent.registered -> agent': {
    states: ['(ended)', 'idle', 'reporting', 'spawning', 'working'],
    because: 'it answers at once, while the agent registers; one that is stopped needs no answer',
  },
  'agent.stop -> agent': {
    states: ['(ended)'],
    because: 'it ended by itself just before, and its supervisor hears of that',
  },
  'child.exited -> orchestrator': {
    states: ['planning'],
    because: 'it has no children before it has a plan',
  },
  'report.taken -> agent': {
    states: ['(ended)', 'idle', 'registering', 'spawning', 'working'],
    because: 'the answer to a report that its agent waits for no more',
  },
  'role.lost -> orchestrator': {
    states: notRunning,
    because: 'once it drains no task needs the role',
  },
  'role.lost -> task': {
    states: [
      ...[...tasksAtWork, 'assigned', 'delegating.gathering', 'reviewing.asking'],
      ...['reviewing.resting', 'running', 'verifying.checking'],
    ],
    because: 'it is told again when it gets ready, and by agent.lost when it loses its agent',
  },
  'run.dispatch -> orchestrator': {
    states: notRunning,
    because: 'its own word, said while it ran: there is nothing left to hand out',
  },
  'supervisor.stopped -> orchestrator': {
    states: ['(ended)', 'planning'],
    because: 'a supervisor that needs too long to stop is not waited for',
  },
  'task.add -> orchestrator': { states: notRunning, because: unborn },
  'task.assign -> task': {
    states: [
      ...['(ended)', ...tasksAtWork, 'assigned', 'delegating.gathering', 'reviewing.asking'],
      ...['reviewing.resting', 'running', 'verifying.checking'],
    ],
    because: 'only a ready task is matched, and one that withdraws says so before it is',
  },
  'task.precede -> task': {
    states: ['(ended)'],
    because: 'whoever adds a task says which of its needs have not ended, in the same input',
  },
  'task.ready -> orchestrator': { states: notRunning, because: unborn },
  'task.refuse -> task': {
    states: [
      ...[...tasksAtWork, 'assigned', 'reviewing.asking', 'reviewing.resting', 'running'],
      'verifying.checking',
    ],
    because: 'only a ready task, or one that has asked for others, is refused',
  },
  'task.released -> orchestrator': { states: notRunning, because: unborn },
  'task.reported -> task': {
    states: ['(ended)'],
    because: 'the task was called off, and its agent told to abandon the attempt',
  },
  'task.settled -> orchestrator': {
    states: notRunning,
    because: 'it drains when the last one has settled, and none settles twice',
  },
  'task.started -> task': {
    states: [
      ...['(ended)', ...tasksAtWork, 'delegating.gathering', 'ready', 'reviewing.asking'],
      ...['reviewing.calling', 'reviewing.resting', 'running', 'verifying.checking'],
    ],
    because: 'a review needs no start, and one that comes late belongs to an attempt that is over',
  },
  'task.withdrawn -> orchestrator': { states: notRunning, because: unborn },
  'wave.opened -> orchestrator': {
    states: notRunning,
    because: 'its own word: the last wave may settle before it has heard it',
  },
  'wave.opened -> task': {
    states: [
      ...[...tasksAtWork.filter((state) => state !== 'waiting'), 'assigned', 'ready', 'running'],
      ...['delegating.gathering', 'reviewing.asking', 'reviewing.calling', 'reviewing.resting'],
      'verifying.checking',
    ],
    because: 'each task waits for its own wave, and hears of it once',
  },
};
