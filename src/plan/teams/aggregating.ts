/** How one answer comes of a team's: whom its plan asks beside its own, and the task at its end. */

import type { Plan } from '../plan.ts';
import type { PlanDocument } from '../shapes/schema.ts';
import { type Loose, listOf, mapOf } from './loose.ts';
import type { TeamTask } from './rules.ts';
import { type Aggregate, aggregateOf, enoughOf } from './words.ts';

interface Inside {
  readonly tasks: readonly unknown[];
  readonly agents: Loose;
}

/** The inner plan with whoever judges its answers, or makes one of them. */
export function withAsked({ tasks, agents }: Inside, aggregate: Aggregate): Inside {
  const { how, agent, prompt } = aggregate;
  if (how !== 'judge' && how !== 'reduce') return { tasks, agents };
  const from = answersOf(tasks);
  const gather = { how, from, enough: Math.max(1, enoughOf(aggregate, from.length)) };
  const pretends = mapOf(agents[agent ?? '']).adapter === 'simulated';
  const asked = {
    ...{ id: freeName(how, tasks), agent, needs: from, gather, prompt: prompt ?? usual[how] },
    ...(how === 'judge' && !pretends && { verify: [{ schema: verdictOf(from) }] }),
  };
  return { tasks: [...tasks, asked], agents };
}

const usual = {
  judge: 'Several agents were asked the same. Judge which answer is the best.',
  reduce: 'Several agents have answered. Make one whole answer of theirs.',
} as const;

const verdictOf = (from: readonly string[]) => ({
  type: 'object',
  required: ['best'],
  properties: { best: { enum: [...from] }, why: { type: 'string' } },
});

/** The tasks that no other one needs. */
function answersOf(tasks: readonly unknown[]): readonly string[] {
  const needed = new Set(tasks.flatMap((task) => listOf(mapOf(task).needs)));
  const ids = tasks.map((task) => mapOf(task).id);
  return ids.filter((id): id is string => typeof id === 'string' && !needed.has(id));
}

function freeName(name: string, tasks: readonly unknown[]): string {
  const taken = new Set(tasks.map((task) => String(mapOf(task).id).toLowerCase()));
  let free = name;
  for (let count = 2; taken.has(free); count += 1) free = `${name}-${count}`;
  return free;
}

/** The task itself: it ends the team, by a rule that costs nothing. */
export function aggregateTask(
  given: TeamTask,
  plan: Plan,
  agents: Loose,
): { readonly role: string; readonly task: PlanDocument['tasks'][number] } {
  const { id, needs = [], verify, verifyTimeout, priority, memory, partOf, with: values } = given;
  const aggregate = aggregateOf(given.aggregate);
  const role = gathererOf(agents);
  const said = { verify, verifyTimeout, priority, memory, partOf, with: values };
  const kept = Object.fromEntries(Object.entries(said).filter(([, value]) => value !== undefined));
  const { gather, from } = gatherOf(id, plan, aggregate);
  return { role, task: { ...kept, id, agent: role, needs: [...needs, ...from], gather } };
}

function gatherOf(team: string, { tasks }: Plan, aggregate: Aggregate) {
  const full = (task: string): string => `${team}.${task}`;
  const last = answersOf(tasks).map(full);
  if (aggregate.how !== 'judge') {
    const how = aggregate.how === 'reduce' ? 'concat' : aggregate.how;
    return {
      gather: { how, from: last, enough: enoughOf({ ...aggregate, how }, last.length) },
      from: last,
    };
  }
  const judge = tasks.find(({ gather }) => gather?.how === 'judge');
  const from = (judge?.needs ?? []).map(full);
  const [named = ''] = last;
  const enough = enoughOf(aggregate, from.length);
  return { gather: { how: 'pick' as const, from, enough, judge: named }, from: [...from, named] };
}

/** A role that is nobody's: a plan may have one of that name, which is none. */
function gathererOf(agents: Loose): string {
  const isFree = (name: string): boolean =>
    mapOf(agents[name]).adapter === 'gather' || !(name in agents);
  let name = 'gather';
  for (let count = 2; !isFree(name); count += 1) name = `gather-${count}`;
  return name;
}
