/** Simulates some seeds of one plan: what a thread is given, and what it does with it. */
import { messageOf } from '../../../machines/errors.ts';
import type { LoggedInput } from '../../kernel/log.ts';
import { compilePlan } from '../../plan/compile.ts';
import type { Plan } from '../../plan/plan.ts';
import type { FaultMix } from '../fault-mix.ts';
import { type Judged, judgeRun } from '../judge.ts';
import type { RoleRates } from '../rates.ts';
import { type SimulatedRun, type SimulationOptions, simulateRun } from '../simulate-run.ts';
import type { RoleCourse } from './course.ts';
import { brokenDigest, type Digest, digestOf, type Frame, frameOf } from './digest.ts';
import { quantileOf } from './spread.ts';

/** Plain data: it goes to other threads. */
export interface Job {
  readonly plan: Plan;
  readonly courses: readonly RoleCourse[];
  readonly faults: FaultMix;
  readonly check: boolean;
  /** A run's inputs so far, to go on from; null for a new run. */
  readonly from: readonly LoggedInput[] | null;
}

/** What is the same for all seeds of a job, made once. */
export class Bench {
  readonly #job: Job;
  readonly #frame: Frame;
  readonly #rates: ReadonlyMap<string, RoleRates>;
  readonly #onRun: (run: SimulatedRun) => void;

  constructor(job: Job, onRun: (run: SimulatedRun) => void = () => {}) {
    this.#job = job;
    this.#onRun = onRun;
    this.#frame = frameOf(compilePlan(job.plan));
    this.#rates = new Map(job.courses.map((course) => [course.role, ratesOf(course)]));
  }

  async run(seed: number): Promise<Digest> {
    const judged = this.#job.check ? await judgeRun(this.#under(seed)) : await this.#play(seed);
    const violations = judged.violations.map(({ axiom, message }) => `${axiom}: ${message}`);
    const { run } = judged;
    if (run === null) return brokenDigest(seed, violations);
    this.#onRun(run);
    return digestOf(this.#frame, run, run.beganAt, violations);
  }

  simulate(seed: number): Promise<SimulatedRun> {
    return simulateRun(this.#under(seed));
  }

  /** A run that breaks the runtime is a bug, but none of the other runs. */
  async #play(seed: number): Promise<Judged> {
    try {
      return { run: await this.simulate(seed), violations: [] };
    } catch (error) {
      const why = { axiom: 'the-runtime-holds', message: messageOf(error), n: null, at: null };
      return { run: null, violations: [why] };
    }
  }

  #under(seed: number): SimulationOptions {
    const { plan, faults, from } = this.#job;
    return { plan, seed, faults, rates: this.#rates, ...(from && { from }) };
  }
}

function ratesOf({ workMs, taskMs, kinds = [], ...role }: RoleCourse): RoleRates {
  const ofTasks = new Map(Object.entries(taskMs));
  const kindOf = new Map(kinds.flatMap((kind) => kind.tasks.map((task) => [task, kind])));
  const [fail, crash, costUsd] = [role.fail.value, role.crash.value, role.costUsd.value];
  return {
    workMs: (unit, task = '') =>
      quantileOf(ofTasks.get(task) ?? kindOf.get(task)?.workMs ?? workMs.value, unit),
    ...{ fail, crash, costUsd },
    ...(kinds.length > 0 && {
      ofTask: (task) => {
        const own = kindOf.get(task);
        return {
          fail: own?.fail ?? fail,
          crash: own?.crash ?? crash,
          costUsd: own?.costUsd ?? costUsd,
        };
      },
    }),
  };
}
