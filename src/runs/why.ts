/** Says in a sentence what a task waits for, and which event would move it. */
import type { Question } from '../../machines/outcome.ts';
import { isWaived } from '../../machines/rules/attempt.ts';
import { duration } from './report.ts';
import type { RunView, TaskView } from './view.ts';

export interface Explanation {
  readonly task: string;
  readonly state: string;
  /** One sentence, or two. */
  readonly why: string;
  /** The event that would move it on; null when it has ended. */
  readonly event: string | null;
  /** Tasks that stand in its way. */
  readonly waitsFor: readonly string[];
}

export interface Now {
  /** Milliseconds since the epoch. */
  readonly at: number;
  /** Whether a process works on the run. */
  readonly alive: boolean;
}

export function explain(view: RunView, task: TaskView, { at, alive }: Now): Explanation {
  const said = sentence({ ...view, at }, task);
  const goesOn = alive || said.event === null || finals.has(view.status);
  const why = goesOn ? said.why : `${said.why} Nobody works on the run: troupe resume ${view.id}`;
  return { task: task.id, state: task.state, ...said, why };
}

type Said = Pick<Explanation, 'why' | 'event' | 'waitsFor'>;

function sentence(view: RunView, task: TaskView): Said {
  const { id, state, agent, fault } = task;
  const [outer] = state.split('.');
  switch (outer) {
    case 'unborn':
      return said(`The run has not begun: ${id} is not there yet.`, 'plan.submit');
    case 'waiting':
      return waiting(view, task);
    case 'approving':
      return said(
        `${id} waits for a person: troupe approve ${view.id} ${id}${until(task, view)}.`,
        'task.approve',
      );
    case 'delegating':
      return delegating(view, task);
    case 'ready':
      return ready(view, task);
    case 'assigned':
      return said(`${id} was given to ${agent}, which has not begun yet.`, 'task.started');
    case 'running':
      if (task.questions?.[0]) return asking(view, task, task.questions[0]);
      return said(
        `${agent} works on ${id}, attempt ${task.attempt}${until(task, view)}.`,
        'task.reported',
      );
    case 'verifying':
      return said(`${agent} is done; the checks of ${id} are being run.`, 'done.verify');
    case 'reviewing':
      return said(
        `The checks of ${id} have passed; others judge it now${until(task, view)}.`,
        state.endsWith('asking') ? 'task.reported' : 'task.assign',
      );
    case 'retrying':
      return said(
        `Attempt ${task.attempt} of ${id} failed: ${fault?.message ?? 'no reason was given'}. ` +
          `The next one waits its turn${until(task, view)}.`,
        'after.retryDelay',
      );
    case 'parked':
      return said(
        `${id} is parked: ${fault?.message ?? 'a limit was reached'}${until(task, view)}.`,
        'after.parkDelay',
      );
    case 'taking':
      return said(`${task.heldBy} takes ${id} over; its agent is being stopped.`, 'done.recall');
    case 'held':
      return held(view, task);
    case 'escalated':
      return escalated(view, task);
    case 'succeeded':
      return ended(`${id} succeeded at attempt ${task.attempt}.`);
    case 'skipped':
      if (fault && isWaived({ fault })) return ended(`${id} was ${fault.message}.`);
      return ended(`${id} was skipped: ${fault?.message ?? 'no reason known'}.`);
    default:
      return ended(
        `${id} ${verbs[outer ?? ''] ?? 'ended'}: ${fault?.message ?? 'no reason known'}.`,
      );
  }
}

function held(view: RunView, task: TaskView): Said {
  const { id, heldBy = 'a person' } = task;
  const command = `troupe handback ${view.id} ${id} --note "..."`;
  const words = `${heldBy} has ${id}, and hands it back with ${command}, or with --done`;
  return said(`${words}${until(task, view)}.`, event);
}

const event = 'task.return';

function escalated(view: RunView, task: TaskView): Said {
  const { id, fault } = task;
  const [yes, no] = ['approve', 'deny'].map((verb) => `troupe ${verb} ${view.id} ${id}`);
  return said(
    `${id} has failed, and nothing else helps: ${fault?.message ?? 'no reason was given'}. A ` +
      `person decides: one more attempt (${yes}), no more (${no}), or ` +
      `troupe takeover ${view.id} ${id}${until(task, view)}.`,
    'task.approve',
  );
}

function delegating(view: RunView, task: TaskView): Said {
  const { id, state } = task;
  if (state === 'delegating.consenting') {
    const command = `troupe approve ${view.id} ${id}`;
    const why = `${id} has a plan, and a person must agree to it: ${command}${until(task, view)}.`;
    return said(why, 'task.approve');
  }
  const own = view.tasks.filter(({ parent }) => parent === id);
  const open = own.filter((each) => !finals.has(each.state));
  const list = open.map((each) => `${each.id} (${each.state})`);
  const why = `${id} waits for what it asked others to do: ${inWords(list)}.`;
  return said(
    why,
    'dependency.settled',
    open.map((each) => each.id),
  );
}

const verbs: Readonly<Record<string, string>> = {
  failed: 'failed',
  cancelled: 'was cancelled',
  crashed: 'crashed',
};

const said = (why: string, event: string, waitsFor: readonly string[] = []): Said => ({
  why,
  event,
  waitsFor,
});

/** Of a person: what its agent wants to do, and how to answer. */
function asking(view: RunView, { id, agent, questions = [] }: TaskView, first: Question): Said {
  const { tool, input } = first;
  const what = input === '' ? tool : `${tool} ${input}`;
  const more = questions.length > 1 ? `, and ${questions.length - 1} more` : '';
  const how = `troupe approve ${view.id} ${id}, or troupe deny ${view.id} ${id}`;
  return said(`${agent} asks a person whether it may use ${what}${more}: ${how}.`, 'agent.answer');
}

const ended = (why: string): Said => ({ why, event: null, waitsFor: [] });

const finals = new Set(['succeeded', 'failed', 'skipped', 'cancelled']);

function waiting(view: RunView, task: TaskView): Said {
  const states = new Map(view.tasks.map(({ id, state }) => [id, state]));
  const open = task.needs.filter((need) => !finals.has(states.get(need) ?? ''));
  if (open.length === 0) {
    return said(`${task.id} waits until every task of the wave before is settled.`, 'wave.opened');
  }
  const list = open.map((need) => `${need} (${states.get(need)})`);
  return said(`${task.id} waits for ${inWords(list)}.`, 'dependency.settled', open);
}

function ready(view: RunView, { id, role }: TaskView): Said {
  const agents = view.agents.filter((agent) => agent.role === role && agent.state !== 'stopped');
  const busy = agents.filter(({ task }) => task !== null);
  if (agents.some(({ state }) => state === 'idle')) {
    const limit = `the run, or the role ${role}, has as many tasks under way as it may`;
    return said(`${id} waits for a place: ${limit}.`, 'task.assign');
  }
  if (busy.length > 0) {
    const list = busy.map((agent) => `${agent.id} (${agent.task})`);
    return said(`${id} waits for an agent of the role ${role}: ${inWords(list)}.`, 'task.assign');
  }
  return said(`${id} waits for an agent of the role ${role}; none is up yet.`, 'task.assign');
}

function until({ dueAt }: TaskView, { at }: RunView): string {
  if (dueAt === null) return '';
  const time = new Date(dueAt).toISOString().slice(0, 19).replace('T', ' ');
  return `, until ${time} UTC at the latest (${duration(Math.max(0, dueAt - at))})`;
}

function inWords(list: readonly string[]): string {
  const shown = list.slice(0, 5);
  const more = list.length - shown.length;
  return shown.join(', ') + (more > 0 ? ` and ${more} more` : '');
}
