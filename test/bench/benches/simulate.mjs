/** Looking ahead: level-6 under many seeds, on every core, and one seed after the other on one. */
import { repository, shipped } from '../lib/build.mjs';
import { exec } from '../lib/child.mjs';
import { row } from '../lib/row.mjs';
import { scratchFolder } from '../lib/scratch.mjs';
import { interleaved } from '../lib/statistics.mjs';

export const title =
  'Simulate: examples/level-6.yaml from start to end, each seed a run of its own';

const secondsMax = 10;

export async function run({ quick }) {
  const seeds = quick ? 200 : 1_000;
  const samples = await interleaved(quick ? 1 : 3, {
    plain: () => simulate(seeds, 'none'),
    rough: () => simulate(seeds, 'all', '--check'),
  });
  const count = `${seeds.toLocaleString('en')} seeds`;
  const perS = (seconds) => `${Math.round(seeds / seconds)} runs/s`;
  return [
    row({
      what: count,
      unit: 's',
      samples: samples.plain,
      // The start of the process and of its threads is in both.
      ...(quick ? {} : { target: secondsMax, atMost: true }),
      note: perS(Math.min(...samples.plain)),
    }),
    row({
      what: `${count} with all faults, each held against every rule`,
      unit: 's',
      samples: samples.rough,
      note: perS(Math.min(...samples.rough)),
    }),
  ];
}

/** Of the whole command, what it tries out to find the bottleneck included. */
async function simulate(seeds, faults, ...more) {
  const words = ['simulate', 'examples/level-6.yaml', '--seeds', String(seeds), '--json'];
  const where = ['--faults', faults, ...more, '--home', scratchFolder()];
  const start = performance.now();
  const { code, stdout, stderr } = await exec(
    process.execPath,
    [shipped('cli/main.js'), ...words, ...where],
    { cwd: repository },
  );
  if (code !== 0) throw new Error(`troupe ${words.join(' ')} failed:\n${stderr}`);
  if (JSON.parse(stdout).seeds !== seeds) throw new Error('not every seed was simulated');
  return (performance.now() - start) / 1_000;
}
