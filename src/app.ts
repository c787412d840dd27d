/** Troupe as a library sees it: runs, and everything that can be asked of a home. */
import type { AccountDesk } from './account-desk.ts';
import { type AgentSurvey, surveyAgents } from './agents/survey.ts';
import { type Assembler, beginRun, setGoing, takeUp } from './assembly.ts';
import type { Cluster } from './cluster/cluster.ts';
import { type Config, readVersion } from './config.ts';
import type { History } from './conversations/history.ts';
import { requireAccounts } from './crew/accounting.ts';
import { settle } from './crew/settling.ts';
import type { Archive } from './documents/archive.ts';
import type { ExportRequest } from './inspection/export/export-desk.ts';
import type { Inspecting, InspectOptions } from './inspection/stately/inspect-run.ts';
import { lockOwner } from './journal/lock.ts';
import { openTail } from './journal/tail.ts';
import { type Clock, sleep, systemClock } from './kernel/clock.ts';
import { type Random, systemRandom } from './kernel/random.ts';
import type { Cleaned } from './past/cleaning.ts';
import type { Forked, ForkOptions } from './past/forking.ts';
import {
  type Compacted,
  cleanRuns,
  compactRun,
  type Keeper,
  type Prunable,
  type Pruned,
  prunable,
  removeRuns,
} from './past/keeping.ts';
import type { Rewind } from './past/rewind.ts';
import { coreFrom, coreOf, type RunSummary, unreadable } from './past/standing.ts';
import { resolveInputs } from './plan/inputs.ts';
import { loadPlan, readPlan } from './plan/load.ts';
import type { Plan } from './plan/plan.ts';
import type { Project } from './plan/project/project.ts';
import type { GoalOptions } from './planning/goal-words.ts';
import { readSetting } from './planning/setting.ts';
import type { Probe } from './probing.ts';
import type { SimilarOptions, SimilarTask } from './remembering/look-back.ts';
import type { MemoryDesk } from './remembering/memory-desk.ts';
import type { MemoryWorker, MemoryWorkerSettings } from './remembering/memory-worker.ts';
import type { PromptLibrary } from './remembering/prompts.ts';
import { runBehaviours, visitBehaviours } from './runs/behaviours.ts';
import { askRun, type ControlRequest } from './runs/control.ts';
import {
  createRunFolder,
  findRun,
  listRuns,
  type RunFolder,
  type RunOptions,
  type RunOrder,
  readOrder,
} from './runs/folder.ts';
import { instantOf, type When } from './runs/instant.ts';
import type { Moment } from './runs/moment.ts';
import type { PrunePolicy } from './runs/retention.ts';
import { factOf, type Run, type RunFact } from './runs/run.ts';
import { contextOf, type SharedContext } from './runs/shared-context.ts';
import { findTask, viewOf } from './runs/view.ts';
import { type Explanation, explain } from './runs/why.ts';
import type { Exploration, ExploreOptions } from './simulation/explore.ts';
import type { SimulateOptions, Simulation } from './simulation/study/simulate-plan.ts';
import type { ClearOptions } from './verify/clearance.ts';
import type { MachineDesk } from './verify/machines/machine-desk.ts';
import type { PlanVerification, VerifyOptions } from './verify/verify-plan.ts';
import type { WorstCase } from './verify/worst-case.ts';

export type { RunSummary } from './past/standing.ts';
export type { RunOptions } from './runs/folder.ts';

export interface TroupeOptions {
  /** Where runs are kept. Default: TROUPE_HOME, else `.troupe` in the working directory. */
  readonly home?: string;
  /** Where commands work. Default: the working directory. */
  readonly cwd?: string;
  readonly clock?: Clock;
  readonly random?: Random;
}

export interface FactsOptions {
  /** Goes on as long as somebody works on the run. */
  readonly follow?: boolean;
}

/** How often a growing journal is looked at. */
const followPauseMs = 200;
/** How long an owner's door is waited for. */
const doorTriesMax = 20;
const doorPauseMs = 50;

export function createTroupe(options: TroupeOptions = {}): Troupe {
  const { clock = systemClock, random = systemRandom } = options;
  const { config, project } = readSetting(options);
  return new Troupe(config, clock, random, project);
}

export class Troupe {
  readonly config: Config;
  /** What `troupe.yaml` says; null when there is none. */
  readonly project: Project | null;
  /** Other nodes that share the runs of this one; null: nobody does. */
  cluster: Cluster | null = null;
  readonly #clock: Clock;
  readonly #random: Random;

  constructor(config: Config, clock: Clock, random: Random, project: Project | null = null) {
    this.config = config;
    this.project = project;
    this.#clock = clock;
    this.#random = random;
  }

  /** Begins a plan, or the plan in a file. Its first fact comes after this has resolved. */
  async run(
    plan: Plan | string,
    { inputs = {}, speed = 1, ...how }: RunOptions = {},
  ): Promise<Run> {
    const loaded = await this.#load(plan);
    const given = resolveInputs(loaded, inputs);
    requireAccounts(loaded, this.config);
    const order: RunOrder = {
      ...(await settle(loaded, this.config, this.#clock)),
      inputs: given,
      cwd: this.config.cwd,
      speed,
      version: readVersion(),
      orderedAt: this.#clock.now(),
    };
    const folder = createRunFolder(this.config.home, order, this.#random, how);
    return setGoing(await beginRun(this.#assembler, folder, order), this.#clock);
  }

  /** A plan whose first task makes the rest of it: for `run`. */
  async planGoal(options: GoalOptions): Promise<Plan> {
    // Only whoever has a goal in place of a plan pays for loading it.
    const { planGoal } = await import('./planning/goal.ts');
    return planGoal(options, this.project);
  }

  /** Goes on with a run that was stopped or killed; what its agents left behind is ended first. */
  async resume(name: string): Promise<Run> {
    const folder = await findRun(this.config.home, name);
    return setGoing(await takeUp(this.#assembler, folder, runBehaviours), this.#clock);
  }

  /** A new run that goes on from a moment of another one, with a change: see `resume`. */
  async fork(name: string, options: ForkOptions = {}): Promise<Forked> {
    const { makeFork } = await import('./past/forking.ts');
    return makeFork(this.#keeper, name, options);
  }

  /** Runs that the policy gives up, newest first; nothing is changed. */
  async prunable(policy: PrunePolicy): Promise<readonly Prunable[]> {
    return prunable(this.#keeper, policy);
  }

  /** Removes runs that are over; `stopped`: or could be resumed. A living one is left alone. */
  async prune(ids: readonly string[], { stopped = false } = {}): Promise<Pruned> {
    return removeRuns(this.#keeper, ids, { stopped });
  }

  /** Takes away the worktrees and branches of a run, or of all that are over. */
  async clean(name: string | null, { dryRun = false } = {}): Promise<readonly Cleaned[]> {
    return cleanRuns(this.#keeper, name, { dryRun });
  }

  /** Packs the journal of a run that is over. */
  async compact(name: string): Promise<Compacted> {
    return compactRun(this.#keeper, name);
  }

  get #keeper(): Keeper {
    return { config: this.config, clock: this.#clock, random: this.#random };
  }

  /** The agents that plans can name, and what this machine has of them. */
  agents(): Promise<readonly AgentSurvey[]> {
    return surveyAgents(this.config.environment);
  }

  /** Asks those that seem usable for one word, which costs a little. */
  async probe(): Promise<readonly Probe[]> {
    const { probeAgents } = await import('./probing.ts');
    return probeAgents(this.config, this.#clock);
  }

  /** Newest first. */
  async runs(): Promise<readonly RunSummary[]> {
    const folders = await listRuns(this.config.home);
    const summaries = folders.map((folder) => this.#summary(folder).catch(unreadable(folder)));
    return Promise.all(summaries);
  }

  /** The names of all runs, newest first. */
  async names(): Promise<readonly string[]> {
    return (await listRuns(this.config.home)).map(({ id }) => id);
  }

  /** A run as it stands, living or not. */
  async look(name: string): Promise<RunSummary> {
    return this.#summary(await findRun(this.config.home, name));
  }

  /** Every fact so far, from the journal; with `follow` until nobody works on the run. */
  async *facts(name: string, { follow = false }: FactsOptions = {}): AsyncGenerator<RunFact> {
    const folder = await findRun(this.config.home, name);
    const { base, fresh } = openTail(folder.path);
    const core = coreFrom(base);
    for (let alive = true; alive; ) {
      // Asked before reading: what its owner wrote last is still read.
      alive = follow && lockOwner(folder.path) !== null;
      for (const input of fresh()) {
        for (const wish of core.apply(input)) if (wish.kind === 'fact') yield factOf(wish);
      }
      if (alive) await sleep(this.#clock, followPauseMs);
    }
  }

  /** The plan of a run, as it was when the run began. */
  async plan(name: string): Promise<Plan> {
    return (await readOrder(await findRun(this.config.home, name))).plan;
  }

  async why(name: string, task: string): Promise<Explanation> {
    const { view, owner } = await this.look(name);
    const now = { at: this.#clock.now(), alive: owner !== null };
    return explain(view, findTask(view, task), now);
  }

  /** Plays a plan through many times in virtual time: nothing is run, and nothing written. */
  async simulate(plan: Plan | string | null, options: SimulateOptions = {}): Promise<Simulation> {
    const loaded = plan === null ? null : await this.#load(plan);
    // Only whoever simulates pays for loading it.
    const { simulatePlan } = await import('./simulation/study/simulate-plan.ts');
    return simulatePlan(loaded, options, this.config);
  }

  /** Proves of a plan, before anything of it is run, that it ends, and what it costs at most. */
  async verify(plan: Plan | string, options: VerifyOptions = {}): Promise<PlanVerification> {
    const { verifyPlan } = await import('./verify/verify-plan.ts');
    const { config, project } = this;
    return verifyPlan(plan, options, { home: config.home, project, clock: this.#clock });
  }

  /** A plan from its text, as if it lay in the working directory. */
  parse(text: string, file = 'plan.yaml'): Promise<Plan> {
    const source = { file, folder: this.config.cwd };
    return readPlan(text, source, () => this.prompts(), this.project);
  }

  /** The plan, when nothing speaks against running it; throws a UserError with what does. */
  async clear(plan: Plan | string, options: ClearOptions = {}): Promise<Plan> {
    const { clearHere } = await import('./verify/clearance.ts');
    return clearHere(plan, options, this.config, this.project);
  }

  /** What a run can still take and cost at most; null once it is over. */
  async remainder(name: string): Promise<WorstCase | null> {
    const folder = await findRun(this.config.home, name);
    const { remainderOf } = await import('./verify/remainder.ts');
    return remainderOf(coreOf(folder), (await readOrder(folder)).plan);
  }

  /** The past tasks nearest in meaning to a text, best first. */
  async similar(text: string, options: SimilarOptions = {}): Promise<readonly SimilarTask[]> {
    // Only whoever looks back pays for loading it.
    const { similarTasks } = await import('./remembering/look-back.ts');
    return similarTasks(this.config, this.#clock, text, options);
  }

  /** The prompts of this home, in a file that a person may edit. */
  async prompts(): Promise<PromptLibrary> {
    const { openPrompts } = await import('./remembering/prompts.ts');
    return openPrompts(this.config.home, this.#clock);
  }

  /** The accounts of this home: what they are, what they are held to, what was spent. */
  async accounts(): Promise<AccountDesk> {
    const { AccountDesk } = await import('./account-desk.ts');
    return new AccountDesk(this.config, this.#clock);
  }

  /** What the agents of a run have told each other; to set it: `run.context`, or `ask`. */
  async context(name: string): Promise<SharedContext> {
    return contextOf(coreOf(await findRun(this.config.home, name)));
  }

  /** What runs have produced, version by version. */
  async documents(): Promise<Archive> {
    const { Archive } = await import('./documents/archive.ts');
    return new Archive(this.config, this.#clock, this.#random);
  }

  /** What agents and we said to each other, attempt by attempt. */
  async history(): Promise<History> {
    const { History } = await import('./conversations/history.ts');
    return new History(this.config.home, this.#clock);
  }

  /** What may be asked of memory beside that. */
  async memory(): Promise<MemoryDesk> {
    const { MemoryDesk } = await import('./remembering/memory-desk.ts');
    return new MemoryDesk(this.config, this.#clock);
  }

  /** What may be asked about machines, the product's and those of a person's file. */
  async machines(): Promise<MachineDesk> {
    const { MachineDesk } = await import('./verify/machines/machine-desk.ts');
    return new MachineDesk(this.config, this.#clock);
  }

  /** Looks after what is remembered, as long as this process lives or until it is closed. */
  async memoryWorker(options: MemoryWorkerSettings = {}): Promise<MemoryWorker> {
    const { openMemoryWorker } = await import('./remembering/memory-worker.ts');
    return openMemoryWorker({ ...options, config: this.config, clock: this.#clock });
  }

  /** Hands a run to the Stately inspector, by a page on this machine, until it is closed. */
  async inspect(name: string, options: InspectOptions = {}): Promise<Inspecting> {
    const { inspectRun } = await import('./inspection/stately/inspect-run.ts');
    const around = { clock: this.#clock, random: this.#random };
    return inspectRun(await findRun(this.config.home, name), options, around);
  }

  /** A machine, or what of one happened in a run, in a format that other tools read. */
  async export(request: ExportRequest): Promise<string> {
    const { exportWhat } = await import('./inspection/export/export-desk.ts');
    return exportWhat(this.config, request);
  }

  /** A run's past, to be walked through; to be closed when nobody looks at it any more. */
  async rewind(name: string): Promise<Rewind> {
    const folder = await findRun(this.config.home, name);
    // Only whoever looks back pays for loading it.
    const { Rewind } = await import('./past/rewind.ts');
    return new Rewind(folder, (await readOrder(folder)).plan);
  }

  /** Where every actor stood at one moment; at present when none is named. */
  async moment(name: string, when: When = {}): Promise<Moment> {
    const rewind = await this.rewind(name);
    try {
      return rewind.moment(instantOf(when));
    } finally {
      rewind.close();
    }
  }

  /** Looks for seeds under which a plan breaks a rule, and makes the first ones small. */
  async explore(plan: Plan | string, options: ExploreOptions = {}): Promise<Exploration> {
    const loaded = await this.#load(plan);
    const { explorePlan } = await import('./simulation/explore.ts');
    return explorePlan(loaded, options);
  }

  async folder(name: string): Promise<RunFolder> {
    return findRun(this.config.home, name);
  }

  /** Asks the process that works on a run; without one, takes the run up for just that. */
  async ask(name: string, request: ControlRequest): Promise<void> {
    const folder = await findRun(this.config.home, name);
    if (await this.#askOwner(folder, request)) return;
    const { run, begin } = await takeUp(this.#assembler, folder, visitBehaviours);
    try {
      await begin();
      await run.handle(request);
    } finally {
      await run.stop();
    }
  }

  /** False when nobody works on it. An owner opens its door a moment after it took the lock. */
  async #askOwner(folder: RunFolder, request: ControlRequest): Promise<boolean> {
    for (let tries = 0; tries < doorTriesMax && lockOwner(folder.path); tries += 1) {
      if (await askRun(folder, request)) return true;
      await sleep(this.#clock, doorPauseMs);
    }
    return false;
  }

  async #summary(folder: RunFolder): Promise<RunSummary> {
    const order = await readOrder(folder);
    const core = coreOf(folder);
    const owner = lockOwner(folder.path);
    return { view: viewOf(core, folder.id, order.plan), owner, orderedAt: order.orderedAt };
  }

  /** With prompts of this home's library where it names some. */
  #load(plan: Plan | string): Promise<Plan> | Plan {
    if (typeof plan !== 'string') return plan;
    return loadPlan(plan, () => this.prompts(), this.project);
  }

  get #assembler(): Assembler {
    const { config, project, cluster } = this;
    const webhooks = project?.webhooks ?? [];
    const around = { clock: this.#clock, random: this.#random, ...(cluster && { cluster }) };
    return { config, webhooks, ...around };
  }
}
