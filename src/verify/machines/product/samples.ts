/** Each event of the product as it may come: one of a kind that some machine tells apart. */
import type { TroupeEvent } from '../../../../machines/events.ts';
import { byType } from '../subject.ts';
import * as words from './vocabulary.ts';

const { build, design, coder, coder1, coder2, first, second, stale } = words;
const { later: at, loanEnding, plan } = words;

const attempt = { task: build, token: first, attempt: 1, timeoutMs: 600_000, seed: 1 };
const report = { type: 'task.reported', agent: coder1, token: first } as const;
const exit = { type: 'child.exited', child: words.coder1Address, error: null, at: 5_000 } as const;
const settled = { type: 'task.settled', task: build, wave: 0 } as const;
const held = { role: coder, costUsd: 0 };
const settle = { type: 'account.settle', loan: 'run/1', at, ...loanEnding } as const;
const dependency = { type: 'dependency.settled', task: design, agent: coder1 } as const;

const ofTheRun: readonly TroupeEvent[] = [
  { type: 'plan.submit', plan },
  { type: 'plan.submit', plan: { ...plan, mode: 'waves', onFailure: 'stop' } },
  { type: 'plan.submit', plan: { ...plan, tasks: [] } },
  { type: 'plan.amend', amendment: { concurrency: 1 }, by: 'ada' },
  { type: 'plan.extend', tasks: [words.newcomer], seed: 1, by: 'ada' },
  { type: 'run.cancel', reason: 'enough' },
  { type: 'run.dispatch' },
  { type: 'budget.warn', role: null, spentUsd: 4, limitUsd: 5 },
  { type: 'wave.opened', wave: 0 },
  { type: 'supervisor.stop' },
  { type: 'supervisor.stopped', role: coder },
  { type: 'role.amend', limits: { count: 3 } },
  { type: 'role.lost', role: coder, fault: words.missing },
  { type: 'role.lost', role: coder, fault: words.deserted },
  { type: 'role.lost', role: words.medic, fault: words.deserted },
];

const ofTasks: readonly TroupeEvent[] = [
  { type: 'task.ready', task: build, role: coder, key: [0, 1, 1], prefer: null },
  { type: 'task.withdrawn', role: coder, key: [0, 1, 1] },
  { type: 'task.assign', agent: coder1, token: first },
  { type: 'task.assign', agent: coder2, token: second },
  ...[first, second, stale].map((token): TroupeEvent => ({ type: 'task.started', token })),
  { ...report, outcome: words.succeeded },
  { ...report, outcome: words.failed(words.passing) },
  { ...report, outcome: words.failed(words.lasting) },
  { ...report, outcome: words.judged(true) },
  { ...report, outcome: words.judged(false) },
  { ...report, outcome: words.delegating },
  { ...report, agent: coder2, token: second, outcome: words.judged(true) },
  { ...report, outcome: words.limited },
  { ...report, outcome: words.interrupted },
  { ...report, outcome: words.handingOver },
  { ...report, token: stale, outcome: words.succeeded },
  { type: 'task.add', task: build, tasks: [words.helper], seed: 1 },
  { type: 'task.released', role: coder, costUsd: 0 },
  { ...settled, status: 'succeeded', held },
  { ...settled, status: 'failed', held },
  { ...settled, status: 'skipped', held: null },
  { ...settled, status: 'waived', held: null },
  { type: 'task.refuse', fault: words.unpaid },
  { type: 'task.approve', by: 'ada' },
  { type: 'task.reject', by: 'ada' },
  { type: 'task.cancel', reason: 'enough' },
  { type: 'task.skip', by: 'ada' },
  { type: 'task.take', by: 'ada', withinMs: 9_000 },
  { type: 'task.return', by: 'ada', note: words.note },
  { type: 'task.precede', task: design },
  { type: 'task.amend', limits: { retries: 2 } },
  { ...dependency, status: 'succeeded' },
  { ...dependency, status: 'failed' },
  { ...dependency, status: 'waived' },
];

const ofAgents: readonly TroupeEvent[] = [
  { type: 'agent.register', agent: coder1, role: coder },
  { type: 'agent.registered' },
  { type: 'agent.idle', agent: coder1, role: coder },
  { type: 'agent.idle', agent: coder2, role: coder },
  { type: 'agent.assign', ...attempt },
  { type: 'agent.assign', ...attempt, token: second, attempt: 2 },
  { type: 'agent.assign', ...attempt, token: second, attempt: 2, earlier: words.earlier },
  { type: 'agent.abandon', token: first },
  { type: 'agent.abandon', token: stale },
  { type: 'agent.lost', agent: coder1, fault: words.crashed },
  { type: 'agent.lost', agent: coder2, fault: words.crashed },
  { type: 'agent.stop' },
  { type: 'agent.tell', text: 'mind the tests', from: 'ada' },
  { type: 'agent.fill', token: first, percent: 70 },
  { type: 'agent.ask', token: first, question: words.question },
  { type: 'agent.ask', token: second, question: words.question },
  { type: 'agent.ask', token: stale, question: words.question },
  { type: 'agent.answer', question: words.question.id, answer: 'allow', by: 'ada' },
  { type: 'agent.answer', question: 'another', answer: 'deny', by: 'ada' },
  { type: 'report.taken', token: first },
  { type: 'report.taken', token: stale },
  { ...exit, output: { kind: 'stopped' } },
  { ...exit, output: { kind: 'handed-off', inbox: [] } },
  { ...exit, output: { kind: 'crashed', fault: words.crashed, worked: true } },
  { ...exit, output: { kind: 'crashed', fault: words.missing, worked: false } },
  { ...exit, output: undefined, error: 'a bug' },
  { ...exit, child: words.coder2Address, output: { kind: 'stopped' } },
];

const ofAccounts: readonly TroupeEvent[] = [
  { type: 'account.lease', loan: 'run/1', usdMax: 0.25, at },
  { type: 'account.lease', loan: 'run/2', usdMax: null, at },
  settle,
  { ...settle, loan: 'run/0' },
  { ...settle, trouble: { kind: 'limited', untilMs: at + 60_000 } },
  { ...settle, trouble: { kind: 'exhausted', reason: 'no credit is left', untilMs: null } },
  { ...settle, trouble: { kind: 'exhausted', reason: 'used up', untilMs: at + 600_000 } },
  { ...settle, trouble: { kind: 'revoked', reason: 'the key is not accepted' } },
  { type: 'account.learn', requestsPerMinute: 2, at },
  { type: 'account.learn', requestsLeft: 0, resetAtMs: at + 30_000, at },
  { type: 'account.amend', limits: { ...words.noLimits, concurrency: 7 }, at },
  { type: 'account.restore', at },
];

const ofTheHouse: readonly TroupeEvent[] = [
  { type: 'context.set', key: 'port', value: '80', ifVersion: null, by: coder1 },
  { type: 'context.set', key: 'port', value: null, ifVersion: null, by: coder1 },
  { type: 'context.set', key: 'port', value: '81', ifVersion: 0, by: coder2 },
  { type: 'memory.maintain' },
];

/** With more agents, or roles that none of its tasks is for, there is only more of the same. */
const ofOneAgent: readonly TroupeEvent[] = [
  { type: 'plan.submit', plan: words.smallPlan },
  { type: 'plan.submit', plan: { ...words.smallPlan, mode: 'waves', onFailure: 'stop' } },
  { type: 'plan.submit', plan: { ...words.smallPlan, tasks: [] } },
  { type: 'plan.amend', amendment: { onFailure: 'stop' }, by: 'ada' },
  { type: 'agent.idle', agent: coder1, role: coder },
  { type: 'agent.lost', agent: coder1, fault: words.crashed },
  { type: 'role.lost', role: coder, fault: words.missing },
  { type: 'role.lost', role: coder, fault: words.deserted },
];

export const aRun = byType(ofOneAgent);

/** What only a timer of the machine itself brings comes by that timer. */
const ofTimers: Readonly<Record<string, readonly TroupeEvent[]>> = { 'child.due': [] };

export const samples = {
  ...byType([...ofTheRun, ...ofTasks, ...ofAgents, ...ofAccounts, ...ofTheHouse]),
  ...ofTimers,
};
