/** The people around a simulated run: they approve what asks for it, and sometimes say no. */
import type { Plan } from '../plan/plan.ts';
import type { Run, RunFact } from '../runs/run.ts';
import { attemptKey } from './deed.ts';
import type { Luck } from './luck.ts';
import type { VirtualTime } from './virtual-time.ts';

const name = 'a simulated person';
/** Who is asked answers after a minute; in a rough world it may take longer. */
const answerMs = 60_000;
const answerMaxMs = 1_800_000;
const secondThoughtsMaxMs = 120_000;
const heldMaxMs = 600_000;

export class People {
  readonly #time: VirtualTime;
  readonly #luck: Luck;
  readonly #patienceMs: ReadonlyMap<string, number>;

  constructor(time: VirtualTime, luck: Luck, plan: Plan) {
    this.#time = time;
    this.#luck = luck;
    this.#patienceMs = new Map(
      plan.tasks.flatMap(({ id, approveWithinMs, subtasks, heal }) => {
        const withinMs = approveWithinMs ?? subtasks?.approveWithinMs ?? heal?.askWithinMs ?? null;
        return withinMs ? [[id, withinMs] as const] : [];
      }),
    );
  }

  /** Whoever asked under an earlier life of the runtime still asks. */
  attend(run: Run): void {
    if (this.#patienceMs.size === 0) return;
    const asking = ['approving', 'delegating.consenting', 'escalated'];
    for (const { id, state, dueAt } of run.view().tasks) {
      if (asking.includes(state)) this.#ask(run, id, (dueAt ?? 0) - run.view().at);
    }
  }

  hear(run: Run, fact: RunFact): void {
    if (fact.type === 'task.asked') this.#ask(run, fact.task);
    if (fact.type === 'task.escalated') this.#ask(run, fact.task, fact.withinMs);
    if (fact.type === 'task.held') this.#handBack(run, fact.task);
    if (fact.type !== 'task.started') return;
    const key = attemptKey(fact);
    this.#takeOver(run, fact.task, key);
    if (!this.#luck.strikes('cancel', key)) return;
    const delayMs = this.#luck.below(secondThoughtsMaxMs, `${key}/cancel`);
    this.#time.after(delayMs, () => attempt(run.cancel('a person thought again', fact.task)));
  }

  #takeOver(run: Run, task: string, key: string): void {
    if (!this.#luck.strikes('takeover', key)) return;
    const delayMs = this.#luck.below(secondThoughtsMaxMs, `${key}/takeover`);
    const take = { type: 'task.take', task, by: name, withinMs: heldMaxMs } as const;
    this.#time.after(delayMs, () => attempt(run.handle(take)));
  }

  /** Or never: then they are waited for so long as they said. */
  #handBack(run: Run, task: string): void {
    const afterMs = this.#luck.below(2 * heldMaxMs, `${task}/${this.#time.nowMs}/handback`);
    const note = { done: [], open: [], decisions: [], files: [], next: 'go on' };
    const give = { type: 'task.return', task, by: name, note, work: 'open' } as const;
    this.#time.after(afterMs, () => attempt(run.handle(give)));
  }

  #ask(run: Run, task: string, withinMs = this.#patienceMs.get(task) ?? 0): void {
    const roughMs = this.#luck.delayMs(answerMaxMs, `${task}/answer`);
    // Half of the time that is left is in time, whatever else happens.
    const patienceMs = withinMs / 2;
    const says = this.#luck.strikes('reject', task) ? 'reject' : 'approve';
    this.#time.after(Math.min(answerMs + roughMs, patienceMs), () => {
      attempt(says === 'reject' ? run.reject(task, name) : run.approve(task, name));
    });
  }
}

/** The task may have ended meanwhile, or the runtime: then there is nothing to say any more. */
function attempt(said: Promise<void>): void {
  said.catch(() => {});
}
