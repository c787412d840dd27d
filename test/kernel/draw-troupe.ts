/** Draws inputs and events of the product's machines, likely ones and unlikely ones. */
import fc, { type GeneratorValue } from 'fast-check';
import {
  accountName,
  agentAddress,
  agentId,
  roleName,
  supervisorAddress,
  taskAddress,
  taskId,
  token,
} from '../../machines/ids.ts';
import { noOutput, noUsage, type Outcome } from '../../machines/outcome.ts';
import type { PlanSpec, RoleSpec, TaskSpec } from '../../machines/plan.ts';
import { defaultBackoff } from '../../machines/rules/backoff.ts';

type Drawn = { readonly type: string } & Readonly<Record<string, unknown>>;

const tasks = ['a', 'b', 'c'].map(taskId);
const agents = ['r-1', 'r-2', 's-1'].map(agentId);
const roles = ['r', 's'].map(roleName);
const statuses = ['succeeded', 'failed', 'skipped', 'cancelled'] as const;

export function drawInput(g: GeneratorValue, machine: string): unknown {
  const seed = g(fc.integer, { min: 0, max: 9 });
  switch (machine) {
    case 'agent':
      return { id: agents[0], role: roles[0], handoff: g(fc.boolean) };
    case 'task':
      return { spec: drawTask(g, 0), open: g(fc.integer, { min: 0, max: 2 }), seed };
    case 'supervisor':
      return { role: drawRole(g, 0), seed };
    case 'account':
      return { name: accountName('a'), limits: drawLimits(g), at: 0 };
    default:
      return undefined;
  }
}

/** One of these types, or of all when none are named. */
export function drawTroupeEvent(g: GeneratorValue, types: readonly string[] | null): Drawn {
  const type = g(fc.constantFrom, ...(types ?? Object.keys(events)));
  const draw = events[type];
  return { type, ...(draw ? draw(g) : {}) };
}

const drawToken = (g: GeneratorValue) => token(g(fc.integer, { min: 0, max: 3 }));
const task = (g: GeneratorValue) => g(fc.constantFrom, ...tasks);
const agent = (g: GeneratorValue) => g(fc.constantFrom, ...agents);
const role = (g: GeneratorValue) => g(fc.constantFrom, ...roles);
const status = (g: GeneratorValue) => g(fc.constantFrom, ...statuses);
const fault = (g: GeneratorValue) => ({
  code: g(fc.constantFrom, 'agent.crashed', 'world.broken'),
  message: 'it broke',
  retryable: g(fc.boolean),
});
const note = { done: [], open: ['more'], decisions: [], files: [], next: 'go on' };
const key = (g: GeneratorValue) => [0, g(fc.integer, { min: 0, max: 3 }), 0] as const;

const events: Readonly<Record<string, (g: GeneratorValue) => Record<string, unknown>>> = {
  'plan.submit': (g) => ({ plan: drawPlan(g) }),
  'run.cancel': () => ({ reason: 'enough' }),
  'run.dispatch': () => ({}),
  'budget.warn': () => ({ role: null, spentUsd: 4, limitUsd: 5 }),
  'task.ready': (g) => ({ task: task(g), role: role(g), key: key(g), prefer: null }),
  'task.withdrawn': (g) => ({ role: role(g), key: key(g) }),
  'task.assign': (g) => ({ agent: agent(g), token: drawToken(g) }),
  'task.started': (g) => ({ token: drawToken(g) }),
  'task.reported': (g) => ({ agent: agent(g), token: drawToken(g), outcome: drawOutcome(g) }),
  'task.released': (g) => ({ role: role(g) }),
  'task.settled': (g) => ({
    task: task(g),
    status: status(g),
    wave: g(fc.integer, { min: 0, max: 2 }),
    held: g(fc.constantFrom, null, ...roles),
  }),
  'task.approve': () => ({ by: 'a person' }),
  'task.reject': () => ({ by: 'a person' }),
  'task.cancel': () => ({ reason: 'enough' }),
  'task.skip': () => ({ by: 'a person' }),
  'task.take': () => ({ by: 'a person', withinMs: 1_000 }),
  'task.return': () => ({ by: 'a person', note }),
  'task.precede': (g) => ({ task: task(g) }),
  'task.refuse': (g) => ({ fault: fault(g) }),
  'task.amend': (g) => ({ limits: { retries: few(g), priority: few(g) } }),
  'task.add': (g) => ({ task: task(g), tasks: [drawNewcomer(g)], seed: few(g) }),
  'role.amend': (g) => ({ limits: drawRoleLimits(g) }),
  'plan.amend': (g) => ({ amendment: drawAmendment(g), by: 'a person' }),
  'plan.extend': (g) => ({ tasks: [drawExtension(g)], seed: few(g), by: 'a person' }),
  'dependency.settled': (g) => ({ task: task(g), status: status(g), agent: agent(g) }),
  'wave.opened': () => ({}),
  'agent.register': (g) => ({ agent: agent(g), role: role(g) }),
  'agent.registered': () => ({}),
  'agent.idle': (g) => ({ agent: agent(g), role: role(g) }),
  'agent.assign': (g) => ({
    ...{ task: task(g), token: drawToken(g), attempt: 1, timeoutMs: 1_000, seed: 1 },
  }),
  'agent.abandon': (g) => ({ token: drawToken(g) }),
  'agent.lost': (g) => ({ agent: agent(g), fault: fault(g) }),
  'agent.stop': () => ({}),
  'agent.fill': (g) => ({ token: drawToken(g), percent: g(fc.integer, { min: 0, max: 100 }) }),
  'agent.tell': () => ({ text: 'hello', from: 'a person' }),
  'agent.ask': (g) => ({
    token: drawToken(g),
    question: { id: g(fc.constantFrom, 'q1', 'q2'), tool: 'write', input: 'a.txt' },
  }),
  'agent.answer': (g) => ({
    question: g(fc.constantFrom, null, 'q1', 'q2'),
    answer: g(fc.constantFrom, ...(['allow', 'deny'] as const)),
    by: 'a person',
  }),
  'report.taken': (g) => ({ token: drawToken(g) }),
  'child.exited': (g) => drawExit(g),
  'child.due': (g) => ({ children: [agent(g)] }),
  'supervisor.stop': () => ({}),
  'supervisor.stopped': (g) => ({ role: role(g) }),
  'role.lost': (g) => ({ role: role(g), fault: fault(g) }),
  'account.lease': (g) => ({ loan: loan(g), usdMax: g(fc.constantFrom, null, 0, 1), at: time(g) }),
  'account.settle': (g) => ({
    loan: loan(g),
    costUsd: g(fc.constantFrom, null, 0, 1, 2),
    tokens: g(fc.integer, { min: 0, max: 9 }),
    paceMs: g(fc.constantFrom, null, 5),
    trouble: g(fc.constantFrom, ...troubles),
    at: time(g),
  }),
  'account.learn': (g) => ({
    requestsPerMinute: 2,
    requestsLeft: g(fc.integer, { min: 0, max: 2 }),
    resetAtMs: time(g),
    at: time(g),
  }),
  'account.amend': (g) => ({ limits: drawLimits(g), at: time(g) }),
  'account.restore': (g) => ({ at: time(g) }),
};

/** What is drawn with what it carries. */
export const drawnTypes: ReadonlySet<string> = new Set(Object.keys(events));

const few = (g: GeneratorValue) => g(fc.integer, { min: 0, max: 2 });
const newcomers = ['d', 'e'].map(taskId);

/** Behind all that the plan has. */
function drawNewcomer(g: GeneratorValue): TaskSpec {
  return { ...drawTask(g, 2), id: g(fc.constantFrom, ...newcomers), dependants: [] };
}

function drawExtension(g: GeneratorValue) {
  const spec = drawNewcomer(g);
  return { spec, awaits: spec.needs.filter(() => g(fc.boolean)) };
}

const drawRoleLimits = (g: GeneratorValue) => ({ count: 1 + few(g), concurrency: 1 + few(g) });

const drawAmendment = (g: GeneratorValue) => ({
  concurrency: 1 + few(g),
  onFailure: g(fc.constantFrom, ...(['stop', 'continue'] as const)),
  budgetUsd: g(fc.constantFrom, null, 2),
  roles: [{ name: role(g), limits: drawRoleLimits(g) }],
  tasks: [{ id: task(g), limits: { retries: few(g) } }],
});

const loan = (g: GeneratorValue) => g(fc.constantFrom, 'x', 'y', 'z');
const time = (g: GeneratorValue) => g(fc.integer, { min: 0, max: 100_000 });
const troubles = [
  { kind: 'none' },
  { kind: 'none' },
  { kind: 'limited', untilMs: 50_000 },
  { kind: 'exhausted', reason: 'no credit', untilMs: 90_000 },
  { kind: 'exhausted', reason: 'no credit', untilMs: null },
  { kind: 'revoked', reason: 'no key' },
];

function drawLimits(g: GeneratorValue) {
  return {
    concurrency: g(fc.constantFrom, null, 2),
    requestsPerMinute: g(fc.constantFrom, null, 3),
    tokensPerMinute: g(fc.constantFrom, null, 8),
    usdPerDay: g(fc.constantFrom, null, 3),
    usdMax: g(fc.constantFrom, null, 5),
  };
}

function drawExit(g: GeneratorValue): Record<string, unknown> {
  const addresses = [taskAddress(task(g)), agentAddress(agent(g)), supervisorAddress(role(g))];
  const child = g(fc.constantFrom, ...addresses);
  const at = g(fc.integer, { min: 0, max: 100_000 });
  if (g(fc.boolean)) return { child, at, error: 'a bug' };
  const endings = [
    { kind: 'stopped' },
    { kind: 'handed-off' },
    { kind: 'crashed', fault: fault(g) },
  ];
  return { child, at, error: null, output: g(fc.constantFrom, ...endings) };
}

function drawOutcome(g: GeneratorValue): Outcome {
  const measured = { durationMs: 5, output: noOutput, usage: noUsage, evidence: [] };
  const kind = g(fc.constantFrom, ...(['succeeded', 'failed', 'limited', 'interrupted'] as const));
  if (kind === 'succeeded') return { kind, ...measured };
  if (kind === 'limited') return { kind, fault: fault(g), waitMs: 50, ...measured };
  if (kind === 'interrupted' && g(fc.boolean)) {
    return { kind, fault: fault(g), ...measured, handoff: { ...note, to: role(g) } };
  }
  return { kind, fault: fault(g), ...measured };
}

function drawTask(g: GeneratorValue, order: number): TaskSpec {
  const needs = tasks.slice(0, order).filter(() => g(fc.boolean));
  return {
    id: tasks[order] as TaskSpec['id'],
    role: role(g),
    needs,
    dependants: tasks.slice(order + 1).filter(() => g(fc.boolean)),
    wave: needs.length,
    rank: 3 - order,
    priority: 0,
    order,
    retries: g(fc.integer, { min: 0, max: 2 }),
    backoff: defaultBackoff,
    timeoutMs: 1_000,
    verifyTimeoutMs: 1_000,
    checked: g(fc.boolean),
    approveWithinMs: g(fc.constantFrom, null, 1_000),
    ...(g(fc.boolean) && { handoffs: { max: 1, to: [role(g)] } }),
    ...(g(fc.boolean) && { fallback: { roles: [role(g)], after: 1 } }),
    ...(g(fc.boolean) && { heal: drawHeal(g) }),
  };
}

const drawHeal = (g: GeneratorValue): NonNullable<TaskSpec['heal']> => ({
  ...(g(fc.boolean) && { split: { role: role(g), after: 1, count: 1 } }),
  ...(g(fc.boolean) && { askWithinMs: 1_000 }),
});

function drawRole(g: GeneratorValue, at: number): RoleSpec {
  return {
    name: roles[at] as RoleSpec['name'],
    count: g(fc.integer, { min: 1, max: 3 }),
    concurrency: g(fc.integer, { min: 1, max: 2 }),
    restart: g(fc.constantFrom, ...(['one_for_one', 'one_for_all', 'rest_for_one'] as const)),
    maxRestarts: g(fc.integer, { min: 0, max: 2 }),
    periodMs: 60_000,
    backoff: defaultBackoff,
    attemptUsdMax: g(fc.constantFrom, null, 0, 0.5),
    handoff: g(fc.boolean),
  };
}

function drawPlan(g: GeneratorValue): PlanSpec {
  return {
    name: 'drawn',
    mode: g(fc.constantFrom, ...(['eager', 'waves'] as const)),
    concurrency: g(fc.integer, { min: 1, max: 3 }),
    onFailure: g(fc.constantFrom, ...(['stop', 'continue'] as const)),
    budgetUsd: g(fc.constantFrom, null, 1),
    seed: 1,
    roles: [drawRole(g, 0), drawRole(g, 1)],
    tasks: tasks.slice(0, g(fc.integer, { min: 0, max: 3 })).map((_, order) => drawTask(g, order)),
  };
}
