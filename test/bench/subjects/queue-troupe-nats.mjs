/** No hub, and `troupe worker --nats` four times: calls and answers by a nats-server of its own. */
import { openNatsTeam } from '../bus/parts/nats-team.mjs';
import { processorUs } from '../bus/parts/processor-time.mjs';
import { check, documentOf } from './queue-troupe.mjs';

const workers = 4;
let standing = null;

export async function run({ size, places }) {
  standing ??= await openNatsTeam({ workers, places });
  const { troupe, pids } = standing;
  const all = [process.pid, ...pids];
  const before = processorUs(all);
  const startMs = performance.now();
  const run = await troupe.run(documentOf(size, workers * places));
  const end = await run.end;
  const ms = performance.now() - startMs;
  const cpuUs = (processorUs(all) - before) / size;
  if (end.status !== 'succeeded') throw new Error(JSON.stringify(end));
  await check(troupe, run, size);
  return { tasksPerS: (size / ms) * 1_000, cpuUs };
}
