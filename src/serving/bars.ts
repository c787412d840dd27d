/**
 * The attempts of a run as stretches of time, made from its facts one by one.
 *
 * Owns: the bars and what was spent when. Both are bounded: the oldest bars go first, and of the
 * money every second point.
 */
import type { RunFact } from '../runs/run.ts';
import type { Bar, SpendPoint } from './wire.ts';

const barsMax = 20_000;
const pointsMax = 2_000;

interface Stamped {
  readonly bar: Bar;
  /** The input that changed it last. */
  readonly n: number;
}

export class Bars {
  readonly #bars = new Map<number, Stamped>();
  /** The bar that is under way, by task. */
  readonly #open = new Map<string, number>();
  #next = 1;
  #points: SpendPoint[] = [];
  #spentN = 0;

  take(fact: RunFact, n: number): void {
    if (fact.type === 'run.started') this.spend(fact.at, 0, n);
    if (!('task' in fact)) return;
    switch (fact.type) {
      case 'task.started':
        return this.#turn(fact.task, 'work', fact.at, n, fact);
      case 'task.verifying':
      case 'review.assigned':
        return this.#turn(fact.task, 'checks', fact.at, n, fact);
      case 'task.retrying':
      case 'task.parked':
        this.#close(fact.task, 'badly', fact.at, n);
        return this.#turn(fact.task, 'waits', fact.at, n, {});
      case 'task.asked':
        return this.#turn(fact.task, 'waits', fact.at, n, {});
      case 'task.ready':
      case 'task.succeeded':
        return this.#close(fact.task, 'well', fact.at, n);
      case 'task.failed':
      case 'task.skipped':
      case 'task.cancelled':
        return this.#close(fact.task, 'badly', fact.at, n);
      default:
        return;
    }
  }

  spend(at: number, usd: number, n: number): void {
    if (this.#points.at(-1)?.[1] === usd) return;
    this.#points.push([at, usd]);
    this.#spentN = n;
    if (this.#points.length <= pointsMax) return;
    this.#points = this.#points.filter((_, index) => index % 2 === 0 || index > pointsMax - 10);
  }

  /** Those that have changed since this input. */
  since(n: number): readonly Bar[] {
    const changed: Bar[] = [];
    for (const stamped of this.#bars.values()) if (stamped.n > n) changed.push(stamped.bar);
    return changed;
  }

  /** All points, when there is a new one. */
  spendSince(n: number): readonly SpendPoint[] {
    return this.#spentN > n ? this.#points : [];
  }

  /** What comes next ends what was under way, well as far as anybody knows. */
  #turn(
    task: string,
    kind: Bar['kind'],
    from: number,
    n: number,
    of: Partial<Pick<Bar, 'agent' | 'attempt' | 'token'>>,
  ): void {
    const before = this.#bars.get(this.#open.get(task) ?? 0)?.bar;
    this.#close(task, 'well', from, n);
    const id = this.#next;
    this.#next += 1;
    const agent = of.agent ?? before?.agent ?? null;
    const attempt = of.attempt ?? before?.attempt ?? 0;
    const token = of.token ?? (kind === 'waits' ? null : (before?.token ?? null));
    const bar: Bar = { id, task, agent, attempt, token, kind, from, to: null, end: 'open' };
    this.#bars.set(id, { bar, n });
    this.#open.set(task, id);
    const [oldest] = this.#bars.keys();
    if (this.#bars.size > barsMax && oldest !== undefined) this.#bars.delete(oldest);
  }

  #close(task: string, end: 'well' | 'badly', to: number, n: number): void {
    const id = this.#open.get(task);
    const known = id === undefined ? undefined : this.#bars.get(id);
    this.#open.delete(task);
    if (known) this.#bars.set(known.bar.id, { bar: { ...known.bar, to, end }, n });
  }
}
