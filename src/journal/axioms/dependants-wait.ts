/** A task begins once all it needs has succeeded, and in mode `waves` once the wave is open. */
import type { Fact } from '../../../machines/events.ts';
import type { PlanSpec } from '../../../machines/plan.ts';
import { isWaived } from '../../../machines/rules/attempt.ts';
import type { Axiom, Blame, Place } from './axiom.ts';
import { endOf } from './endings.ts';
import type { Ground } from './ground.ts';

export const dependantsWait: Axiom = {
  name: 'dependants-wait',
  says: 'No task begins before all that it needs is done, or done without, nor before its wave.',
  watch: (ground, blame) => {
    const succeeded = new Set<string>();
    const written = new Set<string>();
    const waves = new Waves(ground);
    return {
      fact: ({ n, at, fact }) => {
        const end = endOf(fact);
        if (end && 'task' in fact) {
          if (end === 'succeeded' || isDoneWithout(fact)) succeeded.add(fact.task);
          waves.settle(fact.task);
        }
        if (fact.type !== 'task.assigned' && fact.type !== 'task.started') return;
        judgeNeeds(ground, fact.task, succeeded, blame, { n, at });
        const wave = ground.task(fact.task)?.wave ?? 0;
        if (wave <= waves.open()) return;
        blame(`${fact.task} of wave ${wave + 1} began before wave ${wave} was over`, { n, at });
      },
      sight: (sighting) => {
        const { at } = sighting;
        if (sighting.kind === 'result.written') written.add(sighting.task);
        if (sighting.kind !== 'work.begun') return;
        judgeNeeds(ground, sighting.task, written, blame, { n: null, at }, 'had a result');
      },
    };
  },
};

/** A person skipped it: nobody waits for it. */
const isDoneWithout = (fact: Fact): boolean => fact.type === 'task.skipped' && isWaived(fact);

function judgeNeeds(
  ground: Ground,
  task: string,
  done: ReadonlySet<string>,
  blame: Blame,
  place: Place,
  what = 'has succeeded',
): void {
  for (const need of ground.task(task)?.needs ?? []) {
    if (!done.has(need)) blame(`${task} began before ${need} ${what}`, place);
  }
}

/** The first wave that is not over; later ones may not begin. */
class Waves {
  readonly #ground: Ground;
  readonly #settled = new Map<number, number>();
  #sizes: number[] = [];
  #of: PlanSpec | null = null;
  #open = 0;

  constructor(ground: Ground) {
    this.#ground = ground;
  }

  settle(task: string): void {
    const wave = this.#ground.task(task)?.wave ?? 0;
    this.#settled.set(wave, (this.#settled.get(wave) ?? 0) + 1);
  }

  /** Without waves every task may begin. */
  open(): number {
    const { spec } = this.#ground;
    if (spec?.mode !== 'waves') return Number.POSITIVE_INFINITY;
    if (spec !== this.#of) this.#sizes = sizesOf(spec.tasks);
    this.#of = spec;
    const isOver = (wave: number): boolean =>
      (this.#settled.get(wave) ?? 0) >= (this.#sizes[wave] ?? Number.POSITIVE_INFINITY);
    while (isOver(this.#open)) this.#open += 1;
    return this.#open;
  }
}

function sizesOf(tasks: readonly { readonly wave: number }[]): number[] {
  const sizes: number[] = [];
  for (const { wave } of tasks) sizes[wave] = (sizes[wave] ?? 0) + 1;
  return sizes;
}
