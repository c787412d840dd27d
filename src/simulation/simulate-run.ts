/** Runs a whole team as one deterministic program: no time passes, and one seed says it all. */
import type { RunEnding } from '../../machines/rules/orchestration.ts';
import type { Sighting } from '../journal/axioms/sighting.ts';
import { Charts } from '../kernel/charts.ts';
import { systemClock } from '../kernel/clock.ts';
import { Core } from '../kernel/core.ts';
import type { LoggedInput } from '../kernel/log.ts';
import type { Plan } from '../plan/plan.ts';
import { askedMax } from '../planning/pretended.ts';
import { runMachines } from '../runs/launch.ts';
import { factOf, type RunFact } from '../runs/run.ts';
import type { FaultMix } from './fault-mix.ts';
import { Outside } from './outside.ts';
import { nothingPlanted, type Planted } from './planted.ts';
import type { RoleRates } from './rates.ts';
import { settled } from './virtual-time.ts';

export interface SimulationOptions {
  readonly plan: Plan;
  readonly seed: number;
  readonly faults: FaultMix;
  /** How roles behave, by name; a simulated role that is not among them says it itself. */
  readonly rates?: ReadonlyMap<string, RoleRates>;
  /** Starts where these inputs lead: a real run's journal. */
  readonly from?: readonly LoggedInput[];
}

export interface SimulatedRun {
  readonly seed: number;
  /** Null: it was not over within its bound. */
  readonly ending: RunEnding | null;
  /** When it started, and from there to its end. */
  readonly beganAt: number;
  readonly durationMs: number;
  /** Of all attempts that were begun in the simulation, also of those that came to nothing. */
  readonly costUsd: number;
  readonly facts: readonly RunFact[];
  /** Read once somebody asks: most look at facts only. */
  readonly records: readonly LoggedInput[];
  readonly sightings: readonly Sighting[];
  readonly faults: number;
  readonly kills: number;
  /** Steps that actors made. */
  readonly events: number;
}

/** A run that needs more turns than this has lost its way. */
const turnsAtLeast = 20_000;
const turnsPerTask = 2_000;

export async function simulateRun(options: SimulationOptions): Promise<SimulatedRun> {
  return report(options, await playThrough(options, nothingPlanted));
}

export interface TracedRun {
  readonly run: SimulatedRun;
  /** Of the state that it ended in. */
  readonly hash: string;
  /** Tokens of the attempts that did what they were asked for, whatever they said. */
  readonly done: ReadonlySet<number>;
}

/** The same, with what only its world knows, and perhaps with a mistake built in. */
export async function traceRun(options: SimulationOptions, planted: Planted): Promise<TracedRun> {
  const outside = await playThrough(options, planted);
  const { life, workshop } = outside;
  return { run: report(options, outside), hash: life.hash, done: workshop.done };
}

async function playThrough(options: SimulationOptions, planted: Planted): Promise<Outside> {
  // Thousands in a row must let a person's Ctrl-C through.
  await systemClock.breathe();
  const outside = new Outside({ ...options, planted });
  await play(outside);
  if (outside.broken !== null) throw brokenDown(options.seed, outside.broken);
  return outside;
}

/** Whatever can go on without time goes on; then the next thing that is due happens. */
async function play(outside: Outside): Promise<void> {
  const { tasks } = outside.plan;
  const asking = tasks.filter(({ subtasks }) => subtasks).length;
  const turnsMax = turnsAtLeast + turnsPerTask * (tasks.length + asking * askedMax);
  for (let turn = 0; turn < turnsMax; turn += 1) {
    await settled();
    if (outside.isOver) return;
    outside.life.settled();
    if (!outside.time.step()) return;
  }
}

function report({ seed }: SimulationOptions, outside: Outside): SimulatedRun {
  const { ending, time, workshop, luck, kills, steps, sightings, life } = outside;
  let read: readonly LoggedInput[] | null = null;
  const records = (): readonly LoggedInput[] => {
    read ??= outside.disk.records();
    return read;
  };
  return {
    seed,
    ending,
    beganAt: outside.beganMs,
    durationMs: time.nowMs - outside.beganMs,
    costUsd: workshop.costUsd,
    // One that lived more than once told some facts to nobody.
    facts: life.number === 1 && outside.isFresh ? outside.facts : factsOf(records()),
    get records() {
      return records();
    },
    sightings,
    faults: luck.faults,
    kills,
    events: steps,
  };
}

function factsOf(records: readonly LoggedInput[]): readonly RunFact[] {
  const core = new Core(new Charts(runMachines));
  const facts: RunFact[] = [];
  for (const record of records) {
    for (const wish of core.apply(record)) if (wish.kind === 'fact') facts.push(factOf(wish));
  }
  return facts;
}

function brokenDown(seed: number, cause: unknown): Error {
  const message = cause instanceof Error ? cause.message : String(cause);
  return new Error(`under seed ${seed} the runtime broke: ${message}`, { cause });
}
