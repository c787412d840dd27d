/** A plan looked through before it is run: every state of it, or what the reductions leave. */
import { loadEngine } from '../lib/build.mjs';

const { taskMachine } = await loadEngine('machines/index.js');
const { compilePlan } = await loadEngine('src/plan/compile.js');
const { definePlan, simulated } = await loadEngine('src/plan/define.js');
const { loadPlan } = await loadEngine('src/plan/load.js');
const { Search } = await loadEngine('src/verify/model/search.js');
const { teamOf } = await loadEngine('src/verify/model/team.js');

const clock = { elapsed: () => performance.now() };
const limits = { untilMs: Number.POSITIVE_INFINITY, bytesMax: 2 ** 31 };

export async function run({ plan, reduced, statesMax = 10_000_000 }) {
  const spec = compilePlan(await plans[plan]());
  const start = performance.now();
  const team = teamOf(taskMachine, spec);
  const tabulatedMs = performance.now() - start;
  const search = new Search(team, { limits: { ...limits, statesMax }, clock, reduced });
  const { states, steps, bytes, left, stuck } = search.run();
  const ms = performance.now() - start;
  if (stuck !== null) throw new Error(`${plan} is stuck`);
  const searchedS = (ms - tabulatedMs) / 1_000;
  return {
    ms,
    states,
    left,
    perS: states / searchedS,
    stepsPerS: steps / searchedS,
    bytes: bytes / states,
  };
}

const plans = {
  /** With three attempts for each of its tasks. */
  async 'level-6'() {
    const plan = await loadPlan('examples/level-6.yaml');
    return { ...plan, tasks: plan.tasks.map((task) => ({ ...task, retries: 2 })) };
  },
  /** Nothing waits for anything: as many states as there can be. */
  wide() {
    const agents = { a: simulated({ count: 4, retries: 2 }) };
    const tasks = Array.from({ length: 15 }, (_, at) => ({ id: `t${at}` }));
    return definePlan({ concurrency: 4, agents, tasks });
  },
  /** A hundred tasks of ten roles, each of which needs three of the layer before. */
  layered() {
    const roles = Array.from({ length: 10 }, (_, at) => [`r${at}`, simulated({ retries: 2 })]);
    const tasks = Array.from({ length: 100 }, (_, at) => {
      const before = Math.floor(at / 10) * 10 - 10;
      const needs = [0, 3, 6].map((step) => `t${before + ((at * 7 + step) % 10)}`);
      return { id: `t${at}`, agent: `r${at % 10}`, needs: at < 10 ? [] : needs };
    });
    return definePlan({ concurrency: 10, agents: Object.fromEntries(roles), tasks });
  },
};
