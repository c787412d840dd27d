/** The runtime without agents: any machine, in memory or in a folder. */
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { assign, emit, fromPromise, setup } from 'xstate';
import { openSystem } from '../../src/index.ts';
import type { System } from '../../src/kernel/system.ts';
import type { FactWish } from '../../src/kernel/wish.ts';
import { tempFolders } from './temp.ts';

const temp = tempFolders('host');

const counter = setup({
  types: {
    context: {} as { count: number },
    events: {} as { type: 'count.up' } | { type: 'count.end' },
    emitted: {} as { type: 'count.changed'; count: number },
    output: {} as { count: number },
  },
  delays: { rest: 300 },
}).createMachine({
  id: 'counter',
  version: '1',
  context: { count: 0 },
  initial: 'awake',
  states: {
    awake: {
      on: {
        'count.up': {
          actions: [
            assign({ count: ({ context }) => context.count + 1 }),
            emit(({ context }) => ({ type: 'count.changed', count: context.count })),
          ],
        },
        'count.end': 'resting',
      },
    },
    resting: { after: { rest: 'over' } },
    over: { type: 'final' },
  },
  output: ({ context }) => ({ count: context.count }),
});

function factsOf(system: System): FactWish[] {
  const facts: FactWish[] = [];
  system.onFact((fact) => facts.push(fact));
  return facts;
}

describe('a system', () => {
  test('in memory runs a machine, its timers and its end', async () => {
    const system = await openSystem({ machines: [counter] });
    const facts = factsOf(system);
    const ref = system.spawn(counter, { id: 'counter/1' });
    await ref.send({ type: 'count.up' });
    await ref.send({ type: 'count.up' });
    expect(ref.snapshot()?.context).toEqual({ count: 2 });
    await ref.send({ type: 'count.end' });
    expect(ref.snapshot()?.value).not.toBe('awake');
    expect(await ref.ending()).toEqual({ kind: 'done', output: { count: 2 } });
    expect(facts.map(({ seq, event }) => [seq, event])).toEqual([
      [1, { type: 'count.changed', count: 1 }],
      [2, { type: 'count.changed', count: 2 }],
    ]);
    await system.close();
  });

  test('in a folder goes on where it was, with what was left of its timers', async () => {
    const folder = join(temp(), 'deep', 'down');
    const first = await openSystem({ machines: [counter], folder });
    const ref = first.spawn(counter, { id: 'counter/1' });
    await ref.send({ type: 'count.up' });
    await ref.send({ type: 'count.end' });
    const hash = first.hash();
    await first.close();
    expect(existsSync(join(folder, 'journal.jsonl'))).toBe(true);
    const second = await openSystem({ machines: [counter], folder });
    expect(second.hash()).toBe(hash);
    const again = second.ref(counter, 'counter/1');
    expect(again.snapshot()?.context).toEqual({ count: 1 });
    expect(await again.ending()).toEqual({ kind: 'done', output: { count: 1 } });
    expect(() => second.spawn(counter, { id: 'counter/2' })).not.toThrow();
    await second.close();
  });

  test('in a folder that another one has is refused, and free once that is closed', async () => {
    const folder = temp();
    const first = await openSystem({ machines: [counter], folder });
    const second = openSystem({ machines: [counter], folder });
    await expect(second).rejects.toMatchObject({ code: 'run.locked' });
    await first.close();
    await (await openSystem({ machines: [counter], folder })).close();
  });

  test('that can not be opened leaves its folder free', async () => {
    const folder = temp();
    const first = await openSystem({ machines: [counter], folder });
    first.spawn(counter, { id: 'counter/1' });
    await first.flushed();
    await first.close();
    for (const _ of [1, 2]) {
      const wrong = openSystem({ machines: [], folder });
      await expect(wrong).rejects.not.toMatchObject({ code: 'run.locked' });
    }
    const right = await openSystem({ machines: [counter], folder });
    expect(right.ref(counter, 'counter/1').snapshot()?.value).toBe('awake');
    await right.close();
  });

  test('does the work that its machines name, by the behaviours it is given', async () => {
    const asking = setup({
      types: { context: {} as { answer: string }, input: {} as { question: string } },
      actors: { ask: fromPromise<string, string>(() => Promise.reject(new Error('not given'))) },
    }).createMachine({
      id: 'asking',
      context: ({ input }) => ({ answer: input.question }),
      initial: 'asking',
      states: {
        asking: {
          invoke: {
            id: 'ask',
            src: 'ask',
            input: ({ context }) => context.answer,
            onDone: { target: 'done', actions: assign({ answer: ({ event }) => event.output }) },
          },
        },
        done: { type: 'final' },
      },
      output: ({ context }) => context.answer,
    });
    const effects: string[] = [];
    const system = await openSystem({
      machines: [asking],
      behaviours: {
        asking: {
          ask: async ({ input, effect }: { input: string; effect: string }) => {
            effects.push(effect);
            return `${input} Yes.`;
          },
        },
      },
    });
    const ref = system.spawn(asking, { id: 'asking/1', input: { question: 'Is it?' } });
    expect(await ref.ending()).toEqual({ kind: 'done', output: 'Is it? Yes.' });
    expect(effects).toEqual(['1.1']);
    await system.close();
  });
});
