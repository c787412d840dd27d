/**
 * The agents' processes: they live outside of the runtime, and outlive it until they are reaped.
 *
 * Owns: every process, and what was paid for.
 * Invariants:
 * - a process begins once and ends once, and both are seen;
 * - whoever asked for it hears of its end once, and only after it, also when he gave it up.
 */
import type { Outcome } from '../../machines/outcome.ts';
import { noOutput, noUsage } from '../../machines/outcome.ts';
import type { TaskSpec } from '../../machines/plan.ts';
import type { WorkInput } from '../../machines/rules/duty.ts';
import { cancelled } from '../agents/faults.ts';
import type { Sighting } from '../journal/axioms/sighting.ts';
import { attemptKey, type Deed, deedOf } from './deed.ts';
import type { Link } from './link.ts';
import type { Luck } from './luck.ts';
import type { Mortal } from './mortal.ts';
import { assumedRates, type RoleRates } from './rates.ts';
import type { VirtualTime } from './virtual-time.ts';

/** An agent that is told to end gets so long for it. */
const graceMaxMs = 5_000;

export interface Surroundings {
  readonly time: VirtualTime;
  readonly luck: Luck;
  readonly link: Link;
  readonly rates: ReadonlyMap<string, RoleRates>;
  readonly see: (sighting: Unseen) => void;
  /** What a task asks others for. */
  readonly asks: (task: string) => readonly TaskSpec[];
}

/** A sighting before it is dated. */
export type Unseen = Undated<Sighting>;
type Undated<Each> = Each extends unknown ? Omit<Each, 'at'> : never;

type Ending = (Sighting & { kind: 'work.ended' })['how'];

/** One attempt that somebody asked for. */
interface Job {
  readonly input: WorkInput;
  readonly key: string;
  readonly life: Mortal;
  readonly settle: (outcome: Outcome) => void;
  /** What a second report of it does. */
  readonly repeat: (outcome: Outcome) => void;
  state: 'ordered' | 'running' | 'over';
  deed: Deed | null;
  beganMs: number;
}

export class Workshop {
  readonly #around: Surroundings;
  readonly #running = new Set<Job>();
  /** Tokens of attempts that did what they were asked for, whatever they said. */
  readonly done = new Set<number>();
  #costUsd = 0;

  constructor(around: Surroundings) {
    this.#around = around;
  }

  get costUsd(): number {
    return this.#costUsd;
  }

  work(
    life: Mortal,
    input: WorkInput,
    signal: AbortSignal,
    repeat: (outcome: Outcome) => void,
  ): Promise<Outcome> {
    const { link } = this.#around;
    return new Promise((resolve) => {
      const key = attemptKey(input);
      const settle = (outcome: Outcome): void => {
        if (life.alive) resolve(outcome);
      };
      const job: Job = {
        input,
        key,
        life,
        settle,
        repeat,
        state: 'ordered',
        deed: null,
        beganMs: 0,
      };
      signal.addEventListener('abort', () => this.#giveUp(job), { once: true });
      link.order(input.agent, key, () => this.#begin(job));
    });
  }

  /** Ends whatever an earlier life has left; resolves once every node of it could be reached. */
  async reap(): Promise<void> {
    const { time, link } = this.#around;
    const reachable = [...this.#running].map(({ input }) => link.reachableAtMs(input.agent));
    const atMs = Math.max(time.nowMs, ...reachable);
    if (atMs > time.nowMs) await new Promise<void>((resolve) => time.at(atMs, resolve));
    for (const job of this.#running) this.#end(job, 'reaped');
  }

  #begin(job: Job): void {
    if (job.state !== 'ordered' || !job.life.alive) return;
    const { time, luck, link, rates, see } = this.#around;
    const { task, token, agent, attempt, role } = job.input;
    const deed = deedOf(job.input, rates.get(role) ?? assumedRates, luck);
    Object.assign(job, { state: 'running', deed, beganMs: time.nowMs });
    this.#running.add(job);
    see({ kind: 'work.begun', task, token: String(token), agent, role, attempt });
    link.endanger(agent, job.key);
    if (Number.isFinite(deed.durationMs))
      time.after(deed.durationMs, () => this.#finish(job, deed));
  }

  #finish(job: Job, { outcome: own, isDone }: Deed): void {
    if (job.state !== 'running') return;
    const outcome = this.#asking(job, own);
    if (isDone) this.done.add(job.input.token);
    this.#end(job, 'itself');
    this.#around.link.report({
      key: job.key,
      agent: job.input.agent,
      deliver: () => job.settle(outcome),
      repeat: () => job.repeat(outcome),
    });
  }

  /** Whoever does its work itself asks for nothing; one that must plan, always. */
  #asking({ input }: Job, outcome: Outcome): Outcome {
    if (outcome.kind !== 'succeeded' || input.review) return outcome;
    const subtasks = this.#around.asks(input.task);
    return subtasks.length === 0 ? outcome : { ...outcome, subtasks };
  }

  /** Whoever gave it up is told once it is over, also when its report was lost. */
  #giveUp(job: Job): void {
    const { time, luck, link } = this.#around;
    const graceMs = luck.delayMs(graceMaxMs, `${job.key}/grace`);
    const settle = (): void => job.settle(givenUp);
    // The dead give no orders.
    if (!job.life.alive) return;
    if (job.state !== 'running') {
      if (job.state === 'ordered') job.state = 'over';
      time.after(0, settle);
      return;
    }
    link.order(job.input.agent, `${job.key}/stop`, () => {
      time.after(graceMs, () => {
        if (job.state === 'running') this.#end(job, 'stopped');
        settle();
      });
    });
  }

  #end(job: Job, how: Ending): void {
    const { task, token } = job.input;
    job.state = 'over';
    this.#running.delete(job);
    this.#costUsd += this.#priceOf(job, how);
    this.#around.see({ kind: 'work.ended', task, token: String(token), how });
  }

  /** An attempt that was ended on the way has cost its share. */
  #priceOf({ deed, beganMs }: Job, how: Ending): number {
    if (!deed || how === 'itself') return deed?.costUsd ?? 0;
    return deed.costUsd * Math.min(1, (this.#around.time.nowMs - beganMs) / deed.durationMs);
  }
}

const givenUp: Outcome = {
  kind: 'failed',
  fault: cancelled(),
  durationMs: 0,
  output: noOutput,
  usage: noUsage,
  evidence: [],
};
