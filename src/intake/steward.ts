/**
 * Looks after a persistent house, beat by beat: its inbox, its schedules, what waits, and the runs
 * that must go on.
 *
 * Owns: the beat, and what was seen at the last one.
 * Invariants:
 * - whatever goes wrong at one beat is told, and the next beat comes all the same;
 * - closed, it begins nothing more; what is open goes on at the next start.
 */
import { readVersion } from '../config.ts';
import { type Clock, sleep } from '../kernel/clock.ts';
import type { Random } from '../kernel/random.ts';
import type { Plan } from '../plan/plan.ts';
import type { Project } from '../plan/project/project.ts';
import type { Schedule, ServeWish } from '../plan/project/serve-shapes.ts';
import type { RunView } from '../runs/view.ts';
import type { Entry } from './entry.ts';
import { refuseOneFolder } from './folders-apart.ts';
import { healthOf } from './health.ts';
import { Inbox } from './inbox.ts';
import type { KeptRuns } from './kept-runs.ts';
import { Ledger, openMax } from './ledger.ts';
import { Outbox } from './outbox.ts';
import { Reception } from './reception.ts';
import { SchedulePlans } from './schedule-plans.ts';
import { Schedules } from './schedules.ts';
import { freeBytes, type HouseStatus, writeStatus } from './status.ts';
import { planFor, roleFor } from './task-plan.ts';
import { isOver, WorkQueue } from './work-queue.ts';

export const beatMs = 250;
/** The file is for people: they don't look every beat. */
const tellEveryMs = 2_000;

/** What it needs of the house that it looks after. */
export interface Housework {
  /** The names of the runs that it works on now. */
  readonly working: readonly string[];
  /** `as`: the name that is reserved for its run. */
  take(work: { readonly plan: Plan | string; readonly as: string }): Promise<unknown>;
  resume(run: string): Promise<unknown>;
  view(run: string): Promise<RunView>;
  /** Throws for a plan that could not be begun without a person. */
  check(plan: string): Promise<unknown>;
}

export interface StewardParts {
  readonly home: string;
  readonly wish: ServeWish;
  readonly project: Project | null;
  readonly house: Housework;
  readonly kept: KeptRuns;
  /** How the worker is that looks after memory. */
  readonly memory: { readonly state: string };
  readonly clock: Clock;
  readonly random: Random;
}

export class Steward {
  readonly #parts: StewardParts;
  readonly #since: number;
  readonly #ledger: Ledger;
  readonly #inbox: Inbox | null;
  readonly #schedules: Schedules;
  readonly #plans: SchedulePlans;
  readonly #queue: WorkQueue;
  readonly #closing = new AbortController();
  readonly #troubles = new Map<string, string>();
  readonly #going: Promise<void>;
  #lagMs = 0;
  #toldAt = Number.NEGATIVE_INFINITY;

  /** Throws when its folders can't be made, or a time or a role that is named can't be used. */
  constructor(parts: StewardParts) {
    this.#parts = parts;
    const { home, wish, project, house, clock, random } = parts;
    this.#since = clock.now();
    const ledger = new Ledger(home);
    this.#ledger = ledger;
    const roles = Object.keys(project?.part.agents ?? {});
    checkInbox(wish, roles);
    const outbox = wish.inbox && new Outbox(wish.inbox.outbox);
    this.#inbox = outbox && this.#inboxTo(outbox, roles);
    if (wish.inbox) refuseOneFolder(wish.inbox);
    const { concurrency } = wish;
    const schedules = wish.schedules.map((schedule) => staffed(schedule, roles));
    this.#schedules = new Schedules({ home, schedules, ledger, clock, random });
    this.#plans = new SchedulePlans(schedules, (file) => house.check(file), clock);
    const beginner = this.#beginner();
    this.#queue = new WorkQueue({ home, ledger, outbox, beginner, concurrency, clock });
    for (const run of this.#queue.runs) parts.kept.note(run);
    this.#going = this.#go();
  }

  /** Resolves when all that may go wrong later has been looked at once. */
  lookAhead(): Promise<void> {
    return this.#plans.lookAtAll();
  }

  status(): HouseStatus {
    const { house, kept, wish, home, clock, memory } = this.#parts;
    const { working } = house;
    const waiting = this.#queue.waiting;
    const now = clock.now();
    const health = healthOf({
      diskFreeBytes: freeBytes(home),
      troubles: Object.fromEntries(this.#troubles),
      stuck: kept.stuck(working),
      strange: this.#inbox?.strange ?? [],
      plans: this.#plans.troubles,
      waiting: waiting.length,
      waitingMax: openMax,
      oldestWaitMs: now - Math.min(now, ...waiting.map(({ takenAt }) => takenAt)),
      lagMs: this.#lagMs,
      memory: memory.state,
      recent: this.#ledger.recent,
    });
    return {
      ...health,
      version: readVersion(),
      pid: process.pid,
      isPersistent: true,
      since: this.#since,
      at: now,
      working,
      waiting: waiting.length,
      schedules: this.#schedules.lines,
      inbox: wish.inbox?.folder ?? null,
      memory: memory.state,
    };
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
      const begun = clock.elapsed();
      await this.#beat();
      await sleep(clock, beatMs, signal);
      this.#lagMs = Math.max(0, clock.elapsed() - begun - beatMs);
    }
  }

  async #beat(): Promise<void> {
    const { kept } = this.#parts;
    await this.#attend('inbox', () => this.#lookIntoInbox());
    await this.#attend('schedules', () => this.#schedules.look());
    await this.#attend('plans', () => this.#plans.look());
    await this.#attend('work', () => this.#queue.look());
    await this.#attend('runs', () => kept.look(this.#worker()));
    await this.#attend('status', () => this.#tell());
  }

  /** A link may have been laid since the house was opened. */
  #lookIntoInbox(): void {
    const { inbox } = this.#parts.wish;
    if (inbox) refuseOneFolder(inbox);
    this.#inbox?.look();
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

  #tell(): void {
    const { clock, home } = this.#parts;
    const now = clock.elapsed();
    if (now - this.#toldAt < tellEveryMs) return;
    this.#toldAt = now;
    writeStatus(home, this.status());
  }

  #inboxTo(outbox: Outbox, roles: readonly string[]): Inbox | null {
    const { home, wish, clock, random } = this.#parts;
    const parts = { home, ledger: this.#ledger, outbox, roles, agent: wish.agent, clock, random };
    return wish.inbox && new Inbox(wish.inbox.folder, clock, new Reception(parts));
  }

  #beginner() {
    const { house } = this.#parts;
    return {
      get working() {
        return house.working;
      },
      begin: (entry: Entry) => house.take({ plan: this.#planOf(entry), as: entry.run }),
      view: (run: string) => house.view(run),
    };
  }

  #worker() {
    const { house } = this.#parts;
    return {
      working: house.working,
      resume: (run: string) => house.resume(run),
      isOver: async (run: string) => isOver(await house.view(run)),
    };
  }

  #planOf({ work }: Entry): Plan | string {
    if (work.kind === 'plan') return work.file;
    return planFor(work.asked, this.#parts.project);
  }
}

/** Throws where every task of the inbox would be refused: better now, by whoever begins. */
function checkInbox({ inbox, agent }: ServeWish, roles: readonly string[]): void {
  if (inbox && (agent !== null || roles.length === 0)) roleFor('inbox', agent, roles);
}

/** A mistake that would show in the middle of the night is told now. */
function staffed(schedule: Schedule, roles: readonly string[]): Schedule {
  const { name, work } = schedule;
  if (work.kind === 'plan') return schedule;
  return { ...schedule, work: { ...work, agent: roleFor(`schedule ${name}`, work.agent, roles) } };
}
