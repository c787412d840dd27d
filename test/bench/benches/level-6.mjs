/** Fifteen tasks in seven waves of 100 ms each, durable: the time over the critical path. */
import { inChild } from '../lib/child.mjs';
import { row } from '../lib/row.mjs';
import { interleaved } from '../lib/statistics.mjs';

export const title = 'Level 6: 15 tasks, 7 waves, 100 ms of work each, journal on disk with fsync';

const overMaxMs = 15;

export async function run({ quick }) {
  const repetitions = quick ? 2 : 5;
  const warmUps = [{ work: '0ms' }, { work: '0ms' }];
  const samples = await interleaved(quick ? 1 : 3, {
    cold: () => inChild('level-6', {}),
    warm: () => inChild('level-6', { warmUps, repetitions }),
    raw: () => inChild('xstate-waves', { warmUps: [{ workMs: 0 }, { workMs: 0 }], repetitions }),
    bare: () => inChild('bare-waves', { repetitions }),
  });
  const over = (what, answers, key, judged) =>
    row({
      what,
      unit: 'ms over 700',
      samples: answers.map((answer) => answer[key]),
      ...(judged ? { target: overMaxMs, atMost: true } : {}),
    });
  return [
    over('whole product, to the end of the run', samples.warm, 'overMs', true),
    over('with its report written and all closed', samples.warm, 'endedMs', false),
    over('the first run of a process', samples.cold, 'overMs', false),
    over('raw XState actors, nothing kept', samples.raw, 'overMs', false),
    over('bare promises and timers, nothing kept', samples.bare, 'overMs', false),
  ];
}
