/** A run ends within a time that its plan bounds; what stands still without a timer never will. */
import { registerDeadlineMs, reportDeadlineMs, spawnDeadlineMs } from '../../../machines/agent.ts';
import { orchestratorAddress } from '../../../machines/ids.ts';
import { drainDeadlineMs } from '../../../machines/orchestrator.ts';
import type { Outcome } from '../../../machines/outcome.ts';
import type { PlanSpec, RoleSpec, TaskSpec } from '../../../machines/plan.ts';
import { resolutionsMax } from '../../../machines/rules/attempt.ts';
import { recallDeadlineMs } from '../../../machines/rules/holding.ts';
import { assignDeadlineMs, reportGraceMs } from '../../../machines/task.ts';
import type { Core } from '../../kernel/core.ts';
import type { Axiom } from './axiom.ts';
import { endOfRun } from './endings.ts';
import type { Ground } from './ground.ts';

export const runEndsInTime: Axiom = {
  name: 'run-ends-in-time',
  says: 'The run ends within the time that its plan bounds, and never stands still before.',
  watch: (ground, blame) => {
    let awakeMs = 0;
    /** Attempts that limits and stops of the runtime added, and what was waited for them. */
    let grantedMs = 0;
    let state: 'under way' | 'over' | 'judged' = 'under way';
    const bound = new Bound(ground);
    return {
      before: ({ at }, core) => {
        // Past a due time nobody was there to wait.
        const due = core.nextDue();
        if (due) awakeMs += Math.max(0, Math.min(at, due.dueMs) - core.at);
      },
      fact: ({ fact }) => {
        if (fact.type === 'task.parked') grantedMs += fact.waitMs + bound.attemptMs(fact.task);
        if (fact.type === 'task.delegated') grantedMs += bound.delegationMs(fact.task);
        if (fact.type === 'task.held') grantedMs += recallDeadlineMs;
        if (fact.type === 'task.held' || fact.type === 'task.escalated') {
          grantedMs += fact.withinMs + bound.attemptMs(fact.task);
        }
        // Who makes smaller tasks of it, and who puts them together.
        if (fact.type === 'task.split') grantedMs += 2 * bound.attemptMs(fact.task);
        if (endOfRun(fact) && state === 'under way') state = 'over';
      },
      step: ({ n, at, record: { input }, attempts: { ended } }) => {
        if (input.kind === 'pause') grantedMs += input.forMs;
        if (ended && input.kind === 'done' && (input.output as Outcome).kind === 'interrupted') {
          grantedMs += bound.attemptMs(ended.task);
        }
        const boundMs = bound.runMs() + grantedMs;
        if (state === 'judged') return;
        if (state === 'over') state = 'judged';
        if (awakeMs <= boundMs) return;
        state = 'judged';
        blame(`it goes on after ${awakeMs} ms; its plan bounds it to ${boundMs} ms`, { n, at });
      },
      end: (core, last) => {
        if (state === 'under way' && standsStill(core)) {
          blame('it is not over, and nothing will move it any more', last);
        }
      },
    };
  },
};

/** No timer, nobody at work: whoever waits, waits for ever. */
function standsStill(core: Core): boolean {
  const value = core.registry.find(orchestratorAddress)?.state.at.value;
  if (value !== 'running' && value !== 'draining') return false;
  if (core.nextDue()) return false;
  return core.registry.living().every(({ invocations }) => invocations.size === 0);
}

/** As if everything took as long as it may, one after the other. */
class Bound {
  readonly #ground: Ground;
  #of: PlanSpec | null = null;
  #runMs = 0;

  constructor(ground: Ground) {
    this.#ground = ground;
  }

  runMs(): number {
    const { spec } = this.#ground;
    if (spec === null) return 0;
    if (spec === this.#of) return this.#runMs;
    this.#of = spec;
    const tasks = spec.tasks.map((task) => this.#taskMs(task));
    const roles = spec.roles.map((role) => (role.maxRestarts + 1) * role.count * startMs(role));
    this.#runMs = [...tasks, ...roles].reduce((sum, ms) => sum + ms, drainDeadlineMs);
    return this.#runMs;
  }

  /** One attempt more, with the start of a new agent for it. */
  attemptMs(task: string): number {
    const spec = this.#ground.task(task);
    if (!spec) return 0;
    const role = this.#ground.role(spec.role);
    const workMs = assignDeadlineMs + spec.timeoutMs + reportGraceMs + spec.verifyTimeoutMs;
    return workMs + spec.backoff.maxMs + (role ? startMs(role) : 0) + this.#reviewMs(spec);
  }

  /** Somebody may have to agree to what it asks for, and then it is tried once more. */
  delegationMs(task: string): number {
    const { delegation } = this.#ground.task(task) ?? {};
    return (delegation?.approveWithinMs ?? 0) + this.attemptMs(task);
  }

  /** One after the other, and then what the checks still have to look at. */
  #reviewMs({ review, verifyTimeoutMs }: TaskSpec): number {
    if (!review) return 0;
    const role = this.#ground.role(review.role);
    const eachMs = assignDeadlineMs + review.timeoutMs + reportGraceMs;
    const restartMs = role ? startMs(role) : 0;
    return (review.of + review.retries) * (eachMs + restartMs) + verifyTimeoutMs;
  }

  #taskMs({ id, retries, approveWithinMs, resolver, fallback }: TaskSpec): number {
    const more = (resolver === undefined ? 0 : resolutionsMax) + (fallback?.roles.length ?? 0);
    const attempts = retries + 1 + more;
    return (approveWithinMs ?? 0) + attempts * this.attemptMs(id);
  }
}

function startMs({ backoff }: RoleSpec): number {
  return backoff.maxMs + spawnDeadlineMs + registerDeadlineMs + reportDeadlineMs;
}
