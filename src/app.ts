/** Puts the parts together: the one file that knows everyone, and decides nothing. */
import type { AccountDesk } from './account-desk.ts';
import { Accounting, requireAccounts } from './accounting.ts';
import { openGuardian } from './agents/guardian.ts';
import { reapOrphans } from './agents/ledger.ts';
import { type AgentSurvey, surveyAgents } from './agents/survey.ts';
import { InProcessBus } from './bus/in-process.ts';
import type { Cleaned } from './cleaning.ts';
import { type Config, readConfig, readVersion } from './config.ts';
import { Crew, type Place } from './crew.ts';
import { factsOf, publish } from './facts.ts';
import type { Forked, ForkOptions } from './forking.ts';
import { FileJournal } from './journal/file.ts';
import { lockOwner } from './journal/lock.ts';
import { openTail } from './journal/tail.ts';
import {
  type Compacted,
  cleanRuns,
  compactRun,
  type Keeper,
  type Prunable,
  type Pruned,
  prunable,
  refuseGhost,
  removeRuns,
} from './keeping.ts';
import type { Behaviours } from './kernel/behaviours.ts';
import { type Clock, sleep, systemClock } from './kernel/clock.ts';
import { type Random, systemRandom } from './kernel/random.ts';
import { System } from './kernel/system.ts';
import { versionsOf } from './kernel/versions.ts';
import { resolveInputs } from './plan/inputs.ts';
import { loadPlan } from './plan/load.ts';
import type { Plan } from './plan/plan.ts';
import type { SimilarOptions, SimilarTask } from './remembering/look-back.ts';
import type { MemoryDesk } from './remembering/memory-desk.ts';
import type { PromptLibrary } from './remembering/prompts.ts';
import { openRememberer } from './remembering/rememberer.ts';
import { Reminder } from './remembering/reminder.ts';
import type { Rewind } from './rewind.ts';
import { type RunWorld, runBehaviours, visitBehaviours } from './runs/behaviours.ts';
import { askRun, type ControlRequest, openControl } from './runs/control.ts';
import {
  createRunFolder,
  findRun,
  listRuns,
  type RunFolder,
  type RunOrder,
  readOrder,
  writePlan,
} from './runs/folder.ts';
import { instantOf, type When } from './runs/instant.ts';
import { launch, runMachines } from './runs/launch.ts';
import type { Moment } from './runs/moment.ts';
import type { PrunePolicy } from './runs/retention.ts';
import { factOf, Run, type RunFact } from './runs/run.ts';
import { findTask, viewOf } from './runs/view.ts';
import { type Explanation, explain } from './runs/why.ts';
import { notesOn, settle } from './settling.ts';
import type { Exploration, ExploreOptions } from './simulation/explore.ts';
import type { SimulateOptions, Simulation } from './simulation/study/simulate-plan.ts';
import { coreFrom, coreOf, type RunSummary, unreadable } from './standing.ts';
import { takeOver } from './upgrading.ts';

export type { RunSummary } from './standing.ts';

export interface TroupeOptions {
  /** Where runs are kept. Default: TROUPE_HOME, else `.troupe` in the working directory. */
  readonly home?: string;
  /** Where commands work. Default: the working directory. */
  readonly cwd?: string;
  readonly clock?: Clock;
  readonly random?: Random;
}

export interface RunOptions {
  readonly inputs?: Readonly<Record<string, string>>;
  /** Simulated work is done this many times faster. */
  readonly speed?: number;
}

export interface FactsOptions {
  /** Goes on as long as somebody works on the run. */
  readonly follow?: boolean;
}

const machines = runMachines;

/** How often a growing journal is looked at. */
const followPauseMs = 200;
/** How long an owner's door is waited for. */
const doorTriesMax = 20;
const doorPauseMs = 50;

export function createTroupe(options: TroupeOptions = {}): Troupe {
  const { clock = systemClock, random = systemRandom } = options;
  return new Troupe(readConfig(options), clock, random);
}

export class Troupe {
  readonly config: Config;
  readonly #clock: Clock;
  readonly #random: Random;

  constructor(config: Config, clock: Clock, random: Random) {
    this.config = config;
    this.#clock = clock;
    this.#random = random;
  }

  /** Begins a plan, or the plan in a file. Its first fact comes after this has resolved. */
  async run(plan: Plan | string, { inputs = {}, speed = 1 }: RunOptions = {}): Promise<Run> {
    const loaded = typeof plan === 'string' ? await loadPlan(plan) : plan;
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
    const folder = createRunFolder(this.config.home, order, this.#random);
    const log = await this.#open(folder, order);
    return this.#begin(await this.#assemble({ folder, order, log, make: runBehaviours }));
  }

  /** Goes on with a run that was stopped or killed; what its agents left behind is ended first. */
  async resume(name: string): Promise<Run> {
    const folder = await findRun(this.config.home, name);
    return this.#begin(await this.#takeUp(folder, runBehaviours));
  }

  /** A new run that goes on from a moment of another one, with a change: see `resume`. */
  async fork(name: string, options: ForkOptions = {}): Promise<Forked> {
    const { makeFork } = await import('./forking.ts');
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
    const loaded = typeof plan === 'string' ? await loadPlan(plan) : plan;
    // Only whoever simulates pays for loading it.
    const { simulatePlan } = await import('./simulation/study/simulate-plan.ts');
    return simulatePlan(loaded, options, this.config.home);
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

  /** What may be asked of memory beside that. */
  async memory(): Promise<MemoryDesk> {
    const { MemoryDesk } = await import('./remembering/memory-desk.ts');
    return new MemoryDesk(this.config, this.#clock);
  }

  /** A run's past, to be walked through; to be closed when nobody looks at it any more. */
  async rewind(name: string): Promise<Rewind> {
    const folder = await findRun(this.config.home, name);
    // Only whoever looks back pays for loading it.
    const { Rewind } = await import('./rewind.ts');
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
    const loaded = typeof plan === 'string' ? await loadPlan(plan) : plan;
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
    const { run, begin } = await this.#takeUp(folder, visitBehaviours);
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

  async #takeUp(folder: RunFolder, make: Parts['make']): Promise<Assembled> {
    const order = await readOrder(folder);
    if (make === runBehaviours) requireAccounts(order.plan, this.config);
    let log = await this.#open(folder, order);
    try {
      refuseGhost(folder);
      log = await takeOver(log, machines, this.#about(folder, readVersion()));
      await reapOrphans({ runFolder: folder.path, runId: folder.id, clock: this.#clock });
      writePlan(folder, order);
      return await this.#assemble({ folder, order, log, make });
    } catch (error) {
      await log.close();
      throw error;
    }
  }

  #open(folder: RunFolder, order: RunOrder): Promise<FileJournal> {
    return FileJournal.open(folder.path, { about: this.#about(folder, order.version) });
  }

  /** What the header of a journal says of who wrote it. */
  #about({ id }: RunFolder, version: string) {
    return { run: id, version, machines: versionsOf(machines) };
  }

  async #assemble({ folder, order, log, make }: Parts): Promise<Assembled> {
    const clock = this.#clock;
    const { environment } = this.config;
    const guardian = openGuardian({ environment });
    const reminder = new Reminder(this.config, clock);
    const accounting = new Accounting(this.config, clock, order.plan, folder.id);
    const bus = new InProcessBus(clock);
    const place: Place = { folder, order, guardian, environment, clock, bus, reminder, accounting };
    const crew = new Crew(place);
    const system = await System.restore({
      log,
      machines,
      behaviours: make(crew),
      clock,
      onActFailed: (_act, error) => run.halt(error),
    });
    crew.serve(system);
    const rememberer = openRememberer({ home: this.config.home, environment, clock });
    system.onFact((fact) => publish(bus, folder, fact));
    const run: Run = new Run({
      folder,
      plan: order.plan,
      system,
      facts: () => factsOf(bus, folder),
      branch: () => crew.resultBranch,
      notes: notesOn(order),
      kill: async () => {
        await reapOrphans({ runFolder: folder.path, runId: folder.id, clock });
      },
      wind: async () => {
        await control.then((open) => open.close()).catch(() => {});
        await system.close();
        await guardian.close();
        bus.close();
        await Promise.all([reminder.close(), accounting.close()]);
        await rememberer.end();
      },
    });
    // Nobody waits for the door to be open: the work begins meanwhile.
    const handle = (request: ControlRequest): Promise<void> => run.handle(request);
    const control = openControl({ folder, random: this.#random, clock, handle });
    control.catch((error: unknown) => run.halt(error));
    return { run, begin: () => launch(run, system, () => crew.restoreResults()) };
  }

  /** After whoever asked has had its turn to listen. */
  #begin({ run, begin }: Assembled): Run {
    const begun = this.#clock.breathe().then(begin);
    begun.catch((error: unknown) => run.halt(error));
    return run;
  }
}

/** What is known of a run before it lives. */
interface Parts {
  readonly folder: RunFolder;
  readonly order: RunOrder;
  readonly log: FileJournal;
  readonly make: (world: RunWorld) => Behaviours;
}

interface Assembled {
  readonly run: Run;
  readonly begin: () => Promise<void>;
}
