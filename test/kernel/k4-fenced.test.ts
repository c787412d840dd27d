/** K4: effects are named and fenced: what answers an old wish changes nothing. */
import { expect, test } from 'vitest';
import { type EventObject, fromPromise, setup } from 'xstate';
import { agentId, taskId, token } from '../../machines/ids.ts';
import { taskMachine } from '../../machines/index.ts';
import type { Call } from '../../src/kernel/behaviours.ts';
import { Chart } from '../../src/kernel/chart.ts';
import type { Wish } from '../../src/kernel/wish.ts';
import { carried, worker } from './machines.ts';
import { at, durable, type Stage, untilAborted } from './stage.ts';
import { planSpec, roleSpec, succeeded } from './team.ts';

const effectOf = ({ system }: Stage): string => {
  const [invocation] = system.core.registry.find(at('w'))?.invocations.values() ?? [];
  return invocation?.effect ?? 'none';
};

durable(
  'the end of work that is no longer wanted',
  { machines: [worker], behaviours: { worker: { work: untilAborted } } },
  async (stage) => {
    const { system } = stage;
    const end = (effect: string, id = 'work') => {
      system.inject({ kind: 'done', to: at('w'), id, effect, output: `end of ${effect}` });
      system.inject({ kind: 'broke', to: at('w'), id, effect, error: { name: 'E', message: '' } });
    };
    system.spawn(worker, { id: 'w' });
    await stage.send('w', { type: 'work.start' });
    const first = effectOf(stage);
    await stage.send('w', { type: 'work.start' });
    const second = effectOf(stage);
    expect(second).not.toBe(first);
    const state = () => [stage.value('w'), stage.context('w'), effectOf(stage)];
    const before = state();
    end(first);
    end(second, 'another');
    end('7.7');
    system.inject({ kind: 'done', to: at('nobody'), id: 'work', effect: second, output: 1 });
    expect(state()).toEqual(before);

    end(second);
    expect(stage.context('w')).toMatchObject({ done: [`end of ${second}`] });
    const after = state();
    end(second);
    expect(state()).toEqual(after);
    expect(stage.deadLetters()).toEqual([]);
  },
);

const late: ((value: unknown) => void)[] = [];

durable(
  'work that ends although it was given up',
  {
    machines: [worker],
    behaviours: { worker: { work: () => new Promise((resolve) => late.push(resolve)) } },
  },
  async (stage) => {
    stage.system.spawn(worker, { id: 'w' });
    await stage.send('w', { type: 'work.start' });
    await stage.send('w', { type: 'work.stop' });
    const { n } = stage.system.core;
    for (const resolve of late.splice(0)) resolve('too late');
    await stage.quiet();
    expect(stage.system.core.n, 'it is not even written').toBe(n);
    expect(stage.context('w')).toEqual({ name: 'nameless', done: [] });
  },
);

test('an outcome under an old token changes nothing but lets its agent go on', () => {
  const chart = new Chart(taskMachine);
  const [spec] = planSpec([{ id: 't' }], [roleSpec('coder', 1)]).tasks;
  const [first, second] = [agentId('coder-1'), agentId('coder-2')];
  const events: EventObject[] = [
    { type: 'task.assign', agent: first, token: token(1) },
    { type: 'task.started', token: token(1) },
    { type: 'agent.lost', agent: first, fault: { code: 'x.y', message: '', retryable: true } },
    { type: 'xstate.after.retryDelay.task.retrying' },
    { type: 'task.assign', agent: second, token: token(2) },
    { type: 'task.started', token: token(2) },
  ] as EventObject[];
  let { state } = chart.initial({ spec: { ...spec, retries: 1 }, open: 0, seed: 1 });
  for (const event of events) state = chart.step(state, event).state;
  expect(state.at.value).toBe('running');
  const report = { type: 'task.reported', agent: first, outcome: succeeded, token: token(1) };
  const old = chart.step(state, report);
  expect(old.state).toEqual(state);
  expect(old.effects).toMatchObject([
    { kind: 'send', messages: [{ to: 'agent/coder-1', event: { type: 'report.taken' } }] },
  ]);
  const current = { ...report, agent: second, token: token(2) };
  expect(chart.step(state, current).state.at.value).toBe('succeeded');
  expect(taskId('t')).toBe(spec?.id);
});

const calls: Call<unknown>[] = [];
const noted = (answer: (call: Call<unknown>) => unknown) => (call: Call<unknown>) => {
  calls.push(call);
  return answer(call);
};

durable(
  'ids of effects are unique, and the same at every replay',
  {
    machines: [worker],
    behaviours: { worker: { work: noted(() => 'done'), record: noted(() => {}) } },
  },
  async (stage) => {
    calls.splice(0);
    for (const id of ['a', 'b', 'c']) {
      stage.system.spawn(worker, { id });
      for (let count = 0; count < 4; count += 1) await stage.send(id, { type: 'work.start' });
    }
    const live = calls.map(({ effect, actor }) => `${effect} of ${actor}`);
    expect(live.length).toBe(24);
    expect(new Set(live.map((id) => id.split(' ')[0])).size).toBe(24);
    const core = stage.freshCore();
    const replayed: string[] = [];
    for (const input of await stage.journal.history()) {
      replayed.push(...core.apply(input).flatMap(idOf));
    }
    expect(replayed.sort()).toEqual(live.sort());
  },
);

function idOf(wish: Wish): string[] {
  if (wish.kind === 'act') return [`${wish.effect} of ${wish.address}`];
  if (wish.kind !== 'invoke') return [];
  return [`${wish.invocation.effect} of ${wish.actor.address}`];
}

/** Acts that never end, and what was called in this life and the ones before. */
const acts: Call<unknown>[] = [];
const finish: (() => void)[] = [];
const slowAct = (call: Call<unknown>) => {
  acts.push(call);
  return new Promise<void>((resolve) => finish.push(resolve));
};
const summary = (calls: readonly Call<unknown>[]) =>
  calls.map(({ effect, resumed, input, actor }) => ({ effect, resumed, input, actor }));

durable(
  'an act that a crash interrupted',
  { machines: [worker], behaviours: { worker: { work: () => 'done', record: slowAct } } },
  async (stage) => {
    acts.splice(0);
    stage.system.spawn(worker, { id: 'w' });
    await stage.send('w', { type: 'work.start' });
    await stage.send('w', { type: 'work.stop' }); // written while the act is under way
    const [first] = summary(acts);
    expect(first).toEqual({ effect: '3.1', resumed: false, input: { done: 1 }, actor: 'w' });

    await stage.crash();
    expect(summary(acts)).toEqual([first, { ...first, resumed: true }]);
    for (const end of finish.splice(0)) end();
    await stage.quiet();
    // The next record says that it was carried out: nobody does it again.
    await stage.send('w', { type: 'work.stop' });
    await stage.crash();
    expect(acts.length).toBe(2);
    await stage.reopen();
    expect(acts.length).toBe(2);
    for (const end of finish.splice(0)) end();
  },
);

const works: Call<unknown>[] = [];
const slowWork = (call: Call<unknown>) => {
  works.push(call);
  return untilAborted(call);
};

durable(
  'work that a crash interrupted',
  { machines: [worker], behaviours: { worker: { work: slowWork } } },
  async (stage) => {
    works.splice(0);
    stage.system.spawn(worker, { id: 'w', input: { name: 'Ada' } });
    await stage.send('w', { type: 'work.start' });
    await stage.crash();
    await stage.reopen();
    const call = { effect: '2.1', actor: 'w', input: { name: 'Ada' } };
    expect(summary(works)).toEqual([
      { ...call, resumed: false },
      { ...call, resumed: true },
      { ...call, resumed: true },
    ]);
    const effect = works[0]?.effect ?? '';
    stage.system.inject({ kind: 'done', to: at('w'), id: 'work', effect, output: 'at last' });
    expect(stage.context('w')).toEqual({ name: 'Ada', done: ['at last'] });
    await stage.quiet();
    await stage.crash();
    expect(works.length, 'it has ended').toBe(3);
  },
);

/** Two pieces of work, one after the other; the end of the first calls off what others do. */
const chain = setup({
  types: {} as { events: { type: 'count.add' } },
  actors: { work: fromPromise(() => Promise.resolve()) },
  actions: carried,
}).createMachine({
  id: 'chain',
  initial: 'first',
  states: {
    first: { invoke: { id: 'first', src: 'work', onDone: 'second' } },
    second: {
      entry: {
        type: 'send',
        params: { to: at('other'), event: { type: 'work.stop' }, ifThere: true },
      },
      invoke: { id: 'second', src: 'work', onDone: 'third' },
    },
    third: {},
  },
});

durable(
  'work that ends at once when it is called again',
  {
    machines: [chain, worker],
    behaviours: { chain: { work: untilAborted }, worker: { work: untilAborted } },
  },
  async (stage) => {
    stage.system.spawn(chain, { id: 'chain' });
    stage.system.spawn(worker, { id: 'other' });
    await stage.send('other', { type: 'work.start' });
    const again: string[] = [];
    const work = ({ actor, effect, resumed }: Call<unknown>) => {
      again.push(`${actor} ${effect} ${resumed ? 'again' : 'for the first time'}`);
      return 'at once';
    };
    await stage.crash({ chain: { work }, worker: { work } });
    await stage.quiet();
    // The second piece is new, and the other's work was called off before its turn came.
    expect(again).toEqual(['chain 1.1 again', 'chain 4.1 for the first time']);
    expect([stage.value('chain'), stage.value('other')]).toEqual(['third', 'idle']);
  },
);
