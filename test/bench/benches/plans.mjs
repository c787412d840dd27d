/** Plans of no-op tasks: the engine and the whole product against schedulers, actors and fibers. */

import { inChild } from '../lib/child.mjs';
import { hasPeers, peerVersions } from '../lib/peers.mjs';
import { row } from '../lib/row.mjs';
import { agents } from '../lib/run-plan.mjs';
import { interleaved } from '../lib/statistics.mjs';

export const title = `Plans of no-op tasks, ${agents} agents, against raw XState actors`;

/** Of raw XState's rate, for the plan that is judged. */
const targets = { memory: 1.2, file: 0.9 };

export async function run({ quick }) {
  const size = quick ? 2_000 : 10_000;
  const plans = [
    { shape: 'chain', size: 1_000 },
    { shape: 'fan', size },
    { shape: 'layered', size, judged: true },
  ];
  const rows = [];
  for (const plan of plans) rows.push(...(await compare(plan, quick)));
  return rows;
}

const subjects = [
  { key: 'memory', what: 'engine, journal in memory', subject: 'engine', journal: 'memory' },
  { key: 'file', what: 'engine, journal on disk, fsync', subject: 'engine', journal: 'file' },
  { key: 'product', what: 'whole product, with result files', subject: 'product', dear: true },
  { key: 'promises', what: 'bare promises', subject: 'promises' },
  { key: 'p-queue', what: 'p-queue', subject: 'p-queue', peer: true },
  { key: 'effect', what: 'Effect fibers', subject: 'effect', peer: true },
  { key: 'nact', what: 'nact actors', subject: 'nact', peer: true },
];
const raw = { key: 'raw', subject: 'xstate' };

async function compare({ shape, size, judged = false }, quick) {
  const present = subjects.filter(({ peer }) => !peer || hasPeers());
  const runOf = ({ subject, journal, dear }) => {
    const warmUps = [{ size: 1_000 }, { size: 1_000 }];
    const repetitions = quick || dear ? 1 : 3;
    return () => inChild(subject, { shape, size, journal, warmUps, repetitions });
  };
  const entries = [raw, ...present].map((one) => [one.key, runOf(one)]);
  const samples = await interleaved(quick ? 2 : 5, Object.fromEntries(entries));
  const rates = (key) => samples[key].map(({ tasksPerS }) => tasksPerS);
  return present.map(({ key, what }) =>
    row({
      what: `${shape} ${size.toLocaleString('en')}: ${what}`,
      unit: 'tasks/s',
      samples: rates(key),
      baseline: rates('raw'),
      against: 'raw XState',
      target: judged ? targets[key] : undefined,
      note: peerVersions()[key] ?? '',
    }),
  );
}
