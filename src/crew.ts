/** The people of one run: each role has its workers, each task its checks, each end its record. */
import { existsSync } from 'node:fs';
import type { Fact, TaskRecord } from '../machines/events.ts';
import type { AgentId, RoleName, Token } from '../machines/ids.ts';
import { accountName, orchestratorAddress, taskAddress, taskId } from '../machines/ids.ts';
import { type Fault, noUsage, type Outcome, type OutputRef } from '../machines/outcome.ts';
import { recordOf, type TaskContext } from '../machines/rules/attempt.ts';
import type { WorkInput } from '../machines/rules/duty.ts';
import type { RunEnding } from '../machines/rules/orchestration.ts';
import type { Verdict, VerifyInput } from '../machines/task.ts';
import type { Accounting } from './accounting.ts';
import type { Adapter, AgentEvent, AgentWorld, Assignment, Question } from './agents/agent.ts';
import type { Guardian } from './agents/guardian.ts';
import { inspect, missingProgram } from './agents/inspection.ts';
import type { Bus } from './bus/bus.ts';
import type { Config } from './config.ts';
import { Sharing } from './context/sharing.ts';
import { Recorder } from './conversations/recorder.ts';
import { runChecks } from './evidence/checks.ts';
import { believed } from './evidence/claims.ts';
import { mayHandText, noteText } from './handoff/note.ts';
import { relayed } from './handoff/relay.ts';
import type { Clock } from './kernel/clock.ts';
import type { System } from './kernel/system.ts';
import { attemptUsdMax } from './plan/compile.ts';
import { environmentOf, type Plan, type PlanRole, type PlanTask, runOf } from './plan/plan.ts';
import { runArgv } from './plan/shell.ts';
import { hasTemplate } from './plan/templates.ts';
import { type AskRoom, askable } from './planning/delegating.ts';
import type { Reminder } from './remembering/reminder.ts';
import { review } from './reviewing.ts';
import { Desk, type Prepared } from './runs/assignment.ts';
import type { RunWorld, Sight, Worker } from './runs/behaviours.ts';
import { type Ground, readyChecks } from './runs/checking.ts';
import { writeWhole } from './runs/disk.ts';
import { outputOf } from './runs/doing-without.ts';
import { feedbackOf } from './runs/feedback.ts';
import type { RunFolder, RunOrder } from './runs/folder.ts';
import { type GatherRoom, gatherPrompt } from './runs/gathering.ts';
import { addedTask } from './runs/growth.ts';
import { Questions } from './runs/questions.ts';
import { reportOf } from './runs/report.ts';
import { resultPath, writeResult } from './runs/results.ts';
import { viewOf } from './runs/view.ts';
import { skilled } from './skills/giving.ts';
import { adapterOf } from './staffing.ts';
import { limitsOf, watched } from './watching.ts';
import type { Duty, Elsewhere } from './workers/wanted.ts';
import { type Look, Workplaces } from './workplaces.ts';

/** What a run's workers work with. */
export interface Place {
  readonly folder: RunFolder;
  readonly order: RunOrder;
  readonly guardian: Guardian;
  readonly environment: Config['environment'];
  readonly clock: Clock;
  readonly bus: Bus;
  /** Lends accounts to attempts, and knows what they cost. */
  readonly accounting: Pick<Accounting, 'attempt' | 'priceFor' | 'listPrice'>;
  /** Tells agents of the past, where their role asks for it. */
  readonly reminder: Pick<Reminder, 'begin'>;
  /** Where attempts can be made beside here. */
  readonly elsewhere: Elsewhere | null;
}

/** What an adapter is made of, and what its attempts need before they begin. */
interface Kind {
  readonly adapter: Adapter;
  readonly open: () => Promise<Fault | null>;
  readonly prepare: (input: WorkInput) => Promise<Prepared>;
}

export class Crew implements RunWorld {
  readonly #place: Place;
  readonly #desk: Desk;
  readonly #workplaces: Workplaces;
  readonly #recorder: Recorder;
  readonly #sharing: Sharing;
  readonly #workers = new Map<RoleName, Worker>();
  /** How much each agent has said. */
  readonly #words = new Map<AgentId, number>();
  readonly #questions = new Questions(() => this.#living);
  #system: System | null = null;

  constructor(place: Place) {
    this.#place = place;
    this.#desk = new Desk(
      place.folder,
      place.order,
      (task) => this.#outputOf(task),
      (id, planned) => addedTask(this.#core, id, planned),
      () => this.#sharing.text(),
    );
    const [core, taskOf] = [() => this.#core, (id: string) => this.#desk.task(id)];
    this.#workplaces = new Workplaces({ ...place, core, taskOf });
    this.#recorder = new Recorder(place);
    this.#sharing = new Sharing(place);
  }

  /** The system whose machines will call; given once it is there. */
  serve(system: System): void {
    this.#system = system;
    system.onFact(({ event }) => this.#questions.hear(event as Fact));
    this.#sharing.follow(system);
  }

  workerOf(name: RoleName): Worker {
    const known = this.#workers.get(name);
    if (known) return known;
    const role = this.#desk.role(name);
    const kind = this.#kindOf(role);
    // What costs nothing has cost nothing, also when nobody saw its end.
    const free = attemptUsdMax(role) === 0 ? async () => ({ usage: noUsage }) : undefined;
    const { recall = free } = kind.adapter;
    const worker: Worker = {
      open: kind.open,
      work: (input, signal) => this.#work(kind, input, signal),
      ...(recall && { recall }),
    };
    this.#workers.set(name, worker);
    return worker;
  }

  record(record: TaskRecord): void | Promise<void> {
    writeResult(this.#place.folder, record);
    return this.#workplaces.settle(record);
  }

  /** Where what its tasks have merged is; null when nothing was. */
  get resultBranch(): string | null {
    return this.#workplaces.resultBranch;
  }

  verify(input: VerifyInput, signal: AbortSignal, sight: Sight): Promise<Verdict> {
    // Of a second look at the same attempt nothing is written over the first.
    let count = input.look === 'final' ? this.#desk.task(input.task).verify.length : 0;
    const next = (): number => {
      count += 1;
      return count;
    };
    const look: Look = (ground, ended) => this.#look(input, ground, ended, next);
    return this.#workplaces.verify(input, signal, sight, look);
  }

  /** Runs a task's checks in a folder. */
  async #look(
    input: VerifyInput,
    ground: Ground,
    signal: AbortSignal,
    next: () => number,
  ): Promise<Verdict> {
    const { cwd } = ground;
    const checks = await readyChecks(this.#desk, input.task, ground);
    const variables = await this.#variablesOf(input);
    return runChecks(checks, {
      signal,
      readOutput: () => this.#desk.output(input.task),
      runCommand: (argv, timeoutMs) => {
        const { task, token } = input;
        const { environment, clock, guardian } = this.#place;
        return inspect({
          ...this.#commandPlace,
          argv,
          timeoutMs,
          cwd,
          variables,
          environment,
          clock,
          guardian,
          task,
          token: token as Token,
          count: next(),
          signal,
        });
      },
    });
  }

  /** A check sees what the attempt saw: a shell line is told of its artifacts by nothing else. */
  async #variablesOf({ task, attempt }: VerifyInput): Promise<Record<string, string>> {
    const { env, artifactsFolder } = await this.#desk.prepare({ task, inbox: [] });
    return {
      ...env,
      TROUPE_TASK: task,
      TROUPE_ROLE: this.#desk.task(task).role,
      TROUPE_ATTEMPT: String(attempt),
      TROUPE_ARTIFACTS: artifactsFolder,
    };
  }

  async conclude(_ending: RunEnding): Promise<void> {
    const { folder, order } = this.#place;
    const view = viewOf(this.#core, folder.id, order.plan);
    const report = await reportOf(view, order.plan, (task) => this.#desk.output(task));
    writeWhole(folder.report, report);
    await this.#workplaces.showResult();
  }

  /** Result files are made of the journal: those that a crash or a person took away come back. */
  restoreResults(): void {
    for (const { state, chart } of this.#core.registry.ended()) {
      if (chart.key !== 'task' || state.status !== 'done') continue;
      const context = state.context as TaskContext;
      if (existsSync(resultPath(this.#place.folder, context.spec.id))) continue;
      writeResult(this.#place.folder, recordOf(context, state.at.value as 'succeeded'));
    }
  }

  get #core() {
    return this.#living.core;
  }

  get #living(): System {
    if (!this.#system) throw new TypeError('the crew serves no system yet');
    return this.#system;
  }

  #outputOf(task: string): OutputRef | null {
    return outputOf(this.#contextOf(task));
  }

  #contextOf(task: string): TaskContext | undefined {
    const actor = this.#core.registry.lookUp(taskAddress(taskId(task)));
    return actor?.state.context as TaskContext | undefined;
  }

  #work(kind: Kind, input: WorkInput, signal: AbortSignal): Promise<Outcome> {
    return input.review ? this.#judge(kind, input, signal) : this.#make(kind, input, signal);
  }

  #judge(kind: Kind, input: WorkInput, signal: AbortSignal): Promise<Outcome> {
    const [desk, workplaces, { folder }] = [this.#desk, this.#workplaces, this.#place];
    const contextOf = (task: string) => this.#contextOf(task) as TaskContext;
    return review({ desk, workplaces, folder, contextOf }, input, signal, (prepared) =>
      this.#attempt(kind, input, prepared, signal),
    );
  }

  async #make(kind: Kind, input: WorkInput, signal: AbortSignal): Promise<Outcome> {
    const prepared = await this.#remind(input, await kind.prepare(input));
    const { cwd, env, notice } = await this.#workplaces.begin(input, signal);
    const feedback = await feedbackOf(input.earlier, this.#place.folder.path);
    const handing = this.#desk.role(input.role).handing;
    const handed = [noteText(input.earlier?.note), mayHandText(handing?.to ?? [])];
    const parts = [prepared.prompt, notice, feedback, ...handed];
    const asked = parts.filter((part) => part !== '').join('\n\n');
    const prompt = await gatherPrompt(this.#askRoom, this.#desk.task(input.task), asked);
    const around = { cwd, env: { ...env, ...prepared.env }, prompt };
    const outcome = await askable(this.#askRoom, input, { ...prepared, ...around }, (told) =>
      this.#attempt(kind, input, told, signal),
    );
    const finished = await this.#workplaces.finish(input, outcome, signal);
    return believed(finished, this.#desk.task(input.task).mayDoNothing === true);
  }

  /** Where its agents ask for sub-tasks. */
  get #askRoom(): AskRoom & GatherRoom {
    const { plan } = this.#desk;
    const taskOf = (id: string) => this.#desk.task(id);
    const [contextOf, outputOf] = [
      (id: string) => this.#contextOf(id),
      (id: string) => this.#desk.output(id),
    ];
    const { resultBranch: branch } = this.#workplaces;
    const pretends = (id: string) => this.#desk.role(taskOf(id).role).adapter === 'simulated';
    const runFolder = this.#place.folder.path;
    return { plan, runFolder, taskOf, contextOf, outputOf, pretends, branch };
  }

  #attempt(kind: Kind, input: WorkInput, prepared: Prepared, signal: AbortSignal) {
    const { skills = [] } = this.#place.order;
    return skilled(prepared, this.#desk.role(input.role), skills, (told) =>
      this.#attemptAs(kind, input, told, signal),
    );
  }

  #attemptAs(
    { adapter }: Kind,
    { inbox: _, ...given }: WorkInput,
    prepared: Prepared,
    signal: AbortSignal,
  ): Promise<Outcome> {
    const assignment = { ...given, ...prepared };
    const tell = (event: AgentEvent): void => this.#overhear(assignment, event);
    const ask = (question: Question) =>
      this.#questions.ask(question, { agent: given.agent, token: given.token, signal });
    const world = { clock: this.#place.clock, signal, tell, ask };
    const role = this.#desk.role(given.role);
    const { accounting } = this.#place;
    const of = { role, task: this.#desk.task(given.task) };
    const what = given.review ? 'review' : 'work';
    const limits = limitsOf(role, of.task, what);
    return this.#sharing.around(assignment, of, world, (told, listened) =>
      this.#recorder.record({ assignment: told, ...of }, listened, (heard) =>
        accounting.attempt(role, told, heard, (lent, around) =>
          this.#anywhere({ ...of, limits, what }, lent, around, (given, seen) =>
            watched(limits, told.cwd, seen, (heard) =>
              relayed(this.#relayTerms(of), given, heard, (part, world) =>
                adapter.work(part, world),
              ),
            ),
          ),
        ),
      ),
    );
  }

  #anywhere(
    duty: Omit<Duty, 'price'>,
    assignment: Assignment,
    world: AgentWorld,
    here: Parameters<Elsewhere['attempt']>[3],
  ): Promise<Outcome> {
    const { elsewhere, accounting } = this.#place;
    if (elsewhere === null) return here(assignment, world);
    const price = accounting.listPrice(duty.role);
    return elsewhere.attempt({ ...duty, price }, assignment, world, here);
  }

  /** Of whoever judges, nothing is handed over. */
  #relayTerms({ role, task }: { readonly role: PlanRole; readonly task: PlanTask }) {
    const { handing } = role;
    if (!handing) return null;
    const context = this.#contextOf(task.id);
    const left = (context?.spec.handoffs?.max ?? 0) - (context?.handed?.count ?? 0);
    const isJudged = context?.review.stage === 'open';
    return { ...handing, left: isJudged ? 0 : left, runFolder: this.#place.folder.path };
  }

  /** Where its role asks for it, the prompt begins with what was done before that is like it. */
  async #remind({ task, role }: WorkInput, prepared: Prepared): Promise<Prepared> {
    const { recall: count = 0 } = this.#desk.role(role);
    if (count === 0 || this.#desk.task(task).memory === 'off') return prepared;
    const run = this.#place.folder.id;
    const asked = { run, task, prompt: prepared.prompt, count };
    return { ...prepared, prompt: await this.#place.reminder.begin(asked) };
  }

  /** An agent's words are for people to watch; only what is said of money is a fact of the run. */
  #overhear({ agent }: Assignment, event: AgentEvent): void {
    if (event.type === 'account.warned') this.#warn(event);
    const to = `run/${this.#place.folder.id}/words/${agent}`;
    const sequence = (this.#words.get(agent) ?? 0) + 1;
    this.#words.set(agent, sequence);
    this.#place.bus.publish({ to, from: agent, sequence, event });
  }

  /** Whoever has ended needs no warning any more. */
  #warn({ account, spentUsd, limitUsd }: AgentEvent & { type: 'account.warned' }): void {
    const warning = { role: null, account: accountName(account), spentUsd, limitUsd };
    this.#system
      ?.send(orchestratorAddress, { type: 'budget.warn', ...warning })
      .catch(() => undefined);
  }

  #kindOf(role: PlanRole): Kind {
    const adapter = adapterOf(role, this.#place);
    const bare = role.adapter === 'simulated';
    return {
      adapter,
      open: async () => {
        const { elsewhere } = this.#place;
        const found = elsewhere === null ? 'here' : elsewhere.judge(role);
        if (found !== 'here') return found;
        return 'run' in role ? this.#missingProgram(role) : adapter.open();
      },
      prepare: async (input) => (bare ? this.#desk.bare : this.#desk.begin(input)),
    };
  }

  get #commandPlace() {
    const { folder, environment, guardian } = this.#place;
    return { runFolder: folder.path, runId: folder.id, environment, guardian };
  }

  /** Looks for the role's programs before a task is risked; a templated one is only known later. */
  #missingProgram(role: PlanRole): Promise<Fault | null> {
    const { environment, order } = this.#place;
    return missingProgram(programsOf(order.plan, role), environment, order.cwd);
  }
}

/**
 * What the role's agents will start, as far as the plan alone says it: an earlier task may make the
 * program that a path names, and a PATH of the plan's own may hold templates.
 */
function programsOf(plan: Plan, role: PlanRole): readonly string[] {
  const names = new Set<string>();
  for (const task of plan.tasks) {
    if (task.role !== role.name) continue;
    const run = runOf(task, role);
    const [name] = run ? runArgv(run, process.platform) : [];
    if (name === undefined || hasTemplate(name) || /[\\/]/.test(name)) continue;
    if (Object.keys(environmentOf(task, role)).includes('PATH')) continue;
    names.add(name);
  }
  return [...names];
}
