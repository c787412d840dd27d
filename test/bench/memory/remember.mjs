/** Remembering, sustained, and the memory of the process that has done it. */
import { row } from '../lib/row.mjs';
import { scratchFolder } from '../lib/scratch.mjs';
import { openAt, remember } from './past.mjs';

export const title = 'Remembering';

export async function run({ quick }) {
  const count = quick ? 20_000 : 100_000;
  const memory = await openAt(scratchFolder(), { store: 'exact' });
  const perSecond = await remember(memory, count);
  await memory.tidy();
  const megabytes = process.memoryUsage().rss / 1e6;
  await memory.close();
  const what = `${count} tasks`;
  return [
    row({ what, unit: 'tasks/s', samples: [perSecond], target: 1_000 }),
    row({
      what: `${what}, the process`,
      unit: 'MB',
      samples: [megabytes],
      target: 400,
      atMost: true,
    }),
  ];
}
