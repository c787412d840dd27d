/** A run whose every input is given by hand: no clock, no disk, no process. */

import type { TroupeEvent } from '../../machines/events.ts';
import { address } from '../../machines/ids.ts';
import {
  agentMachine,
  orchestratorMachine,
  supervisorMachine,
  taskMachine,
} from '../../machines/index.ts';
import { Charts } from '../../src/kernel/charts.ts';
import { Core } from '../../src/kernel/core.ts';
import type { Input } from '../../src/kernel/input.ts';
import type { Wish } from '../../src/kernel/wish.ts';
import { compilePlan } from '../../src/plan/compile.ts';
import type { Plan } from '../../src/plan/plan.ts';
import { type RunView, type TaskView, viewOf } from '../../src/runs/view.ts';

const machines = [orchestratorMachine, supervisorMachine, agentMachine, taskMachine];

export class SteppedRun {
  readonly core = new Core(new Charts(machines));
  readonly #plan: Plan;
  #work: (Wish & { kind: 'invoke' })[] = [];
  #at = 1_000;

  constructor(plan: Plan) {
    this.#plan = plan;
  }

  view(): RunView {
    return viewOf(this.core, 'sample-abcde', this.#plan);
  }

  task(id: string): TaskView {
    const found = this.view().tasks.find((task) => task.id === id);
    if (!found) throw new Error(`no task ${id}`);
    return found;
  }

  /** The orchestrator, and the plan for it. */
  begin(): this {
    this.input({
      kind: 'spawn',
      machine: 'orchestrator',
      address: address('orchestrator'),
    } as Input);
    return this.send('orchestrator', { type: 'plan.submit', plan: compilePlan(this.#plan) });
  }

  send(to: string, event: TroupeEvent): this {
    return this.input({ kind: 'event', to: address(to), event });
  }

  /** Ends the oldest invoked work of this name that is under way, of this actor or of any. */
  end(name: string, output: unknown, of = ''): this {
    const found = this.#work.find(
      ({ actor, invocation }) =>
        invocation.src === name &&
        actor.address.endsWith(of) &&
        this.core.awaits(actor.address, invocation.id, invocation.effect),
    );
    if (!found) throw new Error(`no ${name} of ${of || 'anybody'} is under way`);
    this.#work = this.#work.filter((work) => work !== found);
    const { id, effect } = found.invocation;
    return this.input({ kind: 'done', to: found.actor.address, id, effect, output });
  }

  /** Lets the earliest timer fire, whatever the time. */
  ring(): this {
    const due = this.core.nextDue();
    if (!due) throw new Error('no timer is set');
    this.#at = Math.max(this.#at, due.dueMs);
    return this.input({ kind: 'timer', to: due.address, timer: due.timer });
  }

  input(input: Input): this {
    this.#at += 1;
    const wishes = this.core.apply({ n: this.core.n + 1, at: this.#at, input });
    for (const wish of wishes) if (wish.kind === 'invoke') this.#work.push(wish);
    return this;
  }
}
