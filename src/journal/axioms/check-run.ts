/** Looks whether every axiom holds of a run: its journal replayed once, then what the world saw. */

import type { Fact } from '../../../machines/events.ts';
import {
  agentMachine,
  contextMachine,
  orchestratorMachine,
  supervisorMachine,
  taskMachine,
} from '../../../machines/index.ts';
import type { PlanSpec } from '../../../machines/plan.ts';
import { Charts } from '../../kernel/charts.ts';
import { Core } from '../../kernel/core.ts';
import type { LoggedInput } from '../../kernel/log.ts';
import { Attempts } from './attempts.ts';
import type { Axiom, Blame, Watch } from './axiom.ts';
import { axioms } from './axioms.ts';
import { Ground, type OrderedPlan } from './ground.ts';
import type { Sighting } from './sighting.ts';
import type { Violation } from './violation.ts';

export interface CheckedRun {
  readonly plan: OrderedPlan;
  /** All of them, from the first. */
  readonly records: Iterable<LoggedInput>;
  readonly sightings?: readonly Sighting[];
  /** What it should have run by; without it, the plan that its journal says it was given. */
  readonly spec?: PlanSpec;
  /** The machines to replay it by; the product's own when left out. */
  readonly charts?: Charts;
}

/** Of one axiom; more of the same say nothing new. */
const violationsMax = 100;

const machines = [
  ...[orchestratorMachine, supervisorMachine, agentMachine, taskMachine],
  contextMachine,
];
/** Machines are compiled once, for thousands of runs. */
let ours: Charts | null = null;

export function checkRun(run: CheckedRun): readonly Violation[] {
  const violations: Violation[] = [];
  const ground = new Ground(run.plan, run.sightings ? 'seen' : 'unseen', run.spec);
  const watches = axioms.map((axiom) => axiom.watch(ground, blamer(axiom, violations)));
  ours ??= new Charts(machines);
  const core = new Core(run.charts ?? ours);
  follow(run.records, { core, ground, watches });
  for (const sighting of run.sightings ?? []) {
    for (const watch of watches) watch.sight?.(sighting);
  }
  const last = core.n === 0 ? { n: null, at: null } : { n: core.n, at: core.at };
  for (const watch of watches) watch.end?.(core, last);
  return violations;
}

function blamer({ name }: Axiom, violations: Violation[]): Blame {
  let count = 0;
  return (message, { n, at }) => {
    count += 1;
    if (count <= violationsMax) violations.push({ axiom: name, message, n, at });
  };
}

interface Following {
  readonly core: Core;
  readonly ground: Ground;
  readonly watches: readonly Watch[];
}

/** Ends at a gap: what comes after it can't be understood. */
function follow(records: Iterable<LoggedInput>, { core, ground, watches }: Following): void {
  const attempts = new Attempts();
  const before = watches.flatMap((watch) => watch.before ?? []);
  const facts = watches.flatMap((watch) => watch.fact ?? []);
  const steps = watches.flatMap((watch) => watch.step ?? []);
  for (const record of records) {
    for (const look of before) look(record, core);
    if (record.n !== core.n + 1) return;
    const { n, at } = record;
    ground.take(record);
    const wishes = core.apply(record);
    attempts.take(record, wishes);
    for (const wish of wishes) {
      if (wish.kind !== 'fact') continue;
      const told = { n, at, actor: wish.actor, fact: wish.event as unknown as Fact };
      ground.hear(told.fact);
      for (const hear of facts) hear(told);
    }
    const step = { n, at, record, wishes, attempts, core };
    for (const look of steps) look(step);
  }
}
