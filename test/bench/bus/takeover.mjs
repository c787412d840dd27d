/** A worker is killed at its task: how long until another one works on it. */
import { inChild } from '../lib/child.mjs';
import { row } from '../lib/row.mjs';

export const title = 'A worker is killed at work: the time until another one has its task';

const leaseMs = 2_000;

export async function run({ quick }) {
  const samples = [];
  for (let round = 0; round < (quick ? 2 : 7); round += 1) {
    samples.push((await inChild('takeover', { leaseMs })).ms);
  }
  const what = `lease of ${leaseMs.toLocaleString('en')} ms`;
  const latest = Math.max(...samples);
  const bound = { unit: 'ms', atMost: true, target: leaseMs + 1_000 };
  return [
    row({ what: `${what}, median`, samples, ...bound }),
    row({ what: `${what}, latest of ${samples.length}`, samples: [latest], ...bound }),
  ];
}
