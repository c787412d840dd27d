/** Puts the parts together: the one file that knows everyone, and decides nothing. */
import { orchestratorAddress } from '../machines/ids.ts';
import {
  agentMachine,
  orchestratorMachine,
  supervisorMachine,
  taskMachine,
} from '../machines/index.ts';
import { openGuardian } from './agents/guardian.ts';
import { reapOrphans } from './agents/ledger.ts';
import type { Bus } from './bus/bus.ts';
import { InProcessBus } from './bus/in-process.ts';
import { type Config, readConfig, readVersion } from './config.ts';
import { Crew, type Place } from './crew.ts';
import { FileJournal, readHistory } from './journal/file.ts';
import { lockOwner, type Owner } from './journal/lock.ts';
import { Charts } from './kernel/charts.ts';
import { type Clock, systemClock } from './kernel/clock.ts';
import { Core, type FactWish } from './kernel/core.ts';
import { type Random, systemRandom } from './kernel/random.ts';
import { System } from './kernel/system.ts';
import { UserError } from './kernel/user-error.ts';
import { compilePlan } from './plan/compile.ts';
import { resolveInputs } from './plan/inputs.ts';
import { loadPlan } from './plan/load.ts';
import { suggest } from './plan/nearest.ts';
import type { Plan } from './plan/plan.ts';
import { runBehaviours } from './runs/behaviours.ts';
import { askRun, type ControlRequest, openControl } from './runs/control.ts';
import {
  createRunFolder,
  findRun,
  listRuns,
  type RunFolder,
  type RunOrder,
  readOrder,
} from './runs/folder.ts';
import { ResultWriter } from './runs/results.ts';
import { factOf, Run, type RunFact } from './runs/run.ts';
import { type RunView, viewOf } from './runs/view.ts';
import { type Explanation, explain } from './runs/why.ts';

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

/** One line of `ps`. */
export interface RunSummary {
  readonly view: RunView;
  /** The process that works on it now; null when nobody does. */
  readonly owner: Owner | null;
  readonly orderedAt: number;
}

const machines = [orchestratorMachine, supervisorMachine, agentMachine, taskMachine];

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
    const order: RunOrder = {
      plan: loaded,
      inputs: resolveInputs(loaded, inputs),
      cwd: this.config.cwd,
      speed,
      version: readVersion(),
      orderedAt: this.#clock.now(),
    };
    const folder = await createRunFolder(this.config.home, order, this.#random);
    return this.#assemble(folder, order);
  }

  /** Goes on with a run that was stopped or killed; what its agents left behind is ended first. */
  async resume(name: string): Promise<Run> {
    const folder = await findRun(this.config.home, name);
    return this.#assemble(folder, await readOrder(folder));
  }

  /** Newest first. */
  async runs(): Promise<readonly RunSummary[]> {
    const folders = await listRuns(this.config.home);
    return Promise.all(folders.map((folder) => this.#summary(folder)));
  }

  /** A run as it stands, living or not. */
  async look(name: string): Promise<RunSummary> {
    return this.#summary(await findRun(this.config.home, name));
  }

  /** Every fact so far, read again from the journal. */
  async *facts(name: string): AsyncGenerator<RunFact> {
    const folder = await findRun(this.config.home, name);
    const core = new Core(new Charts(machines));
    for (const input of readHistory(folder.path).inputs) {
      for (const wish of core.apply(input)) if (wish.kind === 'fact') yield factOf(wish);
    }
  }

  async why(name: string, task: string): Promise<Explanation> {
    const { view, owner } = await this.look(name);
    return explain(view, findTask(view, task), owner !== null);
  }

  async folder(name: string): Promise<RunFolder> {
    return findRun(this.config.home, name);
  }

  /** Asks the process that works on a run; without one, takes the run up for just that. */
  async ask(name: string, request: ControlRequest): Promise<void> {
    const folder = await findRun(this.config.home, name);
    if (await askRun(folder, request)) return;
    const run = await this.#assemble(folder, await readOrder(folder));
    try {
      await run.handle(request);
    } finally {
      await run.stop();
    }
  }

  async #summary(folder: RunFolder): Promise<RunSummary> {
    const order = await readOrder(folder);
    const core = new Core(new Charts(machines));
    for (const input of readHistory(folder.path).inputs) core.apply(input);
    const owner = lockOwner(folder.path);
    return { view: viewOf(core, folder.id, order.plan), owner, orderedAt: order.orderedAt };
  }

  async #assemble(folder: RunFolder, order: RunOrder): Promise<Run> {
    const clock = this.#clock;
    const journal = await FileJournal.open(folder.path, {
      about: { run: folder.id, version: order.version, machines: versions() },
    });
    const { environment } = this.config;
    await reapOrphans({ runFolder: folder.path, runId: folder.id, clock });
    const guardian = openGuardian({ environment });
    const bus = new InProcessBus(clock);
    const results = new ResultWriter(folder);
    const place: Place = { folder, order, guardian, environment, clock, results, bus };
    const crew = new Crew(place);
    const system = await System.restore({
      log: journal,
      machines,
      behaviours: runBehaviours(crew),
      clock,
      onActFailed: (_act, error) => run.halt(error),
    });
    crew.serve(system);
    system.onFact((fact) => publish(bus, folder, fact));
    const run: Run = new Run({
      folder,
      plan: order.plan,
      system,
      facts: () => factsOf(bus, folder),
      wind: async () => {
        await control.close();
        await system.close();
        await guardian.close();
        bus.close();
      },
    });
    const control = await openControl(folder, this.#random, (request) => run.handle(request));
    this.#begin(system, order, crew).catch((error: unknown) => run.halt(error));
    return run;
  }

  /** After whoever asked has had its turn to listen. */
  async #begin(system: System, { plan }: RunOrder, crew: Crew): Promise<void> {
    await this.#clock.breathe();
    system.start();
    await crew.restoreResults();
    if (!system.core.registry.lookUp(orchestratorAddress)) {
      system.spawn(orchestratorMachine, { id: orchestratorAddress });
    }
    const orchestrator = system.ref(orchestratorMachine, orchestratorAddress);
    if (orchestrator.snapshot()?.value !== 'planning') return;
    await orchestrator.send({ type: 'plan.submit', plan: compilePlan(plan) });
  }
}

function findTask(view: RunView, task: string) {
  const found = view.tasks.find(({ id }) => id === task);
  if (found) return found;
  const known = view.tasks.map(({ id }) => id);
  const near = suggest(task, known) || `there are ${known.slice(0, 5).join(', ')}`;
  const hint = `see the tasks: troupe ps ${view.id}`;
  throw new UserError('task.unknown', `no task is called "${task}"; ${near}`, hint);
}

function versions(): Record<string, string> {
  return Object.fromEntries(machines.map(({ id, version }) => [id, version ?? '']));
}

function publish(bus: Bus, folder: RunFolder, fact: FactWish): void {
  const to = `run/${folder.id}/facts/${fact.actor}`;
  bus.publish({ to, from: folder.id, sequence: fact.seq, event: factOf(fact) });
}

async function* factsOf(bus: Bus, folder: RunFolder): AsyncGenerator<RunFact> {
  const subscription = bus.subscribe(`run/${folder.id}/facts/*`);
  for await (const { event } of subscription) yield event as unknown as RunFact;
}
