/** What a plan will take and cost at best, and what is to be expected: by simulating it. */
import { attemptUsdMax } from '../plan/compile.ts';
import type { Plan } from '../plan/plan.ts';
import { noFaults } from '../simulation/fault-mix.ts';
import type { SimulatedRun } from '../simulation/simulate-run.ts';
import {
  assumedWorkMs,
  coursesOf,
  guessedRoles,
  unpricedRoles,
} from '../simulation/study/course.ts';
import { Bench } from '../simulation/study/job.ts';
import { learnFrom } from '../simulation/study/past-runs.ts';
import { spreadOf } from '../simulation/study/spread.ts';
import type { Bound } from './verdict.ts';

export interface Likely {
  readonly best: Bound;
  /** Half of all runs need no more. */
  readonly expected: Bound;
  readonly runs: number;
  /** Roles with tasks of which nobody knows how long they take: a time was assumed. */
  readonly guessed: readonly string[];
  readonly assumedMs: number;
  /** Roles that are paid for, and nobody knows how much, nor how much at most. */
  readonly unpriced: readonly string[];
}

/** So many tasks are simulated in all; a plan that is much larger keeps nobody waiting. */
const tasksMax = 1_000;
const tooLarge = 10_000;
const runsMin = 3;
const runsMax = 100;

/** Null: nobody has tried. */
export async function likelyOf(plan: Plan, home: string): Promise<Likely | null> {
  if (plan.tasks.length > tooLarge) return null;
  const runs = Math.floor(tasksMax / plan.tasks.length);
  const count = Math.min(runsMax, Math.max(runsMin, runs));
  const courses = coursesOf(plan, await learnFrom(home, plan));
  const bench = new Bench({ plan, courses, faults: noFaults, check: false, from: null });
  const figures: Bound[] = [];
  for (let at = 0; at < count; at += 1) {
    figures.push(figuresOf(await bench.simulate(plan.seed + at)));
  }
  const of = (part: keyof Bound) => figures.map((each) => each[part]);
  const all = { durationMs: of('durationMs'), costUsd: of('costUsd'), calls: of('calls') };
  const least = (values: readonly number[]) => values.reduce((one, other) => Math.min(one, other));
  const middle = (values: readonly number[]) => spreadOf(values).p50;
  return {
    ...{ best: each(all, least), expected: each(all, middle), runs: count },
    guessed: guessedRoles(plan, courses),
    assumedMs: assumedWorkMs,
    unpriced: unpricedRoles(plan, courses).filter((name) => boundless(plan).has(name)),
  };
}

const boundless = ({ roles }: Plan): ReadonlySet<string> =>
  new Set(roles.filter((role) => attemptUsdMax(role) === null).map(({ name }) => name));

function figuresOf({ durationMs, costUsd, sightings }: SimulatedRun): Bound {
  const calls = sightings.filter(({ kind }) => kind === 'work.begun').length;
  return { durationMs, costUsd, calls };
}

function each(
  { durationMs, costUsd, calls }: Readonly<Record<keyof Bound, readonly number[]>>,
  choose: (values: readonly number[]) => number,
): Bound {
  return { durationMs: choose(durationMs), costUsd: choose(costUsd), calls: choose(calls) };
}
