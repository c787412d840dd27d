/** The graph of the task machine: its only way to success, its deadlines, its ends. */
import { describe, expect, test } from 'vitest';
import { taskMachine } from '../../machines/task.ts';
import { edgesOf, isWithin, nodesOf, pathOf } from '../../src/verify/machines/graph.ts';
import { taskSubject } from './task-subject.ts';

describe('the graph of the task', () => {
  test('`succeeded` has one way in: out of `verifying`', () => {
    const waysIn = edgesOf(taskMachine).filter(({ to }) => to === 'succeeded');
    expect(waysIn.map(({ from }) => from)).toEqual(['verifying.looking', 'verifying.checked']);
    expect(waysIn.every(({ from }) => isWithin(from, 'verifying'))).toBe(true);
  });

  test('`verifying` is entered without a fault: by a judgement, or once others accepted', () => {
    const waysIn = edgesOf(taskMachine).filter(({ from, to }) => {
      return to !== null && isWithin(to, 'verifying') && !isWithin(from, 'verifying');
    });
    expect(waysIn).toMatchObject([
      { from: 'judging', to: 'verifying', guard: 'faultless' },
      { from: 'reviewing.counting', to: 'verifying.checking', guard: 'accepted' },
    ]);
  });

  test('it ends in four ways, and none of them is left', () => {
    const finals = nodesOf(taskMachine).filter(({ type }) => type === 'final');
    expect(finals.map(pathOf)).toEqual(['succeeded', 'failed', 'skipped', 'cancelled']);
    for (const final of finals) expect(final.transitions.size).toBe(0);
  });

  test('only what waits for others of the plan, or for an agent, waits without a deadline', () => {
    const resting = Object.values(taskSubject.scenes).map(({ at }) => at);
    const timed = edgesOf(taskMachine).filter(({ event }) => event.startsWith('xstate.after.'));
    const untimed = [...new Set(resting)].filter((at) => !timed.some(({ from }) => from === at));
    const ends = ['succeeded', 'failed', 'skipped', 'cancelled'];
    const waits = ['waiting', 'ready', 'reviewing.calling', 'delegating.gathering'];
    expect(untimed).toEqual([...waits, ...ends]);
  });
});
