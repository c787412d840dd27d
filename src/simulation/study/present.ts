/** Where a run is now, living or stopped, and what of another plan may be said about its future. */
import { readHistory } from '../../journal/reading.ts';
import type { Core } from '../../kernel/core.ts';
import type { LoggedInput } from '../../kernel/log.ts';
import { UserError } from '../../kernel/user-error.ts';
import { coreFrom } from '../../past/standing.ts';
import type { Plan, PlanRole } from '../../plan/plan.ts';
import { suggest } from '../../plan/problems/nearest.ts';
import { findRun, type RunFolder, readOrder } from '../../runs/folder.ts';
import { isOpen, type Landmarks, walk } from '../../runs/landmarks.ts';
import { viewOf } from '../../runs/view.ts';

export interface Present {
  readonly run: string;
  readonly plan: Plan;
  /** All that it was told so far. */
  readonly inputs: readonly LoggedInput[];
  /** Where they have led to. */
  readonly core: Core;
  readonly landmarks: Landmarks;
}

/** Only reads: whoever works on the run goes on. */
export async function presentOf(home: string, name: string): Promise<Present> {
  const folder = await findRun(home, name);
  const { plan } = await readOrder(folder);
  const inputs = pastOf(folder);
  const core = coreFrom(null);
  const landmarks = walk(core, inputs);
  if (isOpen(core)) return { run: folder.id, plan, inputs, core, landmarks };
  const { status } = viewOf(core, folder.id, plan);
  throw new UserError(
    'run.over',
    `${folder.id} has ${ends[status]}: nothing of it is left to be simulated`,
    'simulate its plan from the beginning: troupe simulate PLAN',
  );
}

const ends = {
  ...{ succeeded: 'succeeded', failed: 'failed', cancelled: 'been cancelled' },
  // Its tasks have ended; only its agents still do.
  ...{ planning: 'not begun', running: 'ended' },
} as const;

/** From its very first input: a fork whose parent was removed does not know that any more. */
function pastOf({ id, path }: RunFolder): readonly LoggedInput[] {
  const { base, inputs } = readHistory(path);
  if (base === null) return [...inputs];
  throw new UserError(
    'run.past-lost',
    `${id} was forked from a run that is gone: what was before is only known as a whole`,
    'simulate its plan from the beginning: troupe simulate PLAN',
  );
}

/** The run's plan, with what the other one says of how attempts go. */
export function withCoursesOf(plan: Plan, other: Plan): Plan {
  const known = plan.roles.map(({ name }) => name);
  const stranger = other.roles.find(({ name }) => !known.includes(name));
  if (stranger) {
    throw new UserError(
      'simulate.other-plan',
      `the run has no role ${stranger.name}; ${suggest(stranger.name, known)}`,
      'with --from a plan only says how attempts of the run go: name its roles, or leave it out',
    );
  }
  const courses = new Map(other.roles.map((role) => [role.name, saidOf(role)]));
  const change = <Role extends PlanRole>(role: Role): Role => {
    const simulate = courses.get(role.name);
    return simulate ? { ...role, simulate: { ...role.simulate, ...simulate } } : role;
  };
  return { ...plan, roles: plan.roles.map(change) };
}

function saidOf(role: PlanRole): PlanRole['simulate'] {
  if (role.adapter !== 'simulated') return role.simulate;
  const { work, fail, crash, costUsd } = role;
  return { work, fail, crash, costUsd, ...role.simulate };
}
