/** Questions from outside that wait for their reply: each has an address, and a deadline. */
import type { EventObject } from 'xstate';
import { type Address, address } from '../../machines/ids.ts';
import type { Clock } from './clock.ts';
import { UserError } from './user-error.ts';

export interface Question {
  readonly replyTo: Address;
  /** Rejects at the deadline, or when the question is withdrawn. */
  readonly reply: Promise<EventObject>;
  withdraw(error: unknown): void;
}

export class Asks {
  readonly #clock: Clock;
  readonly #open = new Map<Address, (reply: EventObject) => void>();
  #count = 0;

  constructor(clock: Clock) {
    this.#clock = clock;
  }

  /** `of` is only for the message of one that nobody answers; `n` tells the lives apart. */
  open(of: Address, n: number, deadlineMs: number): Question {
    this.#count += 1;
    const replyTo = address(`ask/${n}.${this.#count}`);
    let withdraw: (error: unknown) => void = () => {};
    const reply = new Promise<EventObject>((resolve, reject) => {
      const due = this.#clock.now() + deadlineMs;
      const cancel = this.#clock.at(due, () => withdraw(tooLate(of, deadlineMs)));
      const settle = (): void => {
        cancel();
        this.#open.delete(replyTo);
      };
      withdraw = (error) => {
        settle();
        reject(error);
      };
      this.#open.set(replyTo, (event) => {
        settle();
        resolve(event);
      });
    });
    return { replyTo, reply, withdraw };
  }

  /** The first reply counts; those of an earlier life of the process are heard by nobody. */
  deliver(to: Address, event: EventObject): void {
    this.#open.get(to)?.(event);
  }
}

function tooLate(of: Address, deadlineMs: number): UserError {
  const hint = 'ask again with a longer deadline, or look whether it is alive';
  return new UserError('ask.timed-out', `${of} did not reply in ${deadlineMs} ms`, hint);
}
