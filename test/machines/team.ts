/**
 * A whole team without a runtime: the four machines in a `Core`, under a clock of its own, with a
 * script in place of the world. The same plan and script give the same story.
 */
import { agentMachine } from '../../machines/agent.ts';
import type { Fact, TaskRecord, TroupeEvent } from '../../machines/events.ts';
import { type Address, orchestratorAddress } from '../../machines/ids.ts';
import { orchestratorMachine } from '../../machines/orchestrator.ts';
import type { PlanSpec } from '../../machines/plan.ts';
import type { WorkInput } from '../../machines/rules/duty.ts';
import type { RunEnding } from '../../machines/rules/orchestration.ts';
import { supervisorMachine } from '../../machines/supervisor.ts';
import { taskMachine, type VerifyInput } from '../../machines/task.ts';
import { Charts } from '../../src/kernel/charts.ts';
import { Core } from '../../src/kernel/core.ts';
import type { Input } from '../../src/kernel/input.ts';
import type { Wish } from '../../src/kernel/wish.ts';

/** How invoked work ends. */
export type Turn =
  | { readonly kind: 'ends'; readonly afterMs: number; readonly output: unknown }
  | { readonly kind: 'breaks'; readonly afterMs: number; readonly message: string }
  | { readonly kind: 'never' };

/** What a person does, and when. */
export interface Outside {
  readonly atMs: number;
  readonly to: Address;
  readonly event: TroupeEvent;
}

export interface Script {
  /** `birth` counts the agents born at this address, from 1. */
  readonly open: (agent: Address, birth: number) => Turn;
  readonly work: (input: WorkInput) => Turn;
  readonly verify: (input: VerifyInput) => Turn;
  readonly outside: readonly Outside[];
}

/** What could be seen from outside, without its place and time. */
type Sight =
  | { readonly kind: 'fact'; readonly actor: Address; readonly fact: Fact }
  | { readonly kind: 'begun'; readonly effect: string; readonly work: WorkInput }
  | { readonly kind: 'over'; readonly effect: string }
  | { readonly kind: 'recorded'; readonly record: TaskRecord }
  | { readonly kind: 'concluded'; readonly ending: RunEnding }
  | { readonly kind: 'asked'; readonly to: Address; readonly event: TroupeEvent };

/** `n` is the input that caused it. */
export type Seen = Sight & { readonly n: number; readonly at: number };

export interface Story {
  readonly plan: PlanSpec;
  readonly seen: readonly Seen[];
  /** Null when nothing was left to happen, or no end was in sight. */
  readonly ending: RunEnding | null;
  readonly core: Core;
}

/** More is a loop. */
const inputsMax = 20_000;

/** An input that lies ahead. */
interface Ahead {
  readonly at: number;
  readonly input: Input;
  /** The invocation that it ends; null when it comes from a person. */
  readonly effect: string | null;
}

export class Team {
  readonly core = new Core(
    new Charts([orchestratorMachine, taskMachine, agentMachine, supervisorMachine]),
  );
  readonly #plan: PlanSpec;
  readonly #script: Script;
  readonly #seen: Seen[] = [];
  readonly #births = new Map<Address, number>();
  #ahead: Ahead[];
  #n = 0;
  #at = 0;

  constructor(plan: PlanSpec, script: Script) {
    this.#plan = plan;
    this.#script = script;
    this.#ahead = script.outside.map(({ atMs, to, event }) => {
      return { at: atMs, input: { kind: 'event', to, event }, effect: null };
    });
  }

  /** `look` sees the system after each input, when its mailboxes are empty. */
  run(look: (core: Core) => void = () => {}): Story {
    const to = orchestratorAddress;
    this.#apply({ kind: 'spawn', machine: 'orchestrator', address: to, input: undefined });
    this.#apply({ kind: 'event', to, event: { type: 'plan.submit', plan: this.#plan } as never });
    look(this.core);
    while (this.core.registry.find(to) && this.#n < inputsMax && this.#step()) look(this.core);
    const last = this.#seen.findLast((one) => one.kind === 'concluded');
    const ending = last?.kind === 'concluded' ? last.ending : null;
    return { plan: this.#plan, seen: this.#seen, ending, core: this.core };
  }

  /** Lets the next thing happen; false when nothing lies ahead. */
  #step(): boolean {
    const due = this.core.nextDue();
    const next = this.#ahead.reduce<Ahead | null>(
      (first, one) => (first && first.at <= one.at ? first : one),
      null,
    );
    if (due && (!next || due.dueMs < next.at)) {
      this.#at = Math.max(this.#at, due.dueMs);
      this.#apply({ kind: 'timer', to: due.address, timer: due.timer });
      return true;
    }
    if (!next) return false;
    this.#ahead = this.#ahead.filter((one) => one !== next);
    this.#at = Math.max(this.#at, next.at);
    this.#happen(next);
    return true;
  }

  #happen({ input, effect }: Ahead): void {
    if (effect) this.#see({ kind: 'over', effect });
    if (input.kind === 'event') {
      // What is meant for nobody is refused at the edge.
      if (!this.core.registry.find(input.to)) return;
      this.#see({ kind: 'asked', to: input.to, event: input.event as TroupeEvent });
    }
    this.#apply(input);
  }

  #apply(input: Input): void {
    this.#n += 1;
    for (const wish of this.core.apply({ n: this.#n, at: this.#at, input })) this.#take(wish);
  }

  #see(sight: Sight): void {
    this.#seen.push({ ...sight, n: this.#n, at: this.#at });
  }

  #take(wish: Wish): void {
    switch (wish.kind) {
      case 'fact':
        return this.#see({ kind: 'fact', actor: wish.actor, fact: wish.event as Fact });
      case 'invoke':
        return this.#invoke(wish);
      case 'cease':
        this.#ahead = this.#ahead.filter(({ effect }) => effect !== wish.effect);
        return this.#see({ kind: 'over', effect: wish.effect });
      case 'act':
        return this.#act(wish);
      default:
        return;
    }
  }

  #act({ name, params }: Wish & { kind: 'act' }): void {
    if (name === 'record') this.#see({ kind: 'recorded', record: params as TaskRecord });
    else this.#see({ kind: 'concluded', ending: params as RunEnding });
  }

  #invoke({ actor, invocation }: Wish & { kind: 'invoke' }): void {
    const { id, src, input, effect } = invocation;
    if (src === 'work') this.#see({ kind: 'begun', effect, work: input as WorkInput });
    const turn = this.#turn(actor.address, src, input);
    if (turn.kind === 'never') return;
    const ending = { to: actor.address, id, effect };
    const end: Input =
      turn.kind === 'ends'
        ? { kind: 'done', output: turn.output, ...ending }
        : { kind: 'broke', error: { name: 'Error', message: turn.message }, ...ending };
    this.#ahead.push({ at: this.#at + turn.afterMs, input: end, effect });
  }

  #turn(by: Address, src: string, input: unknown): Turn {
    if (src === 'work') return this.#script.work(input as WorkInput);
    if (src === 'verify') return this.#script.verify(input as VerifyInput);
    const birth = (this.#births.get(by) ?? 0) + 1;
    this.#births.set(by, birth);
    return this.#script.open(by, birth);
  }
}
