/** Which agents are to play a role that any may play: what past tasks say. */

/** Agents by name, whoever is to be asked first at first. */
export type AgentOrder = readonly string[];

/** What came of an agent's past tasks. */
export interface AgentRecord {
  readonly agent: string;
  /** What they are like: of this kind, of the role, or of any; `nothing`: too few are known. */
  readonly of: 'kind' | 'role' | 'any' | 'nothing';
  /** Attempts. */
  readonly tried: number;
  readonly succeeded: number;
  /** Of an attempt that succeeded, on average; null when none did. */
  readonly successMs: number | null;
  /** Of a task, on average; null: nobody knows. */
  readonly costUsd: number | null;
}

/** Why agents are asked in this order for some tasks of a role. */
export interface ChoiceReason {
  /** The kind of those tasks; null: they are of none that is known. */
  readonly kind: string | null;
  readonly tasks: readonly string[];
  /** Those that can be used here, best first. */
  readonly records: readonly AgentRecord[];
}

export interface AgentChoice {
  /** For tasks that were not there yet. */
  readonly order: AgentOrder;
  readonly tasks: Readonly<Record<string, AgentOrder>>;
  readonly reasons: readonly ChoiceReason[];
}

/** Wanted, and not made yet. */
export const undecided: AgentChoice = { order: [], tasks: {}, reasons: [] };

export interface RoleChoice {
  readonly role: string;
  readonly reasons: readonly (ChoiceReason & {
    /** How many of the tasks each agent has. */
    readonly chosen: Readonly<Record<string, number>>;
  })[];
}

/** Only a role that any may play has such a choice. */
type ChosenRole = Partial<Chosen> & { readonly name: string };

export function choicesIn({ roles }: { readonly roles: readonly ChosenRole[] }) {
  return roles.flatMap(({ name, prefer = [], learned }): readonly RoleChoice[] => {
    if (!learned) return [];
    const role = { prefer, learned };
    const { reasons } = learned;
    return [
      {
        role: name,
        reasons: reasons.map((each) => ({ ...each, chosen: takers(role, each) })),
      },
    ];
  });
}

/** How many of the tasks each agent has that has any. */
function takers(role: Chosen, { tasks }: ChoiceReason): Readonly<Record<string, number>> {
  const counts: Record<string, number> = {};
  for (const task of tasks) {
    const [agent] = orderFor(role, task);
    if (agent) counts[agent] = (counts[agent] ?? 0) + 1;
  }
  return counts;
}

interface Chosen {
  readonly prefer: AgentOrder;
  readonly learned?: AgentChoice;
}

/** Whom to ask for a task: what was chosen, then whoever the plan prefers. */
export function orderFor({ prefer, learned }: Chosen, task: string): AgentOrder {
  if (!learned) return prefer;
  const chosen = Object.hasOwn(learned.tasks, task) ? learned.tasks[task] : learned.order;
  return [...new Set([...(chosen ?? []), ...prefer])];
}
