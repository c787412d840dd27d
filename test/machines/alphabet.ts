/** One event of every type there is, and the variants that a machine must tell apart. */
import type { TroupeEvent } from '../../machines/events.ts';
import {
  accountName,
  agentAddress,
  agentId,
  orchestratorAddress,
  roleName,
  supervisorAddress,
  taskAddress,
  taskId,
  token,
} from '../../machines/ids.ts';
import {
  accepted,
  asking,
  crashFault,
  failed,
  interrupted,
  lastingFault,
  limited,
  missingFault,
  passingFault,
  rejected,
  succeeded,
} from './outcomes.ts';
import { planSpec, taskSpec } from './plans.ts';

type Type = TroupeEvent['type'];
type Event<Of extends Type> = TroupeEvent & { type: Of };

export const build = taskId('build');
export const design = taskId('design');
export const coder = roleName('coder');
export const reviewer = roleName('reviewer');
export const coder1 = agentId('coder-1');
export const coder2 = agentId('coder-2');
export const at = {
  orchestrator: orchestratorAddress,
  supervisor: supervisorAddress(coder),
  build: taskAddress(build),
  design: taskAddress(design),
  coder1: agentAddress(coder1),
  coder2: agentAddress(coder2),
};

/** The beginning of a day, a while ago. */
export const dayBeganAt = 20_000 * 24 * 60 * 60 * 1_000;
export const grok1 = accountName('grok-1');
export const noLimits = {
  concurrency: null,
  requestsPerMinute: null,
  tokensPerMinute: null,
  usdPerDay: null,
  usdMax: null,
};
const ending = { costUsd: 0.25, tokens: 100, paceMs: 900, trouble: { kind: 'none' } } as const;
const later = dayBeganAt + 1_000;

/** The two tasks of the tables: `build` needs `design`. */
export const smallPlan = planSpec([{ id: 'design' }, { id: 'build', needs: ['design'] }]);

export const attempt = { task: build, token: token(1), attempt: 1, timeoutMs: 600_000, seed: 1 };
const exit = { type: 'child.exited', child: at.coder1, error: null, at: 5_000 } as const;

/** The compiler sees to it that no type is left out. */
export const alphabet: { readonly [Of in Type]: Event<Of> } = {
  'plan.submit': { type: 'plan.submit', plan: smallPlan },
  'plan.amend': {
    type: 'plan.amend',
    amendment: {
      concurrency: 3,
      roles: [{ name: coder, limits: { count: 3, concurrency: 3 } }],
      tasks: [{ id: build, limits: { retries: 7 } }],
    },
    by: 'ada',
  },
  'plan.extend': {
    type: 'plan.extend',
    tasks: [{ spec: taskSpec({ id: taskId('more'), needs: [design] }), awaits: [design] }],
    seed: 1,
    by: 'ada',
  },
  'run.cancel': { type: 'run.cancel', reason: 'enough' },
  'run.dispatch': { type: 'run.dispatch' },
  'budget.warn': { type: 'budget.warn', role: null, spentUsd: 4, limitUsd: 5 },
  'task.ready': { type: 'task.ready', task: build, role: coder, key: [0, 1, 1], prefer: null },
  'task.withdrawn': { type: 'task.withdrawn', role: coder, key: [0, 1, 1] },
  'task.assign': { type: 'task.assign', agent: coder1, token: token(1) },
  'task.started': { type: 'task.started', token: token(1) },
  'task.reported': {
    type: 'task.reported',
    agent: coder1,
    token: token(1),
    outcome: succeeded,
  },
  'task.released': { type: 'task.released', role: coder, costUsd: 0 },
  'task.settled': {
    type: 'task.settled',
    task: design,
    status: 'succeeded',
    wave: 0,
    held: { role: coder, costUsd: 0 },
  },
  'task.refuse': {
    type: 'task.refuse',
    fault: { code: 'budget.exhausted', message: 'no money is left', retryable: false },
  },
  'task.add': { type: 'task.add', task: build, tasks: asking.subtasks ?? [], seed: 1 },
  'task.approve': { type: 'task.approve', by: 'ada' },
  'task.reject': { type: 'task.reject', by: 'ada' },
  'task.cancel': { type: 'task.cancel', reason: 'enough' },
  'task.skip': { type: 'task.skip', by: 'ada' },
  'task.take': { type: 'task.take', by: 'ada', withinMs: 3_600_000 },
  'task.return': {
    type: 'task.return',
    by: 'ada',
    note: { done: ['half of it'], open: [], decisions: [], files: [], next: 'test it' },
  },
  'task.precede': { type: 'task.precede', task: taskId('docs') },
  'task.amend': { type: 'task.amend', limits: { retries: 7, priority: 5 } },
  'dependency.settled': {
    type: 'dependency.settled',
    task: design,
    status: 'succeeded',
    agent: coder1,
  },
  'wave.opened': { type: 'wave.opened', wave: 1 },
  'agent.register': { type: 'agent.register', agent: coder1, role: coder },
  'agent.registered': { type: 'agent.registered' },
  'agent.idle': { type: 'agent.idle', agent: coder1, role: coder },
  'agent.assign': { type: 'agent.assign', ...attempt },
  'agent.abandon': { type: 'agent.abandon', token: token(1) },
  'agent.lost': { type: 'agent.lost', agent: coder1, fault: crashFault },
  'agent.stop': { type: 'agent.stop' },
  'agent.ask': {
    type: 'agent.ask',
    token: token(1),
    question: { id: '1.1', tool: 'write', input: '{}' },
  },
  'agent.fill': { type: 'agent.fill', token: token(1), percent: 70 },
  'agent.answer': { type: 'agent.answer', question: null, answer: 'allow', by: 'ada' },
  'agent.tell': { type: 'agent.tell', text: 'mind the tests', from: 'ada' },
  'report.taken': { type: 'report.taken', token: token(1) },
  'child.exited': { ...exit, output: { kind: 'stopped' } },
  'child.due': { type: 'child.due', children: [coder1] },
  'supervisor.stop': { type: 'supervisor.stop' },
  'role.amend': { type: 'role.amend', limits: { count: 3, maxRestarts: 9 } },
  'supervisor.stopped': { type: 'supervisor.stopped', role: coder },
  'role.lost': { type: 'role.lost', role: coder, fault: missingFault },
  'account.lease': { type: 'account.lease', loan: 'run/1', usdMax: 0.5, at: later },
  'account.settle': { type: 'account.settle', loan: 'run/1', ...ending, at: later },
  'account.learn': { type: 'account.learn', requestsPerMinute: 30, at: later },
  'account.amend': {
    type: 'account.amend',
    limits: { ...noLimits, concurrency: 7 },
    at: later,
  },
  'account.restore': { type: 'account.restore', at: later },
  'memory.maintain': { type: 'memory.maintain' },
  'context.set': {
    ...{ type: 'context.set', key: 'api.port', value: '8080', ifVersion: null, by: 'coder-1' },
  },
};

const reported = alphabet['task.reported'];
const settle = alphabet['account.settle'];
const second = { agent: coder2, token: token(2) };

/** By `type (what is special)`. */
export const variants = {
  'context.set (by one who saw nothing)': {
    ...{ type: 'context.set', key: 'api.port', value: '1', ifVersion: 0, by: 'coder-2' },
  },
  'plan.submit (unsound)': {
    type: 'plan.submit',
    plan: { ...smallPlan, tasks: [taskSpec({ needs: [build] })] },
  },
  'task.assign (another agent)': { type: 'task.assign', agent: coder2, token: token(2) },
  'task.started (stale)': { type: 'task.started', token: token(0) },
  'task.reported (stale)': { ...reported, token: token(0) },
  'task.reported (failed)': { ...reported, outcome: failed(passingFault) },
  'task.reported (failed for good)': { ...reported, outcome: failed(lastingFault) },
  'task.reported (limited)': { ...reported, outcome: limited(3_000) },
  'task.reported (interrupted)': { ...reported, outcome: interrupted },
  'task.reported (asks)': { ...reported, outcome: asking },
  'task.reported (accepted)': { ...reported, ...second, outcome: accepted },
  'task.reported (rejected)': { ...reported, ...second, outcome: rejected },
  'task.reported (no verdict)': { ...reported, ...second },
  'task.reported (limited review)': { ...reported, ...second, outcome: limited(3_000) },
  'task.settled (failed)': { ...alphabet['task.settled'], status: 'failed' },
  'task.settled (holding nothing)': { ...alphabet['task.settled'], status: 'skipped', held: null },
  'dependency.settled (failed)': { ...alphabet['dependency.settled'], status: 'failed' },
  'dependency.settled (cancelled)': {
    ...alphabet['dependency.settled'],
    status: 'cancelled',
    agent: null,
  },
  'agent.lost (another)': { type: 'agent.lost', agent: coder2, fault: crashFault },
  'agent.assign (next)': { type: 'agent.assign', ...attempt, token: token(2), attempt: 2 },
  'agent.abandon (stale)': { type: 'agent.abandon', token: token(0) },
  'report.taken (stale)': { type: 'report.taken', token: token(0) },
  'child.exited (handed off)': { ...exit, output: { kind: 'handed-off', inbox: ['late'] } },
  'child.exited (crashed)': {
    ...exit,
    output: { kind: 'crashed', fault: crashFault, worked: true },
  },
  'child.exited (hopeless)': {
    ...exit,
    output: { kind: 'crashed', fault: missingFault, worked: true },
  },
  'child.exited (threw)': { ...exit, output: undefined, error: 'a bug' },
  'child.exited (a task threw)': { ...exit, child: at.build, output: undefined, error: 'a bug' },
  'child.exited (a supervisor threw)': {
    ...exit,
    child: at.supervisor,
    output: undefined,
    error: 'a bug',
  },
  'account.lease (another)': { ...alphabet['account.lease'], loan: 'run/2' },
  'account.settle (stale)': { ...settle, loan: 'run/0' },
  'account.settle (limited)': {
    ...settle,
    trouble: { kind: 'limited', untilMs: later + 60_000 },
  },
  'account.settle (exhausted)': {
    ...settle,
    trouble: { kind: 'exhausted', reason: 'no credit is left', untilMs: null },
  },
  'account.settle (out of quota)': {
    ...settle,
    trouble: { kind: 'exhausted', reason: 'the week is used up', untilMs: later + 600_000 },
  },
  'account.settle (revoked)': {
    ...settle,
    trouble: { kind: 'revoked', reason: 'the key is not accepted' },
  },
  'account.learn (nothing left)': {
    type: 'account.learn',
    requestsLeft: 0,
    resetAtMs: later + 30_000,
    at: later,
  },
} as const satisfies Readonly<Record<string, TroupeEvent>>;

export const labelled: Readonly<Record<string, TroupeEvent>> = { ...alphabet, ...variants };
