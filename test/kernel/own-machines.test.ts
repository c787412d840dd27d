/** The product's own machines, walked at random by the kernel and by XState side by side. */
import fc, { type GeneratorValue } from 'fast-check';
import { expect, test, vi } from 'vitest';
import type { AnyStateMachine, EventObject } from 'xstate';
import {
  accountMachine,
  agentMachine,
  orchestratorMachine,
  supervisorMachine,
  taskMachine,
} from '../../machines/index.ts';
import { PureMachine } from '../../src/kernel/xstate.ts';
import { drawInput, drawnTypes, drawTroupeEvent } from './draw-troupe.ts';
import type { Seen } from './oracle.ts';
import { emptyTally, walkBoth } from './side-by-side.ts';

vi.setConfig({ testTimeout: 120_000 });

const machines: readonly (readonly [AnyStateMachine, number])[] = [
  [agentMachine, 150],
  [taskMachine, 250],
  [supervisorMachine, 150],
  [orchestratorMachine, 150],
  [accountMachine, 150],
];

/** What a machine knows comes often; the rest of the alphabet sometimes. */
function drawEvent(
  g: GeneratorValue,
  machine: AnyStateMachine,
  { children }: Seen,
  timers: readonly EventObject[],
): EventObject {
  const form = g(fc.integer, { min: 0, max: 9 });
  const id = children[0]?.split('=')[0];
  if (id !== undefined && form <= 3) return drawEnd(g, id);
  const timer = timers[timers.length - 1 - g(fc.integer, { min: 0, max: 3 })];
  if (timer && form === 4) return timer;
  const known = form === 9 ? null : machine.events.filter((type) => !type.startsWith('xstate.'));
  return drawTroupeEvent(g, known);
}

function drawEnd(g: GeneratorValue, id: string): EventObject {
  const actorId = id;
  if (g(fc.integer, { min: 0, max: 4 }) === 0) {
    const error = { name: 'Error', message: 'broken' };
    return { type: `xstate.error.actor.${id}`, error, actorId } as EventObject;
  }
  return { type: `xstate.done.actor.${id}`, output: drawOutputOf(g, id), actorId } as EventObject;
}

function drawOutputOf(g: GeneratorValue, id: string): unknown {
  const fault = g(fc.constantFrom, null, { code: 'x.y', message: 'why', retryable: true });
  if (id === 'open') return fault;
  if (id === 'verify') return { evidence: [], fault };
  return drawTroupeEvent(g, ['task.reported']).outcome;
}

test.each(machines)('$id', (machine, numRuns) => {
  const crossings = vi.spyOn(PureMachine.prototype, 'transition');
  const tally = emptyTally();
  const property = fc.property(fc.gen(), (g) => {
    const input = drawInput(g, machine.id);
    const next = (seen: Seen, timers: readonly EventObject[]) =>
      drawEvent(g, machine, seen, timers);
    walkBoth({ machine, input, stepsMax: 30, next }, tally);
  });
  fc.assert(property, { numRuns, seed: 7 });
  const crossed = crossings.mock.calls.length - tally.steps;
  crossings.mockRestore();
  expect(tally.steps).toBeGreaterThan(numRuns * 3);
  expect(tally.wanted).toBeGreaterThan(numRuns);
  expect(crossed).toBeLessThan(tally.steps / 10);
});

// One that comes without what it carries throws on both sides, and a walk ends there.
test.each(machines)('every event of $id is drawn whole', (machine) => {
  const own = machine.events.filter((type) => !type.startsWith('xstate.'));
  expect(own.filter((type) => !drawnTypes.has(type))).toEqual([]);
});
