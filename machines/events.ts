/** Every event of the product, one union by noun: facts are noun.participle, requests noun.verb. */
import type { AccountName, Address, AgentId, RoleName, TaskId, Token } from './ids.ts';
import type { AccountLimits, Again, LearnedLimits, LoanEnding } from './loan.ts';
import type { Earlier, Evidence, Fault, HandoffNote, Outcome, Question } from './outcome.ts';
import type { PlanAmendment, PlanSpec, RoleLimits, TaskLimits, TaskSpec } from './plan.ts';
import type { BudgetWarning, Spending } from './rules/budget.ts';
import type { ReadyKey, ReadyTask } from './rules/dispatch.ts';
import type { ContextRefusal, ContextRequest } from './rules/shared-context.ts';
import type { UpkeepReport } from './rules/upkeep.ts';

export type Settled = 'succeeded' | 'failed' | 'skipped' | 'cancelled';

/** As others are told of it. `waived`: a person skipped it, and they go on without it. */
export type Told = Settled | 'waived';

export type PlanEvent =
  | { readonly type: 'plan.submit'; readonly plan: PlanSpec }
  | { readonly type: 'plan.amend'; readonly amendment: PlanAmendment; readonly by: string }
  /** A person has more to be done; every need of a newcomer is there before it. */
  | {
      readonly type: 'plan.extend';
      readonly tasks: readonly Newcomer[];
      readonly seed: number;
      readonly by: string;
    };

export interface Newcomer {
  readonly spec: TaskSpec;
  /** Those of its needs that have not ended yet. */
  readonly awaits: readonly TaskId[];
}

export type RunEvent =
  | { readonly type: 'run.cancel'; readonly reason: string }
  /** To itself, once the mailboxes' present content is worked off: hand out what can start. */
  | { readonly type: 'run.dispatch' };

/** To itself, or from whoever lends accounts: money is nearly spent. */
export type BudgetEvent = { readonly type: 'budget.warn' } & BudgetWarning;

export type TaskEvent =
  | ({ readonly type: 'task.ready' } & ReadyTask)
  | { readonly type: 'task.withdrawn'; readonly role: RoleName; readonly key: ReadyKey }
  | { readonly type: 'task.assign'; readonly agent: AgentId; readonly token: Token }
  | { readonly type: 'task.started'; readonly token: Token }
  | {
      readonly type: 'task.reported';
      readonly agent: AgentId;
      readonly token: Token;
      readonly outcome: Outcome;
    }
  /** It keeps its place in the plan but needs no slot for now. */
  | ({ readonly type: 'task.released' } & Spending)
  | {
      readonly type: 'task.settled';
      readonly task: TaskId;
      readonly status: Told;
      readonly wave: number;
      /** Whose slot it held at the end, and what that attempt cost; null when it held none. */
      readonly held: Spending | null;
      /** However it ended, the run can end well; absent: not if it failed. */
      readonly excused?: true;
    }
  /** It was ready, and no attempt can be begun for it; or what it asked for is not added. */
  | { readonly type: 'task.refuse'; readonly fault: Fault }
  /** It waits for these, which others are to do first. */
  | {
      readonly type: 'task.add';
      readonly task: TaskId;
      readonly tasks: readonly TaskSpec[];
      readonly seed: number;
    }
  | { readonly type: 'task.approve'; readonly by: string }
  | { readonly type: 'task.reject'; readonly by: string }
  | { readonly type: 'task.cancel'; readonly reason: string }
  /** A person does without it, and so does whoever needs it. */
  | { readonly type: 'task.skip'; readonly by: string; readonly reason?: string }
  /** A person works on it from now on, for so long at most, and nobody else does. */
  | { readonly type: 'task.take'; readonly by: string; readonly withinMs: number }
  /** They work on it no more, and say how it stands. */
  | { readonly type: 'task.return'; readonly by: string; readonly note: HandoffNote }
  /** One more waits for its end. */
  | { readonly type: 'task.precede'; readonly task: TaskId }
  | { readonly type: 'task.amend'; readonly limits: TaskLimits };

export type DependencyEvent = {
  readonly type: 'dependency.settled';
  readonly task: TaskId;
  readonly status: Told;
  readonly agent: AgentId | null;
};

export type WaveEvent = { readonly type: 'wave.opened'; readonly wave: number };

export type AgentEvent =
  | { readonly type: 'agent.register'; readonly agent: AgentId; readonly role: RoleName }
  | { readonly type: 'agent.registered' }
  | { readonly type: 'agent.idle'; readonly agent: AgentId; readonly role: RoleName }
  | ({ readonly type: 'agent.assign' } & Attempt)
  | { readonly type: 'agent.abandon'; readonly token: Token }
  | { readonly type: 'agent.lost'; readonly agent: AgentId; readonly fault: Fault }
  | { readonly type: 'agent.stop' }
  | { readonly type: 'agent.tell'; readonly text: string; readonly from: string }
  /** In the middle of an attempt it wants to do what a person must allow. */
  | { readonly type: 'agent.ask'; readonly token: Token; readonly question: Question }
  /** The context of its model is so full, of a hundred. */
  | { readonly type: 'agent.fill'; readonly token: Token; readonly percent: number }
  | {
      readonly type: 'agent.answer';
      /** Null: the oldest. */
      readonly question: string | null;
      readonly answer: 'allow' | 'deny';
      readonly by: string;
    };

/** One try at a task, as its agent gets it. */
export interface Attempt {
  readonly task: TaskId;
  readonly token: Token;
  /** 1 for the first. */
  readonly attempt: number;
  readonly timeoutMs: number;
  readonly seed: number;
  /** Absent for the first. */
  readonly earlier?: Earlier;
  /** Not the task itself is to be done: what came of it is to be judged. */
  readonly review?: ReviewOrder;
}

export interface ReviewOrder {
  /** Whose work it is. */
  readonly author: AgentId;
  /** Counts the reviews of one attempt from 1, those that came to nothing with them. */
  readonly count: number;
}

export type ReportEvent = { readonly type: 'report.taken'; readonly token: Token };

export type ChildEvent =
  /** From the kernel, to whoever supervises the actor that ended. */
  | {
      readonly type: 'child.exited';
      readonly child: Address;
      /** The machine's output; undefined when it crashed. */
      readonly output: unknown;
      /** What a step threw; null when it ended by itself. */
      readonly error: string | null;
      /** When, in ms since the epoch. */
      readonly at: number;
    }
  | { readonly type: 'child.due'; readonly children: readonly string[] };

export type SupervisorEvent =
  | { readonly type: 'supervisor.stop' }
  | { readonly type: 'role.amend'; readonly limits: RoleLimits }
  | { readonly type: 'supervisor.stopped'; readonly role: RoleName }
  | { readonly type: 'role.lost'; readonly role: RoleName; readonly fault: Fault };

/** Something that all agents of the run are to know, or no longer. */
export type ContextEvent = { readonly type: 'context.set' } & ContextRequest;

/** Asked of an account; `at` is the time, in ms since the epoch. */
export type AccountEvent =
  | {
      readonly type: 'account.lease';
      /** Names this loan of the account; unique for ever. */
      readonly loan: string;
      /** What the attempt costs at most; null when nobody knows. */
      readonly usdMax: number | null;
      readonly at: number;
    }
  | ({ readonly type: 'account.settle'; readonly loan: string; readonly at: number } & LoanEnding)
  /** What its provider says of its limits. */
  | ({ readonly type: 'account.learn'; readonly at: number } & LearnedLimits)
  | { readonly type: 'account.amend'; readonly limits: AccountLimits; readonly at: number }
  /** What was wrong with it is mended: it has a new key, or credit again. */
  | { readonly type: 'account.restore'; readonly at: number };

/** To the memory worker of a home: do now what you would do later. */
export type MemoryEvent = { readonly type: 'memory.maintain' };

export type TroupeEvent =
  | PlanEvent
  | RunEvent
  | BudgetEvent
  | TaskEvent
  | DependencyEvent
  | WaveEvent
  | AgentEvent
  | ReportEvent
  | ChildEvent
  | SupervisorEvent
  | ContextEvent
  | AccountEvent
  | MemoryEvent;

/** What observers hear; nothing depends on it. */
export type Fact =
  | { readonly type: 'run.started'; readonly tasks: number; readonly agents: number }
  | { readonly type: 'run.draining' }
  | { readonly type: 'run.succeeded' }
  | { readonly type: 'run.failed'; readonly reason: string }
  | { readonly type: 'run.cancelled'; readonly reason: string }
  | {
      readonly type: 'plan.amended';
      readonly by: string;
      /** Null: as it was. */
      readonly concurrency: number | null;
      readonly tasks: readonly TaskId[];
      readonly roles: readonly RoleName[];
    }
  | { readonly type: 'plan.grown'; readonly task: TaskId; readonly tasks: readonly TaskId[] }
  | { readonly type: 'plan.extended'; readonly by: string; readonly tasks: readonly TaskId[] }
  | { readonly type: 'wave.started'; readonly wave: number }
  | ({ readonly type: 'budget.warned' } & BudgetWarning)
  | { readonly type: 'task.ready'; readonly task: TaskId }
  | { readonly type: 'task.asked'; readonly task: TaskId }
  | TaskTried<'task.assigned' | 'task.started'>
  | { readonly type: 'task.verifying'; readonly task: TaskId; readonly attempt: number }
  | {
      readonly type: 'task.reviewing';
      readonly task: TaskId;
      readonly attempt: number;
      readonly role: RoleName;
      readonly votes: VoteCount;
    }
  | ({ readonly type: 'review.assigned'; readonly token: Token | null } & Reviewed)
  | ({
      readonly type: 'review.ended';
      readonly verdict: 'accepted' | 'rejected' | 'none';
      /** Why, in the reviewer's words; or what kept it from a verdict. */
      readonly reasons: readonly string[];
      readonly votes: VoteCount;
    } & Reviewed)
  | {
      readonly type: 'task.retrying';
      readonly task: TaskId;
      readonly fault: Fault | null;
      readonly delayMs: number;
    }
  | {
      readonly type: 'task.delegated';
      readonly task: TaskId;
      readonly attempt: number;
      readonly subtasks: readonly TaskId[];
    }
  | {
      readonly type: 'task.parked';
      readonly task: TaskId;
      readonly fault: Fault | null;
      readonly waitMs: number;
    }
  | ({ readonly type: 'task.held'; readonly by: string } & Waiting)
  /** `by` null: nobody handed it back in time. */
  | { readonly type: 'task.returned'; readonly task: TaskId; readonly by: string | null }
  | {
      readonly type: 'task.split';
      readonly task: TaskId;
      /** Who makes smaller tasks of it. */
      readonly role: RoleName;
      readonly failures: number;
      readonly fault: Fault | null;
    }
  | ({ readonly type: 'task.escalated'; readonly fault: Fault | null } & Waiting)
  | ({ readonly type: `task.${Settled}` } & Ended)
  | { readonly type: 'agent.spawned' | 'agent.stopped'; readonly agent: AgentId }
  | { readonly type: 'agent.crashed'; readonly agent: AgentId; readonly fault: Fault }
  | {
      readonly type: 'agent.filled';
      readonly agent: AgentId;
      readonly task: TaskId;
      readonly percent: number;
    }
  | { readonly type: 'agent.told'; readonly agent: AgentId; readonly text: string }
  | {
      readonly type: 'agent.asked';
      readonly agent: AgentId;
      readonly task: TaskId;
      readonly question: Question;
    }
  | {
      readonly type: 'agent.answered';
      readonly agent: AgentId;
      readonly task: TaskId;
      readonly question: string;
      readonly answer: 'allow' | 'deny';
      readonly by: string;
    }
  | {
      readonly type: 'agent.restarting';
      readonly agents: readonly string[];
      readonly delayMs: number;
    }
  | { readonly type: 'role.lost'; readonly role: RoleName; readonly fault: Fault }
  | {
      readonly type: 'context.changed';
      readonly key: string;
      readonly value: string | null;
      readonly by: string;
      readonly version: number;
    }
  | {
      readonly type: 'context.refused';
      readonly key: string;
      readonly by: string;
      readonly reason: ContextRefusal;
      /** That it has; 0: there is none. */
      readonly version: number;
    };

/** What the accounts of a home state; no run hears it. */
export type AccountFact =
  | { readonly type: 'account.leased'; readonly account: AccountName; readonly loan: string }
  | {
      readonly type: 'account.refused';
      readonly account: AccountName;
      readonly loan: string;
      readonly reason: string;
      readonly again: Again;
    }
  | { readonly type: 'account.throttled'; readonly account: AccountName; readonly untilMs: number }
  | {
      readonly type: 'account.exhausted';
      readonly account: AccountName;
      readonly reason: string;
      readonly again: Again;
    }
  | { readonly type: 'account.revoked'; readonly account: AccountName; readonly reason: string }
  | { readonly type: 'account.recovered'; readonly account: AccountName }
  | {
      readonly type: 'account.warned';
      readonly account: AccountName;
      /** Which cap is nearly reached. */
      readonly cap: 'day' | 'total';
      readonly spentUsd: number;
      readonly limitUsd: number;
    };

/** What the memory worker of a home states; no run hears it. */
export type MemoryFact =
  | { readonly type: 'memory.rested' | 'memory.stopped' }
  | { readonly type: 'memory.maintained'; readonly round: number; readonly report: UpkeepReport }
  | { readonly type: 'memory.failed'; readonly round: number; readonly fault: Fault };

interface TaskTried<Type extends string> {
  readonly type: Type;
  readonly task: TaskId;
  /** Of whoever resolves a conflict; absent: the task's own. */
  readonly role?: RoleName;
  readonly agent: AgentId | null;
  readonly attempt: number;
  readonly token: Token | null;
}

/** For a person, so long. */
interface Waiting {
  readonly task: TaskId;
  readonly withinMs: number;
}

interface Reviewed {
  readonly task: TaskId;
  readonly attempt: number;
  readonly role: RoleName;
  readonly reviewer: AgentId | null;
}

/** How a review stands. */
export interface VoteCount {
  readonly accepted: number;
  readonly rejected: number;
  /** How many must accept. */
  readonly quorum: number;
}

interface Ended {
  readonly task: TaskId;
  readonly agent: AgentId | null;
  readonly attempts: number;
  readonly durationMs: number;
  readonly fault: Fault | null;
}

/** All that is known of a task at its end: what its result file is made of. */
export interface TaskRecord {
  readonly task: TaskSpec['id'];
  readonly status: Settled;
  readonly agent: AgentId | null;
  readonly attempts: number;
  readonly outcome: Outcome | null;
  readonly evidence: readonly Evidence[];
  /** Of all its attempts together; null when one of them did not know. */
  readonly costUsd: number | null;
  readonly fault: Fault | null;
}
