/** The names, faults and outcomes that the samples of the product's events are made of. */

import type { Newcomer } from '../../../../machines/events.ts';
import {
  accountName,
  agentAddress,
  agentId,
  roleName,
  taskId,
  token,
} from '../../../../machines/ids.ts';
import type { LoanEnding } from '../../../../machines/loan.ts';
import {
  type Earlier,
  type Fault,
  noOutput,
  noUsage,
  type Outcome,
  type Question,
} from '../../../../machines/outcome.ts';
import type { PlanSpec, RoleSpec, TaskSpec } from '../../../../machines/plan.ts';

export const design = taskId('design');
export const build = taskId('build');
export const coder = roleName('coder');
/** It resolves the conflicts of others. */
export const medic = roleName('medic');
export const coder1 = agentId('coder-1');
export const coder2 = agentId('coder-2');
export const coder1Address = agentAddress(coder1);
export const coder2Address = agentAddress(coder2);
export const stale = token(0);
export const first = token(1);
export const second = token(2);

const fault = (code: string, message: string, retryable: boolean): Fault => ({
  code,
  message,
  retryable,
});

export const passing = fault('agent.failed', 'it failed', true);
export const lasting = fault('agent.failed', 'it is no use', false);
export const crashed = fault('agent.crashed', 'it died', true);
export const missing = fault('agent.missing', 'its program is not there', false);
export const conflict = fault('merge.conflict', 'two changes do not go together', true);
export const unpaid = fault('budget.exhausted', 'no money is left', false);
const limit = fault('agent.limited', 'too many requests', true);
const gone = fault('runtime.stopped', 'the runtime stopped', true);

const measured = { durationMs: 7, output: noOutput, usage: noUsage, evidence: [] } as const;
export const succeeded: Outcome = { kind: 'succeeded', ...measured };
export const failed = (why: Fault): Outcome => ({ kind: 'failed', fault: why, ...measured });
/** A review that came to a verdict. */
export const judged = (accepts: boolean): Outcome => ({
  ...succeeded,
  judgement: { accepts, reasons: [] },
});
export const limited: Outcome = { kind: 'limited', fault: limit, waitMs: 3_000, ...measured };
export const interrupted: Outcome = { kind: 'interrupted', fault: gone, ...measured };

/** What an agent may ask a person. */
export const question = { id: 'q1', tool: 'shell', input: 'rm -r build' } as Question;

/** An attempt that was cut off, after a person had answered. */
export const earlier: Earlier = {
  fault: gone,
  session: null,
  answers: [{ tool: question.tool, input: question.input, answer: 'allow', by: 'ada' }],
};

export const upkeepReport = { remembered: 1, inspected: 1, renewed: 0, outdated: 0, archived: 0 };

const backoff = { initialMs: 1_000, factor: 2, maxMs: 60_000, jitter: 0 };

export const role: RoleSpec = {
  name: coder,
  count: 2,
  concurrency: 2,
  restart: 'one_for_one',
  maxRestarts: 2,
  periodMs: 60_000,
  backoff,
  attemptUsdMax: 0,
  handoff: false,
};

export const task: TaskSpec = {
  id: build,
  role: coder,
  needs: [design],
  dependants: [],
  wave: 1,
  rank: 1,
  priority: 0,
  order: 1,
  retries: 1,
  backoff,
  timeoutMs: 600_000,
  verifyTimeoutMs: 120_000,
  checked: true,
  approveWithinMs: null,
};

export const helper: TaskSpec = { ...task, id: taskId('help'), needs: [], order: 2 };
/** A person adds it; what it needs may still be under way. */
export const newcomer: Newcomer = {
  spec: { ...task, id: taskId('more'), order: 3, added: { by: 'ada', task: {} } },
  awaits: [design],
};
/** It asks for another task before it can go on. */
export const delegating: Outcome = { ...succeeded, subtasks: [helper] };
export const delegation = { count: 1, depth: 1, approveWithinMs: null };
export const asksFirst = { ...delegation, approveWithinMs: 9_000 };
export const note = { done: [], open: ['the rest'], decisions: [], files: [], next: 'go on' };
export const fallback = { roles: [medic], after: 1 };
export const deserted = { code: 'role.lost', message: 'nobody plays it', retryable: false };
export const handoffs = { max: 1, to: [medic] };
export const handingOver: Outcome = { ...interrupted, handoff: { ...note, to: medic } };
const split = { role: medic, after: 1, count: 1 };
export const splitWhenFailed = { checked: false, retries: 0, heal: { split } };
/** One that can do without the other. */
export const gathers = { from: [design], spare: 1 };
export const review = { role: coder, quorum: 1, of: 2, retries: 1, timeoutMs: 60_000 };
export const askedWhenFailed = { checked: false, retries: 0, heal: { askWithinMs: 9_000 } };

const before: TaskSpec = { ...task, id: design, needs: [], dependants: [build], wave: 0, order: 0 };

export const plan: PlanSpec = {
  name: 'a-plan',
  mode: 'eager',
  concurrency: 2,
  onFailure: 'continue',
  budgetUsd: null,
  seed: 1,
  roles: [role],
  tasks: [before, task],
  subtasksMax: 1,
};

export const smallPlan: PlanSpec = {
  ...plan,
  concurrency: 1,
  roles: [{ ...role, count: 1, concurrency: 1 }],
};

/** A day, and a moment of it. */
export const dayBeganAt = 20_000 * 24 * 60 * 60 * 1_000;
export const later = dayBeganAt + 1_000;
export const grok = accountName('grok-1');
export const noLimits = {
  concurrency: null,
  requestsPerMinute: null,
  tokensPerMinute: null,
  usdPerDay: null,
  usdMax: null,
};
export const loanEnding: LoanEnding = {
  costUsd: 0.25,
  tokens: 100,
  paceMs: 900,
  trouble: { kind: 'none' },
};
