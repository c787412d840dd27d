/** Questions that were sent over a wire and wait for their answers, each with a deadline. */
import type { EventObject } from 'xstate';
import type { Clock } from '../kernel/clock.ts';
import { UserError } from '../kernel/user-error.ts';
import type { Frame } from './frames.ts';

interface Open {
  readonly resolve: (event: EventObject) => void;
  readonly reject: (error: Error) => void;
}

export class Questions {
  readonly #clock: Clock;
  readonly #open = new Map<number, Open>();
  #last = 0;

  constructor(clock: Clock) {
    this.#clock = clock;
  }

  /** `late` makes what it ends with at its deadline: an error costs more than a whole question. */
  put(deadlineMs: number, late: () => UserError) {
    this.#last += 1;
    const id = this.#last;
    const answer = new Promise<EventObject>((resolve, reject) => {
      const cancel = this.#clock.at(this.#clock.now() + deadlineMs, () => {
        if (this.#open.delete(id)) reject(late());
      });
      const settled =
        <Value>(settle: (value: Value) => void) =>
        (value: Value): void => {
          cancel();
          this.#open.delete(id);
          settle(value);
        };
      this.#open.set(id, { resolve: settled(resolve), reject: settled(reject) });
    });
    return { id, answer };
  }

  /** An answer that comes too late, or twice, is nobody's. */
  settle(frame: Extract<Frame, { kind: 'reply' | 'refuse' }>): void {
    const question = this.#open.get(frame.id);
    if (!question) return;
    if (frame.kind === 'reply') return question.resolve(frame.event);
    const { code, message, hint = 'look whether it is alive' } = frame.refusal;
    question.reject(new UserError(code, message, hint));
  }

  giveUp(error: Error): void {
    for (const { reject } of [...this.#open.values()]) reject(error);
  }
}
