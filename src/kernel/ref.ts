/** A typed way to one actor: what its machine doesn't know is a compile error. */
import type {
  AnyMachineSnapshot,
  AnyStateMachine,
  EventFromLogic,
  EventObject,
  SnapshotFrom,
} from 'xstate';
import type { Address } from '../../machines/ids.ts';
import type { Ending } from './ending.ts';

interface Way {
  send(to: Address, event: EventObject): Promise<void>;
  ask(to: Address, event: EventObject, deadlineMs: number): Promise<EventObject>;
  ending(of: Address): Promise<Ending>;
  look(at: Address): AnyMachineSnapshot | undefined;
}

type WithoutReply<Event> = Event extends { replyTo: Address } ? Omit<Event, 'replyTo'> : never;

export class Ref<Machine extends AnyStateMachine> {
  readonly address: Address;
  readonly #way: Way;

  constructor(way: Way, _machine: Machine, address: Address) {
    this.#way = way;
    this.address = address;
  }

  /** Resolves when the message is safe in the journal, not when it has been answered. */
  send(event: EventFromLogic<Machine>): Promise<void> {
    return this.#way.send(this.address, event);
  }

  /**
   * Sends an event that has a `replyTo: Address`, which is filled in, and resolves with the first
   * message that the machine sends there.
   */
  ask(
    event: WithoutReply<EventFromLogic<Machine>>,
    options: { deadlineMs: number },
  ): Promise<EventObject> {
    return this.#way.ask(this.address, event as unknown as EventObject, options.deadlineMs);
  }

  /** Resolves when the actor ends; at once when it has. */
  ending(): Promise<Ending> {
    return this.#way.ending(this.address);
  }

  /** Its state now, or its last one; undefined when nobody was ever there. */
  snapshot(): SnapshotFrom<Machine> | undefined {
    return this.#way.look(this.address) as SnapshotFrom<Machine> | undefined;
  }
}
