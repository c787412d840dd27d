/** Decides which agent is to have which task: the same past leads to the same choice. Pure. */
import type {
  AgentChoice,
  AgentOrder,
  AgentRecord,
  ChoiceReason,
} from '../plan/roles/agent-choice.ts';
import { type Records, triesMin, waitMs } from './records.ts';

/** A task of the role, and its kind; null: of none that is known. */
export interface Wanted {
  readonly task: string;
  readonly kind: { readonly name: string } | null;
}

/** `usable`: those that can be used here, in the order in which the plan prefers them. */
export function choose(
  role: string,
  wanted: readonly Wanted[],
  usable: AgentOrder,
  records: Records,
): AgentChoice {
  const explorer = new Explorer(usable, (agent) => records.of(agent, role, null).tried);
  const groups = new Map<Wanted['kind'], string[]>([[null, []]]);
  for (const { task, kind } of wanted) {
    const known = groups.get(kind);
    if (known) known.push(task);
    else groups.set(kind, [task]);
  }
  const reasons = [...groups].map(([kind, tasks]): ChoiceReason => {
    const found = usable.map((agent) => records.of(agent, role, kind));
    return { kind: kind?.name ?? null, tasks, records: found.toSorted(byRecord) };
  });
  const reasonOf = new Map(reasons.flatMap((each) => each.tasks.map((task) => [task, each])));
  const tasks = wanted.map(({ task }): [string, AgentOrder] => {
    const order = namesOf(reasonOf.get(task)?.records ?? []);
    const unknown = explorer.next();
    return [
      task,
      unknown === null ? order : [unknown, ...order.filter((each) => each !== unknown)],
    ];
  });
  const rest = reasons.find(({ kind }) => kind === null)?.records ?? [];
  return {
    order: namesOf(rest),
    tasks: Object.fromEntries(tasks),
    // Whoever has no task yet is told of those to come.
    reasons: reasons.filter((each) => each.tasks.length > 0 || wanted.length === 0),
  };
}

const namesOf = (records: readonly AgentRecord[]): AgentOrder => records.map(({ agent }) => agent);

/** Who needs least time until an attempt succeeds; of equals the cheaper one, as far as known. */
function byRecord(one: AgentRecord, other: AgentRecord): number {
  if ((one.of === 'nothing') !== (other.of === 'nothing')) return one.of === 'nothing' ? 1 : -1;
  if (one.of === 'nothing') return 0;
  const price = ({ costUsd }: AgentRecord): number => costUsd ?? Number.MAX_VALUE;
  return waitMs(one) - waitMs(other) || price(one) - price(other);
}

/** Gives each agent that is hardly known so many tasks, one agent after the other. */
class Explorer {
  readonly #left: [agent: string, tasks: number][];

  constructor(agents: AgentOrder, triedBy: (agent: string) => number) {
    const left = agents.map((agent): [string, number] => [agent, triesMin - triedBy(agent)]);
    this.#left = left.filter(([, tasks]) => tasks > 0);
  }

  next(): string | null {
    const [first] = this.#left;
    if (!first) return null;
    first[1] -= 1;
    if (first[1] === 0) this.#left.shift();
    return first[0];
  }
}
