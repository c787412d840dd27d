/** The rules of a run, judged by what was seen of it from outside: each answers its complaints. */
import type { Fact, Settled, TaskRecord } from '../../machines/events.ts';
import type { RoleName, TaskId } from '../../machines/ids.ts';
import type { TaskSpec } from '../../machines/plan.ts';
import type { WorkInput } from '../../machines/rules/duty.ts';
import type { Seen, Story } from './team.ts';

export type Rule = (story: Story) => readonly string[];

const settledTypes = ['task.succeeded', 'task.failed', 'task.skipped', 'task.cancelled'];
const releasing = [...settledTypes, 'task.retrying', 'task.parked'];

type TaskFact = Fact & { readonly task: TaskId };

function taskFacts({ seen }: Story): (Seen & { kind: 'fact'; fact: TaskFact })[] {
  return seen.filter(
    (one): one is Seen & { kind: 'fact'; fact: TaskFact } =>
      one.kind === 'fact' && 'task' in one.fact,
  );
}

function records({ seen }: Story): readonly TaskRecord[] {
  return seen.flatMap((one) => (one.kind === 'recorded' ? [one.record] : []));
}

function statuses(story: Story): ReadonlyMap<TaskId, Settled> {
  return new Map(records(story).map(({ task, status }) => [task, status]));
}

function specs({ plan }: Story): ReadonlyMap<TaskId, TaskSpec> {
  return new Map(plan.tasks.map((task) => [task.id, task]));
}

/** Every task ends exactly once, and nothing is heard of it afterwards. */
export const endsOnce: Rule = (story) => {
  const ended = new Set<TaskId>();
  const complaints: string[] = [];
  for (const { fact } of taskFacts(story)) {
    if (ended.has(fact.task)) complaints.push(`${fact.task} says ${fact.type} after its end`);
    if (settledTypes.includes(fact.type)) ended.add(fact.task);
  }
  const counted = records(story).map(({ task }) => task);
  for (const { id } of story.plan.tasks) {
    const count = counted.filter((task) => task === id).length;
    if (count !== 1 || !ended.has(id)) complaints.push(`${id} is recorded ${count} times`);
  }
  return complaints;
};

/** What a task needs is done before it starts. */
export const needsFirst: Rule = (story) => {
  const done = new Set<TaskId>();
  const tasks = specs(story);
  return story.seen.flatMap((one) => {
    if (one.kind === 'fact' && one.fact.type === 'task.succeeded') done.add(one.fact.task);
    if (one.kind !== 'begun') return [];
    const { task } = one.work;
    const open = tasks.get(task)?.needs.filter((need) => !done.has(need)) ?? [];
    return open.map((need) => `${task} starts before ${need} has succeeded`);
  });
};

/** The limits of the run and of each role hold at every moment. */
export const withinLimits: Rule = (story) => {
  const { plan } = story;
  const tasks = specs(story);
  const roleOf = (task: TaskId) => tasks.get(task)?.role;
  const held = new Set<TaskId>();
  const limits = new Map<RoleName, number>(
    plan.roles.map(({ name, concurrency }) => [name, concurrency]),
  );
  return taskFacts(story).flatMap(({ fact }) => {
    if (fact.type === 'task.assigned') held.add(fact.task);
    if (releasing.includes(fact.type)) held.delete(fact.task);
    const crowded = [...limits].filter(([role, limit]) => {
      return [...held].filter((task) => roleOf(task) === role).length > limit;
    });
    const roles = crowded.map(([role]) => `${role} has too much under way at ${fact.task}`);
    return held.size > plan.concurrency ? [...roles, `${held.size} tasks under way`] : roles;
  });
};

/** No task runs twice at a time, and no agent works on two. */
export const oneAtATime: Rule = ({ seen }) => {
  const running = new Map<string, WorkInput>();
  return seen.flatMap((one) => {
    if (one.kind === 'over') running.delete(one.effect);
    if (one.kind !== 'begun') return [];
    const { task, agent } = one.work;
    const others = [...running.values()];
    running.set(one.effect, one.work);
    return others
      .filter((other) => other.task === task || other.agent === agent)
      .map((other) => `${agent} starts ${task} beside ${other.agent} on ${other.task}`);
  });
};

/** No token is given twice, and those of a task rise. */
export const tokensRise: Rule = (story) => {
  const given = new Set<number>();
  const last = new Map<TaskId, number>();
  return taskFacts(story).flatMap(({ fact }) => {
    if (fact.type !== 'task.assigned') return [];
    const token = fact.token ?? 0;
    const stale = given.has(token) || token <= (last.get(fact.task) ?? 0);
    given.add(token);
    last.set(fact.task, token);
    return stale ? [`${fact.task} gets the token ${token} again`] : [];
  });
};

/** Exactly those are skipped that stand behind a task that failed or was cancelled. */
export const skipsDescendants: Rule = (story) => {
  if (calledOff(story)) return [];
  const status = statuses(story);
  const behind = new Set<TaskId>();
  const ahead = story.plan.tasks.filter(({ id }) => {
    return status.get(id) === 'failed' || status.get(id) === 'cancelled';
  });
  const tasks = specs(story);
  for (const task of ahead) {
    for (const id of task.dependants) {
      const dependant = tasks.get(id);
      if (!dependant || behind.has(id)) continue;
      behind.add(id);
      ahead.push(dependant);
    }
  }
  return story.plan.tasks.flatMap(({ id }) => {
    const end = status.get(id);
    if (behind.has(id) === (end === 'skipped')) return [];
    // A person may cancel what would have been skipped.
    return behind.has(id) && end === 'cancelled' ? [] : [`${id} ended as ${end}`];
  });
};

/** In waves, no task asks for anything before all waves before its own settled, and it was told. */
export const wavesInTurn: Rule = (story) => {
  if (story.plan.mode === 'eager') return [];
  const open = new Map(story.plan.tasks.map(({ id, wave }) => [id, wave]));
  const tasks = specs(story);
  const told = new Set<number>();
  return story.seen.flatMap((one) => {
    if (one.kind !== 'fact') return [];
    const { fact } = one;
    if (fact.type === 'wave.started') told.add(fact.wave);
    if (!('task' in fact)) return [];
    if (settledTypes.includes(fact.type)) {
      open.delete(fact.task);
      return [];
    }
    const wave = tasks.get(fact.task)?.wave ?? 0;
    const early = !told.has(wave) || [...open].some(([, other]) => other < wave);
    return early ? [`${fact.task} says ${fact.type} too early`] : [];
  });
};

/** Of what waits for one role, the highest priority goes first, then the longest path behind it. */
export const bestFirst: Rule = (story) => {
  const tasks = specs(story);
  const waiting = new Set<TaskId>();
  const complaints: string[] = [];
  for (const facts of byInput(taskFacts(story))) {
    const before = [...waiting];
    const assigned: TaskId[] = [];
    for (const { fact } of facts) {
      if (fact.type === 'task.assigned') assigned.push(fact.task);
      if (fact.type === 'task.ready') waiting.add(fact.task);
      else waiting.delete(fact.task);
    }
    const left = before.filter((task) => waiting.has(task)).map((task) => tasks.get(task));
    for (const task of assigned.map((id) => tasks.get(id))) {
      const passed = left.filter((other) => other && task && isBetter(other, task));
      complaints.push(...passed.map((other) => `${task?.id} goes before ${other?.id}`));
    }
  }
  return complaints;
};

function isBetter(one: TaskSpec, other: TaskSpec): boolean {
  if (one.role !== other.role) return false;
  return (
    one.priority > other.priority || (one.priority === other.priority && one.rank > other.rank)
  );
}

function byInput<One extends { readonly n: number }>(seen: readonly One[]): One[][] {
  const groups: One[][] = [];
  for (const one of seen) {
    const group = groups.at(-1);
    if (group?.[0]?.n === one.n) group.push(one);
    else groups.push([one]);
  }
  return groups;
}

/** A run is called off by the first of: a person, and (when the plan says so) a failure. */
export const rightVerdict: Rule = (story) => {
  const { ending, plan, seen } = story;
  if (!ending) return ['the run never ended'];
  const ends = [...statuses(story).values()];
  const halt = seen.find((one) => {
    if (one.kind === 'asked') return one.event.type === 'run.cancel';
    if (one.kind !== 'fact') return false;
    const { type } = one.fact;
    return type === 'run.draining' || (type === 'task.failed' && plan.onFailure === 'stop');
  });
  const plain = ends.every((end) => end === 'succeeded') ? 'succeeded' : 'failed';
  const wanted =
    halt?.kind === 'asked'
      ? 'cancelled'
      : halt?.kind === 'fact' && halt.fact.type === 'task.failed'
        ? 'failed'
        : plain;
  const counted = Object.entries(ending.counts).filter(([status, count]) => {
    return ends.filter((end) => end === status).length !== count;
  });
  return [
    ...(ending.status === wanted ? [] : [`it ended as ${ending.status}, not as ${wanted}`]),
    ...counted.map(([status, count]) => `it counted ${count} ${status}`),
  ];
};

/** Nothing is waited for once the last task has settled, and nobody outlives the run. */
export const endsAtOnce: Rule = (story) => {
  const settled = taskFacts(story).findLast(({ fact }) => settledTypes.includes(fact.type));
  const end = story.seen.at(-1);
  const left = story.core.registry.living().map(({ address }) => `${address} outlives the run`);
  return settled && end && end.at > settled.at
    ? [...left, `it took ${end.at - settled.at} ms to end`]
    : left;
};

/** Whatever the world does, no machine of ours throws. */
export const noBugs: Rule = ({ core }) => {
  const bugs = core.registry.ended().filter(({ state }) => state.status === 'error');
  return bugs.map(({ address, state }) => `${address} threw ${String(state.error)}`);
};

export const noDeadLetters: Rule = ({ core }) => {
  return core.deadLetters.letters.map(({ to, event, why }) => `${event.type} to ${to}: ${why}`);
};

/** What no longer matters to one that has ended since it was sent. */
const moot = [
  'task.cancel',
  'task.started',
  'dependency.settled',
  'wave.opened',
  'agent.lost',
  'agent.abandon',
  'supervisor.stop',
];

/**
 * Only the dead miss a message, and only one that changes nothing any more. Work may be sent to an
 * agent that is just gone: its task hears of that at once.
 */
export const nothingMissed: Rule = ({ core }) => {
  const missed = core.deadLetters.letters.filter(({ event, why }) => {
    if (event.type === 'agent.assign') return false;
    return why !== 'it ended first' || !moot.includes(event.type);
  });
  return missed.map(({ to, event, why }) => `${event.type} to ${to}: ${why}`);
};

/** Whether somebody or something called the whole run off. */
export function calledOff({ plan, seen }: Story): boolean {
  const cancelled = seen.some((one) => one.kind === 'asked' && one.event.type === 'run.cancel');
  return cancelled || plan.onFailure === 'stop';
}
