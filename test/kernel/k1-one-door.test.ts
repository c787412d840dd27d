/** K1: only the step changes an actor's state, and only an input brings a step about. */
import fc, { type GeneratorValue } from 'fast-check';
import { expect, test } from 'vitest';
import type { AnyStateMachine, EventObject } from 'xstate';
import { Chart } from '../../src/kernel/chart.ts';
import type { Step } from '../../src/kernel/state.ts';
import { drawInput, drawTroupeEvent } from './draw-troupe.ts';
import { alarm, counter, worker } from './machines.ts';
import { at, durable, untilAborted } from './stage.ts';
import { teamMachines } from './team.ts';

test.each(teamMachines)('$id: a step leaves what it was given as it was', (machine) => {
  const property = fc.property(fc.gen(), (g) => walkFrozen(g, machine));
  fc.assert(property, { numRuns: 100, seed: 3 });
});

/** A frozen state that is changed all the same throws, where an ordinary one does not. */
function walkFrozen(g: GeneratorValue, machine: AnyStateMachine): void {
  const chart = new Chart(machine);
  const input = frozen(drawInput(g, machine.id));
  let step: Step = chart.initial(input);
  for (let count = 0; count < 15 && step.state.status === 'active'; count += 1) {
    const event: EventObject = drawTroupeEvent(g, machine.events.filter(isPlain));
    const { state } = step;
    const before = JSON.stringify(state.context);
    const ordinary = attempt(() => chart.step(structuredState(state), structuredClone(event)));
    const guarded = attempt(() => chart.step({ ...state, context: frozen(state.context) }, event));
    expect(guarded && JSON.stringify(guarded.state.context)).toBe(
      ordinary && JSON.stringify(ordinary.state.context),
    );
    expect(JSON.stringify(state.context)).toBe(before);
    if (!guarded) return;
    step = guarded;
  }
}

const isPlain = (type: string): boolean => !type.startsWith('xstate.');

function structuredState(state: Step['state']): Step['state'] {
  return { ...state, context: structuredClone(state.context) };
}

function attempt(step: () => Step): Step | null {
  try {
    return step();
  } catch {
    return null;
  }
}

function frozen<Value>(value: Value): Value {
  if (typeof value !== 'object' || value === null || Object.isFrozen(value)) return value;
  for (const inner of Object.values(value)) frozen(inner);
  return Object.freeze(value);
}

durable('everything from outside is an input in the journal', play(), async (stage) => {
  const { system, clock } = stage;
  system.spawn(worker, { id: 'w' });
  system.spawn(alarm, { id: 'a' });
  await stage.send('w', { type: 'work.start' });
  await stage.send('a', { type: 'alarm.set', ms: 50 } as EventObject);
  clock.set(clock.now() + 10);
  await stage.pass(60);
  system.inject({ kind: 'stop', address: at('a') });
  await stage.quiet();
  const history = [...(await stage.journal.history())];
  expect(history.map(({ n, input }) => `${n} ${input.kind}`)).toEqual([
    '1 spawn',
    '2 spawn',
    '3 event',
    '4 done',
    '5 event',
    '6 timer',
    '7 stop',
  ]);
});

durable('whoever looks, waits or listens changes nothing', play(), async (stage) => {
  const { system } = stage;
  system.spawn(counter, { id: 'c' });
  await stage.send('c', { type: 'count.add', by: 2 } as EventObject);
  const [before, n] = [system.hash(), system.core.n];
  const ref = system.ref(counter, 'c');
  expect(ref.snapshot()?.can({ type: 'count.end' })).toBe(true);
  expect(ref.snapshot()?.matches('counting')).toBe(true);
  const unlisten = system.onFact(() => {});
  unlisten();
  void ref.ending();
  await stage.pass(10_000);
  await system.idle();
  expect(system.hash()).toBe(before);
  expect(system.core.n).toBe(n);
});

durable(
  'the end of work is seen only once it has come in as an input',
  { machines: [worker], behaviours: { worker: { work: untilAborted } } },
  async (stage) => {
    stage.system.spawn(worker, { id: 'w' });
    await stage.send('w', { type: 'work.start' });
    await stage.pass(1_000);
    expect(stage.value('w')).toBe('working');
    const [invocation] = stage.system.core.registry.find(at('w'))?.invocations.values() ?? [];
    const { effect = '' } = invocation ?? {};
    stage.system.inject({ kind: 'done', to: at('w'), id: 'work', effect, output: 'ready' });
    expect(stage.context('w')).toEqual({ name: 'nameless', done: ['ready'] });
  },
);

function play() {
  return { machines: [worker, alarm, counter] };
}
