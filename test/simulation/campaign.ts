/**
 * `npm run simulate`: thousands of seeds of level-6 and of drawn plans under every kind of fault,
 * on all cores. Prints the standing figure; with `--write` also into the README.
 */
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { availableParallelism } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { Worker } from 'node:worker_threads';
import { commandOf, type Finding } from '../../src/simulation/explore.ts';
import type { Block, Searched } from './campaign-thread.ts';

const help = `npm run simulate -- [options]

  --seeds N   seeds of level-6, and half as many of drawn plans (default 10000)
  --from N    the first seed (default 1)
  --write     put the figure into the README`;

const blockSize = 100;
const foundFolder = '.troupe/simulated';
const marks = { begin: '<!-- simulated -->', end: '<!-- /simulated -->' };

const { values } = parseArgs({
  options: {
    seeds: { type: 'string', default: '10000' },
    from: { type: 'string', default: '1' },
    write: { type: 'boolean', default: false },
    help: { type: 'boolean', default: false },
  },
});

interface Tally {
  seeds: number;
  faults: number;
  kills: number;
  events: number;
  violations: number;
}

function blocksOf(plan: Block['plan'], from: number, count: number): Block[] {
  return Array.from({ length: Math.ceil(count / blockSize) }, (_, at) => {
    const begin = from + at * blockSize;
    return { plan, from: begin, to: Math.min(begin + blockSize, from + count) };
  });
}

/** On the screen at once: whoever waits for an hour wants to know. */
function tell(finding: Finding): void {
  mkdirSync(foundFolder, { recursive: true });
  const { name, ...rest } = finding.document;
  const path = join(foundFolder, `${name}-${finding.seed}.json`);
  writeFileSync(path, `${JSON.stringify({ name, ...rest }, null, 2)}\n`);
  process.stderr.write('\n');
  for (const { axiom, message } of finding.violations)
    process.stdout.write(`${axiom}: ${message}\n`);
  process.stdout.write(`${commandOf(finding, path)}\n`);
}

function search(blocks: Block[], tally: Tally): Promise<unknown> {
  const total = blocks.reduce((sum, { from, to }) => sum + to - from, 0);
  const work = (): Promise<void> =>
    new Promise((resolve, reject) => {
      const worker = new Worker(new URL('./thread.js', import.meta.url));
      const next = (): void => {
        const block = blocks.shift();
        if (block) worker.postMessage(block);
        else void worker.terminate().then(() => resolve());
      };
      worker.on('error', reject).on('message', ({ exploration }: Searched) => {
        const { seeds, faults, kills, events, findings } = exploration;
        tally.seeds += seeds;
        tally.faults += faults;
        tally.kills += kills;
        tally.events += events;
        tally.violations += findings.reduce((sum, { violations }) => sum + violations.length, 0);
        for (const finding of findings) tell(finding);
        process.stderr.write(`\r${tally.seeds} of ${total} seeds`);
        next();
      });
      next();
    });
  return Promise.all(Array.from({ length: availableParallelism() }, work));
}

function figureOf({ seeds, faults, kills, violations }: Tally): string {
  const counts = [
    [seeds, 'seeds'],
    [faults, 'faults'],
    [kills, 'kills'],
    [violations, 'violations'],
  ] as const;
  return counts.map(([count, what]) => `${count.toLocaleString('en')} ${what}`).join(', ');
}

function writeFigure(figure: string): void {
  const text = readFileSync('README.md', 'utf8');
  const [begin, end] = [text.indexOf(marks.begin), text.indexOf(marks.end)];
  if (begin < 0 || end < begin) throw new Error(`README.md has no ${marks.begin} ... ${marks.end}`);
  const before = text.slice(0, begin + marks.begin.length);
  writeFileSync('README.md', `${before}${figure}${text.slice(end)}`);
}

async function main(): Promise<void> {
  const [seeds, from] = [Number(values.seeds), Number(values.from)];
  if (values.help || !(seeds > 0) || !(from > 0)) {
    process.stdout.write(`${help}\n`);
    process.exitCode = values.help ? 0 : 2;
    return;
  }
  const tally: Tally = { seeds: 0, faults: 0, kills: 0, events: 0, violations: 0 };
  const beganMs = performance.now();
  const levelSix = blocksOf('examples/level-6.yaml', from, seeds);
  await search([...levelSix, ...blocksOf('random', from, Math.ceil(seeds / 2))], tally);
  const tookMs = performance.now() - beganMs;
  const pace = Math.round(tally.events / (tookMs / 1_000)).toLocaleString('en');
  process.stderr.write(`\r${(tookMs / 1_000).toFixed(1)} s, ${pace} actor events a second\n`);
  process.stdout.write(`${figureOf(tally)}\n`);
  if (values.write && tally.violations === 0) writeFigure(figureOf(tally));
  process.exitCode = tally.violations === 0 ? 0 : 1;
}

await main();
