/** Two workers with a place each, a task at one of them, and kill -9. */
import { openTeam } from '../bus/parts/team.mjs';
import { loadProduct } from '../lib/build.mjs';

const { definePlan, simulated } = await loadProduct('src/index.js');

export async function run({ leaseMs }) {
  const begun = [];
  let tell = () => {};
  const onNews = (worker, { type }) => {
    if (type !== 'work.begun') return;
    begun.push(worker);
    tell();
  };
  const until = (count) =>
    new Promise((resolve) => {
      tell = () => begun.length >= count && resolve();
      tell();
    });
  const { troupe, children } = await openTeam({ workers: 2, places: 1, leaseMs, onNews });
  const run = await troupe.run(
    definePlan({
      name: 'takeover',
      agents: { worker: { ...simulated({ work: '1h' }), where: 'remote' } },
      tasks: [{ id: 'long', agent: 'worker', timeout: '2h' }],
    }),
  );
  await until(1);
  const killedMs = performance.now();
  children[begun[0]].kill('SIGKILL');
  await until(2);
  const ms = performance.now() - killedMs;
  await run.stop();
  return { ms };
}
