/** What house and page say to each other: plain JSON, the same words on both sides. */

/** A line of the list of runs. */
export interface RunLine {
  readonly id: string;
  readonly name: string;
  readonly status: RunStatus;
  readonly life: RunLife;
  readonly counts: Counts;
  readonly total: number;
  readonly costUsd: number | null;
  /** Milliseconds since the epoch. */
  readonly orderedAt: number;
  readonly at: number;
  /** Why it ended otherwise than well, or why it can't be read. */
  readonly reason: string;
}

export type RunStatus = 'planning' | 'running' | 'succeeded' | 'failed' | 'cancelled';
/** Worked on by this process, by another one, or by nobody. */
export type RunLife = 'here' | 'elsewhere' | 'nobody';
export type Counts = Readonly<Record<'succeeded' | 'failed' | 'skipped' | 'cancelled', number>>;

/** What a run consists of, which hardly ever changes. */
export interface RunShape {
  readonly id: string;
  readonly name: string;
  readonly description: string;
  readonly mode: 'eager' | 'waves';
  readonly budgetUsd: number | null;
  readonly concurrency: number;
  readonly roles: readonly { readonly name: string; readonly adapter: string }[];
  readonly tasks: readonly TaskShape[];
}

export interface TaskShape {
  readonly id: string;
  readonly role: string;
  readonly needs: readonly string[];
  /** The number of tasks on the longest way to it. */
  readonly wave: number;
  /** It lies on the longest path through the plan, weighed by what is expected of each task. */
  readonly critical: boolean;
}

/** One actor of the run as it stands. */
export interface ActorRow {
  readonly address: string;
  /** `orchestrator`, `supervisor`, `agent` or `task`. */
  readonly machine: string;
  /** The state's path: `running`, `verifying.checking`. */
  readonly state: string;
  /** When it came there, ms since the epoch. */
  readonly since: number;
  readonly attempt: number;
  /** The agent of a task that has one, the task of an agent that works. */
  readonly partner: string | null;
  readonly token: number | null;
  /** What went wrong, or what it waits for; empty when there is nothing to say. */
  readonly why: string;
  /** What a person is asked; empty: nothing. */
  readonly asks: string;
  readonly costUsd: number | null;
  /** The next deadline, ms since the epoch; null: it waits for no time. */
  readonly dueAt: number | null;
}

/** The run as a whole, at the moment of input `n`. */
export interface RunHead {
  readonly n: number;
  readonly at: number;
  readonly status: RunStatus;
  readonly life: RunLife;
  readonly counts: Counts;
  readonly total: number;
  readonly costUsd: number | null;
  readonly reason: string;
  /** What may be under way at once; 0: it is paused. */
  readonly concurrency: number;
  readonly budgetUsd: number | null;
  /** Set aside for attempts under way. */
  readonly reservedUsd: number;
  /** Facts told so far. */
  readonly facts: number;
  /** Moments before this one are gone. */
  readonly firstN: number;
  readonly begunAt: number;
}

/** A fact as a row of the log; `text` is what it says, in words. */
export interface FactRow {
  readonly seq: number;
  readonly n: number;
  readonly at: number;
  readonly actor: string;
  readonly type: string;
  readonly text: string;
}

/** A stretch of time of one attempt: of work, of checks, or of waiting. */
export interface Bar {
  readonly id: number;
  readonly task: string;
  readonly agent: string | null;
  readonly attempt: number;
  /** Names the attempt, and its stream; null while it has none. */
  readonly token: number | null;
  readonly kind: 'work' | 'checks' | 'waits';
  readonly from: number;
  /** Null: it goes on. */
  readonly to: number | null;
  readonly end: 'open' | 'well' | 'badly';
}

/** What was spent when. */
export type SpendPoint = readonly [at: number, usd: number];

/** Everything at once, or what has changed since input `since`. */
export interface RunFrame {
  readonly kind: 'whole' | 'delta';
  readonly run: string;
  /** The moment it shows; null: the present. */
  readonly moment: number | null;
  readonly since: number;
  readonly head: RunHead;
  /** Absent: as it was. */
  readonly shape?: RunShape;
  readonly actors: readonly ActorRow[];
  /** Addresses of those that are not there any more. */
  readonly gone: readonly string[];
  readonly facts: readonly FactRow[];
  readonly bars: readonly Bar[];
  readonly spend: readonly SpendPoint[];
}

/** One actor looked at closely. */
export interface ActorLook {
  readonly kind: 'actor';
  readonly run: string;
  readonly moment: number | null;
  readonly n: number;
  readonly at: number;
  readonly address: string;
  readonly machine: string;
  readonly life: 'alive' | 'ended' | 'unborn';
  /** Ids of the active states: `task.verifying`, `task.verifying.checking`. */
  readonly active: readonly string[];
  readonly context: unknown;
  readonly mailbox: readonly string[];
  readonly timers: readonly { readonly name: string; readonly dueAt: number }[];
  readonly works: readonly string[];
  readonly accepts: readonly Accepted[];
  /** Oldest first. */
  readonly steps: readonly StepRow[];
}

/** An event that would move it now, or is refused. */
export interface Accepted {
  readonly event: string;
  readonly ways: readonly {
    readonly transition: string;
    readonly target: string;
    readonly guard: string;
    /** `asks`: that depends on what the event says. */
    readonly answer: 'yes' | 'no' | 'asks';
  }[];
}

export interface StepRow {
  readonly n: number;
  readonly at: number;
  readonly event: string;
  readonly from: string;
  readonly to: string;
}

/** What an agent said in one attempt. */
export interface WordsFrame {
  readonly kind: 'words';
  readonly run: string;
  readonly task: string;
  readonly token: number;
  /** True: these come after what was sent before. */
  readonly goesOn: boolean;
  readonly words: readonly Word[];
}

export interface Word {
  readonly kind: 'text' | 'thought' | 'tool' | 'usage' | 'problem' | 'raw' | 'check';
  readonly text: string;
}

/** A machine as its own definition has it. */
export interface MachineShape {
  readonly key: string;
  readonly states: readonly StateShape[];
  readonly transitions: readonly TransitionShape[];
}

export interface StateShape {
  readonly id: string;
  readonly name: string;
  /** Null: the machine itself. */
  readonly parent: string | null;
  readonly kind: 'atomic' | 'compound' | 'parallel' | 'final' | 'history';
  readonly isInitial: boolean;
  readonly invokes: readonly string[];
}

export interface TransitionShape {
  readonly id: string;
  readonly from: string;
  /** Null: it stays where it is. */
  readonly to: string | null;
  /** `task.assign`, `after retryDelay`, `verify done`; empty: at once. */
  readonly label: string;
  /** The event's type as the machine knows it; empty: none is needed. */
  readonly event: string;
  readonly guard: string;
}

/** What the page wants to see: it says so whole each time, and the newest word counts. */
export interface Wanted {
  readonly runs: boolean;
  /** `since`: the last input it has seen; 0 for everything. `facts`: the last fact. */
  readonly run: { readonly id: string; readonly since: number; readonly facts: number } | null;
  /** Input number; null: the present, followed. */
  readonly moment: number | null;
  /** Address of an actor to look at closely. */
  readonly actor: string | null;
  readonly words: { readonly task: string; readonly token: number } | null;
}

export type Frame =
  | { readonly kind: 'runs'; readonly runs: readonly RunLine[]; readonly now: number }
  | RunFrame
  | ActorLook
  | WordsFrame
  | ({ readonly kind: 'problem' } & Problem);

/** As every refused request answers, and every feed that can't go on. */
export interface Problem {
  readonly code: string;
  readonly message: string;
  readonly hint: string;
}

/** What a person may do to a run. */
export type Deed =
  | { readonly type: 'pause' }
  | { readonly type: 'continue'; readonly concurrency?: number }
  | { readonly type: 'resume' }
  | { readonly type: 'stop' }
  | { readonly type: 'cancel'; readonly task?: string; readonly reason?: string }
  | { readonly type: 'skip'; readonly task: string }
  /** As a plan has them, in YAML or JSON: `tasks: [...]`. */
  | { readonly type: 'add'; readonly tasks: string }
  | { readonly type: 'retry' | 'approve' | 'reject' | 'take'; readonly task: string }
  | {
      readonly type: 'hand-back';
      readonly task: string;
      readonly note: string;
      readonly work: 'open' | 'done';
    }
  | { readonly type: 'tell'; readonly agent: string; readonly text: string }
  | { readonly type: 'limit'; readonly concurrency?: number; readonly budgetUsd?: number | null };

export interface Comparison {
  readonly from: { readonly n: number; readonly at: number };
  readonly to: { readonly n: number; readonly at: number };
  readonly changed: readonly {
    readonly address: string;
    readonly before: string | null;
    readonly after: string | null;
    readonly why: string;
  }[];
  readonly facts: readonly FactRow[];
}

/** Where a person goes on with a task that they have taken over. */
export interface OpeningPaper {
  /** For a shell: goes to its folder, and on with the session of its agent if it left one. */
  readonly command: string;
}

/** What is known of a task beside its state: its words in the plan, its proof, its files. */
export interface TaskPaper {
  readonly task: string;
  readonly prompt: string;
  readonly output: string;
  readonly evidence: readonly {
    readonly kind: string;
    readonly passed: boolean;
    readonly summary: string;
  }[];
  readonly artifacts: readonly string[];
  /** What its prompt began with of the past, the nearest first. */
  readonly recalled: readonly RecalledRow[];
  /** What it changed, as `git diff` shows it; empty when it changed nothing, or has no worktree. */
  readonly diff: string;
  readonly usage: {
    readonly inputTokens: number;
    readonly outputTokens: number;
    readonly costUsd: number | null;
  } | null;
  /** Tokens of its attempts, oldest first. */
  readonly attempts: readonly { readonly attempt: number; readonly token: number }[];
}

/** A task of the past that another one was told of. */
export interface RecalledRow {
  readonly run: string;
  readonly task: string;
  /** When it ended, ms since the epoch. */
  readonly at: number;
  /** From 0 to 1. */
  readonly score: number;
  readonly verified: boolean;
  readonly why: string;
}

/** What a run can still take and cost at the very worst; null parts: nobody knows. */
export interface Remainder {
  readonly durationMs: number;
  readonly costUsd: number | null;
  readonly calls: number;
}

export interface PlanFile {
  readonly path: string;
}

/** How the house is, from 0 to 100, and why it is not better. */
export interface HealthLine {
  readonly score: number;
  readonly reasons: readonly {
    readonly points: number;
    readonly what: string;
    /** The next step. */
    readonly hint: string;
  }[];
  /** Tasks of the inbox that have not been begun. */
  readonly waiting: number;
}
