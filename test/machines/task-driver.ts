/** Takes a task by the hand: from its birth through any events, by pure steps. */
import type { EventObject } from 'xstate';
import type { TaskRecord, TroupeEvent } from '../../machines/events.ts';
import { token } from '../../machines/ids.ts';
import type { Fault, Outcome } from '../../machines/outcome.ts';
import type { TaskSpec } from '../../machines/plan.ts';
import type { TaskContext } from '../../machines/rules/attempt.ts';
import type { Spending } from '../../machines/rules/budget.ts';
import { taskMachine } from '../../machines/task.ts';
import { Chart } from '../../src/kernel/chart.ts';
import type { ActorState, Step } from '../../src/kernel/state.ts';
import { at, build, coder1 } from './alphabet.ts';
import { actsOf } from './effects.ts';
import { fileEvidence } from './outcomes.ts';
import { taskSpec } from './plans.ts';
import { follow as followOn } from './tables.ts';

const chart = new Chart(taskMachine);
export const key = [0, 1, 0] as const;

export function born(spec: Partial<TaskSpec> = {}, open = 0): Step {
  return chart.initial({ spec: taskSpec(spec), open, seed: 1 });
}

export function follow(start: Step, ...events: readonly EventObject[]): Step {
  return followOn({ chart }, start, ...events);
}

export const contextOf = ({ state }: { state: ActorState }) => state.context as TaskContext;
export const assign = (count: number, agent = coder1): TroupeEvent => ({
  type: 'task.assign',
  agent,
  token: token(count),
});
export const started = (count: number): TroupeEvent => ({
  type: 'task.started',
  token: token(count),
});
export const reported = (count: number, outcome: Outcome): TroupeEvent => ({
  type: 'task.reported',
  agent: coder1,
  token: token(count),
  outcome,
});
export const attempted = (count: number, outcome: Outcome) => [
  assign(count),
  started(count),
  reported(count, outcome),
];
export const timeUp = (delay: string, state: string): EventObject => ({
  type: `xstate.after.${delay}.task.${state}`,
});
export const retryTime = timeUp('retryDelay', 'retrying');
export const parkTime = timeUp('parkDelay', 'parked');
export const verified = (fault: Fault | null): EventObject => {
  const output = { evidence: [fileEvidence], fault };
  return { type: 'xstate.done.actor.verify', output } as EventObject;
};
export const recordsOf = (step: Step) => actsOf(step).map(([, params]) => params as TaskRecord);
export const settledAs = (status: string, held: Spending | null) => [
  at.orchestrator,
  { type: 'task.settled', task: build, status, wave: 0, held },
];
