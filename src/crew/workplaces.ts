/** Where the tasks of a run work: makes the place, takes what was left there, and merges it. */
import { realpathSync } from 'node:fs';
import { dirname } from 'node:path';
import { assertNever } from '../../machines/errors.ts';
import type { TaskRecord } from '../../machines/events.ts';
import { taskAddress, taskId } from '../../machines/ids.ts';
import type { Evidence, Fault, Outcome } from '../../machines/outcome.ts';
import type { TaskContext } from '../../machines/rules/attempt.ts';
import type { WorkInput } from '../../machines/rules/duty.ts';
import type { Verdict, VerifyInput } from '../../machines/task.ts';
import { runMarks } from '../agents/processes/environment.ts';
import type { Config } from '../config.ts';
import { hashFolder } from '../evidence/folder-hash.ts';
import type { Cancellation } from '../kernel/cancellation.ts';
import type { Clock } from '../kernel/clock.ts';
import type { Core } from '../kernel/core.ts';
import { UserError } from '../kernel/user-error.ts';
import type { PlanTask } from '../plan/plan.ts';
import { usesWorktree } from '../plan/workspaces.ts';
import type { Sight } from '../runs/behaviours.ts';
import type { Ground } from '../runs/checking.ts';
import type { RunFolder, RunOrder } from '../runs/folder.ts';
import { commitEvidence, factsOf, lastMerge, mergeEvidence, mergesBefore } from '../runs/merges.ts';
import { tampered, tampering, treeEvidence, treeIn } from '../runs/trees.ts';
import { isFolder, makeCopy, makeEmpty } from '../worktrees/folders.ts';
import { Git } from '../worktrees/git.ts';
import { placesIn, resultBranch, taskBranch } from '../worktrees/names.ts';
import { Turns } from '../worktrees/turns.ts';
import { Worktrees } from '../worktrees/worktrees.ts';
import {
  changeNotice,
  conflicting,
  gone,
  notCommitted,
  noticeOf,
  placeNotice,
  removed,
  tooSlow,
  unfit,
  unresolved,
} from './workplace-words.ts';

export interface Surroundings {
  readonly folder: RunFolder;
  readonly order: RunOrder;
  readonly environment: Config['environment'];
  readonly clock: Clock;
  /** The run as it stands. */
  readonly core: () => Core;
  readonly taskOf: (id: string) => PlanTask;
}

export interface Workplace {
  readonly cwd: string;
  readonly env: Readonly<Record<string, string>>;
  /** What whoever works there should know of it; empty when there is nothing. */
  readonly notice: string;
}

/** Most tasks need nothing of the kind, and a promise for each would cost more than its answer. */
type Soon<Answer> = Answer | Promise<Answer>;

type OwnKind = 'folder' | 'copy' | 'worktree';

/** Runs a task's checks in a folder. */
export type Look = (ground: Ground, signal: AbortSignal) => Promise<Verdict>;

const unbounded = new AbortController().signal;

export class Workplaces {
  readonly #around: Surroundings;
  /** The merge queue. */
  readonly #merging = new Turns();
  readonly #worktrees: Worktrees | null;
  /** By task: one at a time makes its place. */
  readonly #making = new Map<string, Turns>();
  /** The run's folder as git names it: without a symbolic link on the way. */
  readonly #path: string;
  /** Whose own folders were made in this life of the runtime, on this disk. */
  readonly #made = new Set<string>();

  constructor(around: Surroundings) {
    this.#around = around;
    const { folder, order, environment, clock } = around;
    const { base } = order;
    this.#path = realpathSync(folder.path);
    if (!base) {
      this.#worktrees = null;
      return;
    }
    const marks = runMarks({ runId: folder.id, runFolder: folder.path });
    const git = new Git({ environment, marks, clock });
    const repository = { git, path: base.repository, turns: new Turns() };
    this.#worktrees = new Worktrees(repository, base, folder.id, this.#path);
  }

  /** The place for a new attempt, with what earlier ones left there; a shared one is just there. */
  begin({ task: id }: Pick<WorkInput, 'task'>, given: Cancellation): Soon<Workplace> {
    const task = this.#around.taskOf(id);
    this.#made.add(id);
    switch (task.workspace) {
      case undefined:
      case 'shared':
        return { cwd: this.#cwdOf(task), env: {}, notice: '' };
      case 'folder':
      case 'copy':
      case 'worktree':
        return this.#makeInTurn(task.id, task.workspace, this.#cwdOf(task), given);
      default:
        return assertNever(task.workspace);
    }
  }

  /** It may be made for a person still, when an agent is to begin there. */
  #makeInTurn(id: string, kind: OwnKind, cwd: string, given: Cancellation): Promise<Workplace> {
    const turns = this.#making.get(id) ?? new Turns();
    this.#making.set(id, turns);
    return turns.take(unbounded, () => this.#makeOwn(id, kind, cwd, given));
  }

  async #makeOwn(id: string, kind: OwnKind, cwd: string, given: Cancellation): Promise<Workplace> {
    const { order, taskOf, core } = this.#around;
    switch (kind) {
      case 'folder':
        await makeEmpty(cwd);
        return { cwd, env: this.#fenced, notice: '' };
      case 'copy':
        await makeCopy(order.cwd, cwd, dirname(dirname(this.#path)));
        return { cwd, env: this.#fenced, notice: '' };
      case 'worktree': {
        const needs = mergesBefore(core(), taskOf, id);
        const begun = await this.#trees.begin({ task: id, needs, signal: given.signal });
        return { cwd: begun.cwd, env: this.#fenced, notice: noticeOf(begun.conflicts) };
      }
      default:
        return assertNever(kind);
    }
  }

  /** What an attempt that ended well has changed becomes a commit, and the outcome says which. */
  finish(input: WorkInput, outcome: Outcome, given: Cancellation): Soon<Outcome> {
    if (outcome.kind !== 'succeeded') return outcome;
    const task = this.#around.taskOf(input.task);
    if (usesWorktree(task)) return this.#commit(input, outcome, given);
    const isSeen = hasOwnFolder(task) && (task.verify.length > 0 || task.review);
    return isSeen ? this.#left(task, outcome, given) : outcome;
  }

  async #commit(
    { task, agent, attempt }: WorkInput,
    outcome: Outcome & { kind: 'succeeded' },
    given: Cancellation,
  ): Promise<Outcome> {
    const { folder, clock } = this.#around;
    try {
      const by = { task, agent, attempt, at: clock.now() };
      const made = await this.#trees.commit(by, given.signal);
      if (made.kind === 'unresolved') return failed(outcome, unresolved(made.files));
      const evidence = commitEvidence(taskBranch(folder.id, task), made);
      return { ...outcome, evidence: [...outcome.evidence, evidence] };
    } catch (error) {
      return failed(outcome, notCommitted(error));
    }
  }

  /** Checks where the task has worked; of a worktree, only what was committed, and merges it. */
  async verify(
    input: VerifyInput,
    signal: AbortSignal,
    sight: Sight,
    look: Look,
  ): Promise<Verdict> {
    const task = this.#around.taskOf(input.task);
    if (!usesWorktree(task)) return this.#lookAround(task, input, signal, sight, look);
    const { commit, tree } = committedBy(task.id, input.outcome);
    const isNew = input.look !== 'final';
    const own = isNew ? await this.#lookAt(task, { commit, tree }, signal, look) : nothingMore;
    if (own.fault || input.look === 'own') return own;
    return this.#merging.take(signal, () => this.#merge(task, { commit, tree }, own, signal, look));
  }

  /** For whoever judges it: what was committed, where nobody works; else where the task works. */
  inReview<Answer>(
    id: string,
    outcome: Outcome,
    signal: AbortSignal,
    judge: (place: Workplace) => Promise<Answer>,
  ): Promise<Answer> {
    const task = this.#around.taskOf(id);
    const cwd = this.#cwdOf(task);
    if (!usesWorktree(task)) return judge({ cwd, env: {}, notice: placeNotice(cwd) });
    const { commit, base } = committedBy(id, outcome);
    const env = this.#fenced;
    return this.#trees.inCleanPlace(id, commit, signal, (place) =>
      judge({ cwd: place.cwd, env, notice: changeNotice(base, commit) }),
    );
  }

  /** After its end is on record: the result branch follows, and room is given back. */
  settle({ task, status }: TaskRecord): Soon<void> {
    if (status === 'succeeded' && usesWorktree(this.#around.taskOf(task))) return this.#leave(task);
  }

  async #leave(task: string): Promise<void> {
    await this.showResult();
    await this.#trees.leave(task).catch(halted);
  }

  /** Where the result is; null when nothing was changed. */
  get resultBranch(): string | null {
    const { core, order, folder } = this.#around;
    return lastMerge(core(), order.plan) ? resultBranch(folder.id) : null;
  }

  /** Makes the run's branch what its journal says that the result is. */
  async showResult(): Promise<void> {
    const { core, order } = this.#around;
    const last = lastMerge(core(), order.plan);
    if (last) await this.#trees.showResult(last.merged, unbounded).catch(halted);
  }

  /** One at a time. The verdict of whoever was before is known once others had their turn. */
  async #merge(
    task: PlanTask,
    made: Snapshot,
    own: Verdict,
    signal: AbortSignal,
    look: Look,
  ): Promise<Verdict> {
    const { clock, core, order, folder } = this.#around;
    await clock.breathe();
    const last = lastMerge(core(), order.plan);
    const base = order.base?.commit ?? made.commit;
    const into = last?.merged ?? base;
    const merged = await this.#trees.merge(into, task.id, made.commit, signal);
    if (merged.kind === 'conflict') return conflicting(own, task, folder, merged.files);
    const isSame = merged.tree === made.tree;
    const whole = isSame ? nothingMore : await this.#lookAt(task, merged, signal, look, 'merged');
    const evidence = [...own.evidence, ...whole.evidence];
    if (whole.fault) return { evidence, fault: unfit(whole.fault) };
    const position = (last?.position ?? 0) + (merged.commit === into ? 0 : 1);
    const told = mergeEvidence(resultBranch(folder.id), { ...merged, position });
    return { evidence: [...evidence, told], fault: null };
  }

  /** What has a folder of its own is looked at as it was left, and as it was judged. */
  async #lookAround(
    task: PlanTask,
    input: VerifyInput,
    signal: AbortSignal,
    sight: Sight,
    look: Look,
  ): Promise<Verdict> {
    const cwd = this.#cwdOf(task);
    const isOwn = hasOwnFolder(task);
    if (isOwn && !(await isFolder(cwd))) {
      // Of a run that was another node's it was on that one's disk; here its own work took it away.
      const fault = this.#made.has(task.id) ? removed(cwd) : gone(cwd);
      return { evidence: [], fault };
    }
    const before = treeIn(contextOf(this.#around.core(), task.id)?.evidence ?? []);
    const now = isOwn ? await hashFolder(cwd, signal) : null;
    // A check that was cut off may have written what nobody can tell from tampering.
    const changed = sight === 'first' ? tampering(before, now) : null;
    if (changed) return { evidence: [changed], fault: tampered(changed) };
    // Others have judged it: nothing else is left to be looked at.
    if (input.look === 'final') return nothingMore;
    const seen = await look({ cwd, within: null }, signal);
    if (!now) return seen;
    const evidence = seen.evidence.map((each) => ofTree(each, now.sha256, 'own'));
    if (input.look === 'whole' || seen.fault) return { ...seen, evidence };
    // Checks may write, too: what is judged from here on is what they left.
    return { ...seen, evidence: [...evidence, treeEvidence(await hashFolder(cwd, signal))] };
  }

  /** What of an attempt that ended well is in its own folder: somebody will look at it. */
  async #left(task: PlanTask, outcome: Outcome, given: Cancellation): Promise<Outcome> {
    const left = treeEvidence(await hashFolder(this.#cwdOf(task), given.signal));
    return { ...outcome, evidence: [...outcome.evidence, left] };
  }

  /** In a place of its own, within the task's time for it, and with the tree's hash on record. */
  async #lookAt(
    task: PlanTask,
    { commit, tree }: Snapshot,
    signal: AbortSignal,
    look: Look,
    of: 'own' | 'merged' = 'own',
  ): Promise<Verdict> {
    if (task.verify.length === 0) return nothingMore;
    const { clock } = this.#around;
    const timer = new AbortController();
    const forget = clock.at(clock.now() + task.verifyTimeoutMs, () => timer.abort());
    const either = AbortSignal.any([signal, timer.signal]);
    try {
      const verdict = await this.#trees.inCleanPlace(task.id, commit, signal, (place) =>
        look(place, either),
      );
      const evidence = verdict.evidence.map((each) => ofTree(each, tree, of));
      return timer.signal.aborted ? { evidence, fault: tooSlow } : { ...verdict, evidence };
    } finally {
      forget();
    }
  }

  get #trees(): Worktrees {
    if (this.#worktrees) return this.#worktrees;
    throw new TypeError('a run without a repository has no worktrees');
  }

  #cwdOf({ id, workspace }: PlanTask): string {
    const { order } = this.#around;
    switch (workspace) {
      case undefined:
      case 'shared':
        return order.cwd;
      case 'folder':
      case 'copy':
        return placesIn(this.#path).workspace(id);
      case 'worktree':
        return this.#trees.cwdOf(id);
      default:
        return assertNever(workspace);
    }
  }

  /** Git, run by an agent in a place without a repository, must not find the one around it. */
  get #fenced(): Readonly<Record<string, string>> {
    return { GIT_CEILING_DIRECTORIES: this.#path };
  }
}

const hasOwnFolder = ({ workspace }: PlanTask): boolean =>
  workspace === 'folder' || workspace === 'copy';

function contextOf(core: Core, task: string): TaskContext | undefined {
  return core.registry.lookUp(taskAddress(taskId(task)))?.state.context as TaskContext | undefined;
}

function committedBy(task: string, outcome: Outcome | null) {
  const facts = factsOf(outcome?.evidence ?? [], 'commit');
  if (!facts) throw new TypeError(`no commit of ${task} is known`);
  return { commit: String(facts.commit), tree: String(facts.tree), base: String(facts.base) };
}

interface Snapshot {
  readonly commit: string;
  readonly tree: string;
}

/** The task has succeeded all the same: whoever mends the repository can go on from there. */
function halted(error: unknown): never {
  const why = error instanceof Error ? error.message : String(error);
  throw new UserError(
    'worktree.out-of-step',
    `the branches of the run can't follow it: ${why}`,
    'mend the repository; the run will then make them what they should be',
  );
}

const nothingMore: Verdict = { evidence: [], fault: null };

function ofTree(evidence: Evidence, tree: string, of: 'own' | 'merged'): Evidence {
  const summary = of === 'own' ? evidence.summary : `${evidence.summary} (merged)`;
  return { ...evidence, summary, facts: { ...evidence.facts, tree } };
}

function failed({ kind: _, ...measured }: Outcome & { kind: 'succeeded' }, fault: Fault): Outcome {
  return { kind: 'failed', fault, ...measured };
}
