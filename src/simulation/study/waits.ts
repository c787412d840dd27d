/** What a run's time went to beside work: read from its facts, one after the other. */

import { assert } from '../../../machines/errors.ts';
import type { RoleName, TaskId } from '../../../machines/ids.ts';
import type { PlanSpec, RoleSpec } from '../../../machines/plan.ts';
import type { RunFact } from '../../runs/run.ts';

/** Milliseconds during which at least one task waited so; two kinds may run at once. */
export interface Waits {
  /** Ready, while all places of the run were taken. */
  readonly runMs: number;
  /** Ready, while all places of the role were taken, by role. */
  readonly placeMs: Readonly<Record<string, number>>;
  /** Ready, with a place, but no agent of the role was there to take it, by role. */
  readonly agentMs: Readonly<Record<string, number>>;
  /** Between two attempts. */
  readonly retryMs: number;
  /** Until a limit ends. */
  readonly parkMs: number;
  /** For a person. */
  readonly approvalMs: number;
}

/** What a task does, as far as it counts here. */
type Stage = 'waiting' | 'ready' | 'held' | 'retrying' | 'parked' | 'asking' | 'settled';

interface RoleState {
  readonly name: RoleName;
  /** Tasks at once; null when the run's own limit is not above it. */
  readonly limit: number | null;
  ready: number;
  held: number;
}

export class WaitMeter {
  readonly #concurrency: number;
  readonly #roles: ReadonlyMap<RoleName, RoleState>;
  readonly #stages = new Map<TaskId, { role: RoleState; stage: Stage }>();
  readonly #counts = { waiting: 0, ready: 0, held: 0, retrying: 0, parked: 0, asking: 0 };
  readonly #placeMs: Record<string, number> = {};
  readonly #agentMs: Record<string, number> = {};
  readonly #ms = { run: 0, retry: 0, park: 0, approval: 0 };
  #at: number;

  /** Time before `fromAt` does not count. */
  constructor(plan: PlanSpec, fromAt = 0) {
    this.#concurrency = plan.concurrency;
    this.#at = fromAt;
    this.#roles = new Map(plan.roles.map((role) => [role.name, stateOf(role, plan.concurrency)]));
    for (const { id, role } of plan.tasks) {
      const state = this.#roles.get(role);
      assert(state, `${id} has a role of the plan`);
      this.#stages.set(id, { role: state, stage: 'waiting' });
    }
  }

  take(fact: RunFact): void {
    this.#pass(fact.at);
    const stage = stageAfter(fact);
    if (stage && 'task' in fact) this.#move(fact.task, stage);
  }

  get waits(): Waits {
    const { run, retry, park, approval } = this.#ms;
    const [placeMs, agentMs] = [{ ...this.#placeMs }, { ...this.#agentMs }];
    return { runMs: run, placeMs, agentMs, retryMs: retry, parkMs: park, approvalMs: approval };
  }

  #pass(at: number): void {
    const ms = at - this.#at;
    if (ms <= 0) return;
    this.#at = at;
    const { ready, retrying, parked, asking } = this.#counts;
    if (retrying > 0) this.#ms.retry += ms;
    if (parked > 0) this.#ms.park += ms;
    if (asking > 0) this.#ms.approval += ms;
    if (ready > 0) this.#passReady(ms);
  }

  #passReady(ms: number): void {
    const isFull = this.#counts.held >= this.#concurrency;
    let waitsForRun = false;
    for (const role of this.#roles.values()) {
      if (role.ready === 0) continue;
      if (role.limit !== null && role.held >= role.limit) add(this.#placeMs, role.name, ms);
      else if (isFull) waitsForRun = true;
      else add(this.#agentMs, role.name, ms);
    }
    if (waitsForRun) this.#ms.run += ms;
  }

  #move(task: TaskId, stage: Stage): void {
    const known = this.#stages.get(task);
    if (!known || known.stage === 'settled') return;
    this.#count(known.role, known.stage, -1);
    known.stage = stage;
    this.#count(known.role, stage, 1);
  }

  #count(role: RoleState, stage: Stage, by: number): void {
    if (stage === 'settled') return;
    this.#counts[stage] += by;
    if (stage === 'ready') role.ready += by;
    if (stage === 'held') role.held += by;
  }
}

function stateOf({ name, count, concurrency }: RoleSpec, ofRun: number): RoleState {
  const most = Math.min(count, concurrency);
  return { name, limit: most < ofRun ? most : null, ready: 0, held: 0 };
}

/** Null for a fact that moves no task. */
function stageAfter({ type }: RunFact): Stage | null {
  switch (type) {
    case 'task.ready':
      return 'ready';
    case 'task.asked':
      return 'asking';
    case 'task.assigned':
      return 'held';
    case 'task.retrying':
      return 'retrying';
    case 'task.parked':
      return 'parked';
    case 'task.succeeded':
    case 'task.failed':
    case 'task.skipped':
    case 'task.cancelled':
      return 'settled';
    default:
      return null;
  }
}

function add(record: Record<string, number>, key: string, ms: number): void {
  record[key] = (record[key] ?? 0) + ms;
}
