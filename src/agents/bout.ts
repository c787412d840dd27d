/**
 * The frame of an attempt that runs no program: its time, its watchdogs, its transcript, its end.
 *
 * Owns: why the attempt ended. Invariant: it ends once, and the first reason is the reason.
 */

import type { LearnedLimits } from '../../machines/loan.ts';
import type { Evidence, Outcome } from '../../machines/outcome.ts';
import { noUsage } from '../../machines/outcome.ts';
import type { AgentWorld, Assignment } from './agent.ts';
import { keepAnswer } from './answer.ts';
import { outcomeOf, sessionOf } from './closing.ts';
import { Attention } from './listening/attention.ts';
import type { Sign } from './listening/sign.ts';
import { Transcript } from './listening/transcript.ts';
import { settle } from './listening/usage.ts';
import { watchLimits } from './processes/endings.ts';
import type { Trouble } from './trouble.ts';
import { judgeTurn, type TurnEnding } from './turn-verdict.ts';

export interface BoutOptions {
  readonly runFolder: string;
  readonly startWithinMs: number;
  readonly silenceMs: number;
  /** What a person can do about it. */
  readonly hintFor: (trouble: Trouble) => string;
}

export interface BoutEnd {
  /** One line for a person: who was asked how often. */
  readonly summary: string;
  readonly facts: Evidence['facts'];
  readonly limits: LearnedLimits | null;
}

export class Bout {
  readonly attention: Attention;
  readonly #assignment: Assignment;
  readonly #world: AgentWorld;
  readonly #options: BoutOptions;
  readonly #transcript: Transcript;
  readonly #control = new AbortController();
  readonly #limits: ReturnType<typeof watchLimits>;
  readonly #startedMs: number;
  #ending: TurnEnding = { kind: 'over' };
  #stopped: Trouble | null = null;

  private constructor(
    assignment: Assignment,
    world: AgentWorld,
    options: BoutOptions,
    transcript: Transcript,
  ) {
    const { clock, cancellation } = world;
    const { signal } = cancellation;
    this.#assignment = assignment;
    this.#world = world;
    this.#options = options;
    this.#transcript = transcript;
    this.#startedMs = clock.elapsed();
    this.attention = new Attention({
      ...{ startWithinMs: options.startWithinMs, silenceMs: options.silenceMs, clock },
      tell: (event) => this.#tell(event as Sign),
      stop: (trouble) => this.#stop(trouble),
    });
    this.#limits = watchLimits({ clock, signal, timeoutMs: assignment.timeoutMs });
    void this.#limits.reached.then(({ kind }) =>
      this.#end({ kind: kind === 'timed-out' ? kind : 'cancelled' }),
    );
    void transcript.broken.then((fault) => fault && this.#end({ kind: 'faulted', fault }));
  }

  static async open(assignment: Assignment, world: AgentWorld, options: BoutOptions) {
    const transcript = await Transcript.open(assignment, options.runFolder);
    const bout = new Bout(assignment, world, options, transcript);
    world.tell({ type: 'agent.started', pid: null });
    bout.attention.begin();
    return bout;
  }

  /** Aborted once it is over, for whatever reason. */
  get signal(): AbortSignal {
    return this.#control.signal;
  }

  async close({ summary, facts, limits }: BoutEnd): Promise<Outcome> {
    const { clock } = this.#world;
    this.attention.end();
    this.#limits.forget();
    const { bytes: stdoutBytes, sha256: stdoutSha256 } = await this.#transcript.close();
    const { told } = this.attention;
    const [ending, stopped, { hintFor }] = [this.#ending, this.#stopped, this.#options];
    const { timeoutMs, earlier } = this.#assignment;
    const verdict = judgeTurn({ ending, told, stopped, timeoutMs, hintFor });
    const { used, counters } = settle(told.counted, earlier?.session ?? null);
    const { toolCalls } = told;
    const seen = { toolCalls, denials: told.denials.size, stdoutBytes, stdoutSha256 };
    const passed = verdict.kind === 'well';
    const measured = {
      durationMs: Math.round(clock.elapsed() - this.#startedMs),
      output: await keepAnswer(told.answer, this.#assignment, this.#options.runFolder),
      usage: told.counted === null ? noUsage : used,
      evidence: [{ kind: 'turn', passed, summary, facts: { ...facts, ...seen } }],
      ...sessionOf(told, this.#assignment, counters),
      ...(limits && { limits }),
    };
    return outcomeOf(verdict, measured, this.#assignment, clock.now());
  }

  #tell(sign: Sign): void {
    this.#transcript.add(sign);
    this.#world.tell(sign);
  }

  #stop(trouble: Trouble): void {
    if (this.#control.signal.aborted) return;
    this.#stopped = trouble;
    this.#end({ kind: 'over' });
  }

  #end(ending: TurnEnding): void {
    if (this.#control.signal.aborted) return;
    this.#ending = ending;
    this.#control.abort();
  }
}
