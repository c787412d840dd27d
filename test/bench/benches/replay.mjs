/** A system brought back from its journal: how many inputs a second, and a run of 100,000 tasks. */
import { inChild } from '../lib/child.mjs';
import { row } from '../lib/row.mjs';
import { interleaved } from '../lib/statistics.mjs';

export const title = 'Replay: rebuilt from the journal on disk, and equal by hash';

const inputsPerS = 100_000;

export async function run({ quick }) {
  const [messages, tasks] = quick ? [20_000, 5_000] : [100_000, 100_000];
  const samples = await interleaved(quick ? 1 : 3, {
    messages: () =>
      inChild('replay', { of: 'messages', size: messages, warmUps: [{ size: 5_000 }] }),
    plan: () => inChild('replay', { of: 'plan', size: tasks }),
  });
  const of = (name, key) => samples[name].map((answer) => answer[key]);
  const count = (size) => size.toLocaleString('en');
  return [
    row({
      what: `${count(messages)} journalled messages`,
      unit: 'inputs/s',
      samples: of('messages', 'perS'),
      target: inputsPerS,
    }),
    row({
      what: `a run of ${count(tasks)} tasks`,
      unit: 'ms',
      samples: of('plan', 'ms'),
      note: `${count(of('plan', 'inputs')[0])} inputs`,
    }),
  ];
}
