/** The orchestrator's books: waves open one by one, and each task settles in one of them. */
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import type { Settled, TroupeEvent } from '../../../machines/events.ts';
import { agentId, type TaskId } from '../../../machines/ids.ts';
import type { PlanSpec, TaskSpec } from '../../../machines/plan.ts';
import * as books from '../../../machines/rules/orchestration.ts';
import { admission } from '../../../machines/rules/waves.ts';
import { alphabet } from '../alphabet.ts';
import { planSpec, roleSpec, type TaskSketch } from '../plans.ts';

type SettledEvent = TroupeEvent & { type: 'task.settled' };

const opened = (plan: PlanSpec): books.OrchestratorContext => ({
  ...books.emptyBooks,
  ...books.openBooks(plan),
});
const end = ({ id, wave }: TaskSpec, status: Settled): SettledEvent => {
  return { type: 'task.settled', task: id, status, wave, held: null };
};
const wavesArbitrary = fc
  .array(fc.uniqueArray(fc.nat(14), { maxLength: 3 }), { minLength: 1, maxLength: 15 })
  .map((needs) => {
    const sketches = needs.map((places, at): TaskSketch => {
      return { id: `t${at}`, needs: places.filter((one) => one < at).map((one) => `t${one}`) };
    });
    return planSpec(sketches, { mode: 'waves' });
  });

/** The tasks whose wave its last words open. */
function openedBy(context: books.OrchestratorContext): TaskId[] {
  return context.outbox.flatMap(({ to, event }) => {
    expect([to, event.type]).toEqual(['orchestrator', 'wave.opened']);
    const admitted = admission(context.waves, event as TroupeEvent & { type: 'wave.opened' }).to;
    return admitted.map((one) => one.slice('task/'.length) as TaskId);
  });
}

describe('waves', () => {
  test('open one by one, each once, and none before all before it have settled', () => {
    const property = fc.property(wavesArbitrary, fc.infiniteStream(fc.nat(99)), (plan, draws) => {
      let context = opened(plan);
      const isOpen = new Set(openedBy(context));
      const open = new Map<TaskId, TaskSpec>(plan.tasks.map((task) => [task.id, task]));
      while (open.size > 0) {
        // What is open may end in any way; what is not can only be skipped or cancelled.
        const tasks = [...open.values()];
        const task = tasks[(draws.next().value as number) % tasks.length] as TaskSpec;
        const status = isOpen.has(task.id) ? 'succeeded' : 'skipped';
        open.delete(task.id);
        context = { ...context, ...books.taskSettled(context, end(task, status)) };
        const names = openedBy(context);
        const waves = plan.tasks.filter(({ id }) => names.includes(id)).map(({ wave }) => wave);
        expect(new Set(waves).size).toBeLessThanOrEqual(1);
        const earlier = [...open.values()].filter(({ wave }) => wave < (waves[0] ?? 0));
        expect(earlier).toEqual([]);
        expect(names.filter((id) => isOpen.has(id))).toEqual([]);
        for (const id of names) isOpen.add(id);
      }
      expect(context.unsettled).toBe(0);
      expect(context.waves.open).toBe(context.waves.members.length);
    });
    fc.assert(property, { numRuns: 300, seed: 1 });
  });
});

describe('the births of a plan', () => {
  const plan = planSpec([{ id: 'a' }, { id: 'b', needs: ['a'] }]);

  test('count what each task waits for', () => {
    const openOf = (mode: PlanSpec['mode']) =>
      books
        .births({ ...plan, mode })
        .wishes.slice(1)
        .map(({ input }) => (input as { open: number }).open);
    expect(openOf('eager')).toEqual([0, 1]);
    expect(openOf('waves')).toEqual([1, 2]);
  });

  test('are announced by their number', () => {
    const roles = [roleSpec({ count: 3 }), roleSpec({ count: 4 })];
    expect(books.startedFact({ ...plan, roles })).toMatchObject({ tasks: 2, agents: 7 });
  });

  test('come from a sound plan only', () => {
    expect(books.planProblem(plan)).toBeNull();
    const submitted = { ...books.emptyBooks, plan };
    expect(() => books.problemOf(submitted)).toThrow('the plan is sound');
    expect(books.problemOf({ ...submitted, plan: { ...plan, tasks: [] } })).toBe(
      'the plan has no tasks',
    );
  });
});

describe('handing out', () => {
  const plan = planSpec([{ id: 'a' }], { roles: [roleSpec({ count: 9, concurrency: 9 })] });

  test('gives every task to another agent, under another token', () => {
    const property = fc.property(fc.nat(9), fc.nat(9), (tasks, agents) => {
      let context = opened({ ...plan, concurrency: 20 });
      for (let at = 0; at < tasks; at += 1) {
        const event = { ...alphabet['task.ready'], task: `t${at}` as TaskId };
        const key = [0, 0, at] as const;
        context = { ...context, ...books.taskReady(context, { ...event, key }) };
      }
      for (let at = 0; at < agents; at += 1) {
        const event = { ...alphabet['agent.idle'], agent: agentId(`coder-${at}`) };
        context = { ...context, ...books.agentIdle(context, event) };
      }
      const { outbox = [], tokens } = books.handOut(context);
      expect(outbox).toHaveLength(Math.min(tasks, agents));
      expect(tokens).toBe(outbox.length);
      const given = outbox.map(({ event }) => event as TroupeEvent & { type: 'task.assign' });
      expect(new Set(given.map(({ agent }) => agent)).size).toBe(outbox.length);
      expect(given.map(({ token }) => token)).toEqual(outbox.map((_, at) => at + 1));
    });
    fc.assert(property, { seed: 2 });
  });
});

describe('the verdict', () => {
  const counted = (counts: Partial<Record<Settled, number>>) => ({
    ...books.emptyBooks,
    counts: { ...books.emptyBooks.counts, ...counts },
  });

  test.each<[Partial<Record<Settled, number>>, string]>([
    [{ succeeded: 3 }, 'succeeded'],
    [{ succeeded: 3, failed: 1 }, 'failed'],
    [{ succeeded: 3, skipped: 1 }, 'failed'],
    [{ succeeded: 3, cancelled: 1 }, 'failed'],
  ])('of %o is %s', (counts, verdict) => {
    expect(books.verdict(counted(counts))).toBe(verdict);
  });

  test('is what called the run off, and the first reason stays', () => {
    const context = counted({ succeeded: 3 });
    const halted = { ...context, ...books.halt(context, 'cancelled', 'enough') };
    const again = { ...halted, ...books.halt(halted, 'failed', 'late') };
    expect(books.endingOf(again)).toMatchObject({ status: 'cancelled', reason: 'enough' });
  });
});
