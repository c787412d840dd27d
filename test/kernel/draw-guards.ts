/** Draws guards in each form: inline, named, with parameters, combined, and asking for a state. */
import fc from 'fast-check';
import { and, not, or, stateIn } from 'xstate';
import type { Args, Scene } from './draw-scene.ts';

/** Undefined: none. */
export function drawGuard(scene: Scene, depth = 0): unknown {
  const { g } = scene;
  const form = g(fc.integer, { min: 0, max: depth === 0 ? 21 : 13 });
  if (form <= 1) return ({ context }: Args) => context.n % 3 !== 0;
  if (form <= 3) return ({ event }: Args) => (event.v ?? 0) % 2 === 0;
  if (form === 4) return 'even';
  if (form === 5) return { type: 'odd' };
  if (form === 6) return 'alias';
  if (form === 7) return { type: 'atLeast', params: { min: 2 } };
  if (form === 8) return { type: 'atLeast', params: ({ event }: Args) => ({ min: event.v ?? 0 }) };
  if (form === 9) return 'evenAndHeavy';
  if (form === 10) return stateIn(`#${g(fc.constantFrom, 'm', ...scene.stateIds)}` as never);
  if (form === 11) return stateIn('s0' as never);
  if (form === 12 && depth < 2) return combined(scene, depth);
  if (form === 13 && g(fc.integer, { min: 0, max: 9 }) === 0) return drawBroken(scene);
  return undefined;
}

function combined(scene: Scene, depth: number): unknown {
  const inner = () => (drawGuard(scene, depth + 1) ?? 'even') as never;
  const form = scene.g(fc.integer, { min: 0, max: 2 });
  if (form === 0) return not(inner());
  return form === 1 ? and([inner(), inner()]) : or([inner(), inner()]);
}

function drawBroken({ g }: Scene): unknown {
  return g(fc.constantFrom, 'broken', 'nobody implemented it');
}
