/** A plan as the search sees it: a table for each kind of task, and who needs whom by number. */
import type { AnyStateMachine } from 'xstate';
import { roleName } from '../../../machines/ids.ts';
import type { DelegationSpec, PlanSpec, TaskSpec } from '../../../machines/plan.ts';
import { type Ability, able } from './stimuli.ts';
import type { TableRow, TaskTable } from './table.ts';
import { tabulate } from './task-table.ts';

export interface Member {
  readonly spec: TaskSpec;
  readonly table: TaskTable;
  /** Members that need it. */
  readonly dependants: readonly number[];
  /** Where its role and its reviewers' are among the plan's roles; -1: none. */
  readonly role: number;
  readonly reviewers: number;
}

export interface Team {
  readonly plan: PlanSpec;
  readonly members: readonly Member[];
  /** How many of each role's tasks may be under way, and how many agents there are. */
  readonly slots: readonly number[];
  readonly agents: readonly number[];
}

export type AbilityOf = (task: string) => Ability;

export function teamOf(
  machine: AnyStateMachine,
  plan: PlanSpec,
  abilityOf: AbilityOf = () => able,
): Team {
  const roles = new Map(plan.roles.map(({ name }, at) => [name, at]));
  const numbers = new Map(plan.tasks.map(({ id }, at) => [id, at]));
  const tables = new Map<string, TaskTable>();
  const members = plan.tasks.map((spec): Member => {
    const barrier = plan.mode === 'waves' ? 1 : 0;
    const [open, ability] = [spec.needs.length + barrier, abilityOf(spec.id)];
    const kind = kindOf(spec);
    const key = JSON.stringify([kind, open, ability]);
    const table = tables.get(key) ?? tabulate(machine, kind, open, ability);
    tables.set(key, table);
    const dependants = spec.dependants.map((id) => numbers.get(id) ?? 0);
    const reviewers = spec.review ? (roles.get(spec.review.role) ?? -1) : -1;
    return { spec, table, dependants, role: roles.get(spec.role) ?? -1, reviewers };
  });
  const slots = plan.roles.map(({ concurrency }) => concurrency);
  return { plan, members, slots, agents: plan.roles.map(({ count }) => count) };
}

const [own, others] = [roleName('own'), roleName('others')];

/** What tasks of one kind share: all that their machine looks at. Names and times are no part. */
function kindOf({ role, review, delegation, ...spec }: TaskSpec): TaskSpec {
  const { retries, checked, approveWithinMs } = spec;
  const panel = review && { ...review, role: review.role === role ? own : others, timeoutMs: 1 };
  return {
    ...spec,
    ...{ id: 'task' as TaskSpec['id'], role: own, needs: [], dependants: [], wave: 0, rank: 0 },
    ...{ priority: 0, order: 0, retries, checked, timeoutMs: 1, verifyTimeoutMs: 1 },
    backoff: { initialMs: 0, factor: 1, maxMs: 0, jitter: 0 },
    ...(panel && { review: panel }),
    ...(delegation && { delegation: askingOf(delegation) }),
    approveWithinMs: approveWithinMs === null ? null : 1,
  };
}

/** Who has asked twice, each time for one task, shows all that asking can lead to. */
const asksMax = 2;

function askingOf({ count, approveWithinMs }: DelegationSpec): DelegationSpec {
  const withinMs = approveWithinMs === null ? null : 1;
  return { count: Math.min(asksMax, count), depth: 1, approveWithinMs: withinMs };
}

/** The role that a row of a member's table speaks of, by its place among the plan's roles. */
export function roleIn(
  { role, reviewers }: Member,
  name: TableRow['wants'],
  { roles }: PlanSpec,
): number {
  if (name === own) return role;
  // Whoever it is handed to, falls back on or is split by is called as the plan has it.
  return name === others ? reviewers : roles.findIndex((each) => each.name === name);
}
