/** The end of an invocation, as machines hear of it; it counts only while it is awaited. */
import type { EventObject } from 'xstate';

export class End implements EventObject {
  readonly type: string;
  readonly actorId: string;
  /** Fences it (K4), and is not for the machine. */
  readonly #effect: string;

  constructor(how: 'done' | 'error', id: string, effect: string, data: unknown) {
    this.type = `xstate.${how}.actor.${id}`;
    this.actorId = id;
    this.#effect = effect;
    Object.assign(this, how === 'done' ? { output: data } : { error: data });
  }

  get effect(): string {
    return this.#effect;
  }
}
