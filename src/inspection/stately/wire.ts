/** What the Stately inspector hears, in the words of @statelyai/inspect: three kinds of message. */

/** Of the package whose receiver the tests hold this against. */
export const wireVersion = '0.7.2';

interface Base {
  readonly rootId: string;
  readonly sessionId: string;
  /** Milliseconds since the epoch, as text. */
  readonly createdAt: string;
  readonly id: string;
  readonly _version: string;
}

export interface WireSnapshot {
  readonly status: 'active' | 'done' | 'error' | 'stopped';
  readonly value: unknown;
  readonly context: unknown;
  readonly output?: unknown;
  readonly error?: unknown;
}

export interface ActorMessage extends Base {
  readonly type: '@xstate.actor';
  readonly name: string;
  readonly parentId: string | undefined;
  /** The machine's config, as JSON. */
  readonly definition: string;
  readonly snapshot: WireSnapshot;
}

export interface EventMessage extends Base {
  readonly type: '@xstate.event';
  readonly sourceId: string | undefined;
  readonly event: { readonly type: string };
}

export interface SnapshotMessage extends Base {
  readonly type: '@xstate.snapshot';
  readonly event: { readonly type: string };
  readonly snapshot: WireSnapshot;
}

export type WireMessage = ActorMessage | EventMessage | SnapshotMessage;
