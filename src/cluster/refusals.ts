/** What the servers say to what they don't take, and what that means. */
import { JetStreamApiError } from '@nats-io/jetstream';
import { UserError } from '../kernel/user-error.ts';

/** To a message that does not follow the last one. */
const notTheLast = [10_071, 10_164];
/** To one that they have no room for. */
const noRoom = [10_023, 10_028, 10_047, 10_077];

const codeOf = (error: unknown): number => (error instanceof JetStreamApiError ? error.code : 0);

/** Somebody else has written meanwhile. */
export const isOutrun = (error: unknown): boolean => notTheLast.includes(codeOf(error));

export const isFull = (error: unknown): boolean => noRoom.includes(codeOf(error));

export function full(run: string, error: unknown): UserError {
  const why = (error as Error).message;
  const message = `the NATS servers have no room for what ${run} keeps: ${why}`;
  const hint = 'give them more, or take off runs that are over: troupe nats prune --older-than 7d';
  return new UserError('nats.full', message, hint);
}
