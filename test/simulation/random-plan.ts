/** A plan that a seed draws: layers of tasks, and all that may be said of tasks and roles. */
import { type Random, seededRandom } from '../../src/kernel/random.ts';
import { definePlan, type PlanDocument, simulated } from '../../src/plan/define.ts';
import type { Plan } from '../../src/plan/plan.ts';

const tasksMax = 14;
const rolesMax = 4;

type TaskDocument = PlanDocument['tasks'][number];
type RoleDocument = PlanDocument['agents'][string];
type BackoffDocument = NonNullable<TaskDocument['backoff']>;

/** The same for the same seed, in every version that keeps the order of its draws. */
export function randomPlan(seed: number): Plan {
  const draw = new Draw(seededRandom(seed));
  const roles = Array.from({ length: draw.from(1, rolesMax) }, (_, at) => `role-${at + 1}`);
  const layers = layersOf(draw, draw.from(1, tasksMax));
  return definePlan({
    name: `random-${seed}`,
    mode: draw.one(['eager', 'waves']),
    concurrency: draw.from(1, 5),
    onFailure: draw.one(['stop', 'continue']),
    ...draw.maybe(0.3, () => ({ budget: { usd: draw.from(1, 20) } })),
    agents: Object.fromEntries(roles.map((name) => [name, roleOf(draw)])),
    tasks: layers.flatMap((layer, at) =>
      layer.map((id) => taskOf(draw, id, draw.one(roles), layers.slice(0, at).flat())),
    ),
  });
}

class Draw {
  readonly #random: Random;

  constructor(random: Random) {
    this.#random = random;
  }

  unit(): number {
    return this.#random.next() / 2 ** 32;
  }

  /** A whole number, both ends included. */
  from(least: number, most: number): number {
    return least + Math.floor(this.unit() * (most - least + 1));
  }

  one<Value>(values: readonly Value[]): Value {
    return values[this.from(0, values.length - 1)] as Value;
  }

  maybe<Value extends object>(share: number, value: () => Value): Value | Record<string, never> {
    return this.unit() < share ? value() : {};
  }
}

function layersOf(draw: Draw, tasks: number): readonly (readonly string[])[] {
  const layers: string[][] = [];
  for (let made = 0; made < tasks; ) {
    const size = Math.min(tasks - made, draw.from(1, 5));
    layers.push(Array.from({ length: size }, (_, at) => `task-${made + at + 1}`));
    made += size;
  }
  return layers;
}

function roleOf(draw: Draw): RoleDocument {
  const leastMs = draw.one([0, 100, 5_000, 60_000]);
  return simulated({
    work: `${leastMs}ms..${leastMs * draw.from(1, 4)}ms`,
    count: draw.from(1, 3),
    fail: draw.one([0, 0, 0.1, 0.4]),
    crash: draw.one([0, 0, 0.05, 0.2]),
    costUsd: draw.one([0, 0.25, 1]),
    restart: draw.one(['one_for_one', 'one_for_all', 'rest_for_one']),
    maxRestarts: draw.from(0, 6),
    handoff: draw.unit() < 0.3,
    ...draw.maybe(0.3, () => ({ concurrency: draw.from(1, 3) })),
    ...draw.maybe(0.3, () => ({ period: `${draw.from(1, 600)}s` })),
    ...draw.maybe(0.3, () => ({ backoff: backoffOf(draw) })),
  });
}

function taskOf(draw: Draw, id: string, agent: string, earlier: readonly string[]): TaskDocument {
  return {
    id,
    agent,
    needs: earlier.filter(() => draw.unit() < 2 / earlier.length),
    retries: draw.one([0, 0, 1, 3, 8]),
    timeout: draw.one(['1s', '30s', '2m', '20m']),
    ...draw.maybe(0.4, () => ({ verify: [{ run: 'true' }] })),
    ...draw.maybe(0.3, () => ({ verifyTimeout: draw.one(['1s', '15s', '10m']) })),
    ...draw.maybe(0.1, () => ({ approve: true, approveWithin: draw.one(['30s', '1h']) })),
    ...draw.maybe(0.2, () => ({ priority: draw.from(-2, 2) })),
    ...draw.maybe(0.3, () => ({ backoff: backoffOf(draw) })),
  };
}

function backoffOf(draw: Draw): BackoffDocument {
  const initialMs = draw.one([0, 10, 1_000, 30_000]);
  const max = `${initialMs * draw.from(1, 10)}ms`;
  return { initial: `${initialMs}ms`, max, factor: draw.from(1, 3), jitter: draw.one([0, 0.5, 1]) };
}
