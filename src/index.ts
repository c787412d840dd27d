/** Troupe as a library: run plans, define them in code, and host machines of one's own. */
export type { AccountDesk, AccountOverview, AccountView } from './account-desk.ts';
export type { Spend, SpendKey } from './accounts/ledger.ts';
export { type StreamPaths, streamPaths } from './agents/streams.ts';
export type { AgentSurvey } from './agents/survey.ts';
export {
  createTroupe,
  type RunOptions,
  type RunSummary,
  Troupe,
  type TroupeOptions,
} from './app.ts';
export type { Bus, Envelope, Subscription } from './bus/bus.ts';
export type { NatsPlace } from './bus/nats/connection.ts';
export {
  type JoinBusOptions,
  joinBus,
  joinNats,
  type NatsOptions,
  type OpenHubOptions,
  openHub,
} from './bus/open-bus.ts';
export type { Pass } from './bus/pass.ts';
export {
  checkServers,
  lookAround,
  type NatsFinding,
  openPruning,
  type ServerRun,
} from './cluster/finding.ts';
export { type Config, readConfig, readVersion } from './config.ts';
export { type ContextFact, changesIn, entryOf } from './context/changes.ts';
export type { Conversation } from './conversations/conversation.ts';
export {
  conversationFile,
  type Entry,
  type Message,
} from './conversations/entry.ts';
export { type ExportFormat, exportConversation, exportFormats } from './conversations/exporting.ts';
export type { History, HistoryFilter } from './conversations/history.ts';
export { ConversationTail } from './conversations/reading.ts';
export { type Speech, speechOf } from './conversations/wording.ts';
export type { Archive } from './documents/archive.ts';
export { type Comparison, compareContents, textOf } from './documents/comparing.ts';
export { isVerified, type Kept, type Version } from './documents/document.ts';
export { quoteWords, shellLine } from './handoff/shell-line.ts';
export { handBack, type TakenOver, takeOver } from './handoff/taking-over.ts';
export { type OpenSystemOptions, openSystem } from './host.ts';
export type { ExportRequest } from './inspection/export/export-desk.ts';
export { type MachineFormat, machineFormats } from './inspection/export/formats.ts';
export type { Inspecting, InspectOptions } from './inspection/stately/inspect-run.ts';
export type { Reason } from './intake/health.ts';
export type { ScheduleLine } from './intake/schedules.ts';
export { type HouseStatus, readStatus as houseStatus, type SeenStatus } from './intake/status.ts';
export type { Violation } from './journal/axioms/violation.ts';
export type { Behaviour, Behaviours, Call } from './kernel/behaviours.ts';
export { type Clock, sleep, systemClock } from './kernel/clock.ts';
export type { LoggedInput, StoredSystem } from './kernel/log.ts';
export type { Ref } from './kernel/ref.ts';
export type { System } from './kernel/system.ts';
export { isUserError, UserError } from './kernel/user-error.ts';
export { projectStats, type Stat, type StatKey, type Stats, statKeys } from './learning/open.ts';
export { tellChoices } from './learning/telling.ts';
export { limits } from './limits.ts';
export type { McpDesk } from './mcp/mcp-desk.ts';
export { openMcp } from './mcp/open-mcp.ts';
export { Attendance } from './panes/attending.ts';
export type { Cleaned } from './past/cleaning.ts';
export type { Forked, ForkOptions } from './past/forking.ts';
export type { Compacted, Prunable, Pruned } from './past/keeping.ts';
export type { Difference, Finding, Rewind } from './past/rewind.ts';
export type { Setting } from './plan/change.ts';
export {
  claude,
  codex,
  command,
  definePlan,
  gemini,
  opencode,
  type PlanDocument,
  simulated,
} from './plan/define.ts';
export { loadPlan } from './plan/load.ts';
export type { Plan, PlanTask } from './plan/plan.ts';
export { suggest } from './plan/problems/nearest.ts';
export { type NatsSetting, natsSetting } from './plan/project/bus-shapes.ts';
export type { Project } from './plan/project/project.ts';
export { type ServeWish, serveWish } from './plan/project/serve-shapes.ts';
export { parseDuration } from './plan/shapes/duration.ts';
export { type GoalOptions, goalTask } from './planning/goal-words.ts';
export type { Probe } from './probing.ts';
export type { SimilarOptions, SimilarTask } from './remembering/look-back.ts';
export type {
  MemoryDesk,
  MemoryState,
  MemoryStats,
  PutAway,
  SurplusTask,
} from './remembering/memory-desk.ts';
export type { MemoryWorker, MemoryWorkerSettings } from './remembering/memory-worker.ts';
export type { Prompt, PromptLibrary } from './remembering/prompts.ts';
export type { Trail } from './remembering/trail.ts';
export { Forecast, type TaskProgress } from './runs/forecast.ts';
export { type Instant, readInstant, readTime, type When } from './runs/instant.ts';
export type { ActorMoment, Moment, TimerMoment } from './runs/moment.ts';
export { type ReplayOutcome, replayRecords } from './runs/regression.ts';
export { duration } from './runs/report.ts';
export { readResult, type TaskResult } from './runs/results.ts';
export type { PrunePolicy } from './runs/retention.ts';
export type { Run, RunEnd, RunFact } from './runs/run.ts';
export type { RunContext, SharedContext, SharedEntry } from './runs/shared-context.ts';
export type { AgentView, RunView, TaskView } from './runs/view.ts';
export { type AskedStatus, askStatus } from './serving/asked-status.ts';
export type { House } from './serving/house.ts';
export {
  addressOf,
  type HandedOver,
  type HousePlace,
  handOver,
  livingHouse,
  type SeenRun,
} from './serving/neighbour.ts';
export { type ServeOptions, type Serving, serve } from './serving/open.ts';
export type { Exploration, ExploreOptions } from './simulation/explore.ts';
export { faultNames } from './simulation/fault-kinds.ts';
export type { SimulateOptions, Simulation } from './simulation/study/simulate-plan.ts';
export type { Candidate, SkillDesk, SkillRow } from './skills/desk.ts';
export { openSkills } from './skills/open.ts';
export type { TemplateDesk, TemplateRow, TemplateView } from './templates/desk.ts';
export { beginPlan, openTemplates } from './templates/open.ts';
export type { ClearOptions } from './verify/clearance.ts';
export type { MachineCoverage } from './verify/machines/coverage/coverage.ts';
export type { PastCoverage } from './verify/machines/coverage/past-coverage.ts';
export type { MachineDesk } from './verify/machines/machine-desk.ts';
export type { MachineVerdict } from './verify/machines/verify-machine.ts';
export type { MachineProof, ToldFinding } from './verify/machines/verify-machines.ts';
export type { Bound, Finding as PlanFinding, TraceStep, Unbounded } from './verify/verdict.ts';
export type { PlanVerification, VerifyOptions } from './verify/verify-plan.ts';
export type { WorstCase } from './verify/worst-case.ts';
export type { HubNews, HubOptions, WorkerHub } from './workers/hub.ts';
export type { Isolation } from './workers/isolation.ts';
export type { NatsHub, NatsHubOptions, NatsWorkerOptions } from './workers/nats/open-nats.ts';
export {
  joinAsWorker,
  joinOverNats,
  openIsolation,
  openNatsHub,
  openWorkerHub,
  tokensOf,
} from './workers/open.ts';
export type { JoinedWorker, JoinOptions, WorkerWish } from './workers/open-worker.ts';
export type { NewToken, TokenDesk, TokenView } from './workers/tokens.ts';
export type { WorkerNews } from './workers/worker.ts';
