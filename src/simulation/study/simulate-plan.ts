/** `troupe simulate` as a call: gathers what a study needs, and refuses what makes no sense. */
import type { Config } from '../../config.ts';
import { settleLearned } from '../../crew/settling.ts';
import { UserError } from '../../kernel/user-error.ts';
import { changePlan, type Setting } from '../../plan/change.ts';
import type { Plan } from '../../plan/plan.ts';
import { choicesIn, type RoleChoice } from '../../plan/roles/agent-choice.ts';
import { amendmentFor } from '../../runs/fork.ts';
import type { RunFact } from '../../runs/run.ts';
import { parseFaults } from '../fault-mix.ts';
import type { SimulatedRun } from '../simulate-run.ts';
import { coursesOf, guessedRoles, type RoleCourse, unpricedRoles } from './course.ts';
import type { Job } from './job.ts';
import { learnFrom } from './past-runs.ts';
import { type Present, presentOf, withCoursesOf } from './present.ts';
import { type Outlook, study } from './study.ts';
import { amended } from './variation.ts';

export interface SimulateOptions {
  /** How many runs are simulated. Default 200. */
  readonly seeds?: number;
  /** The first seed; each run has the next one. Default: the plan's own. */
  readonly seed?: number;
  /** What goes wrong beside the roles' own luck: `all`, `crash=0.05,kill=0.01`. Default none. */
  readonly faults?: string;
  /** Goes on from where this run is now, instead of from the beginning. */
  readonly from?: string;
  /** Changes of the plan, in the words of its document. */
  readonly set?: readonly Setting[];
  /** Holds every run against the rules that must hold in any run; what breaks one is a failure. */
  readonly check?: boolean;
  /** Once aborted, what is known so far is the answer. */
  readonly signal?: AbortSignal;
  readonly onProgress?: (progress: SimulateProgress) => void;
}

export interface SimulateProgress {
  readonly done: number;
  readonly total: number;
  readonly succeeded: number;
}

export interface Simulation extends Outlook {
  readonly name: string;
  /** The run that it goes on from; null for a plan from its beginning. */
  readonly from: string | null;
  /** Runs that were to be simulated. */
  readonly asked: number;
  /** How the attempts of each role go, and where that is known from. */
  readonly courses: readonly RoleCourse[];
  /** Which agents play roles that leave it to what was learned, and why. */
  readonly choices: readonly RoleChoice[];
  /** What happened, when a single run was simulated; else empty. */
  readonly story: readonly RunFact[];
  /** When that one began: its facts are dated by it. */
  readonly beganAt: number;
  /** Roles with work to do whose durations nobody gave: one was assumed. */
  readonly guessed: readonly string[];
  /** Roles with work to do whose price nobody knows. */
  readonly unpriced: readonly string[];
}

const seedsDefault = 200;
/** What is kept of each would fill the memory otherwise. */
const seedsMax = 100_000;

export async function simulatePlan(
  given: Plan | null,
  options: SimulateOptions,
  config: Pick<Config, 'home' | 'environment'>,
): Promise<Simulation> {
  const { home } = config;
  const beginning = await beginningOf(given, options, home);
  const changed = changePlan(beginning.plan, options.set ?? []);
  // A run that has begun knows who has which task.
  const plan = beginning.present ? changed : await settleLearned(changed, config);
  const seeds = { first: options.seed ?? plan.seed, count: countOf(options) };
  const courses = coursesOf(plan, await learnFrom(home, plan));
  const { faults = 'none', check = false } = options;
  const inputs = inputsOf(beginning, plan);
  const job: Job = { plan, courses, faults: parseFaults(faults), check, from: inputs };
  const { signal = new AbortController().signal, onProgress = () => {} } = options;
  let [done, succeeded] = [0, 0];
  let told: Pick<Simulation, 'story' | 'beganAt'> = { story: [], beganAt: 0 };
  const outlook = await study(job, seeds, {
    signal,
    onDigest: ({ end }) => {
      done += 1;
      if (end === 'succeeded') succeeded += 1;
      onProgress({ done, total: seeds.count, succeeded });
    },
    ...(seeds.count === 1 && { onRun: (run) => (told = storyOf(run)) }),
  });
  const guesses = {
    guessed: guessedRoles(plan, courses),
    unpriced: unpricedRoles(plan, courses),
  };
  const from = beginning.present?.run ?? null;
  const known = { courses, choices: choicesIn(plan) };
  return { ...outlook, ...told, name: plan.name, from, asked: seeds.count, ...known, ...guesses };
}

/** What happened before it began was no simulation. */
function storyOf({ facts, beganAt }: SimulatedRun): Pick<Simulation, 'story' | 'beganAt'> {
  return { story: facts.filter(({ at }) => at >= beganAt), beganAt };
}

/** Which plan is simulated, and from where; without a run it begins at its beginning. */
interface Beginning {
  readonly plan: Plan;
  readonly present: Present | null;
}

/** A run goes on with the plan it has; another one that is given only says how attempts go. */
async function beginningOf(
  given: Plan | null,
  { from }: SimulateOptions,
  home: string,
): Promise<Beginning> {
  if (from === undefined) {
    if (given) return { plan: given, present: null };
    const hint = 'troupe simulate PLAN, or troupe simulate --from RUN';
    throw new UserError('simulate.nothing', 'there is no plan and no run to simulate', hint);
  }
  const present = await presentOf(home, from);
  return { plan: given ? withCoursesOf(present.plan, given) : present.plan, present };
}

/** A run that has begun is told of a change; a new one has only its plan. */
function inputsOf({ plan: before, present }: Beginning, after: Plan): Job['from'] {
  if (!present) return null;
  const { inputs, core, landmarks } = present;
  const amendment = amendmentFor(core, { before, after }, landmarks);
  return amendment ? amended(inputs, amendment) : inputs;
}

function countOf({ seeds = seedsDefault }: SimulateOptions): number {
  if (Number.isInteger(seeds) && seeds >= 1 && seeds <= seedsMax) return seeds;
  const message = `${seeds} seeds can not be simulated`;
  throw new UserError('simulate.seeds', message, `give a whole number from 1 to ${seedsMax}`);
}
