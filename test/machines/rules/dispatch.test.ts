/** Who gets what next: the invariants of dispatch, and a naive model that must decide alike. */
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import {
  type AgentId,
  agentId,
  type RoleName,
  roleName,
  type TaskId,
  taskId,
} from '../../../machines/ids.ts';
import {
  agentGone,
  agentIdle,
  concurrencyOf,
  type Dispatch,
  emptyDispatch,
  type Match,
  matched,
  nextMatch,
  type ReadyTask,
  readyOf,
  roleEmptied,
  slotFreed,
  taskReady,
  taskWithdrawn,
} from '../../../machines/rules/dispatch.ts';
import { entries } from '../../../machines/rules/sorted-map.ts';
import { roleSpec } from '../plans.ts';

const roleNames = ['ada', 'bob', 'cyd'].map(roleName);

interface Start {
  readonly task: TaskId;
  readonly agent: AgentId;
}

const startOf = ({ ready, agent }: Match): Start => ({ task: ready.task, agent });

/** The same thing said with arrays and no thought for speed. */
class Model {
  readonly concurrency: number;
  readonly limits: readonly number[];
  running: RoleName[] = [];
  ready: ReadyTask[] = [];
  idle: { agent: AgentId; role: RoleName }[] = [];
  busy = new Map<AgentId, Start>();

  constructor(concurrency: number, limits: readonly number[]) {
    this.concurrency = concurrency;
    this.limits = limits;
  }

  count(role: RoleName): number {
    return this.running.filter((one) => one === role).length;
  }

  isOpen(role: RoleName): boolean {
    const free = this.count(role) < (this.limits[roleNames.indexOf(role)] ?? 0);
    return (
      free &&
      this.ready.some((task) => task.role === role) &&
      this.idle.some((agent) => agent.role === role)
    );
  }

  best(tasks: readonly ReadyTask[]): ReadyTask | undefined {
    return [...tasks].sort(({ key: a }, { key: b }) => {
      return b[0] - a[0] || b[1] - a[1] || a[2] - b[2];
    })[0];
  }

  match(): Start | null {
    if (this.running.length >= this.concurrency) return null;
    const best = this.best(this.ready.filter(({ role }) => this.isOpen(role)));
    if (!best) return null;
    const idle = this.idle.filter(({ role }) => role === best.role).map(({ agent }) => agent);
    const agent = idle.find((one) => one === best.prefer) ?? idle.sort()[0];
    return agent ? { task: best.task, agent } : null;
  }

  take({ task, agent }: Start): void {
    const { role } = this.ready.find((one) => one.task === task) as ReadyTask;
    this.running.push(role);
    this.ready = this.ready.filter((one) => one.task !== task);
    this.idle = this.idle.filter((one) => one.agent !== agent);
    this.busy.set(agent, { task, agent });
  }
}

/** One change: what it does to the value, and to the model. */
interface Change {
  readonly kind: 'ready' | 'withdraw' | 'free' | 'idle' | 'gone' | 'empty' | 'match';
  readonly which: number;
  readonly priority: number;
  readonly rank: number;
}

const changeArbitrary: fc.Arbitrary<Change> = fc.record({
  kind: fc.constantFrom(
    ...(['ready', 'ready', 'idle', 'idle', 'match', 'match', 'match'] as const),
    ...(['withdraw', 'free', 'gone', 'empty'] as const),
  ),
  which: fc.nat(30),
  priority: fc.nat(2),
  rank: fc.nat(3),
});

/** Agent `n` belongs to role `n % 3`, and so does task `n`. */
const roleOf = (which: number): RoleName => roleNames[which % 3] as RoleName;
const agentOf = (which: number): AgentId => agentId(`${roleOf(which)}-${which % 9}`);

class Pair {
  dispatch: Dispatch;
  readonly model: Model;
  #order = 0;

  constructor(concurrency: number, limits: readonly number[]) {
    const roles = roleNames.map((name, at) => roleSpec({ name, concurrency: limits[at] ?? 0 }));
    this.dispatch = emptyDispatch({ concurrency, roles });
    this.model = new Model(concurrency, limits);
  }

  apply(change: Change): void {
    const { model } = this;
    const role = roleOf(change.which);
    const agent = agentOf(change.which);
    switch (change.kind) {
      case 'ready':
        return this.#ready(change);
      case 'withdraw': {
        const task = model.ready[change.which % (model.ready.length || 1)];
        if (!task) return;
        this.dispatch = taskWithdrawn(this.dispatch, task.role, task.key);
        model.ready = model.ready.filter((one) => one !== task);
        return;
      }
      case 'free': {
        if (model.count(role) === 0) return;
        this.dispatch = slotFreed(this.dispatch, role);
        model.running.splice(model.running.indexOf(role), 1);
        return;
      }
      case 'idle':
        this.dispatch = agentIdle(this.dispatch, agent, role);
        model.busy.delete(agent);
        if (!model.idle.some((one) => one.agent === agent)) model.idle.push({ agent, role });
        return;
      case 'gone': {
        const [dispatch, task] = agentGone(this.dispatch, agent);
        this.dispatch = dispatch;
        expect(task).toBe(model.busy.get(agent)?.task ?? null);
        model.busy.delete(agent);
        model.idle = model.idle.filter((one) => one.agent !== agent);
        return;
      }
      case 'empty':
        this.dispatch = roleEmptied(this.dispatch, role);
        model.ready = model.ready.filter((one) => one.role !== role);
        model.idle = model.idle.filter((one) => one.role !== role);
        return;
      case 'match':
        return this.#match();
    }
  }

  #ready({ which, priority, rank }: Change): void {
    this.#order += 1;
    const task: ReadyTask = {
      task: taskId(`task${this.#order}`),
      role: roleOf(which),
      key: [priority, rank, this.#order],
      prefer: which % 2 === 0 ? agentOf(which * 7) : null,
    };
    this.dispatch = taskReady(this.dispatch, task);
    this.model.ready.push(task);
  }

  #match(): void {
    const next = nextMatch(this.dispatch);
    const wanted = this.model.match();
    expect(next && startOf(next)).toEqual(wanted);
    if (!next || !wanted) return;
    this.dispatch = matched(this.dispatch, next);
    this.model.take(wanted);
  }

  /** The invariants, as they are numbered at the head of dispatch.ts. */
  check(): void {
    const { dispatch, model } = this;
    const queues = [...entries(dispatch.roles)];
    const running = queues.map(({ value }) => value.running);
    expect(running.reduce((sum, count) => sum + count, 0)).toBe(dispatch.running);
    expect(dispatch.running, 'D1').toBeLessThanOrEqual(dispatch.concurrency);
    for (const { key, value } of queues) {
      expect(value.running, 'D1').toBeLessThanOrEqual(value.spec.concurrency);
      expect(value.running).toBe(model.count(key));
    }
    const open = [...entries(dispatch.open)].map(({ key, value }) => [value, key]);
    const wanted = roleNames
      .filter((role) => model.isOpen(role))
      .map((role) => {
        return [role, model.best(model.ready.filter((task) => task.role === role))?.key];
      });
    expect(new Map(open as never), 'D2').toEqual(new Map(wanted as never));
    const idle = queues.flatMap(({ value }) => [...entries(value.idle)].map(({ key }) => key));
    for (const { key, value } of entries(dispatch.agents)) {
      expect(idle.includes(key) && value.task !== null, 'D3').toBe(false);
    }
  }
}

describe('dispatch', () => {
  test('decides as the naive model does, and keeps its invariants', () => {
    const limits = fc.array(fc.integer({ min: 1, max: 3 }), { minLength: 3, maxLength: 3 });
    const property = fc.property(
      fc.integer({ min: 1, max: 5 }),
      limits,
      fc.array(changeArbitrary, { maxLength: 80 }),
      (concurrency, roleLimits, changes) => {
        const pair = new Pair(concurrency, roleLimits);
        for (const change of changes) {
          pair.apply(change);
          pair.check();
        }
      },
    );
    fc.assert(property, { numRuns: 400, seed: 3 });
  });

  const role = roleName('coder');
  const [one, two] = [agentId('coder-1'), agentId('coder-2')];
  const empty = emptyDispatch({
    concurrency: 9,
    roles: [roleSpec({ name: role, concurrency: 9 })],
  });
  const task = (id: string, key: ReadyTask['key'], prefer: AgentId | null = null): ReadyTask => {
    return { task: taskId(id), role, key, prefer };
  };
  const matches = (start: Dispatch): Start[] => {
    const next = nextMatch(start);
    return next ? [startOf(next), ...matches(matched(start, next))] : [];
  };
  const idle = (...agents: AgentId[]) =>
    agents.reduce((dispatch, agent) => agentIdle(dispatch, agent, role), empty);

  test('gives a task to the agent that knows the matter, if it is idle', () => {
    const ready = taskReady(idle(one, two), task('a', [0, 0, 0], two));
    expect(matches(ready)).toEqual([{ task: 'a', agent: two }]);
  });

  test('lets another agent steal it when that one is busy', () => {
    const ready = taskReady(idle(one), task('a', [0, 0, 0], two));
    expect(matches(ready)).toEqual([{ task: 'a', agent: one }]);
  });

  test('puts priority before the path behind, and both before the order of the plan', () => {
    const tasks = [task('a', [0, 1, 0]), task('b', [0, 9, 1]), task('c', [1, 0, 2])];
    const ready = tasks.reduce(taskReady, empty);
    expect(readyOf(ready, role)).toEqual(['c', 'b', 'a']);
  });

  test('knows nothing of a role that the plan has not', () => {
    const ghost = roleName('ghost');
    const ready = taskReady(empty, { ...task('a', [0, 0, 0]), role: ghost });
    expect(ready).toBe(empty);
    expect(readyOf(empty, ghost)).toEqual([]);
    expect([concurrencyOf(empty, ghost), concurrencyOf(empty, role)]).toEqual([0, 9]);
  });

  test('forgets an agent that it never knew', () => {
    expect(agentGone(empty, one)).toEqual([empty, null]);
  });
});
