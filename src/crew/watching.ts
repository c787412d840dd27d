/** Ends an attempt that gets nowhere: the same calls in a circle, or many and no file changed. */
import type { Fault, Outcome } from '../../machines/outcome.ts';
import type { AgentEvent, AgentWorld } from '../agents/agent.ts';
import { glance } from '../evidence/glance.ts';
import { type Progress, type ProgressLimits, Steps } from '../evidence/progress.ts';
import { Cancellation } from '../kernel/cancellation.ts';
import type { PlanRole, PlanTask } from '../plan/plan.ts';

/** What holds for one attempt; null where nobody tells of calls. */
export function limitsOf(
  role: PlanRole,
  task: PlanTask,
  what: 'work' | 'review',
): ProgressLimits | null {
  if (!('permissions' in role) || role.stuck === undefined) return null;
  const { repeats, unchanged } = role.stuck;
  const edits = role.permissions !== 'read' && what === 'work' && !task.mayDoNothing;
  return { repeats, unchanged: edits ? unchanged : null };
}

/** The same outcome, unless it had to be ended: then that is what came of it. */
export async function watched(
  limits: ProgressLimits | null,
  cwd: string,
  world: AgentWorld,
  work: (world: AgentWorld) => Promise<Outcome>,
): Promise<Outcome> {
  if (limits === null) return work(world);
  const watch = new Watch(limits, cwd);
  if (limits.unchanged !== null) await watch.look();
  const tell = (event: AgentEvent): void => {
    world.tell(event);
    if (event.type === 'tool.called') watch.hear(`${event.tool} ${event.input}`);
  };
  const signal = AbortSignal.any([world.cancellation.signal, watch.signal]);
  const outcome = await work({ ...world, cancellation: Cancellation.of(signal), tell });
  return watch.judge(outcome);
}

class Watch {
  readonly #steps: Steps;
  readonly #cwd: string;
  readonly #control = new AbortController();
  #seen: string | null = null;
  #looking: 'no' | 'yes' = 'no';
  #fault: Fault | null = null;

  constructor(limits: ProgressLimits, cwd: string) {
    this.#steps = new Steps(limits);
    this.#cwd = cwd;
  }

  get signal(): AbortSignal {
    return this.#control.signal;
  }

  async look(): Promise<void> {
    this.#seen = await glance(this.#cwd);
  }

  hear(call: string): void {
    if (this.#fault !== null) return;
    const progress = this.#steps.called(call);
    if (progress.kind === 'circle') this.#end(circling(progress));
    if (progress.kind === 'doubtful' && this.#looking === 'no') this.#doubt(progress.calls);
  }

  /** An outcome that came in time stands. */
  judge(outcome: Outcome): Outcome {
    if (this.#fault === null || outcome.kind !== 'failed') return outcome;
    return { ...outcome, fault: this.#fault };
  }

  async #doubt(calls: number): Promise<void> {
    this.#looking = 'yes';
    const [before, now] = [this.#seen, await glance(this.#cwd)];
    this.#seen = now;
    this.#looking = 'no';
    // Of a folder that is too large nobody can say.
    if (before === null || now === null || before !== now) this.#steps.changed();
    else this.#end(idle(calls));
  }

  #end(fault: Fault): void {
    this.#fault = fault;
    this.#control.abort();
  }
}

const stuck = (message: string): Fault => ({ code: 'agent.stuck', message, retryable: true });

function circling({ calls, times }: Progress & { kind: 'circle' }): Fault {
  const what = calls === 1 ? 'the same call' : `the same ${calls} calls`;
  return stuck(`it made ${what} ${times} times, one after the other; try another way`);
}

const idle = (calls: number): Fault =>
  stuck(`it used its tools ${calls} times without changing a file; change what is asked for`);
