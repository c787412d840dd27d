/** A system brought back from its journal, whole or from what was stored of it, and walked back. */
import { inChild } from '../lib/child.mjs';
import { row } from '../lib/row.mjs';
import { interleaved } from '../lib/statistics.mjs';

export const title = 'Replay: rebuilt from the journal on disk, and equal by hash';

const inputsPerS = 100_000;
/** Of a journal that is too long for the cache of the system. */
const manyInputs = 1_000_000;
const manyInputsPerS = 50_000;
const resumeMs = 3_000;

export async function run({ quick }) {
  const [messages, tasks] = quick ? [20_000, 5_000] : [100_000, 100_000];
  const samples = await interleaved(quick ? 1 : 3, {
    messages: () =>
      inChild('replay', { of: 'messages', size: messages, warmUps: [{ size: 5_000 }] }),
    plan: () => inChild('replay', { of: 'plan', size: tasks }),
    ...(quick ? {} : { many: () => inChild('replay', { of: 'messages', size: manyInputs }) }),
    resume: () => inChild('resume', { size: tasks }),
    check: () => inChild('axioms', { size: quick ? 1_000 : 10_000 }),
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
    ...(quick ? [] : [manyRow(of('many', 'perS'))]),
    row({
      what: `a run of ${count(tasks)} tasks`,
      unit: 'ms',
      samples: of('plan', 'ms'),
      note: `${count(of('plan', 'inputs')[0])} inputs`,
    }),
    row({
      what: `resume of a run of ${count(tasks)} tasks, from its stored system and the rest`,
      unit: 'ms',
      samples: of('resume', 'ms'),
      target: resumeMs,
      atMost: true,
      note: `${count(of('resume', 'tail')[0])} inputs after it`,
    }),
    row({
      what: 'one input back, in the middle of a run',
      unit: 'ms',
      samples: of('check', 'backMs'),
    }),
    row({
      what: 'journalled inputs held against the axioms',
      unit: 'inputs/s',
      samples: of('check', 'perS'),
    }),
  ];
}

const manyRow = (samples) =>
  row({
    what: `${manyInputs.toLocaleString('en')} journalled messages`,
    unit: 'inputs/s',
    samples,
    target: manyInputsPerS,
  });
