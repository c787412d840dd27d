/** A person's word on what a task or its agent asks: to whom it goes, and as which event. */

import type { TroupeEvent } from '../../machines/events.ts';
import { type Address, agentAddress, agentId, taskAddress, taskId } from '../../machines/ids.ts';
import { UserError } from '../kernel/user-error.ts';
import { standing } from './state-words.ts';
import { findTask, type RunView } from './view.ts';

export interface Word {
  readonly task: string;
  readonly answer: 'allow' | 'deny';
  readonly by: string;
  /** Which question of its agent is meant; left out, the oldest. */
  readonly question?: string | undefined;
}

export interface Delivery {
  readonly to: Address;
  readonly event: TroupeEvent;
}

/** Throws a UserError when nobody asks. */
export function deliveryOf(view: RunView, { task: name, answer, by, question }: Word): Delivery {
  const task = findTask(view, name);
  if (['approving', 'delegating.consenting', 'escalated'].includes(task.state)) {
    const type = answer === 'allow' ? 'task.approve' : 'task.reject';
    return { to: taskAddress(taskId(name)), event: { type, by } };
  }
  const { questions = [], agent } = task;
  const isMeant = questions.some(({ id }) => question === undefined || id === question);
  if (agent === null || !isMeant) throw notAsking(view.id, name, task.state, question);
  const event = { type: 'agent.answer', question: question ?? null, answer, by } as const;
  return { to: agentAddress(agentId(agent)), event };
}

function notAsking(run: string, task: string, state: string, question?: string): UserError {
  const what = question === undefined ? 'nobody' : `no question ${question}`;
  const hint = `see what it waits for: troupe why ${run} ${task}`;
  return new UserError('task.not-asking', `${task} asks ${what}: ${standing(state)}`, hint);
}
