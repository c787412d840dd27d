/** What goes on in a run right now, folded from its facts: cheap to keep, cheap to draw. */
import type { RunFact, RunView, TaskProgress } from '../../src/index.ts';

/** What an agent does, as far as a person watching wants to know. */
export type Doing =
  | 'idle'
  | 'starting'
  | 'working'
  | 'checking'
  | 'judging'
  | 'restarting'
  | 'crashed';

export interface AgentRow {
  readonly id: string;
  readonly doing: Doing;
  readonly task: string | null;
  /** Milliseconds since the epoch: when it began to do that. */
  readonly sinceMs: number;
}

/** Why a task that could have run does not. */
export type Pause = 'retrying' | 'parked' | 'asking' | 'delegating' | 'held';

const pauseIn: Readonly<Record<string, Pause>> = {
  retrying: 'retrying',
  parked: 'parked',
  approving: 'asking',
  'delegating.consenting': 'asking',
  escalated: 'asking',
  held: 'held',
  'delegating.gathering': 'delegating',
};

type Settled = keyof RunView['counts'];

export class Board {
  #total: number;
  readonly #agents = new Map<string, AgentRow>();
  readonly #tasks = new Map<string, TaskProgress>();
  readonly #pauses = new Map<string, Pause>();
  /** Who had the task last. */
  readonly #holders = new Map<string, string>();
  #counts: Record<Settled, number> = { succeeded: 0, failed: 0, skipped: 0, cancelled: 0 };

  constructor(view: RunView) {
    this.#total = view.total;
    this.reset(view);
  }

  get total(): number {
    return this.#total;
  }

  get counts(): Readonly<Record<Settled, number>> {
    return this.#counts;
  }

  get settled(): number {
    const { succeeded, failed, skipped, cancelled } = this.#counts;
    return succeeded + failed + skipped + cancelled;
  }

  get agents(): Iterable<AgentRow> {
    return this.#agents.values();
  }

  get pauses(): Iterable<Pause> {
    return this.#pauses.values();
  }

  progressOf(task: string): TaskProgress | undefined {
    return this.#tasks.get(task);
  }

  /** Starts over from the run as it stands: at the beginning, and when facts were missed. */
  reset(view: RunView): void {
    this.#counts = { ...view.counts };
    this.#total = view.total;
    for (const map of [this.#agents, this.#tasks, this.#pauses, this.#holders]) map.clear();
    for (const { id, state, task } of view.agents) {
      if (state === 'stopped' || state === 'crashed') continue;
      this.#turn(id, task === null ? 'idle' : 'working', task, view.at);
    }
    for (const { id, state, durationMs, agent } of view.tasks) {
      if (state in view.counts) this.#settle(id, agent === null ? null : durationMs);
      else if (state === 'running') this.#tasks.set(id, { kind: 'running', sinceMs: view.at });
      const pause = pauseIn[state];
      if (pause) this.#pauses.set(id, pause);
    }
  }

  take(fact: RunFact): void {
    switch (fact.type) {
      case 'agent.spawned':
        return this.#turn(fact.agent, 'idle', null, fact.at);
      case 'agent.stopped':
        this.#agents.delete(fact.agent);
        return;
      case 'agent.crashed':
        return this.#turn(fact.agent, 'crashed', null, fact.at);
      case 'agent.restarting':
        for (const agent of fact.agents) this.#turn(agent, 'restarting', null, fact.at);
        return;
      case 'plan.grown':
      case 'plan.extended':
        this.#total += fact.tasks.length;
        return;
      default:
        return this.#takeTask(fact);
    }
  }

  #takeTask(fact: RunFact): void {
    switch (fact.type) {
      case 'task.assigned':
        this.#pauses.delete(fact.task);
        return this.#turn(fact.agent, 'starting', fact.task, fact.at);
      case 'task.started':
        this.#tasks.set(fact.task, { kind: 'running', sinceMs: fact.at });
        return this.#turn(fact.agent, 'working', fact.task, fact.at);
      case 'task.verifying':
        return this.#move(fact.task, 'checking', fact.at);
      case 'review.assigned':
        return this.#turn(fact.reviewer, 'judging', fact.task, fact.at);
      case 'review.ended':
        return this.#turn(fact.reviewer, 'idle', null, fact.at);
      case 'task.retrying':
        return this.#pause(fact.task, 'retrying', fact.at);
      case 'task.parked':
        return this.#pause(fact.task, 'parked', fact.at);
      case 'task.delegated':
        return this.#pause(fact.task, 'delegating', fact.at);
      case 'task.asked':
        return this.#pause(fact.task, 'asking', fact.at);
      case 'task.succeeded':
      case 'task.failed':
      case 'task.skipped':
      case 'task.cancelled':
        this.#counts[fact.type.slice('task.'.length) as Settled] += 1;
        this.#settle(fact.task, fact.agent === null ? null : fact.durationMs);
        return this.#move(fact.task, 'idle', fact.at);
    }
  }

  #turn(id: string | null, doing: Doing, task: string | null, sinceMs: number): void {
    if (id === null) return;
    this.#agents.set(id, { id, doing, task, sinceMs });
    if (task !== null) this.#holders.set(task, id);
  }

  /** Whoever still has the task does something else with it; somebody may already have another. */
  #move(task: string, doing: 'checking' | 'idle', at: number): void {
    const holder = this.#holders.get(task);
    if (holder === undefined || this.#agents.get(holder)?.task !== task) return;
    this.#turn(holder, doing, doing === 'idle' ? null : task, at);
  }

  #pause(task: string, pause: Pause, at: number): void {
    this.#pauses.set(task, pause);
    this.#tasks.delete(task);
    this.#move(task, 'idle', at);
  }

  #settle(task: string, durationMs: number | null): void {
    this.#tasks.set(task, { kind: 'settled', durationMs });
    this.#pauses.delete(task);
  }
}
