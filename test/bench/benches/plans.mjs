/** Plans of no-op tasks: the engine and the whole product against schedulers, actors and fibers. */
import { inChild } from '../lib/child.mjs';
import { hasPeers, peerVersions } from '../lib/peers.mjs';
import { row } from '../lib/row.mjs';
import { manyAgents } from '../lib/run-plan.mjs';
import { interleaved } from '../lib/statistics.mjs';

export const title = `Plans of no-op tasks by ${manyAgents} agents, against raw XState actors`;

/** What the targets are shares of. */
const raw = { key: 'raw', subject: 'xstate' };

/** `target` counts for the plan that is judged. */
const subjects = [
  { key: 'memory', what: 'engine, journal in memory', subject: 'engine', target: 1.2 },
  { key: 'file', what: 'engine, journal on disk, fsync', subject: 'engine', target: 0.9 },
  { key: 'few', what: 'the same by 16 agents', subject: 'engine', target: 0.9, agents: 16 },
  { key: 'product', what: 'whole product, with result files', subject: 'product', dear: true },
  { key: 'promises', what: 'bare promises', subject: 'promises' },
  { key: 'p-queue', what: 'p-queue', subject: 'p-queue', peer: true },
  { key: 'effect', what: 'Effect fibers', subject: 'effect', peer: true },
  { key: 'nact', what: 'nact actors', subject: 'nact', peer: true },
];

export async function run({ quick }) {
  const judged = { shape: 'layered', size: quick ? 2_000 : 10_000, judged: true };
  if (quick) return compare(judged, quick);
  const chain = await compare({ shape: 'chain', size: 1_000 }, quick);
  const fan = await compare({ shape: 'fan', size: 10_000 }, quick);
  return [...chain, ...fan, ...(await compare(judged, quick))];
}

async function compare({ shape, size, judged = false }, quick) {
  const present = subjects.filter(({ peer }) => !peer || hasPeers());
  const runOf = ({ key, subject, agents, dear }) => {
    const journal = key === 'memory' ? 'memory' : 'file';
    const warmUps = [{ size: 1_000 }, { size: 1_000 }];
    const repetitions = quick || dear ? 1 : 3;
    return () => inChild(subject, { shape, size, agents, journal, warmUps, repetitions });
  };
  const entries = [raw, ...present].map((one) => [one.key, runOf(one)]);
  const samples = await interleaved(quick ? 3 : 5, Object.fromEntries(entries));
  const rates = (key) => samples[key].map(({ tasksPerS }) => tasksPerS);
  return present.map(({ key, what, target }) =>
    row({
      what: `${shape} ${size.toLocaleString('en')}: ${what}`,
      unit: 'tasks/s',
      samples: rates(key),
      baseline: rates('raw'),
      against: 'raw XState',
      target: judged ? target : undefined,
      note: peerVersions()[key] ?? '',
    }),
  );
}
