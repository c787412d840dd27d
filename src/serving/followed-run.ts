/**
 * A run that another process works on, followed by its journal: seen as if it were worked on here.
 *
 * Owns: nothing of the run; who stops following it changes nothing.
 */
import { lockOwner } from '../journal/lock.ts';
import { openTail, type Tail } from '../journal/tail.ts';
import { type Clock, sleep } from '../kernel/clock.ts';
import type { Core } from '../kernel/core.ts';
import { coreFrom } from '../past/standing.ts';
import type { Plan } from '../plan/plan.ts';
import type { RunFolder } from '../runs/folder.ts';
import { lastMerge } from '../runs/merges.ts';
import type { TaskRecall } from '../runs/recalled.ts';
import { factOf, type Run, type RunEnd, type RunFact } from '../runs/run.ts';
import { type RunView, viewOf } from '../runs/view.ts';
import { resultBranch } from '../worktrees/names.ts';

/** What whoever watches a run needs of it, wherever it is worked on. */
export type SeenRun = Pick<
  Run,
  | ('id' | 'folder' | 'plan' | 'branch' | 'state' | 'view' | 'events' | 'recalls')
  | ('end' | 'stop' | 'kill')
>;

export interface Followed {
  readonly folder: RunFolder;
  readonly plan: Plan;
  readonly clock: Clock;
}

/** How often its journal is looked at. */
const pauseMs = 100;

export class FollowedRun implements SeenRun {
  readonly id: string;
  readonly folder: RunFolder;
  readonly plan: Plan;
  /** How it ended, or that nobody works on it, or follows it, any more; never rejects. */
  readonly end: Promise<RunEnd>;
  readonly #clock: Clock;
  readonly #tail: Tail;
  readonly #core: Core;
  #state: 'followed' | 'left' = 'followed';

  get state(): 'alive' | 'over' {
    return this.#goesOn ? 'alive' : 'over';
  }

  constructor({ folder, plan, clock }: Followed) {
    this.id = folder.id;
    this.folder = folder;
    this.plan = plan;
    this.#clock = clock;
    this.#tail = openTail(folder.path);
    this.#core = coreFrom(this.#tail.base);
    this.end = this.#untilOver().catch((error: unknown) => ({ kind: 'halted', error }));
  }

  view(): RunView {
    for (const input of this.#tail.fresh()) this.#core.apply(input);
    return viewOf(this.#core, this.id, this.plan);
  }

  get branch(): string | null {
    return lastMerge(this.#core, this.plan) ? resultBranch(this.id) : null;
  }

  /** Every fact, from its first one on; ends when nobody works on it, or follows it, any more. */
  async *events(): AsyncGenerator<RunFact> {
    const { base, fresh } = openTail(this.folder.path);
    const core = coreFrom(base);
    for (let goesOn = true; goesOn; ) {
      // Asked before reading: what its owner wrote last is still read.
      goesOn = this.#goesOn;
      for (const input of fresh()) {
        for (const wish of core.apply(input)) if (wish.kind === 'fact') yield factOf(wish);
      }
      if (goesOn) await sleep(this.#clock, pauseMs);
    }
  }

  /** Only whoever works on it hears of them as they come; the result files have them. */
  async *recalls(): AsyncGenerator<TaskRecall> {}

  /** Looks away: whoever works on it goes on. */
  async stop(): Promise<RunEnd> {
    this.#state = 'left';
    return this.end;
  }

  async kill(): Promise<void> {
    await this.stop();
  }

  get #goesOn(): boolean {
    return this.#state === 'followed' && lockOwner(this.folder.path) !== null;
  }

  async #untilOver(): Promise<RunEnd> {
    while (this.#goesOn) await sleep(this.#clock, pauseMs);
    const { status, reason, counts } = this.view();
    if (status === 'planning' || status === 'running') return { kind: 'stopped' };
    return { kind: 'ended', status, reason, counts };
  }
}
