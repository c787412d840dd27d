/** What the tasks of a run have merged, read from the evidence that its journal holds of them. */
import { taskAddress, taskId } from '../../machines/ids.ts';
import type { Evidence } from '../../machines/outcome.ts';
import type { TaskContext } from '../../machines/rules/attempt.ts';
import type { Core } from '../kernel/core.ts';
import type { Plan, PlanTask } from '../plan/plan.ts';
import { grownPlan } from './growth.ts';

/** One task's part in the run's result. */
export interface Merged {
  readonly task: string;
  /** What it committed itself. */
  readonly commit: string;
  readonly tree: string;
  /** What the run's result was once that had been merged. */
  readonly merged: string;
  /** Counts the merges of the run. */
  readonly position: number;
}

/** Its attempt ended well, and this is what it had changed. */
export function commitEvidence(
  branch: string,
  made: { readonly base: string; readonly commit: string; readonly tree: string },
): Evidence {
  const { base, commit, tree } = made;
  const isNew = commit !== base;
  return {
    kind: 'commit',
    passed: true,
    summary: isNew ? `committed ${short(commit)} on ${branch}` : 'changed nothing',
    facts: { commit, tree, base, branch },
  };
}

export function mergeEvidence(
  branch: string,
  made: { readonly commit: string; readonly tree: string; readonly position: number },
): Evidence {
  const { commit, tree, position } = made;
  const summary = `merged into ${branch}, which is ${short(commit)}`;
  return { kind: 'merge', passed: true, summary, facts: { commit, tree, position } };
}

const short = (commit: string): string => commit.slice(0, 10);

/** Null as long as it has not succeeded, and for a task that works elsewhere. */
function mergedBy(core: Core, task: string): Merged | null {
  const actor = core.registry.lookUp(taskAddress(taskId(task)));
  if (actor?.state.at.value !== 'succeeded') return null;
  const { evidence } = actor.state.context as TaskContext;
  const [own, whole] = [factsOf(evidence, 'commit'), factsOf(evidence, 'merge')];
  if (!own || !whole) return null;
  return {
    task,
    commit: String(own.commit),
    tree: String(own.tree),
    merged: String(whole.commit),
    position: Number(whole.position),
  };
}

/** The last one wins: earlier attempts are not in it, but checks of two kinds are. */
export function factsOf(evidence: readonly Evidence[], kind: string): Evidence['facts'] | null {
  return evidence.findLast((each) => each.kind === kind)?.facts ?? null;
}

/** The run's result so far; null as long as nothing was merged. */
export function lastMerge(core: Core, plan: Plan): Merged | null {
  let last: Merged | null = null;
  for (const { id, workspace } of grownPlan(core, plan).tasks) {
    const merged = workspace === 'worktree' ? mergedBy(core, id) : null;
    if (merged && merged.position > (last?.position ?? 0)) last = merged;
  }
  return last;
}

/** What a task builds on: of each way back to the beginning, the first that was merged. */
export function mergesBefore(
  core: Core,
  taskOf: (id: string) => PlanTask,
  task: string,
): readonly Merged[] {
  const found: Merged[] = [];
  const seen = new Set<string>();
  const behind = (id: string): readonly string[] => {
    const { needs, parent } = taskOf(id);
    const asked = parent === undefined ? [] : taskOf(parent).needs;
    return [...needs, ...asked, ...askedBy(core, id)].reverse();
  };
  const ahead = [...behind(task)];
  for (let id = ahead.pop(); id !== undefined; id = ahead.pop()) {
    if (seen.has(id)) continue;
    seen.add(id);
    const own = mergedBy(core, id);
    if (own) found.push(own);
    else ahead.push(...behind(id));
  }
  return found;
}

/** What others did for it, because it asked them to. */
function askedBy(core: Core, task: string): readonly string[] {
  const actor = core.registry.lookUp(taskAddress(taskId(task)));
  return (actor?.state.context as TaskContext | undefined)?.delegated?.subtasks ?? [];
}
