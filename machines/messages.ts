/**
 * The actions that the kernel carries out itself: a machine declares them here and names them, and
 * what they say leaves the pure step as data.
 */
import type { TroupeEvent } from './events.ts';
import type { Address } from './ids.ts';

export interface Message {
  readonly to: Address | readonly Address[];
  readonly event: TroupeEvent;
  /** No dead letter when the receiver has ended: it may well have. */
  readonly ifThere?: boolean;
}

export interface SpawnWish {
  /** The machine's `id`. */
  readonly machine: string;
  readonly address: Address;
  readonly input: unknown;
  /** Who is told by `child.exited`; nobody when left out. */
  readonly supervisor?: Address;
  /** Of every end, or of crashes only (when left out). */
  readonly notify?: 'exit' | 'crash';
}

const carriedByKernel = (): void => {};

/** Put into `setup({ actions: kernelActions })`. */
export const kernelActions = {
  send: carriedByKernel as (args: unknown, message: Message) => void,
  sendAll: carriedByKernel as (args: unknown, params: { messages: readonly Message[] }) => void,
  spawnAll: carriedByKernel as (args: unknown, params: { wishes: readonly SpawnWish[] }) => void,
  /** Ends actors at once, without asking; nobody is told. */
  stopAll: carriedByKernel as (args: unknown, params: { addresses: readonly Address[] }) => void,
};
