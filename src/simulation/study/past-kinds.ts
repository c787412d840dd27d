/** Learns how attempts at tasks of one kind went: of the same role, asked for nearly the same. */
import { type Kind, Kinds } from '../../learning/kinds.ts';
import type { Plan, PlanRole, PlanTask } from '../../plan/plan.ts';
import { orderFor } from '../../plan/roles/agent-choice.ts';
import { historyOf, type KindHistory, type PastAttempt } from '../../runs/attempt-history.ts';
import { attemptsMin } from './course.ts';

/** Of which kinds are told. */
const attemptsMax = 5_000;

/** What one run tells. */
export interface PastRun {
  readonly plan: Plan;
  readonly attempts: readonly PastAttempt[];
}

/** The newest first; what is asked for is the kinds of a role's tasks that are to be done. */
export function kindHistories(
  past: readonly PastRun[],
  plan: Plan,
): (role: PlanRole) => readonly KindHistory[] {
  const kinds = new Kinds();
  const attempts = new Map<Kind, PastAttempt[]>();
  // The oldest first: it says what its kind is.
  for (const run of newest(past).toReversed()) {
    for (const [kind, found] of sorted(run, kinds)) {
      const known = attempts.get(kind);
      if (known) known.push(...found);
      else attempts.set(kind, [...found]);
    }
  }
  return (role) => {
    const wanted = new Map<Kind, PlanTask[]>();
    for (const task of plan.tasks.filter((each) => each.role === role.name)) {
      const kind = kinds.find(task);
      const known = kind && wanted.get(kind);
      if (known) known.push(task);
      else if (kind) wanted.set(kind, [task]);
    }
    return [...wanted].flatMap(([kind, tasks]) =>
      kindHistory(kind, tasks, chosenAmong(attempts.get(kind) ?? [], role, tasks)),
    );
  };
}

/** Runs of so many attempts: to compare more would keep a person waiting. */
function newest(past: readonly PastRun[]): readonly PastRun[] {
  let count = 0;
  return past.filter(({ attempts }) => {
    count += attempts.length;
    return count <= attemptsMax || count === attempts.length;
  });
}

function sorted({ plan, attempts }: PastRun, kinds: Kinds) {
  const byTask = new Map<string, PastAttempt[]>();
  for (const each of attempts) byTask.set(each.task, [...(byTask.get(each.task) ?? []), each]);
  return plan.tasks.flatMap((task): [Kind, readonly PastAttempt[]][] => {
    const found = byTask.get(task.id);
    const kind = found && kinds.add(task);
    return found && kind ? [[kind, found]] : [];
  });
}

/** Where it is known who will do it, others count only where that tells too little. */
function chosenAmong(
  attempts: readonly PastAttempt[],
  role: PlanRole,
  tasks: readonly PlanTask[],
): readonly PastAttempt[] {
  if (role.adapter !== 'auto' || !role.learned) return attempts;
  const players = new Set(tasks.map(({ id }) => orderFor(role, id)[0]));
  const theirs = attempts.filter(({ chosen }) => chosen !== null && players.has(chosen));
  return theirs.length >= attemptsMin ? theirs : attempts;
}

function kindHistory(
  kind: Kind,
  tasks: readonly PlanTask[],
  attempts: readonly PastAttempt[],
): readonly KindHistory[] {
  const history = historyOf(attempts);
  if (history === null || history.attempts < attemptsMin) return [];
  const { ofTasks: _, ...rest } = history;
  return [{ ...rest, kind: kind.name, tasks: tasks.map(({ id }) => id) }];
}
