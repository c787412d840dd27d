/** The kernel against raw `createActor` of the same machines, with the journal in memory and on disk. */
import { inChild } from '../lib/child.mjs';
import { row } from '../lib/row.mjs';
import { interleaved } from '../lib/statistics.mjs';

export const title = 'Kernel: messages against raw XState actors of the same machines';

const targets = { memory: 0.6, file: 0.3 };
const places = { memory: 'journal in memory', file: 'journal on disk, fsync' };

export async function run({ quick }) {
  const many = quick ? 20_000 : 200_000;
  const cases = [
    ['ping-pong of 2 actors', 'ping-pong', { messages: many }],
    ['1 to 100,000 broadcast', 'broadcast', { actors: quick ? 10_000 : 100_000 }],
    ['inputs from outside, each journalled', 'inputs', { messages: many }],
  ];
  const rows = [];
  for (const [what, subject, args] of cases)
    rows.push(...(await compare(what, subject, args, quick)));
  return rows;
}

async function compare(what, subject, args, quick) {
  const warm = Object.fromEntries(Object.entries(args).map(([key, value]) => [key, value / 10]));
  const options = { ...args, warmUps: [warm, warm], repetitions: quick ? 1 : 3 };
  const runOn = (host) => () => inChild(subject, { ...options, host });
  const samples = await interleaved(quick ? 2 : 5, {
    raw: runOn('raw'),
    memory: runOn('memory'),
    file: runOn('file'),
  });
  const figures = (host) => samples[host].map(({ perS }) => perS);
  return Object.entries(targets).map(([host, target]) =>
    row({
      what: `${what}, ${places[host]}`,
      unit: 'messages/s',
      samples: figures(host),
      baseline: figures('raw'),
      against: 'raw XState',
      target,
    }),
  );
}
