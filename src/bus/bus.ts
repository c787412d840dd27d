/** The contract of a bus: messages by address, between parts that do not know each other. */
import type { EventObject } from 'xstate';

/** Addresses are paths: `run/7f3/task/build`. A pattern may end in `/*`: everything below. */
export interface Envelope {
  readonly to: string;
  readonly from: string;
  /** Counts the messages of one sender from 1. */
  readonly sequence: number;
  readonly event: EventObject;
}

export interface Subscription extends AsyncIterable<Envelope> {
  /** Messages that were dropped because the reader was too slow; the oldest go first. */
  readonly dropped: number;
  close(): void;
}

export interface SubscribeOptions {
  /** Messages that wait for the reader. */
  readonly bufferMax?: number;
}

export type Answer = (envelope: Envelope) => EventObject | Promise<EventObject>;

/**
 * Promises of every bus:
 * - between one sender and one receiver the order is kept;
 * - a receiver sees a message (sender, sequence) once, as long as its sender is among the last
 *   20,000 that it has heard;
 * - a slow reader loses its oldest messages, counted, and slows nobody down;
 * - a request to an address where nobody answers fails at once, one that gets no answer at its
 *   deadline;
 * - a closed bus carries nothing: what was on its way can still be read, then every reader ends.
 */
export interface Bus {
  publish(envelope: Envelope): void;
  subscribe(pattern: string, options?: SubscribeOptions): Subscription;
  /** One at a time for an address. Returns how to stop. */
  answer(address: string, answer: Answer): () => void;
  request(envelope: Envelope, deadlineMs: number): Promise<EventObject>;
  close(): void;
}

export const defaultBufferMax = 100_000;
