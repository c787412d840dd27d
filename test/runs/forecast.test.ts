/** When a run will probably end: never before its longest path, nor before its busiest role. */
import { describe, expect, test } from 'vitest';
import type { PlanDocument } from '../../src/plan/define.ts';
import { Forecast, type TaskProgress } from '../../src/runs/forecast.ts';
import { planOf } from './samples.ts';

const agents: PlanDocument['agents'] = {
  fast: { adapter: 'simulated' },
  slow: { adapter: 'simulated', count: 1 },
};
const settled = (durationMs: number | null): TaskProgress => ({ kind: 'settled', durationMs });

function leftMs(
  plan: Parameters<typeof planOf>,
  known: Readonly<Record<string, TaskProgress>>,
  nowMs = 0,
): number | null {
  const [tasks, more] = plan;
  return new Forecast(planOf(tasks, { agents, ...more })).leftMs(nowMs, (task) => known[task]);
}

describe('a forecast', () => {
  test('is not made from nothing', () => {
    const tasks = [
      { id: 'a', agent: 'fast' },
      { id: 'b', agent: 'fast' },
    ];
    expect(leftMs([tasks], {})).toBeNull();
    expect(leftMs([tasks], { a: settled(null) })).toBeNull();
    expect(leftMs([tasks], { a: { kind: 'running', sinceMs: 0 } })).toBeNull();
  });

  test('takes the mean of what ended, of the same role where there is one', () => {
    const tasks = ['a', 'b', 'c'].map((id) => ({ id, agent: 'fast' }));
    const known = { a: settled(100), b: settled(300) };
    expect(leftMs([tasks], known)).toBe(200);
    expect(leftMs([[...tasks, { id: 's', agent: 'slow' }]], { ...known, c: settled(200) })).toBe(
      200,
    );
  });

  test('believes an estimate of the plan', () => {
    const tasks = [
      { id: 'a', agent: 'fast' },
      { id: 'b', agent: 'fast', estimate: '9s' },
    ];
    expect(leftMs([tasks], { a: settled(10) })).toBe(9_000);
  });

  test('is no shorter than the longest path', () => {
    const tasks = [
      { id: 'a', agent: 'fast' },
      { id: 'b', agent: 'fast', needs: ['a'] },
      { id: 'c', agent: 'fast', needs: ['b'] },
      { id: 'd', agent: 'fast', needs: ['a'] },
    ];
    expect(leftMs([tasks], { a: settled(100) })).toBe(200);
  });

  test('is no shorter than the work of the busiest role, nor of all on their places', () => {
    const slow = ['a', 'b', 'c', 'd'].map((id) => ({ id, agent: 'slow' }));
    expect(leftMs([slow], { a: settled(100) })).toBe(300);
    const fast = slow.map(({ id }) => ({ id, agent: 'fast' }));
    expect(leftMs([fast, { concurrency: 2 }], { a: settled(100) })).toBe(150);
    expect(leftMs([fast, { concurrency: 8 }], { a: settled(100) })).toBe(100);
  });

  test('takes waves one after the other', () => {
    const tasks = [
      { id: 'a', agent: 'fast' },
      { id: 'b', agent: 'fast', needs: ['a'] },
      { id: 'c', agent: 'fast' },
      { id: 'd', agent: 'fast', estimate: '1s' },
    ];
    const known = { a: settled(100) };
    expect(leftMs([tasks, { concurrency: 8 }], known)).toBe(1_000);
    expect(leftMs([tasks, { concurrency: 8, mode: 'waves' }], known)).toBe(1_100);
  });

  test('counts what runs already, and nothing for what takes longer than it should', () => {
    const tasks = ['a', 'b'].map((id) => ({ id, agent: 'fast' }));
    const known = { a: settled(100), b: { kind: 'running', sinceMs: 1_000 } as const };
    expect(leftMs([tasks], known, 1_030)).toBe(70);
    expect(leftMs([tasks], known, 9_000)).toBe(0);
  });
});
