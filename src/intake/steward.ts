/**
 * Looks after a persistent house, beat by beat: its inbox, what waits, the runs that must go on.
 *
 * Owns: the beat, and what went wrong at the last one.
 * Invariants:
 * - whatever goes wrong at one beat is told, and the next beat comes all the same;
 * - closed, it begins nothing more; what is open goes on at the next start.
 */
import { type Clock, sleep } from '../kernel/clock.ts';
import type { Random } from '../kernel/random.ts';
import type { Plan } from '../plan/plan.ts';
import type { Project } from '../plan/project.ts';
import type { ServeWish } from '../plan/serve-shapes.ts';
import type { RunView } from '../runs/view.ts';
import type { Entry } from './entry.ts';
import { Inbox } from './inbox.ts';
import type { KeptRuns } from './kept-runs.ts';
import { Ledger } from './ledger.ts';
import { Outbox } from './outbox.ts';
import { Reception } from './reception.ts';
import { planFor } from './task-plan.ts';
import { isOver, WorkQueue } from './work-queue.ts';

export const beatMs = 250;

/** What it needs of the house that it looks after. */
export interface Housework {
  /** The names of the runs that it works on now. */
  readonly working: readonly string[];
  /** `as`: the name that is reserved for its run. */
  take(work: { readonly plan: Plan | string; readonly as: string }): Promise<unknown>;
  resume(run: string): Promise<unknown>;
  view(run: string): Promise<RunView>;
}

export interface StewardParts {
  readonly home: string;
  readonly wish: ServeWish;
  readonly project: Project | null;
  readonly house: Housework;
  readonly kept: KeptRuns;
  readonly clock: Clock;
  readonly random: Random;
}

export class Steward {
  readonly #parts: StewardParts;
  readonly #inbox: Inbox | null;
  readonly #queue: WorkQueue;
  readonly #closing = new AbortController();
  readonly #troubles = new Map<string, string>();
  readonly #going: Promise<void>;

  /** Throws when its folders can't be made. */
  constructor(parts: StewardParts) {
    this.#parts = parts;
    const { home, wish, project, house, clock, random } = parts;
    const ledger = new Ledger(home);
    const outbox = wish.inbox && new Outbox(wish.inbox.outbox);
    const roles = Object.keys(project?.part.agents ?? {});
    const { agent, concurrency } = wish;
    const reception =
      outbox && new Reception({ home, ledger, outbox, roles, agent, clock, random });
    this.#inbox = wish.inbox && reception && new Inbox(wish.inbox.folder, clock, reception);
    const beginner = {
      get working() {
        return house.working;
      },
      begin: (entry: Entry) => house.take({ plan: this.#planOf(entry), as: entry.run }),
      view: (run: string) => house.view(run),
    };
    this.#queue = new WorkQueue({ home, ledger, outbox, beginner, concurrency, clock });
    for (const run of this.#queue.runs) parts.kept.note(run);
    this.#going = this.#go();
  }

  /** After the beat that is under way. */
  async close(): Promise<void> {
    this.#closing.abort();
    await this.#going;
  }

  async #go(): Promise<void> {
    const { clock } = this.#parts;
    const { signal } = this.#closing;
    while (!signal.aborted) {
      await this.#beat();
      await sleep(clock, beatMs, signal);
    }
  }

  async #beat(): Promise<void> {
    const { house, kept } = this.#parts;
    const worker = {
      working: house.working,
      resume: (run: string) => house.resume(run),
      isOver: async (run: string) => isOver(await house.view(run)),
    };
    await this.#attend('inbox', () => this.#inbox?.look());
    await this.#attend('work', () => this.#queue.look());
    await this.#attend('runs', () => kept.look(worker));
  }

  async #attend(what: string, look: () => unknown): Promise<void> {
    if (this.#closing.signal.aborted) return;
    try {
      await look();
      this.#troubles.delete(what);
    } catch (error) {
      this.#troubles.set(what, error instanceof Error ? error.message : String(error));
    }
  }

  #planOf({ work }: Entry): Plan | string {
    if (work.kind === 'plan') return work.file;
    return planFor(work.asked, this.#parts.project);
  }
}
