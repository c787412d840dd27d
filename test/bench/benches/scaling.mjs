/** What one task costs in a plan of 1,000 and in one of 100,000: it must not grow with the plan. */
import { inChild } from '../lib/child.mjs';
import { row } from '../lib/row.mjs';
import { interleaved } from '../lib/statistics.mjs';

export const title = 'Plans: the cost of a task as the plan grows (layered)';

const growthMax = 1.5;

export async function run({ quick }) {
  const sizes = quick ? [1_000, 5_000, 20_000] : [1_000, 10_000, 100_000];
  const journals = { memory: 'journal in memory', file: 'journal on disk, fsync' };
  const rows = [];
  for (const [journal, where] of Object.entries(journals)) {
    const subjects = sizes.map((size) => [size, () => cost(journal, size)]);
    const samples = await interleaved(quick ? 1 : 3, Object.fromEntries(subjects));
    const of = (size) => samples[size].map(({ usPerTask }) => usPerTask);
    for (const size of sizes.slice(1)) {
      rows.push(
        row({
          what: `${size.toLocaleString('en')} tasks, ${where}`,
          unit: 'us a task',
          samples: of(size),
          baseline: of(sizes[0]),
          against: `at ${sizes[0].toLocaleString('en')}`,
          target: growthMax,
          atMost: true,
          note: `${Math.round(samples[size][0].rssMb)} MB`,
        }),
      );
    }
  }
  return rows;
}

/** Small plans are run several times over, so that they are as warm as large ones. */
function cost(journal, size) {
  const repetitions = Math.max(1, Math.min(9, Math.round(20_000 / size)));
  const warmUps = Array.from({ length: 10 }, () => ({ size: 1_000 }));
  return inChild('engine', { journal, shape: 'layered', size, warmUps, repetitions });
}
