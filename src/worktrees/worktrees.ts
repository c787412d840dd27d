/**
 * The worktrees of one run: where its tasks work, what they commit, and how that becomes one.
 *
 * Owns: the branches `troupe/RUN` and `troupe/RUN.tasks/TASK`, the worktrees in the run's folder,
 * and the notes beside them.
 * Invariants:
 * - nothing else of the repository is changed: no other branch, no index, no file, no stash;
 * - each step can be done again: what counts is what the run's journal says, and branches follow;
 * - what an agent did to its branch and index does not matter: its files are what is committed.
 */
import { copyFile, mkdir, readFile, rm } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import {
  addCheckout,
  type Checkout,
  inside,
  isWhole,
  type Repository,
  removeCheckout,
  tidyCheckout,
  within,
} from './checkout.ts';
import {
  type Authorship,
  type Commit,
  commitWork,
  join as joined,
  type Merge,
  merge,
} from './commit.ts';
import { type Places, placesIn, refOf, resultBranch, taskBranch } from './names.ts';
import { type Note, readNote, writeNote } from './note.ts';
import { dropRemains } from './remains.ts';
import type { Base } from './repository.ts';

/** What a task that is done has left: its own commit, and the one that merged it. */
export interface Finished extends Commit {
  readonly merged: string;
  /** Counts the merges of a run. */
  readonly position: number;
}

export interface Beginning {
  readonly task: string;
  /** What it starts from: the tasks that it needs. */
  readonly needs: readonly Finished[];
  readonly signal: AbortSignal;
}

export interface Begun {
  /** Where the task works. */
  readonly cwd: string;
  /** Files that it finds with the marks of a conflict in them. */
  readonly conflicts: readonly string[];
}

export type Committed =
  | ({ readonly kind: 'committed'; readonly base: string } & Commit)
  | { readonly kind: 'unresolved'; readonly files: readonly string[] };

/** What a worktree is filled with. */
interface Start {
  /** What its commit will follow. */
  readonly base: string;
  /** What its files are. */
  readonly files: string;
  /** What they were before, when there are any. */
  readonly before: string;
  readonly conflicts: readonly string[];
}

export class Worktrees {
  readonly #repository: Repository;
  readonly #base: Base;
  readonly #run: string;
  readonly #places: Places;

  constructor(repository: Repository, base: Base, run: string, runFolder: string) {
    this.#repository = repository;
    this.#base = base;
    this.#run = run;
    this.#places = placesIn(runFolder);
    dropRemains({ repository: repository.path, run, runFolder });
  }

  /** Goes on in the worktree of an earlier attempt, with all that it left. */
  async begin(beginning: Beginning): Promise<Begun> {
    const { task, signal } = beginning;
    const path = this.#places.workspace(task);
    const note = await readNote(this.#places.note(task));
    const kept = note && { path, admin: note.admin };
    const known = kept && (await isWhole(kept)) ? kept : null;
    if (note && known && note.clash === null) {
      const at = { commit: note.base, branch: this.#refOf(task) };
      await tidyCheckout(this.#repository, known, at, signal);
      return this.#begun(path, note.conflicts);
    }
    const { before, files, ...start } = await this.#startOf(beginning, note);
    const { admin } = await this.#fill(task, known, { before, files, ...start }, signal);
    const made = { ...start, admin, commit: null, clash: null };
    await writeNote(this.#places.note(task), made);
    return this.#begun(path, start.conflicts);
  }

  /** Where the task works; only for one that has begun. */
  cwdOf(task: string): string {
    return this.#inPrefix(this.#places.workspace(task));
  }

  /** Commits what the task has changed, on its branch. */
  async commit(by: Omit<Authorship, 'run'>, signal: AbortSignal): Promise<Committed> {
    const { task } = by;
    const note = await this.#noteOf(task);
    const files = await this.#unresolvedIn(task, note);
    if (files.length > 0) return { kind: 'unresolved', files };
    const place = {
      checkout: { path: this.#places.workspace(task), admin: note.admin },
      index: this.#places.index(task),
      base: note.base,
    };
    const made = await commitWork(this.#repository, place, { ...by, run: this.#run }, signal);
    await writeNote(this.#places.note(task), { ...note, commit: made.commit });
    await this.#point(this.#refOf(task), made.commit, signal);
    return { kind: 'committed', base: note.base, ...made };
  }

  /** Looks at the files of a commit, and nothing else: where nobody has worked. */
  async inCleanPlace<Answer>(
    task: string,
    commit: string,
    signal: AbortSignal,
    look: (place: { readonly cwd: string; readonly within: string }) => Promise<Answer>,
  ): Promise<Answer> {
    const path = this.#places.clean(task);
    await addCheckout(this.#repository, path, { commit, branch: null }, signal);
    try {
      const { cwd } = await this.#begun(path, []);
      return await look({ cwd, within: path });
    } finally {
      await removeCheckout(this.#repository, path);
    }
  }

  /** What of a task could not be merged is brought together when it begins again. */
  async merge(into: string, task: string, commit: string, signal: AbortSignal): Promise<Merge> {
    const made = await this.#merged(into, task, commit, signal);
    const path = this.#places.note(task);
    const note = await readNote(path);
    const clash = made.kind === 'conflict' ? into : null;
    if (note && note.clash !== clash) await writeNote(path, { ...note, clash });
    return made;
  }

  /** Makes the result branch say what the run has come to. */
  async showResult(commit: string, signal: AbortSignal): Promise<void> {
    await this.#point(refOf(resultBranch(this.#run)), commit, signal);
  }

  /** Gives back the room of a task that is done; its branch stays. */
  async leave(task: string): Promise<void> {
    await removeCheckout(this.#repository, this.#places.workspace(task));
    await rm(this.#places.note(task), { force: true });
    await rm(this.#places.index(task), { force: true });
  }

  async #startOf({ task, needs, signal }: Beginning, note: Note | null): Promise<Start> {
    if (!note) {
      const base = await this.#baseOf(task, needs, signal);
      return { base, files: base, before: base, conflicts: [] };
    }
    const { base, commit, clash, conflicts } = note;
    if (commit !== null && clash !== null) {
      return { ...(await this.#bringTogether(task, clash, commit, signal)), before: commit };
    }
    // Its folder is gone, or half made: what was committed of it is still there.
    return { base, files: commit ?? base, before: base, conflicts };
  }

  /** One after the other, in the order of the plan. */
  async #baseOf(task: string, needs: readonly Finished[], signal: AbortSignal): Promise<string> {
    const [first, ...others] = needs;
    if (!first) return this.#base.commit;
    let base = first.commit;
    for (const { commit } of others) {
      const made = await this.#merged(base, task, commit, signal);
      // What was between them made them fit: then with that.
      if (made.kind === 'conflict') return latest(needs).merged;
      base = made.commit;
    }
    return base;
  }

  async #bringTogether(task: string, into: string, commit: string, signal: AbortSignal) {
    const made = await this.#merged(into, task, commit, signal);
    if (made.kind === 'merged') return { base: made.commit, files: made.commit, conflicts: [] };
    const by = { run: this.#run, task };
    const parents = [into, commit];
    const { commit: base } = await joined(this.#repository, made.tree, parents, by, signal);
    return { base, files: base, conflicts: made.files };
  }

  #merged(into: string, task: string, commit: string, signal: AbortSignal): Promise<Merge> {
    return merge(this.#repository, into, commit, { run: this.#run, task }, signal);
  }

  async #fill(
    task: string,
    known: Checkout | null,
    { base, files, before }: Start,
    signal: AbortSignal,
  ): Promise<Checkout> {
    const branch = this.#refOf(task);
    const repository = this.#repository;
    if (known) await tidyCheckout(repository, known, { commit: before, branch }, signal);
    const path = this.#places.workspace(task);
    const checkout =
      known ?? (await addCheckout(repository, path, { commit: base, branch }, signal));
    const call = inside(checkout, signal);
    await repository.git.run(['read-tree', '--reset', '-u', files], call);
    await mkdir(dirname(this.#places.index(task)), { recursive: true });
    // Before anybody else can touch it.
    await copyFile(join(checkout.admin, 'index'), this.#places.index(task));
    const isAsCommitted = files === base && !known;
    if (!isAsCommitted) await tidyCheckout(repository, checkout, { commit: base, branch }, signal);
    return checkout;
  }

  async #begun(path: string, conflicts: readonly string[]): Promise<Begun> {
    const cwd = this.#inPrefix(path);
    await mkdir(cwd, { recursive: true });
    return { cwd, conflicts };
  }

  async #noteOf(task: string): Promise<Note> {
    const note = await readNote(this.#places.note(task));
    if (note) return note;
    throw new Error(`what is known of the worktree of ${task} is gone: ${this.#places.note(task)}`);
  }

  async #unresolvedIn(task: string, { conflicts }: Note): Promise<readonly string[]> {
    const path = this.#places.workspace(task);
    const texts = await Promise.all(
      conflicts.map((file) => readFile(join(path, file), 'latin1').catch(() => '')),
    );
    return conflicts.filter((_, at) => /^<{7} [\s\S]*^>{7} /m.test(texts[at] ?? ''));
  }

  async #point(ref: string, commit: string, signal: AbortSignal): Promise<void> {
    await this.#repository.git.run(['update-ref', ref, commit], within(this.#repository, signal));
  }

  #refOf(task: string): string {
    return refOf(taskBranch(this.#run, task));
  }

  #inPrefix(path: string): string {
    return join(path, ...this.#base.prefix.split('/'));
  }
}

export function latest<Each extends Pick<Finished, 'position'>>(all: readonly Each[]): Each {
  return all.reduce((newest, each) => (each.position > newest.position ? each : newest));
}
