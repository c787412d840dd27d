/** A living run: the facts as they come, its end, and the few things a person may do to it. */

import type { Fact, TroupeEvent } from '../../machines/events.ts';
import {
  type Address,
  agentAddress,
  agentId,
  orchestratorAddress,
  taskAddress,
  taskId,
} from '../../machines/ids.ts';
import type { PlanAmendment } from '../../machines/plan.ts';
import type { RunEnding } from '../../machines/rules/orchestration.ts';
import type { Actor } from '../kernel/actor.ts';
import type { System } from '../kernel/system.ts';
import { UserError } from '../kernel/user-error.ts';
import type { FactWish } from '../kernel/wish.ts';
import type { Plan, PlanTask } from '../plan/plan.ts';
import { suggest } from '../plan/problems/nearest.ts';
import type { Addition } from './addition.ts';
import { deliveryOf, type Word } from './answering.ts';
import type { ControlRequest } from './control.ts';
import type { RunFolder } from './folder.ts';
import { askedTasks } from './growth.ts';
import { hastening } from './hastening.ts';
import { holdingEvent } from './holding.ts';
import type { TaskRecall } from './recalled.ts';
import { RunContext } from './shared-context.ts';
import { standing } from './state-words.ts';
import { type RunView, stateOf, viewOf } from './view.ts';

/** One fact, as `run --json` prints it. */
export type RunFact = {
  /** Counts the facts of the run from 1, without gaps. */
  readonly seq: number;
  /** Milliseconds since the epoch. */
  readonly at: number;
  readonly actor: string;
} & Fact;

export type RunEnd =
  | ({ readonly kind: 'ended' } & RunEnding)
  /** Stopped early; it can be resumed. */
  | { readonly kind: 'stopped' }
  /** Something outside of the plan broke: the disk, a bug. Once mended, it can be resumed. */
  | { readonly kind: 'halted'; readonly error: unknown };

export interface RunParts {
  readonly folder: RunFolder;
  readonly plan: Plan;
  readonly system: System;
  /** The facts as they come; ends when the run does. */
  readonly facts: () => AsyncIterable<RunFact>;
  /** What its tasks are told of the past, as they are; ends when the run does. */
  readonly recalls?: () => AsyncIterable<TaskRecall>;
  /** Ends the processes of its agents, whatever they are doing. */
  readonly kill: () => Promise<void>;
  /** Where what its tasks have merged is; null when nothing was. */
  readonly branch?: () => string | null;
  /** Has more done, and answers what the new tasks are called. */
  readonly extend?: (addition: Addition) => Promise<readonly string[]>;
  /** What a person should know before it begins. */
  readonly notes?: readonly string[];
  /** Ends everything that belongs to the run; called once. */
  readonly wind: () => Promise<void>;
}

export class Run {
  readonly id: string;
  readonly folder: RunFolder;
  readonly plan: Plan;
  /** How it ended; never rejects. Everything it started is gone when this resolves. */
  readonly end: Promise<RunEnd>;
  readonly #parts: RunParts;
  /** Its actors are there, or never will be. */
  readonly #begun: Promise<void>;
  #begin: () => void = () => {};
  #state: 'alive' | 'over' = 'alive';
  #finish: (end: RunEnd) => void = () => {};
  #winding: Promise<void> | null = null;

  constructor(parts: RunParts) {
    this.#parts = parts;
    this.id = parts.folder.id;
    this.folder = parts.folder;
    this.plan = parts.plan;
    this.#begun = new Promise((resolve) => {
      this.#begin = resolve;
    });
    const ended = new Promise<RunEnd>((resolve) => {
      this.#finish = (end) => {
        this.#state = 'over';
        resolve(end);
      };
    });
    this.end = ended.then(async (end) => {
      this.#begin();
      await this.#wind();
      return end;
    });
    parts.system.onHalt((error) => this.halt(error));
  }

  /** Over as soon as it is to end, though what it started may still be ending. */
  get state(): 'alive' | 'over' {
    return this.#state;
  }

  /** Every fact from now on, in order; ends with the run. */
  events(): AsyncIterable<RunFact> {
    return this.#parts.facts();
  }

  /** What its tasks are told of the past, from now on; ends with the run. */
  async *recalls(): AsyncGenerator<TaskRecall> {
    const recalls = this.#parts.recalls?.();
    if (recalls) yield* recalls;
  }

  /** The branch that what its tasks have merged is on; null when nothing was. */
  get branch(): string | null {
    return this.#parts.branch?.() ?? null;
  }

  /** What a person should know of how it began. */
  get notes(): readonly string[] {
    return this.#parts.notes ?? [];
  }

  view(): RunView {
    return viewOf(this.#parts.system.core, this.id, this.plan);
  }

  /** What a task asks of others, also before anybody agreed to it. */
  asked(task: string): readonly PlanTask[] {
    return askedTasks(this.#parts.system.core, this.plan, task);
  }

  /** Calls off the run, or one task of it. */
  async cancel(reason: string, task?: string): Promise<void> {
    await this.#begun;
    if (task === undefined) {
      return this.#tell(orchestratorAddress, { type: 'run.cancel', reason });
    }
    await this.#tell(this.#taskAt(task), { type: 'task.cancel', reason });
  }

  /** Says something to an agent; its next attempt hears it. */
  async send(agent: string, text: string, from: string): Promise<void> {
    await this.#begun;
    const known = this.view().agents.map(({ id }) => id);
    if (!known.includes(agent)) throw unknownName('agent', agent, known);
    await this.#tell(agentAddress(agentId(agent)), { type: 'agent.tell', text, from });
  }

  /** Says yes to a task that asks whether it may start, or to its agent that asks at work. */
  async approve(task: string, by: string, question?: string): Promise<void> {
    await this.#answer({ task, answer: 'allow', by, question });
  }

  async reject(task: string, by: string, question?: string): Promise<void> {
    await this.#answer({ task, answer: 'deny', by, question });
  }

  /** Other limits from now on; a lower one stops nobody who works already. */
  async limit(limits: Pick<PlanAmendment, 'concurrency' | 'budgetUsd'>, by: string): Promise<void> {
    await this.#begun;
    await this.#tell(orchestratorAddress, { type: 'plan.amend', amendment: limits, by });
  }

  /** Tries a task again at once that waits for its next attempt. */
  async hasten(task: string, by: string): Promise<void> {
    await this.#begun;
    const { system } = this.#parts;
    const input = hastening(system.core, this.view(), task, by);
    system.inject(input);
    await system.flushed();
  }

  /** Does without a task, and so does whoever needs it: they go on as if it had succeeded. */
  async skip(task: string, by: string, reason?: string): Promise<void> {
    await this.#begun;
    const why = reason === undefined ? {} : { reason };
    await this.#tell(this.#taskAt(task), { type: 'task.skip', by, ...why });
  }

  /** Takes more tasks in, checked as its plan was; answers their names. */
  async add(addition: Addition): Promise<readonly string[]> {
    await this.#begun;
    const { extend } = this.#parts;
    if (extend) return extend(addition);
    throw new UserError('task.not-here', `${this.id} takes no more tasks`, 'begin a new run');
  }

  /** What its agents know of each other. */
  get context(): RunContext {
    return new RunContext(this.#parts.system);
  }

  /** What another process asked for. */
  async handle(request: ControlRequest): Promise<void> {
    switch (request.type) {
      case 'run.cancel':
        return this.cancel(request.reason, request.task);
      case 'agent.tell':
        return this.send(request.agent, request.text, request.from);
      case 'task.approve':
        return this.approve(request.task, request.by, request.question);
      case 'task.reject':
        return this.reject(request.task, request.by, request.question);
      case 'context.set':
        await this.#begun;
        await this.context.set(request);
        return;
      case 'task.hasten':
        return this.hasten(request.task, request.by);
      case 'task.skip':
        return this.skip(request.task, request.by, request.reason);
      case 'task.take':
      case 'task.return':
        await this.#begun;
        return this.#tell(this.#taskAt(request.task), holdingEvent(this.view(), request));
      case 'task.add':
        await this.add(request);
        return;
      case 'run.limit': {
        const { concurrency, budgetUsd, by } = request;
        const wide = concurrency === undefined ? {} : { concurrency };
        return this.limit({ ...wide, ...(budgetUsd === undefined ? {} : { budgetUsd }) }, by);
      }
    }
  }

  /** Stops now: agents are asked to end, then made to. The run can be resumed. */
  async stop(): Promise<RunEnd> {
    this.#finish({ kind: 'stopped' });
    return this.end;
  }

  /** For whoever can't wait for a gentle end: no process of an agent is left when this resolves. */
  async kill(): Promise<void> {
    this.#finish({ kind: 'stopped' });
    await this.#parts.kill();
  }

  /** Waits for its end from now on: called once what an earlier life left is put right. */
  watch(): void {
    this.#begin();
    this.#conclusion().then((end) => this.#finish(end));
  }

  /** Something outside of the plan broke: the run stops as if it had been killed. */
  halt(error: unknown): void {
    this.#finish({ kind: 'halted', error });
  }

  /** An end counts once its records are written: who could not write them halts the run first. */
  async #conclusion(): Promise<RunEnd> {
    const { system } = this.#parts;
    const ending = await system.ending(orchestratorAddress);
    await system.idle();
    if (ending.kind === 'done') return { kind: 'ended', ...(ending.output as RunEnding) };
    const error = ending.kind === 'error' ? ending.error : new Error('it was stopped');
    return { kind: 'halted', error };
  }

  async #answer(word: Word): Promise<void> {
    await this.#begun;
    const { to, event } = deliveryOf(this.view(), word);
    await this.#tell(to, event);
  }

  async #tell(to: Address, event: TroupeEvent): Promise<void> {
    const { system } = this.#parts;
    const known = system.core.registry.lookUp(to);
    if (known && !known.alive)
      throw ended(
        this.id,
        to === orchestratorAddress ? this.id : (to.split('/').at(-1) ?? to),
        known,
      );
    await system.send(to, event);
  }

  #taskAt(task: string): Address {
    const known = this.view().tasks.map(({ id }) => id);
    if (!known.includes(task)) throw unknownName('task', task, known);
    return taskAddress(taskId(task));
  }

  #wind(): Promise<void> {
    this.#winding ??= this.#parts.wind();
    return this.#winding;
  }
}

export function factOf({ seq, at, actor, event }: FactWish): RunFact {
  return { seq, at, actor, ...event } as unknown as RunFact;
}

function ended(run: string, what: string, actor: Actor): UserError {
  const message = `${what} has ended: ${standing(stateOf(actor))}`;
  return new UserError('run.over', message, `see: troupe ps ${run}`);
}

function unknownName(what: string, given: string, known: readonly string[]): UserError {
  const near = suggest(given, known) || `there are ${known.slice(0, 5).join(', ')}`;
  return new UserError(
    `${what}.unknown`,
    `no ${what} is called "${given}"; ${near}`,
    'see: troupe ps',
  );
}
