/** The people of one run: each role has its workers, each task its checks, each end its record. */
import { existsSync } from 'node:fs';
import type { Fact, TaskRecord } from '../../machines/events.ts';
import type { RoleName, Token } from '../../machines/ids.ts';
import { type TaskId, taskAddress, taskId } from '../../machines/ids.ts';
import { type Fault, noUsage, type Outcome, type OutputRef } from '../../machines/outcome.ts';
import { recordOf, type TaskContext } from '../../machines/rules/attempt.ts';
import type { WorkInput } from '../../machines/rules/duty.ts';
import type { RunEnding } from '../../machines/rules/orchestration.ts';
import type { Verdict, VerifyInput } from '../../machines/task.ts';
import type { Adapter } from '../agents/agent.ts';
import type { Guardian } from '../agents/processes/guardian.ts';
import { inspect, missingProgram } from '../agents/processes/inspection.ts';
import { Sharing } from '../context/sharing.ts';
import { runChecks } from '../evidence/checks.ts';
import { believed } from '../evidence/claims.ts';
import { finishedByPerson } from '../handoff/finishing.ts';
import { mayHandText, noteText } from '../handoff/note.ts';
import { openingOf } from '../handoff/opening.ts';
import { Cancellation } from '../kernel/cancellation.ts';
import type { System } from '../kernel/system.ts';
import { bundledFile } from '../own-process.ts';
import { attemptUsdMax } from '../plan/compile.ts';
import type { PlanRole } from '../plan/plan.ts';
import { programsOf } from '../plan/programs.ts';
import { type AskRoom, askable } from '../planning/delegating.ts';
import type { Reminder } from '../remembering/reminder.ts';
import { Desk, type Prepared } from '../runs/assignment.ts';
import type { RunWorld, Sight, Worker } from '../runs/behaviours.ts';
import { type Ground, readyChecks } from '../runs/checking.ts';
import { writeWhole } from '../runs/disk.ts';
import { outputOf } from '../runs/doing-without.ts';
import { feedbackOf } from '../runs/feedback.ts';
import { type GatherRoom, gatherPrompt } from '../runs/gathering.ts';
import { addedTask } from '../runs/growth.ts';
import { requireGround } from '../runs/lost-ground.ts';
import { reportOf } from '../runs/report.ts';
import { ResultFiles } from '../runs/result-files.ts';
import { isWritten, resultFile, tracesIn, writeResult } from '../runs/results.ts';
import { viewOf } from '../runs/view.ts';
import type { Accounting } from './accounting.ts';
import { type AttemptRoom, Attempts } from './attempting.ts';
import { review } from './reviewing.ts';
import { adapterOf } from './staffing.ts';
import { type Look, Workplaces } from './workplaces.ts';

/** What a run's workers work with. */
export interface Place extends AttemptRoom {
  readonly guardian: Guardian;
  /** Lends accounts to attempts, and knows what they cost. */
  readonly accounting: Pick<Accounting, 'attempt' | 'priceFor' | 'listPrice'>;
  /** Tells agents of the past, where their role asks for it. */
  readonly reminder: Pick<Reminder, 'begin'>;
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
  readonly #attempts: Attempts;
  readonly #sharing: Sharing;
  readonly #results: ResultFiles;
  /** Where its agents ask for sub-tasks. */
  readonly #askRoom: AskRoom & GatherRoom;
  readonly #workers = new Map<RoleName, Worker>();
  /** Places that are being made for people. */
  readonly #opening = new Set<Promise<void>>();
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
    this.#sharing = new Sharing(place);
    this.#askRoom = this.#roomToAsk();
    const traces = tracesIn(place.order.plan);
    this.#results = new ResultFiles(
      (record) => resultFile(place.folder, record, traces(this.#desk.task(record.task))),
      () => bundledFile('result-thread.js'),
    );
    this.#attempts = new Attempts({
      ...{ room: place, desk: this.#desk, sharing: this.#sharing },
      system: () => this.#living,
      contextOf: (task) => this.#contextOf(task),
    });
  }

  /** The system whose machines will call; given once it is there. */
  serve(system: System): void {
    this.#system = system;
    system.onFact(({ event }) => {
      const fact = event as Fact;
      this.#attempts.hear(fact);
      if (fact.type === 'task.held') this.#openFor(fact.task);
    });
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
      work: (input, cancellation) => this.#work(kind, input, cancellation),
      ...(recall && { recall }),
    };
    this.#workers.set(name, worker);
    return worker;
  }

  async record(record: TaskRecord): Promise<void> {
    await this.#results.write(record);
    await this.#workplaces.settle(record);
  }

  async close(): Promise<void> {
    await Promise.all([this.#results.close(), ...this.#opening]);
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
    await this.#results.underWay();
    const checks = await readyChecks(this.#desk, input.task, ground);
    const variables = await this.#variablesOf(input);
    return runChecks(checks, {
      signal,
      readOutput: () => this.#desk.output(input.task),
      runCommand: (argv, timeoutMs) => {
        const { task, token } = input;
        const { environment, clock, guardian } = this.#place;
        const seen = inspect({
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
        return seen.then(requireGround);
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
    // Whoever waits for the report finds the results.
    await this.#results.underWay();
    writeWhole(folder.report, report);
    await this.#workplaces.showResult();
  }

  /** What an earlier life left undone. */
  restore(): void {
    this.#restoreResults();
    for (const { state, chart } of this.#core.registry.living()) {
      if (chart.key !== 'task' || state.at.value !== 'held') continue;
      this.#openFor((state.context as TaskContext).spec.id);
    }
  }

  /** They are made of the journal: those that a crash or a person took away come back. */
  #restoreResults(): void {
    for (const { state, chart } of this.#core.registry.ended()) {
      if (chart.key !== 'task' || state.status !== 'done') continue;
      const context = state.context as TaskContext;
      if (isWritten(this.#place.folder, context.spec.id)) continue;
      writeResult(this.#place.folder, recordOf(context, state.at.value as 'succeeded'));
    }
  }

  /** A person may have a task that nobody has worked on: its place is made for them. */
  #openFor(task: TaskId): void {
    const { folder, order } = this.#place;
    const { sign, ...place } = openingOf(this.#core, folder, order, task);
    // In one that is there they are at work: nothing of it is set right under their hands.
    if (existsSync(sign) && existsSync(place.folder)) return;
    const made = this.#makeFor(task).finally(() => this.#opening.delete(made));
    this.#opening.add(made);
  }

  async #makeFor(task: TaskId): Promise<void> {
    try {
      await this.#workplaces.begin({ task }, new Cancellation());
    } catch {
      // There is nothing to open then, and its next attempt says why.
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

  #work(kind: Kind, input: WorkInput, cancellation: Cancellation): Promise<Outcome> {
    if (input.review) return this.#judge(kind, input, cancellation);
    const finished = finishedByPerson(input);
    if (finished) return this.#accept(input, finished, cancellation);
    const { adapter, recall = 0 } = this.#desk.role(input.role);
    const isTold = adapter !== 'simulated' || recall > 0;
    return isTold
      ? this.#make(kind, input, cancellation)
      : this.#pretend(kind, input, cancellation);
  }

  /** Whoever only pretends is told nothing; what its checks look at is there all the same. */
  async #pretend(
    { adapter }: Kind,
    input: WorkInput,
    cancellation: Cancellation,
  ): Promise<Outcome> {
    const { cwd } = await this.#workplaces.begin(input, cancellation);
    const given = { ...this.#desk.bare, cwd };
    const outcome = await askable(this.#askRoom, input, given, (told) =>
      this.#attempts.make(adapter, input, told, cancellation),
    );
    return this.#settled(input, outcome, cancellation);
  }

  /** Made by nobody here, in the task's own place. */
  async #accept(input: WorkInput, made: Outcome, cancellation: Cancellation): Promise<Outcome> {
    await this.#workplaces.begin(input, cancellation);
    return this.#settled(input, made, cancellation);
  }

  /** With what it left where it worked, and as far as it is believed. */
  async #settled(input: WorkInput, outcome: Outcome, cancellation: Cancellation): Promise<Outcome> {
    const finished = await this.#workplaces.finish(input, outcome, cancellation);
    return believed(finished, this.#desk.task(input.task).mayDoNothing === true);
  }

  #judge(kind: Kind, input: WorkInput, cancellation: Cancellation): Promise<Outcome> {
    const [desk, workplaces, { folder }] = [this.#desk, this.#workplaces, this.#place];
    const contextOf = (task: string) => this.#contextOf(task) as TaskContext;
    return review({ desk, workplaces, folder, contextOf }, input, cancellation.signal, (prepared) =>
      this.#attempts.make(kind.adapter, input, prepared, cancellation),
    );
  }

  async #make(kind: Kind, input: WorkInput, cancellation: Cancellation): Promise<Outcome> {
    const prepared = await this.#remind(input, await kind.prepare(input));
    const { cwd, env, notice } = await this.#workplaces.begin(input, cancellation);
    const feedback = await feedbackOf(input.earlier, this.#place.folder.path);
    const handing = this.#desk.role(input.role).handing;
    const handed = [noteText(input.earlier?.note), mayHandText(handing?.to ?? [])];
    const parts = [prepared.prompt, notice, feedback, ...handed];
    const asked = parts.filter((part) => part !== '').join('\n\n');
    const prompt = await gatherPrompt(this.#askRoom, this.#desk.task(input.task), asked);
    const { argv, artifactsFolder } = prepared;
    const given = { prompt, argv, env: { ...env, ...prepared.env }, cwd, artifactsFolder };
    const outcome = await askable(this.#askRoom, input, given, (told) =>
      this.#attempts.make(kind.adapter, input, told, cancellation),
    );
    return this.#settled(input, outcome, cancellation);
  }

  #roomToAsk(): AskRoom & GatherRoom {
    const { plan } = this.#desk;
    const taskOf = (id: string) => this.#desk.task(id);
    const [contextOf, outputOf] = [
      (id: string) => this.#contextOf(id),
      (id: string) => this.#desk.output(id),
    ];
    const pretends = (id: string) => this.#desk.role(taskOf(id).role).adapter === 'simulated';
    const runFolder = this.#place.folder.path;
    const branch = () => this.#workplaces.resultBranch;
    return { plan, runFolder, taskOf, contextOf, outputOf, pretends, branch };
  }

  /** Where its role asks for it, the prompt begins with what was done before that is like it. */
  async #remind({ task, role }: WorkInput, prepared: Prepared): Promise<Prepared> {
    const { recall: count = 0 } = this.#desk.role(role);
    if (count === 0 || this.#desk.task(task).memory === 'off') return prepared;
    const run = this.#place.folder.id;
    const asked = { run, task, prompt: prepared.prompt, count };
    return { ...prepared, prompt: await this.#place.reminder.begin(asked) };
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
      prepare: async (input) => (bare ? this.#desk.bare : this.#begin(input)),
    };
  }

  /** Whoever comes after a task finds its result. */
  async #begin(input: WorkInput): Promise<Prepared> {
    await this.#results.underWay();
    return this.#desk.begin(input);
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
