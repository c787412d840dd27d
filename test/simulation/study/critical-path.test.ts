/** The chain of tasks that no number of agents makes shorter. */
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import type { TaskId } from '../../../machines/ids.ts';
import { compilePlan } from '../../../src/plan/compile.ts';
import { definePlan } from '../../../src/plan/define.ts';
import { BusyMeter, criticalPath, orderOf } from '../../../src/simulation/study/critical-path.ts';
import { at } from './facts.ts';

type Needs = Readonly<Record<string, readonly string[]>>;

function pathOf(needs: Needs, ms: Readonly<Record<string, number>>, mode: 'eager' | 'waves') {
  const roles = ['even', 'odd'] as const;
  const tasks = Object.entries(needs).map(([id, of], at) => {
    return { id, needs: [...of], agent: roles[at % 2] as string };
  });
  const role = { adapter: 'simulated' } as const;
  const plan = compilePlan(definePlan({ mode, agents: { even: role, odd: role }, tasks }));
  return criticalPath(plan, orderOf(plan), (task: TaskId) => ms[task] ?? 0);
}

const diamond = { a: [], b: ['a'], c: ['a'], d: ['b', 'c'] };

describe('the critical path', () => {
  test('is the longest chain, with what each role has of it', () => {
    expect(pathOf(diamond, { a: 5, b: 10, c: 20, d: 1 }, 'eager')).toEqual({
      ms: 26,
      tasks: ['a', 'c', 'd'],
      roleMs: { even: 25, odd: 1 },
    });
  });

  test('leaves out what took no time', () => {
    const path = pathOf(diamond, { c: 20, d: 1 }, 'eager');
    expect(path).toEqual({ ms: 21, tasks: ['c', 'd'], roleMs: { even: 20, odd: 1 } });
    expect(pathOf(diamond, {}, 'eager')).toEqual({ ms: 0, tasks: [], roleMs: {} });
  });

  test('goes through the longest task of each wave', () => {
    const lone = { a: [], b: [], c: ['a'] };
    const ms = { a: 1, b: 9, c: 5 };
    expect(pathOf(lone, ms, 'eager')).toMatchObject({ ms: 9, tasks: ['b'] });
    expect(pathOf(lone, ms, 'waves')).toMatchObject({ ms: 14, tasks: ['b', 'c'] });
  });

  test('is a chain of the graph, at least as long as any task', () => {
    const graph = fc.array(fc.tuple(fc.nat(50), fc.nat(100), fc.nat(100)), {
      minLength: 1,
      maxLength: 12,
    });
    fc.assert(
      fc.property(graph, (tasks) => {
        const needs: Record<string, string[]> = {};
        const ms: Record<string, number> = {};
        for (const [at, [work, one, other]] of tasks.entries()) {
          needs[`t${at}`] = at === 0 ? [] : [...new Set([`t${one % at}`, `t${other % at}`])];
          ms[`t${at}`] = work;
        }
        const path = pathOf(needs, ms, 'eager');
        expect(path.ms).toBeGreaterThanOrEqual(Math.max(...Object.values(ms)));
        expect(path.tasks.reduce((sum, id) => sum + (ms[id] ?? 0), 0)).toBe(path.ms);
      }),
    );
  });
});

describe('how long a task is busy', () => {
  test('counts attempts and pauses, and no waiting', () => {
    const meter = new BusyMeter();
    for (const fact of [
      at(0, 'task.ready', 'a'),
      at(10, 'task.assigned', 'a'),
      at(20, 'task.retrying', 'a'),
      at(25, 'task.ready', 'a'),
      at(100, 'task.assigned', 'a'),
      at(130, 'task.succeeded', 'a'),
    ]) {
      meter.take(fact);
    }
    expect(meter.busyMs('a' as TaskId)).toBe(45);
    expect(meter.busyMs('b' as TaskId)).toBe(0);
  });

  test('begins at the beginning', () => {
    const meter = new BusyMeter(15);
    meter.take(at(10, 'task.assigned', 'a'));
    meter.take(at(20, 'task.succeeded', 'a'));
    meter.take(at(3, 'task.assigned', 'b'));
    meter.take(at(7, 'task.failed', 'b'));
    expect([meter.busyMs('a' as TaskId), meter.busyMs('b' as TaskId)]).toEqual([5, 0]);
  });
});
