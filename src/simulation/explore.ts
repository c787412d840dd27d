/** Looks for a run that goes wrong: many seeds, each judged; the first failures are made small. */
import type { Violation } from '../journal/axioms/violation.ts';
import type { PlanDocument } from '../plan/define.ts';
import type { Plan } from '../plan/plan.ts';
import { type FaultMix, formatFaults, parseFaults } from './fault-mix.ts';
import { judgeRun } from './judge.ts';
import { faultsMaxOf } from './luck.ts';
import { planDocument } from './plan-document.ts';
import { nothingPlanted, type Planted } from './planted.ts';
import { type Case, shrink } from './shrink.ts';

const seedsDefault = 1_000;

export interface ExploreOptions {
  /** How many are looked at, and the first of them. Default 1000 from 1. */
  readonly seeds?: number;
  readonly seed?: number;
  /** What goes wrong in the world: `all`, `crash=0.05,kill=0.01`. Default all. */
  readonly faults?: string;
}

/** The same, where each seed may have a plan of its own. */
export interface Search {
  readonly planOf: (seed: number) => Plan;
  readonly faults: FaultMix;
  /** Every seed from the first to before the last. */
  readonly seeds: { readonly from: number; readonly to: number };
  /** It gives up after so many failures. */
  readonly findingsMax?: number;
  /** A mistake that is built in, to see that it is found. */
  readonly planted?: Planted;
}

/** A run that went wrong, as small as it could be made. */
export interface Finding {
  readonly seed: number;
  readonly faults: FaultMix;
  readonly violations: readonly Violation[];
  /** To be kept in a file: with it and the command, the run goes wrong again. */
  readonly document: PlanDocument;
}

export interface Exploration {
  readonly seeds: number;
  readonly faults: number;
  readonly kills: number;
  readonly events: number;
  readonly findings: readonly Finding[];
}

export function explorePlan(plan: Plan, options: ExploreOptions): Promise<Exploration> {
  const { seeds = seedsDefault, seed: from = 1, faults = 'all' } = options;
  const planOf = (): Plan => plan;
  return explore({ planOf, faults: parseFaults(faults), seeds: { from, to: from + seeds } });
}

export async function explore(options: Search): Promise<Exploration> {
  const { planOf, seeds, findingsMax = 1, planted = nothingPlanted } = options;
  const findings: Finding[] = [];
  let [count, faults, kills, events] = [0, 0, 0, 0];
  for (let seed = seeds.from; seed < seeds.to && findings.length < findingsMax; seed += 1) {
    const plan = planOf(seed);
    const { run, violations } = await judgeRun({ plan, seed, faults: options.faults }, planted);
    count += 1;
    faults += run?.faults ?? 0;
    kills += run?.kills ?? 0;
    events += run?.events ?? 0;
    if (violations.length === 0) continue;
    const max = run?.faults ?? faultsMaxOf(options.faults, plan.tasks.length);
    findings.push(await shrunk(seed, { plan, faults: { ...options.faults, max } }, planted));
  }
  return { seeds: count, faults, kills, events, findings };
}

/** One line to paste, for whoever has the plan in a file. */
export function commandOf({ seed, faults }: Pick<Finding, 'seed' | 'faults'>, path: string) {
  return `troupe simulate ${path} --seed ${seed} --faults ${formatFaults(faults)} --check`;
}

async function shrunk(seed: number, failing: Case, planted: Planted): Promise<Finding> {
  const look = async (each: Case) => (await judgeRun({ ...each, seed }, planted)).violations;
  const [first] = await look(failing);
  const small = await shrink(failing, async (smaller) => {
    return (await look(smaller)).some(({ axiom }) => axiom === first?.axiom);
  });
  const { plan, faults } = small;
  return { seed, faults, violations: await look(small), document: planDocument(plan) };
}
