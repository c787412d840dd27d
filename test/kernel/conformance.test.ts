/** The compiled fast path against XState itself: random machines, walked on both side by side. */
import fc, { type GeneratorValue } from 'fast-check';
import { afterAll, beforeAll, describe, expect, test, vi } from 'vitest';
import type { EventObject } from 'xstate';
import { PureMachine } from '../../src/kernel/xstate.ts';
import { drawMachine, eventTypes, type Taste } from './draw-machine.ts';
import type { Seen } from './oracle.ts';
import { emptyTally, type Tally, walkBoth } from './side-by-side.ts';

vi.setConfig({ testTimeout: 120_000 });

function conform(taste: Taste, numRuns: number): Tally {
  const tally = emptyTally();
  const property = fc.property(fc.gen(), (g) => {
    const machine = drawMachine(g, taste);
    const input = g(fc.integer, { min: 0, max: 5 });
    const next = (seen: Seen, timers: readonly EventObject[]) => drawEvent(g, seen, timers);
    walkBoth({ machine, input, stepsMax: 14, next }, tally);
  });
  fc.assert(property, { numRuns, seed: 20_240_601 });
  return tally;
}

function drawEvent(g: GeneratorValue, seen: Seen, timers: readonly EventObject[]): EventObject {
  const form = g(fc.integer, { min: 0, max: 9 });
  const id = seen.children[0]?.split('=')[0];
  if (id !== undefined && form <= 1) {
    const end = form === 0 ? { output: 1 } : { error: 'why' };
    const event = { type: `xstate.${form === 0 ? 'done' : 'error'}.actor.${id}`, actorId: id };
    return { ...event, ...end };
  }
  const timer = timers.at(-1);
  if (timer && form === 2) return timer;
  if (form === 3 && g(fc.integer, { min: 0, max: 3 }) === 0) return { type: 'unheard.of' };
  const type = g(fc.constantFrom, ...eventTypes);
  return { type, v: g(fc.integer, { min: 0, max: 5 }) } as EventObject;
}

describe('a chart steps as XState does', () => {
  beforeAll(() => {
    // XState's development build warns of some of what is drawn on purpose.
    vi.spyOn(console, 'warn').mockImplementation(() => {});
  });
  afterAll(() => {
    vi.restoreAllMocks();
  });

  test('plain machines, most of the time without asking it', () => {
    const crossings = vi.spyOn(PureMachine.prototype, 'transition');
    const tally = conform({ parallel: false, wild: false }, 500);
    expect(tally.steps).toBeGreaterThan(3_000);
    expect(tally.wanted).toBeGreaterThan(1_000);
    expect(tally.ended).toBeGreaterThan(100);
    // The oracle crosses once a step; the chart itself must not need to for most of them.
    expect(crossings.mock.calls.length - tally.steps).toBeLessThan(tally.steps / 4);
  });

  test('machines with wildcards, that allow or forbid', () => {
    const tally = conform({ parallel: false, wild: true }, 200);
    expect(tally.steps).toBeGreaterThan(1_000);
  });

  test('machines with regions beside each other and states that remember', () => {
    const tally = conform({ parallel: true, wild: true }, 300);
    expect(tally.steps).toBeGreaterThan(1_500);
  });
});
