/**
 * All that outlives the runtime in a simulated world: time, disk, agents, people, and what is seen.
 *
 * Owns: the lives of the runtime, one after the other.
 * Invariants:
 * - one life at a time: the next begins a while after the last has ended;
 * - what is seen is dated by the world's own time, in the order in which it happened.
 */
import { InvariantError } from '../../machines/errors.ts';
import type { TaskRecord } from '../../machines/events.ts';
import type { RunEnding } from '../../machines/rules/orchestration.ts';
import type { Sighting } from '../journal/axioms/sighting.ts';
import type { LoggedInput } from '../kernel/log.ts';
import { isUserError } from '../kernel/user-error.ts';
import type { Plan } from '../plan/plan.ts';
import { pretendedAsking } from '../planning/pretended.ts';
import type { RunEnd, RunFact } from '../runs/run.ts';
import type { Around, PastLife } from './around.ts';
import { SimulatedDisk } from './disk.ts';
import { type FaultMix, type KillMoment, type KillPoint, killMoments } from './fault-mix.ts';
import { Life } from './life.ts';
import { Link } from './link.ts';
import { Luck } from './luck.ts';
import { People } from './people.ts';
import { nothingPlanted, type Planted } from './planted.ts';
import { type RoleRates, ratesOf } from './rates.ts';
import { VirtualTime } from './virtual-time.ts';
import { type Unseen, Workshop } from './workshop.ts';

export interface OutsideOptions {
  readonly plan: Plan;
  readonly seed: number;
  readonly faults: FaultMix;
  readonly rates?: ReadonlyMap<string, RoleRates>;
  readonly from?: readonly LoggedInput[];
  readonly planted?: Planted;
}

/** 2026-01-01T00:00:00Z. */
const beganMs = 1_767_225_600_000;
const pauseMaxMs = 7_200_000;
/** In a rough world the system is stored so often that most lives begin from a stored one. */
const storeEveryMax = 60;

export class Outside implements Around {
  readonly plan: Plan;
  readonly planted: Planted;
  readonly time: VirtualTime;
  readonly luck: Luck;
  readonly disk: SimulatedDisk;
  readonly workshop: Workshop;
  readonly people: People;
  readonly results = new Map<string, TaskRecord>();
  readonly facts: RunFact[] = [];
  readonly sightings: Sighting[] = [];
  readonly beganMs: number;
  /** Whether its run begins here, and not in the middle of a real one. */
  readonly isFresh: boolean;
  readonly #ordered: KillPoint[];
  #life: Life;
  #kills = 0;
  #names = 0;
  #steps = 0;
  #ending: RunEnding | null = null;
  #state: 'going' | 'over' = 'going';
  #broken: unknown = null;

  constructor(options: OutsideOptions) {
    const { plan, seed, faults, from = [], planted = nothingPlanted } = options;
    this.plan = { ...plan, seed };
    this.planted = planted;
    this.isFresh = from.length === 0;
    this.beganMs = from.at(-1)?.at ?? beganMs;
    this.time = new VirtualTime(this.beganMs, seed);
    this.luck = new Luck(seed, faults, plan.tasks.length);
    this.disk = new SimulatedDisk(this.time, this.luck, from);
    const { time, luck } = this;
    const see = (sighting: Unseen): void => this.see(sighting);
    const link = new Link(time, luck);
    const [rates, asks] = [ratesOf(plan, options.rates), pretendedAsking(plan)];
    this.workshop = new Workshop({ time, luck, link, rates, see, asks });
    this.people = new People(time, luck, plan);
    this.#ordered = [...faults.kills];
    this.#life = this.#live(1);
  }

  get life(): Life {
    return this.#life;
  }

  get kills(): number {
    return this.#kills;
  }

  /** Of all lives that have ended. */
  get steps(): number {
    return this.#steps;
  }

  get ending(): RunEnding | null {
    return this.#ending;
  }

  get isOver(): boolean {
    return this.#state === 'over';
  }

  /** What no fault explains; null when there is nothing. */
  get broken(): unknown {
    return this.#broken;
  }

  get storeEvery(): number {
    return this.luck.isRough ? 1 + this.luck.below(storeEveryMax, 'store-every') : 1_000_000;
  }

  nextName(): number {
    this.#names += 1;
    return this.#names;
  }

  see(sighting: Unseen): void {
    this.sightings.push({ at: this.time.nowMs, ...sighting } as Sighting);
  }

  /** Whether this life ends here, by order or by chance. */
  strikesDead(life: number, moment: KillMoment, n: number): boolean {
    const at = this.#ordered.findIndex((point) => point.moment === moment && n >= point.n);
    if (at >= 0) {
      this.#ordered.splice(at, 1);
      this.luck.count();
      return true;
    }
    const key = `${life}/${n}`;
    const chosen = killMoments[this.luck.below(killMoments.length, `${key}/moment`)];
    return moment === chosen && this.luck.strikes('kill', key);
  }

  /** Whether somebody stops it gently now. */
  stops(life: number, n: number): boolean {
    return this.luck.strikes('stop', `${life}/${n}`);
  }

  /** It was killed. */
  lifeKilled(life: PastLife): void {
    this.#steps += life.steps;
    this.#kills += 1;
    this.#revive(life);
  }

  /** It ended as it should, or could not go on. */
  lifeOver(life: PastLife, end: RunEnd): void {
    this.#steps += life.steps;
    switch (end.kind) {
      case 'ended': {
        const { status, reason, counts } = end;
        this.#ending = { status, reason, counts };
        this.#state = 'over';
        return;
      }
      case 'stopped':
        return this.#revive(life);
      case 'halted':
        if (isUserError(end.error) && end.error.code === 'journal.disk-full') {
          return this.#revive(life);
        }
        return this.breakDown(end.error);
    }
  }

  breakDown(error: unknown): void {
    this.#broken = error ?? new InvariantError('it broke of nothing');
    this.#state = 'over';
  }

  /** After a while, in which agents go on and timers come due. */
  #revive({ number }: PastLife): void {
    const pauseMs = this.luck.delayMs(pauseMaxMs, `pause#${number}`);
    this.time.after(pauseMs, () => {
      this.#life = this.#live(number + 1);
    });
  }

  #live(number: number): Life {
    const life = new Life(this, number);
    life.open().catch((error: unknown) => this.breakDown(error));
    return life;
  }
}
