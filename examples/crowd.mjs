/**
 * Writes a plan of 5,000 tasks for 200 agents, in ten layers, for `troupe simulate` or `run`:
 *
 *   node examples/crowd.mjs > crowd.json && troupe simulate crowd.json --seeds 1
 */
const [layers, width, teams] = [10, 500, 4];

const roles = Array.from({ length: teams }, (_, at) => [
  `team-${at + 1}`,
  { adapter: 'simulated', count: 200 / teams, work: '20s..60s', fail: 0.02 },
]);
const tasks = Array.from({ length: layers * width }, (_, at) => ({
  id: `task-${at + 1}`,
  agent: `team-${(at % teams) + 1}`,
  needs: at < width ? [] : [`task-${at + 1 - width}`],
}));
const plan = { name: 'crowd', concurrency: 200, defaults: { retries: 5 } };
console.log(JSON.stringify({ ...plan, agents: Object.fromEntries(roles), tasks }));
