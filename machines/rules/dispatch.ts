/**
 * Who works on what next, as a value: ready tasks and idle agents by role, under the limits.
 *
 * Invariants:
 * - D1 nothing starts while `running` of its role has reached the role's concurrency, or their
 *   sum the run's.
 * - D2 a role stands in `open` exactly when it has a free slot, and an idle agent that may have one
 *   of its `lookedAtMax` best tasks; it stands there under the key of the best such task.
 * - D3 an agent is idle, or busy with one task, or unknown.
 * A task that avoids more agents than its role has waits for ever: plans are checked for that.
 * Every change costs O(log n) in tasks, agents and roles.
 */
import { assert } from '../errors.ts';
import type { AgentId, RoleName, TaskId } from '../ids.ts';
import type { PlanSpec, RoleSpec } from '../plan.ts';
import { byText, type Compare, first, get, remove, type SortedMap, set } from './sorted-map.ts';

/** Priority first, then the longest remaining path, then the plan's order. */
export type ReadyKey = readonly [priority: number, rank: number, order: number];

export interface ReadyTask {
  readonly task: TaskId;
  readonly role: RoleName;
  readonly key: ReadyKey;
  /** The agent that ran a dependency: it knows most, and gets the task if it is idle. */
  readonly prefer: AgentId | null;
  /** Agents that may not have it: they would judge their own work. Left out: none. */
  readonly avoid?: readonly AgentId[];
}

interface RoleQueue {
  readonly spec: Pick<RoleSpec, 'concurrency'>;
  readonly running: number;
  readonly ready: SortedMap<ReadyKey, ReadyTask>;
  readonly idle: SortedMap<AgentId, true>;
}

interface Busy {
  readonly role: RoleName;
  readonly task: TaskId | null;
}

export interface Dispatch {
  readonly concurrency: number;
  readonly running: number;
  readonly roles: SortedMap<RoleName, RoleQueue>;
  readonly open: SortedMap<ReadyKey, RoleName>;
  readonly agents: SortedMap<AgentId, Busy>;
}

/** A task that can start, and who gets it. */
export interface Match {
  readonly ready: ReadyTask;
  readonly agent: AgentId;
}

const byBest: Compare<ReadyKey> = (a, b) => b[0] - a[0] || b[1] - a[1] || a[2] - b[2];

export function emptyDispatch(plan: Pick<PlanSpec, 'concurrency' | 'roles'>): Dispatch {
  let roles: SortedMap<RoleName, RoleQueue> = null;
  for (const { name, concurrency } of plan.roles) {
    roles = set(roles, name, queueOf({ concurrency }, 0, null, null), byText);
  }
  return dispatchOf(plan.concurrency, 0, roles, null, null);
}

export function taskReady(dispatch: Dispatch, task: ReadyTask): Dispatch {
  return withRole(dispatch, task.role, ({ spec, running, ready, idle }) =>
    queueOf(spec, running, set(ready, task.key, task, byBest), idle),
  );
}

/** A task that was ready and no longer wants an agent. */
export function taskWithdrawn(dispatch: Dispatch, role: RoleName, key: ReadyKey): Dispatch {
  return withRole(dispatch, role, ({ spec, running, ready, idle }) =>
    queueOf(spec, running, remove(ready, key, byBest), idle),
  );
}

/** A task that had been given to an agent and needs its slot no longer. */
export function slotFreed(dispatch: Dispatch, role: RoleName): Dispatch {
  return withRole(dispatch, role, ({ spec, running, ready, idle }) =>
    queueOf(spec, running - 1, ready, idle),
  );
}

export function agentIdle(dispatch: Dispatch, agent: AgentId, role: RoleName): Dispatch {
  const agents = set(dispatch.agents, agent, { role, task: null }, byText);
  return withRole(withAgents(dispatch, agents), role, ({ spec, running, ready, idle }) =>
    queueOf(spec, running, ready, set(idle, agent, true, byText)),
  );
}

/** Forgets an agent, and tells which task it leaves behind. */
export function agentGone(dispatch: Dispatch, agent: AgentId): [Dispatch, TaskId | null] {
  const busy = get(dispatch.agents, agent, byText);
  if (!busy) return [dispatch, null];
  const known = withAgents(dispatch, remove(dispatch.agents, agent, byText));
  const without = withRole(known, busy.role, ({ spec, running, ready, idle }) =>
    queueOf(spec, running, ready, remove(idle, agent, byText)),
  );
  return [without, busy.task];
}

/** The best match there is under the limits; null when nothing can start now. */
export function nextMatch(dispatch: Dispatch): Match | null {
  const open = dispatch.running < dispatch.concurrency ? first(dispatch.open) : null;
  if (!open) return null;
  const queue = get(dispatch.roles, open.value, byText);
  const match = queue && bestMatch(queue);
  assert(match, `${open.value} is open without a task or an agent (D2)`);
  return match;
}

/** From now on the agent is busy with the task. */
export function matched(dispatch: Dispatch, { ready: best, agent }: Match): Dispatch {
  const { role, task, key } = best;
  const agents = set(dispatch.agents, agent, { role, task }, byText);
  return withRole(withAgents(dispatch, agents), role, ({ spec, running, ready, idle }) =>
    queueOf(spec, running + 1, remove(ready, key, byBest), remove(idle, agent, byText)),
  );
}

/** How many of a role's tasks may be under way at once. */
export function concurrencyOf(dispatch: Dispatch, role: RoleName): number {
  return get(dispatch.roles, role, byText)?.spec.concurrency ?? 0;
}

/** The tasks of a role that wait for an agent, best first. */
export function readyOf(dispatch: Dispatch, role: RoleName): readonly TaskId[] {
  const tasks: TaskId[] = [];
  let rest = get(dispatch.roles, role, byText)?.ready ?? null;
  for (let best = first(rest); best; best = first(rest)) {
    tasks.push(best.value.task);
    rest = remove(rest, best.key, byBest);
  }
  return tasks;
}

/** A role that nobody plays any more: nothing waits for it. */
export function roleEmptied(dispatch: Dispatch, role: RoleName): Dispatch {
  return withRole(dispatch, role, ({ spec, running }) => queueOf(spec, running, null, null));
}

/** Limits for whatever starts from now on: what runs already may be more, until it ends. */
export function withLimits(
  dispatch: Dispatch,
  limits: {
    readonly concurrency?: number | undefined;
    readonly roles: readonly Pick<RoleSpec, 'name' | 'concurrency'>[];
  },
): Dispatch {
  const { concurrency = dispatch.concurrency } = limits;
  const { running, roles, open, agents } = dispatch;
  return limits.roles.reduce(
    (limited, role) =>
      withRole(limited, role.name, (queue) =>
        queueOf({ concurrency: role.concurrency }, queue.running, queue.ready, queue.idle),
      ),
    dispatchOf(concurrency, running, roles, open, agents),
  );
}

/** Behind so many tasks that nobody idle may have, others wait until somebody else is idle. */
const lookedAtMax = 16;

/** The best task that somebody idle may have; mostly that is the best there is. */
function bestMatch({ ready, idle }: RoleQueue): Match | null {
  let rest = ready;
  for (let looked = 0; looked < lookedAtMax; looked += 1) {
    const best = first(rest);
    if (!best) return null;
    const agent = chooseAgent(idle, best.value);
    if (agent !== undefined) return { ready: best.value, agent };
    rest = remove(rest, best.key, byBest);
  }
  return null;
}

/** The agent that knows the matter, if idle; else the first idle one takes the work. */
function chooseAgent(idle: RoleQueue['idle'], { prefer, avoid }: ReadyTask): AgentId | undefined {
  if (avoid !== undefined) return firstExcept(idle, avoid);
  if (prefer && get(idle, prefer, byText)) return prefer;
  return first(idle)?.key;
}

function firstExcept(idle: RoleQueue['idle'], avoid: readonly AgentId[]): AgentId | undefined {
  const others = avoid.reduce((left, agent) => remove(left, agent, byText), idle);
  return first(others)?.key;
}

function withAgents(dispatch: Dispatch, agents: Dispatch['agents']): Dispatch {
  const { concurrency, running, roles, open } = dispatch;
  return dispatchOf(concurrency, running, roles, open, agents);
}

/** Changes one role's queue, counts what runs (D1), and keeps `open` true (D2). */
function withRole(
  dispatch: Dispatch,
  role: RoleName,
  change: (queue: RoleQueue) => RoleQueue,
): Dispatch {
  const before = get(dispatch.roles, role, byText);
  if (!before) return dispatch;
  const after = change(before);
  const [shut, opened] = [openKey(before), openKey(after)];
  let { open } = dispatch;
  if (shut !== opened) {
    if (shut) open = remove(open, shut, byBest);
    if (opened) open = set(open, opened, role, byBest);
  }
  const { concurrency, running, roles, agents } = dispatch;
  const changed = set(roles, role, after, byText);
  return dispatchOf(concurrency, running + after.running - before.running, changed, open, agents);
}

// A task changes these ten times. Written out, a changed copy costs a fifth of a spread.

function queueOf(
  spec: RoleQueue['spec'],
  running: number,
  ready: RoleQueue['ready'],
  idle: RoleQueue['idle'],
): RoleQueue {
  return { spec, running, ready, idle };
}

function dispatchOf(
  concurrency: number,
  running: number,
  roles: Dispatch['roles'],
  open: Dispatch['open'],
  agents: Dispatch['agents'],
): Dispatch {
  return { concurrency, running, roles, open, agents };
}

function openKey({ spec, running, ready, idle }: RoleQueue): ReadyKey | null {
  if (!idle || running >= spec.concurrency) return null;
  const best = first(ready);
  if (!best || best.value.avoid === undefined) return best?.key ?? null;
  return bestMatch({ spec, running, ready, idle })?.ready.key ?? null;
}
