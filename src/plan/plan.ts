/** A plan once it is checked: plain JSON, every default filled in, frozen into the run's folder. */
import type { Strategy } from '../../machines/plan.ts';
import type { Backoff } from '../../machines/rules/backoff.ts';
import type { Borrowing, PlanAccount } from './accounts.ts';
import type { PromptPin } from './prompts/prompt-shelf.ts';
import type { AgentChoice } from './roles/agent-choice.ts';
import type { DurationRange } from './shapes/duration.ts';
import type { PlanGather } from './shapes/gather.ts';
import type { PlanHeal } from './shapes/heal.ts';
import type { JsonObject } from './shapes/json-schema.ts';
import type { PlanReview } from './shapes/review-shape.ts';
import type { PlanSubtasks } from './shapes/subtasks.ts';
import type { Run } from './shell.ts';

export interface Plan {
  /** Of this format, for runs that outlive a release. */
  readonly version: 1;
  readonly name: string;
  /** Empty when there is none. */
  readonly description: string;
  /** Absolute: where the plan's file lies. Null for a plan that came as an object without it. */
  readonly folder: string | null;
  readonly mode: 'eager' | 'waves';
  readonly concurrency: number;
  readonly onFailure: 'stop' | 'continue';
  readonly seed: number;
  readonly budgetUsd: number | null;
  readonly inputs: readonly PlanInput[];
  readonly roles: readonly PlanRole[];
  /** Its own, beside those of the home; absent: none. */
  readonly accounts?: readonly PlanAccount[];
  /** How many tasks its tasks may add to it; absent: as many as is usual. */
  readonly subtasksMax?: number;
  /** What teams may cost: all roles under a team's name; absent: nobody has a purse. */
  readonly teams?: readonly PlanTeam[];
  /** In the order of the document. */
  readonly tasks: readonly PlanTask[];
}

export interface PlanTeam {
  readonly name: string;
  readonly budgetUsd: number;
}

export interface PlanInput {
  readonly name: string;
  /** Null: a value must be given. */
  readonly default: string | null;
  readonly description: string;
}

interface SharedRole {
  readonly name: string;
  readonly where: 'local' | 'remote' | 'any';
  /** What the machine of its agents must have been given; absent: nothing. */
  readonly labels?: readonly string[];
  /** Null: as many as the plan can use. */
  readonly count: number | null;
  /** Null: as many as there are agents. */
  readonly concurrency: number | null;
  readonly restart: Strategy;
  readonly maxRestarts: number;
  readonly periodMs: number;
  readonly backoff: Backoff;
  readonly handoff: boolean;
  /** Who goes on with its tasks when it can't; absent: nobody. */
  readonly fallback?: { readonly roles: readonly string[]; readonly after: number };
  /** When and to whom its work is handed over in the middle; absent: never. */
  readonly handing?: PlanHanding;
  /** Absent: it resolves no conflicts but those of its own tasks. */
  readonly resolves?: true;
  /** How its attempts go in a simulation; absent when the plan does not say. */
  readonly simulate?: SimulatedCourse;
  /** How many solutions of similar tasks its prompts begin with; absent: none. */
  readonly recall?: number;
  /** Which accounts its attempts use; absent: none, as the machine is logged in. */
  readonly borrowing?: Borrowing;
  /** What one attempt costs at most; absent: as its adapter says. */
  readonly costUsdMax?: number;
  /** What all its attempts may cost; absent: only the run's own limit. */
  readonly totalUsdMax?: number;
  /** Which template it was made of; absent: the plan's own words. */
  readonly templateFrom?: TemplatePin;
  /** Stands before the prompt of each of its tasks; may hold templates. Absent: nothing. */
  readonly prompt?: string;
  /** Which skills its agents are given; absent: none. */
  readonly skills?: readonly string[] | 'auto';
  /** For tasks that are asked for later and have no checks of their own. Absent: none. */
  readonly verify?: readonly PlanCheck[];
  readonly review?: PlanReview;
}

export interface TemplatePin {
  readonly name: string;
  /** Of the template's file. */
  readonly sha256: string;
}

export interface PlanHanding {
  /** Tokens; null: nobody looks how full its context is. */
  readonly windowTokens: number | null;
  readonly to: readonly string[];
}

/** Other roles that may come to work on its tasks. */
export function heirsOf({ handing, fallback }: PlanRole): readonly string[] {
  return [...(handing?.to ?? []), ...(fallback?.roles ?? [])];
}

/** What is left out is learned from past runs, or assumed. */
export interface SimulatedCourse {
  readonly work?: DurationRange;
  /** Shares of attempts, 0 to 1. */
  readonly fail?: number;
  readonly crash?: number;
  readonly costUsd?: number;
}

export interface CommandRole extends SharedRole {
  readonly adapter: 'command';
  /** What its tasks run when they don't say. */
  readonly run: Run | null;
  /** Values may hold templates. A task's own names win. */
  readonly env: Readonly<Record<string, string>>;
}

export interface SimulatedRole extends SharedRole {
  readonly adapter: 'simulated';
  readonly work: DurationRange;
  /** Shares of attempts, 0 to 1. */
  readonly fail: number;
  readonly crash: number;
  readonly costUsd: number;
}

/** Nobody: its tasks put together what came of others, by a rule. */
export interface GatherRole extends SharedRole {
  readonly adapter: 'gather';
}

export type CliAgent = 'claude' | 'codex' | 'gemini' | 'opencode';

/** `ask`: a person decides about whatever would change something. */
export type Permissions = 'read' | 'edit' | 'full' | 'ask';

/** When an attempt gets nowhere: the same calls so often, or so many and no file changed. */
export interface StuckLimits {
  readonly repeats: number;
  readonly unchanged: number;
}

/** What holds for every agent that works by itself. */
interface WorkingRole extends SharedRole {
  /** Absent in plans of earlier releases: it is not looked at. */
  readonly stuck?: StuckLimits;
  readonly permissions: Permissions;
  /** Values may hold templates. A task's own names win. */
  readonly env: Readonly<Record<string, string>>;
  readonly startWithinMs: number;
  readonly silenceMs: number;
}

export interface CliRole extends WorkingRole {
  readonly adapter: CliAgent;
  /** Null: the program's own choice. */
  readonly model: string | null;
  /** Null: no limit, or a program that has none. */
  readonly maxTurns: number | null;
  readonly budgetUsd: number | null;
  /** Beside those of its permissions; absent: none. */
  readonly tools?: readonly string[];
}

/** A model behind an OpenAI-compatible API. */
export interface ApiRole extends WorkingRole {
  readonly adapter: 'openai' | 'grok';
  readonly model: string;
  /** Null: the adapter's own. */
  readonly baseUrl: string | null;
  readonly keyEnv: string | null;
  /** Null: no limit. */
  readonly maxTurns: number | null;
  readonly maxTokens: number | null;
  readonly budgetUsd: number | null;
}

/** A program that speaks the Agent Client Protocol. */
export interface AcpRole extends WorkingRole {
  readonly adapter: 'acp';
  readonly run: Run;
  /** Null: the program's own choice. */
  readonly model: string | null;
}

/** An MCP server that somebody else runs. */
export interface McpService {
  readonly url: string;
  /** `${NAME}` in a value stands for a variable, whose value is in no plan and no journal. */
  readonly headers: Readonly<Record<string, string>>;
}

/** A tool of an MCP server, worn as an agent. */
export interface McpRole extends WorkingRole {
  readonly adapter: 'mcp';
  /** Null: the server is reached at `service`. */
  readonly run: Run | null;
  readonly service?: McpService;
  readonly tool: string;
  /** Texts in it may hold `{{prompt}}`. */
  readonly arguments: JsonObject;
}

/** Limits of whichever agent is chosen; what it does not know, it has not. */
export interface ChosenLimits {
  readonly maxTurns?: number | undefined;
  readonly maxTokens?: number | undefined;
  readonly budgetUsd?: number | undefined;
  readonly tools?: readonly string[] | undefined;
}

/** The first of these that can be used on this machine. */
export interface AutoRole extends WorkingRole {
  readonly adapter: 'auto';
  readonly prefer: readonly AutoChoice[];
  /** Absent: no limits, whoever is chosen. */
  readonly when?: Readonly<Partial<Record<AutoChoice, ChosenLimits | undefined>>>;
  /** Past tasks decide; settled when the run begins. Absent: the first that can be used. */
  readonly learned?: AgentChoice;
}

export type AutoChoice = CliAgent | ApiRole['adapter'];

export type PlanRole =
  | CommandRole
  | SimulatedRole
  | GatherRole
  | CliRole
  | ApiRole
  | AcpRole
  | McpRole
  | AutoRole;

/** Where a task works: see the plan's words. */
export type Workspace = 'worktree' | 'shared' | 'folder' | 'copy';

export interface PlanTask {
  readonly id: string;
  readonly role: string;
  readonly needs: readonly string[];
  /** May hold templates; empty when there is none. */
  readonly prompt: string;
  /** Which prompt of the library it was made of; absent: the plan's own words. */
  readonly promptFrom?: PromptPin;
  /** Null: what the role runs. See `runOf`. */
  readonly run: Run | null;
  /** Its own, without the role's; values may hold templates. See `environmentOf`. */
  readonly env: Readonly<Record<string, string>>;
  readonly timeoutMs: number;
  readonly retries: number;
  readonly backoff: Backoff;
  readonly verify: readonly PlanCheck[];
  /** Who judges it once its checks have passed; absent: nobody. */
  readonly review?: PlanReview;
  readonly verifyTimeoutMs: number;
  readonly priority: number;
  readonly estimateMs: number | null;
  /** Null: nobody has to approve. */
  readonly approveWithinMs: number | null;
  /** Absent: `shared`, once it is settled what is meant; see `settleWorkspaces`. */
  readonly workspace?: Workspace;
  /** Absent: whoever says that it is done has to show something for it. */
  readonly mayDoNothing?: true;
  /** Absent: it is remembered once it has ended. */
  readonly memory?: 'off';
  /** What it may ask others for while it is worked on; absent: nothing. */
  readonly subtasks?: PlanSubtasks;
  /** What is done when it goes on failing; absent: it fails. */
  readonly heal?: PlanHeal;
  /** It puts together what came of these; absent: it is a task like any other. */
  readonly gather?: PlanGather;
  /** The team that it is one of; absent: none. */
  readonly partOf?: string;
  /** Of a task that another one asked for while it was worked on. */
  readonly parent?: string;
}

export type PlanCheck =
  /** Passes with exit 0. `timeoutMs` null: only the limit of all checks. */
  | { readonly kind: 'run'; readonly run: Run; readonly timeoutMs: number | null }
  /** `path` may hold templates; `matches` is a JavaScript regular expression without flags. */
  | {
      readonly kind: 'file';
      readonly path: string;
      readonly minBytes: number;
      readonly matches: string | null;
    }
  | { readonly kind: 'schema'; readonly schema: JsonObject };

/** What a task runs: its own, else its role's; null for adapters that bring their own program. */
export function runOf(task: PlanTask, role: PlanRole): Run | null {
  return task.run ?? ('run' in role ? role.run : null);
}

/** What a task's program finds in its environment beside what the runtime puts there. */
export function environmentOf(task: PlanTask, role: PlanRole): Readonly<Record<string, string>> {
  const isBare = role.adapter === 'simulated' || role.adapter === 'gather';
  return isBare ? task.env : { ...role.env, ...task.env };
}
