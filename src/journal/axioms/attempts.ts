/** Which attempts are under way, as the journal has it: begun by a wish, over by an end or stop. */
import type { WorkInput } from '../../../machines/rules/duty.ts';
import type { LoggedInput } from '../../kernel/log.ts';
import type { Wish } from '../../kernel/wish.ts';

export interface Attempt {
  readonly task: string;
  readonly token: number;
  readonly agent: string;
  readonly role: string;
  readonly attempt: number;
  /** The input that began it, and when. */
  readonly n: number;
  readonly at: number;
}

const none: readonly Attempt[] = [];

export class Attempts {
  /** By the effect that began it. */
  readonly #underWay = new Map<string, Attempt>();
  readonly #ofTask = new Map<string, Attempt[]>();
  readonly #ofRole = new Map<string, number>();
  #begun: Attempt[] = [];
  #ended: Attempt | null = null;

  /** Begun by the last input. */
  get begun(): readonly Attempt[] {
    return this.#begun;
  }

  /** Whose outcome the last input was; null when it was none, or nobody waited for it any more. */
  get ended(): Attempt | null {
    return this.#ended;
  }

  get size(): number {
    return this.#underWay.size;
  }

  ofTask(task: string): readonly Attempt[] {
    return this.#ofTask.get(task) ?? none;
  }

  ofRole(role: string): number {
    return this.#ofRole.get(role) ?? 0;
  }

  /** An input and what followed from it. */
  take({ n, at, input }: LoggedInput, wishes: readonly Wish[]): void {
    if (this.#begun.length > 0) this.#begun = [];
    this.#ended = null;
    if (input.kind === 'done' || input.kind === 'broke') this.#ended = this.#drop(input.effect);
    for (const wish of wishes) {
      if (wish.kind === 'cease') this.#drop(wish.effect);
      if (wish.kind !== 'invoke' || wish.invocation.src !== 'work') continue;
      const { task, token, agent, role, attempt } = wish.invocation.input as WorkInput;
      this.#add(wish.invocation.effect, { task, token, agent, role, attempt, n, at });
    }
  }

  #add(effect: string, attempt: Attempt): void {
    const { task, role } = attempt;
    this.#underWay.set(effect, attempt);
    this.#ofTask.set(task, [...this.ofTask(task), attempt]);
    this.#ofRole.set(role, this.ofRole(role) + 1);
    this.#begun.push(attempt);
  }

  #drop(effect: string): Attempt | null {
    const attempt = this.#underWay.get(effect);
    if (!attempt) return null;
    const { task, role } = attempt;
    const others = this.ofTask(task).filter((each) => each !== attempt);
    this.#underWay.delete(effect);
    if (others.length > 0) this.#ofTask.set(task, others);
    else this.#ofTask.delete(task);
    this.#ofRole.set(role, this.ofRole(role) - 1);
    return attempt;
  }
}
