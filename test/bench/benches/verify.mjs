/** Proof before spending: how fast a plan's states are looked through, and what they weigh. */
import { inChild } from '../lib/child.mjs';
import { row } from '../lib/row.mjs';
import { interleaved } from '../lib/statistics.mjs';

export const title = 'Verify: everything that can happen to the tasks of a plan, on one core';

const statesPerS = 300_000;
const bytesMax = 120;
const level6Ms = 2_000;
const layeredMs = 10_000;

export async function run({ quick }) {
  const warmUps = [{ plan: 'level-6' }];
  const statesMax = quick ? 300_000 : 2_000_000;
  const samples = await interleaved(quick ? 1 : 3, {
    wide: () => inChild('verify', { plan: 'wide', reduced: false, statesMax, warmUps }),
    level6: () => inChild('verify', { plan: 'level-6', reduced: false }),
    reduced: () => inChild('verify', { plan: 'level-6', reduced: true }),
    layered: () => inChild('verify', { plan: 'layered', reduced: true }),
  });
  const of = (name, key) => samples[name].map((answer) => answer[key]);
  const count = (name) => `${of(name, 'states')[0].toLocaleString('en')} states`;
  const atMost = true;
  return [
    row({
      what: '15 tasks side by side, no reductions',
      unit: 'states/s',
      samples: of('wide', 'perS'),
      target: statesPerS,
      note: `${Math.round(of('wide', 'stepsPerS')[0]).toLocaleString('en')} steps/s`,
    }),
    row({
      what: 'of each of them',
      unit: 'bytes',
      samples: of('wide', 'bytes'),
      target: bytesMax,
      atMost,
      note: count('wide'),
    }),
    row({
      what: 'level-6, three attempts a task, no reductions',
      unit: 'ms',
      samples: of('level6', 'ms'),
      target: level6Ms,
      atMost,
      note: count('level6'),
    }),
    row({
      what: 'the same, reduced',
      unit: 'ms',
      samples: of('reduced', 'ms'),
      note: count('reduced'),
    }),
    row({
      what: '100 tasks of 10 roles in layers, whole',
      unit: 'ms',
      samples: of('layered', 'ms'),
      target: layeredMs,
      atMost,
      note: count('layered'),
    }),
  ];
}
