/** What the machines need of a plan: its graph, its limits and its roles, nothing to run. */
import type { RoleName, TaskId } from './ids.ts';
import type { Backoff } from './rules/backoff.ts';

export interface TaskSpec {
  readonly id: TaskId;
  readonly role: RoleName;
  readonly needs: readonly TaskId[];
  readonly dependants: readonly TaskId[];
  /** The number of tasks on the longest way to it: 0 for a task that needs nothing. */
  readonly wave: number;
  /** The weight of the longest path from this task (included) to an end of the plan. */
  readonly rank: number;
  /** Higher goes first. */
  readonly priority: number;
  /** Its position in the plan; breaks ties. */
  readonly order: number;
  /** Attempts after the first. */
  readonly retries: number;
  readonly backoff: Backoff;
  /** The limit of one attempt. */
  readonly timeoutMs: number;
  /** The limit of all checks of one attempt. */
  readonly verifyTimeoutMs: number;
  /** Whether the plan names checks beyond the agent's own end. */
  readonly checked: boolean;
  /** Who brings it together with what others did when both changed the same; absent: its role. */
  readonly resolver?: RoleName;
  /** Who judges it once its checks have passed; absent: nobody. */
  readonly review?: ReviewSpec;
  /** Whether a person must approve before it starts, and for how long they are waited for. */
  readonly approveWithinMs: number | null;
  /** What it may ask others for while it is worked on; absent: nothing. */
  readonly delegation?: DelegationSpec;
  /** Who does it when its role can not; absent: nobody. */
  readonly fallback?: FallbackSpec;
  /** How often it may be handed over, and to whom beside its own role; absent: never. */
  readonly handoffs?: HandoffSpec;
  /** What is done when it goes on failing; absent: it fails. */
  readonly heal?: HealSpec;
  /** It needs not all of these; absent: it needs all that it needs. */
  readonly gathers?: GatherSpec;
  /** Tasks that are called off with it: it is a team, and they are its own; absent: none. */
  readonly members?: readonly TaskId[];
  /** Whoever needs it can do without it: its failure is not the run's. */
  readonly excused?: true;
  /** The team that it is one of; absent: none. */
  readonly partOf?: TaskId;
  /** Of a task that another one asked for; absent: the plan has it, or a person added it. */
  readonly origin?: Origin;
  /** Of a task that a person added; absent: nobody did. */
  readonly added?: Addition;
}

export interface FallbackSpec {
  /** The first one first. */
  readonly roles: readonly RoleName[];
  /** So many troubles of one role, one after the other, and the next one has it. */
  readonly after: number;
}

export interface HandoffSpec {
  /** In all attempts together. */
  readonly max: number;
  readonly to: readonly RoleName[];
}

export interface HealSpec {
  /** A planner makes smaller tasks of it; absent: nobody does. */
  readonly split?: SplitSpec;
  /** Before it fails a person is asked, and waited for so long; absent: nobody is. */
  readonly askWithinMs?: number;
}

export interface SplitSpec {
  /** Who makes smaller tasks of it. */
  readonly role: RoleName;
  /** Once it has failed so often. */
  readonly after: number;
  /** Of how many tasks, at most. */
  readonly count: number;
}

export interface GatherSpec {
  readonly from: readonly TaskId[];
  /** How many of them may come to nothing. */
  readonly spare: number;
}

/** What the roles under a team's name and a dot may cost, all together. */
export interface TeamSpec {
  readonly name: string;
  readonly budgetUsd: number;
}

export interface DelegationSpec {
  /** How many tasks it may ask for, all its attempts together. */
  readonly count: number;
  /** 1: what it asks for may ask for nothing itself. */
  readonly depth: number;
  /** A person looks at what it asks for, and is waited for so long; null: nobody does. */
  readonly approveWithinMs: number | null;
}

export interface Origin {
  readonly parent: TaskId;
  /** What it is asked, in its parent's words. */
  readonly prompt: string;
}

export interface Addition {
  readonly by: string;
  /** As a plan would have it: read by whoever prepares the work, and by no machine. */
  readonly task: object;
}

/** A panel of agents that had no part in the work. */
export interface ReviewSpec {
  readonly role: RoleName;
  /** How many must accept. */
  readonly quorum: number;
  /** Of how many at most, each another agent. */
  readonly of: number;
  /** Reviews that come to nothing and are made again, all together. */
  readonly retries: number;
  /** The limit of one review. */
  readonly timeoutMs: number;
}

/** OTP's three: restart the one that crashed, all, or it and those started after it. */
export type Strategy = 'one_for_one' | 'one_for_all' | 'rest_for_one';

export interface RoleSpec {
  readonly name: RoleName;
  /** How many agents play it. */
  readonly count: number;
  /** How many of its tasks may be under way at once. */
  readonly concurrency: number;
  readonly restart: Strategy;
  /** More crashes than this within the period, and the role is given up. */
  readonly maxRestarts: number;
  readonly periodMs: number;
  readonly backoff: Backoff;
  /** What one attempt costs at most, in dollars; null when nobody knows. */
  readonly attemptUsdMax: number | null;
  /** What all its attempts may cost in this run; absent or null: only the run's own limit. */
  readonly budgetUsd?: number | null;
  /** True: each task gets a fresh agent. False: the agent stays and takes the next. */
  readonly handoff: boolean;
}

export interface PlanSpec {
  readonly name: string;
  /** `eager`: a task starts when its dependencies are done; `waves`: when the wave before is. */
  readonly mode: 'eager' | 'waves';
  readonly concurrency: number;
  /** What the rest of the plan does once a task has failed for good. */
  readonly onFailure: 'stop' | 'continue';
  /** Null: no limit. */
  readonly budgetUsd: number | null;
  /** Makes backoff jitter and simulated agents repeatable. */
  readonly seed: number;
  readonly roles: readonly RoleSpec[];
  readonly tasks: readonly TaskSpec[];
  /** How many tasks its tasks may add to it; absent: none. */
  readonly subtasksMax?: number;
  /** How often each of those may be handed over or given to another role; absent: never. */
  readonly subtaskTurns?: number;
  /** Absent: no team has a purse of its own. */
  readonly teams?: readonly TeamSpec[];
}

/** What a task is held to; its place in the graph is not among it. */
export type TaskLimits = Partial<
  Pick<
    TaskSpec,
    | 'rank'
    | 'priority'
    | 'retries'
    | 'backoff'
    | 'timeoutMs'
    | 'verifyTimeoutMs'
    | 'checked'
    | 'review'
    | 'approveWithinMs'
  >
>;

export type RoleLimits = Partial<
  Pick<RoleSpec, 'count' | 'concurrency' | 'restart' | 'maxRestarts' | 'periodMs' | 'backoff'>
>;

/** Only what changes is there. */
export interface PlanAmendment {
  readonly concurrency?: number;
  readonly onFailure?: PlanSpec['onFailure'];
  readonly budgetUsd?: number | null;
  readonly roles?: readonly { readonly name: RoleName; readonly limits: RoleLimits }[];
  readonly tasks?: readonly { readonly id: TaskId; readonly limits: TaskLimits }[];
}
