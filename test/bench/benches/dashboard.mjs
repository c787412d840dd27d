/** The page on a large run, in a real Chromium: first paint, event to screen, memory. */
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { inChild } from '../lib/child.mjs';
import { row } from '../lib/row.mjs';

export const title = 'The page on 1,000 tasks by 200 agents, in Chromium';

const paintMaxMs = 500;
const screenMaxMs = 100;
const heapMaxMb = 60;

const names = ['chromium', 'chromium-browser', 'google-chrome', 'google-chrome-stable'];
const chromiumPath = (process.env.PATH ?? '')
  .split(':')
  .flatMap((folder) => names.map((name) => join(folder, name)))
  .find((path) => existsSync(path));

export async function run({ quick }) {
  if (chromiumPath === undefined) {
    const note = 'not measured: no Chromium here (Debian: apt-get install chromium)';
    return [row({ what: 'the page', unit: 'ms', samples: [0], note })];
  }
  const size = quick ? { tasks: 200, agents: 40 } : { tasks: 1_000, agents: 200 };
  const answers = [];
  for (let round = 0; round < (quick ? 1 : 3); round += 1) {
    answers.push(await inChild('dashboard', { ...size, work: '2s..4s', chromiumPath }));
  }
  const [{ seen }] = answers;
  const of = (what, unit, key, target, note = '') => {
    const samples = answers.map((answer) => answer[key]);
    const judged = target === undefined ? {} : { target, atMost: true };
    return row({ what, unit, samples, note, ...judged });
  };
  return [
    of('the first thing on screen, after the address was opened', 'ms', 'contentfulMs'),
    of('the graph on screen, after the address was opened', 'ms', 'graphMs'),
    of('the graph on screen, after the page was loaded', 'ms', 'graphAfterLoadMs', paintMaxMs),
    of('processor time of the page for that', 'ms', 'cpuMs'),
    of('from an event to the screen, median', 'ms', 'p50Ms', screenMaxMs, `${seen} events`),
    of('from an event to the screen, 95 %', 'ms', 'p95Ms', screenMaxMs),
    of('from an event to the screen, the worst', 'ms', 'maxMs'),
    of('heap of the page, after the run', 'MB', 'heapMb', heapMaxMb),
  ];
}
