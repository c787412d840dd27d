/**
 * What an inspector that comes late must hear: who is there, and what they did of late.
 *
 * Owns: a registration for each actor, and the newest messages.
 * Invariants:
 * - whoever hears `all()` and then each new message ends where the actors are;
 * - messages are bounded: an old one is taken into the registration of its actor, and an actor
 *   that has ended is forgotten with its last message.
 */
import type { ActorMessage, EventMessage, SnapshotMessage, WireMessage } from './wire.ts';

const backlogMax = 2_000;

export class Backlog {
  readonly #max: number;
  readonly #actors = new Map<string, ActorMessage>();
  #recent: (EventMessage | SnapshotMessage)[] = [];
  /** Those at the front of `#recent` that no longer count. */
  #gone = 0;

  constructor(max = backlogMax) {
    this.#max = max;
  }

  add(message: WireMessage): void {
    if (message.type === '@xstate.actor') {
      this.#actors.set(message.sessionId, message);
      return;
    }
    this.#recent.push(message);
    while (this.#recent.length - this.#gone > this.#max) this.#takeIn();
    // Taken away together: one by one would cost as much as all of them, each time.
    if (this.#gone > this.#max) {
      this.#recent = this.#recent.slice(this.#gone);
      this.#gone = 0;
    }
  }

  /** Registrations first, as they stood before the messages that follow. */
  *all(): Generator<WireMessage> {
    yield* this.#actors.values();
    yield* this.#recent.slice(this.#gone);
  }

  #takeIn(): void {
    const message = this.#recent[this.#gone];
    this.#gone += 1;
    if (message?.type !== '@xstate.snapshot') return;
    const { sessionId, snapshot } = message;
    const actor = this.#actors.get(sessionId);
    if (!actor) return;
    if (snapshot.status === 'active') this.#actors.set(sessionId, { ...actor, snapshot });
    else this.#actors.delete(sessionId);
  }
}
