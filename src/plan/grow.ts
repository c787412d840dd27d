/** Tasks that others asked for: from a checked draft to what the machines and the desk need. */
import { assert } from '../../machines/errors.ts';
import { taskId } from '../../machines/ids.ts';
import type { TaskSpec } from '../../machines/plan.ts';
import { compilePlan } from './compile.ts';
import type { Plan, PlanTask } from './plan.ts';
import { literalTemplate } from './templates.ts';

/** Whoever asks: as the plan has it, and as its machine does. */
export interface Parent {
  readonly task: PlanTask;
  readonly spec: TaskSpec;
}

/** `x`, asked for by `build`, is `build.x`: short ids have no dot, so that no two are the same. */
export const subtaskId = (parent: string, id: string): string => `${parent}.${id}`;

/** `draft` holds the asked tasks only, by their short ids; `prompts` what each is to do. */
export function growPlan(
  draft: Plan,
  { spec: parent }: Parent,
  prompts: ReadonlyMap<string, string>,
): readonly TaskSpec[] {
  const full = (id: string) => taskId(subtaskId(parent.id, id));
  const { delegation } = parent;
  assert(delegation, `${parent.id} may ask for nothing`);
  const { depth, count } = delegation;
  const own = depth > 1 ? { delegation: { depth: depth - 1, count, approveWithinMs: null } } : {};
  return compilePlan(draft).tasks.map((spec) => ({
    ...spec,
    id: full(spec.id),
    needs: spec.needs.map(full),
    dependants: [...spec.dependants.map(full), parent.id],
    wave: parent.wave,
    rank: parent.rank + spec.rank,
    ...own,
    origin: { parent: parent.id, prompt: prompts.get(spec.id) ?? '' },
  }));
}

/** As if it had been written in the plan. What it needs is told to it, whatever it was asked. */
export function grownTask(spec: TaskSpec, parent: PlanTask): PlanTask {
  const { id, role, needs, timeoutMs, retries, backoff, verifyTimeoutMs, priority, origin } = spec;
  assert(origin, `${id} was asked for by nobody`);
  const told = needs.map((need) => `\n\nWhat came of ${need}:\n{{results.${need}.output}}`);
  const { memory, subtasks } = parent;
  // It has no checks of its own: what is looked at is what it would merge.
  const workspace = spec.checked ? 'worktree' : notATree(parent);
  return {
    ...{ id, role, needs, timeoutMs, retries, backoff, verifyTimeoutMs, priority },
    prompt: literalTemplate(origin.prompt) + told.join(''),
    parent: parent.id,
    run: null,
    env: {},
    verify: [],
    estimateMs: null,
    approveWithinMs: null,
    ...(workspace !== undefined && { workspace }),
    ...(memory !== undefined && { memory }),
    ...(spec.delegation && subtasks && { subtasks: { ...subtasks, ...below(spec) } }),
  };
}

const notATree = ({ workspace }: PlanTask) => (workspace === 'worktree' ? undefined : workspace);

/** It asks whenever it wants to, and nobody looks at it: its parent's plan was looked at. */
function below({ delegation }: TaskSpec) {
  return { depth: delegation?.depth ?? 1, approveWithinMs: null, kind: 'asks' } as const;
}
