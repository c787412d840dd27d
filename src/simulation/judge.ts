/** What is wrong with a simulated run: by the axioms, and by what only its world can know. */
import { checkRun } from '../journal/axioms/check-run.ts';
import type { Violation } from '../journal/axioms/violation.ts';
import { Charts } from '../kernel/charts.ts';
import { Core } from '../kernel/core.ts';
import { hashOf } from '../kernel/persist.ts';
import type { Plan } from '../plan/plan.ts';
import { runMachines } from '../runs/launch.ts';
import { nothingPlanted, type Planted } from './planted.ts';
import { type SimulatedRun, type SimulationOptions, traceRun } from './simulate-run.ts';

export interface Judged {
  /** Null: the runtime broke. */
  readonly run: SimulatedRun | null;
  readonly violations: readonly Violation[];
}

export async function judgeRun(
  options: SimulationOptions,
  planted: Planted = nothingPlanted,
): Promise<Judged> {
  try {
    const { run, hash, done } = await traceRun(options, planted);
    const violations = [
      ...checkRun({ plan: options.plan, records: run.records, sightings: run.sightings }),
      ...ends(run),
      ...replays(run, hash),
      ...lies(options.plan, run, done),
    ];
    return { run, violations };
  } catch (error) {
    const message = error instanceof Error ? error.message : String(error);
    return { run: null, violations: [violation('the-runtime-holds', message)] };
  }
}

function ends({ ending }: SimulatedRun): readonly Violation[] {
  return ending ? [] : [violation('the-run-ends', 'it was not over within its bound')];
}

/** K2: same inputs, same order, same states. */
function replays({ records }: SimulatedRun, hash: string): readonly Violation[] {
  const core = new Core(new Charts(runMachines));
  for (const record of records) core.apply(record);
  if (hashOf(core) === hash) return [];
  return [violation('replay-is-the-same', 'its journal leads to another state than it was in')];
}

/** A task that is checked succeeds by work that was done. */
function lies({ tasks }: Plan, { facts }: SimulatedRun, done: ReadonlySet<number>): Violation[] {
  const checked = new Set(tasks.filter(({ verify }) => verify.length > 0).map(({ id }) => id));
  const tokens = new Map<string, number | null>();
  const found: Violation[] = [];
  for (const fact of facts) {
    if (fact.type === 'task.started') tokens.set(fact.task, fact.token);
    if (fact.type !== 'task.succeeded' || !checked.has(fact.task)) continue;
    if (done.has(tokens.get(fact.task) ?? 0)) continue;
    found.push(violation('lies-are-found', `${fact.task} succeeded, and its work is not done`));
  }
  return found;
}

function violation(axiom: string, message: string): Violation {
  return { axiom, message, n: null, at: null };
}
