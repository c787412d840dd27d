/** Names must lead somewhere: ids taken once, needs and roles that exist, and no cycle. */
import { findCycle, type GraphNode } from '../../../machines/rules/plan-graph.ts';
import { suggest } from '../problems/nearest.ts';
import { type Path, quote } from '../problems/problem.ts';
import type { Complaint, Report } from '../problems/report.ts';
import type { Parts, TaskPart } from '../read.ts';

/** The tasks as a graph: each id once, and only needs that lead to another task. */
export interface PlanGraph {
  readonly nodes: readonly GraphNode[];
  readonly pathOf: ReadonlyMap<string, Path>;
  readonly hasCycle: boolean;
}

export function checkReferences(parts: Parts, report: Report): PlanGraph {
  const pathOf = checkTaken(parts.tasks, 'id', report);
  checkTaken(parts.roles.map(asNamed), 'role', report);
  const known = [...pathOf.keys()];
  const roles = new Set(parts.roles.map((role) => role.name));
  for (const task of parts.tasks) {
    checkNeeds(task, pathOf, known, report);
    checkRole(task, roles, report);
  }
  const nodes = graphOf(parts.tasks, pathOf);
  const cycle = findCycle(nodes);
  if (cycle) report.add(cycleComplaint(cycle, pathOf));
  return { nodes, pathOf, hasCycle: cycle !== null };
}

interface Named {
  readonly id: string | null;
  readonly path: Path;
}

const asNamed = ({ name, path }: Parts['roles'][number]): Named => ({ id: name, path });

/** The path of each name, where it comes first. */
function checkTaken(
  all: readonly Named[],
  what: 'id' | 'role',
  report: Report,
): ReadonlyMap<string, Path> {
  const pathOf = new Map<string, Path>();
  const folders = new Map<string, string>();
  for (const { id, path } of all) {
    if (id === null) continue;
    const folder = id.toLowerCase();
    const first = folders.get(folder);
    if (first === undefined) folders.set(folder, id);
    else report.add(takenComplaint(id, first, what, path, pathOf));
    if (first === undefined || !pathOf.has(id)) pathOf.set(id, path);
  }
  return pathOf;
}

function takenComplaint(
  id: string,
  first: string,
  what: 'id' | 'role',
  path: Path,
  pathOf: ReadonlyMap<string, Path>,
): Complaint {
  const say = (lineOf: (path: Path) => string) => {
    const place = lineOf(placeOfId(pathOf.get(first) ?? [], what));
    const message =
      id === first
        ? `the ${what} ${quote(id)} is taken by ${place}`
        : `${quote(id)} and ${quote(first)} (${place}) are one folder on macOS and Windows`;
    return { message, fix: 'name one of them otherwise' };
  };
  const at = what === 'role' ? ({ at: 'key' } as const) : {};
  return { code: `plan.${what}-taken`, path: placeOfId(path, what), ...at, say };
}

const placeOfId = (path: Path, what: 'id' | 'role'): Path =>
  what === 'id' ? [...path, 'id'] : path;

function checkNeeds(
  task: TaskPart,
  pathOf: ReadonlyMap<string, Path>,
  known: readonly string[],
  report: Report,
): void {
  if (task.needs.length === 0) return;
  const seen = new Set<string>();
  for (const { id, path } of task.needs) {
    if (seen.has(id)) {
      const say = () => ({ message: `${quote(id)} is needed twice`, fix: 'leave one out' });
      report.add({ code: 'plan.repeated-need', path, say });
    } else if (id === task.id) {
      const say = () => ({ message: `the task ${quote(id)} needs itself`, fix: 'leave it out' });
      report.add({ code: 'plan.self-need', path, say });
    } else if (!pathOf.has(id)) {
      const say = () => ({ message: `no task is called ${quote(id)}`, fix: suggest(id, known) });
      report.add({ code: 'plan.unknown-task', path, say });
    }
    seen.add(id);
  }
}

function checkRole(task: TaskPart, roles: ReadonlySet<string>, report: Report): void {
  const { agent, path } = task;
  if (agent !== null) {
    if (roles.size === 0 || roles.has(agent)) return;
    const message = `no role is called ${quote(agent)}`;
    const say = () => ({ message, fix: suggest(agent, [...roles]) });
    return report.add({ code: 'plan.unknown-role', path: [...path, 'agent'], say });
  }
  if (task.value === null || roles.size <= 1) return;
  const message = 'is missing, and the plan has more than one role';
  const say = () => ({ message, fix: `known: ${[...roles].slice(0, 10).join(', ')}` });
  report.add({ code: 'plan.no-agent', path: [...path, 'agent'], say });
}

function graphOf(
  tasks: readonly TaskPart[],
  pathOf: ReadonlyMap<string, Path>,
): readonly GraphNode[] {
  return tasks.flatMap(({ id, path, needs }) => {
    if (id === null || pathOf.get(id) !== path) return [];
    if (needs.length === 0) return { id, needs: [] };
    const others = needs.map((need) => need.id).filter((need) => need !== id && pathOf.has(need));
    return { id, needs: [...new Set(others)] };
  });
}

/** More steps than this are left out of the middle of a cycle that is shown. */
const stepsShown = 12;

function cycleComplaint(cycle: readonly string[], pathOf: ReadonlyMap<string, Path>): Complaint {
  const [first = '', second = ''] = cycle;
  const say = (lineOf: (path: Path) => string) => {
    const step = (id: string): string => `${id} (${lineOf(pathOf.get(id) ?? [])})`;
    const left = cycle.length - 1 - stepsShown;
    const steps = cycle.slice(0, left > 0 ? stepsShown : -1).map(step);
    if (left > 0) steps.push(`${left} more`);
    const message = `these tasks wait for each other: ${[...steps, first].join(' -> ')}`;
    return { message, fix: `take ${quote(second)} out of the needs of ${quote(first)}` };
  };
  return { code: 'plan.cycle', path: [...(pathOf.get(first) ?? []), 'needs'], say };
}
