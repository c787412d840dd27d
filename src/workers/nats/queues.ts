/** The queues of calls: one for each role and the labels that it asks for. */
import { createHash } from 'node:crypto';
import { AckPolicy, JetStreamApiError } from '@nats-io/jetstream';
import { nanos } from '@nats-io/transport-node';
import { z } from 'zod';
import { token } from '../../bus/nats/subjects.ts';
import type { Wish } from '../roster.ts';
import type { Servers } from './servers.ts';

const word = z.string().min(1).max(500);

/** What waits in a queue: only who calls, and for what. The order itself may hold keys. */
export const callSchema = z.strictObject({ ticket: word, hub: word, run: word });
export type Call = z.infer<typeof callSchema>;

/** A worker that has a place for it asks whoever calls; `taken`: another one has it. */
export const claimSchema = z.strictObject({ type: z.literal('work.claim'), ticket: word });
export const claimedSchema = z.strictObject({
  type: z.literal('work.claimed'),
  state: z.enum(['yours', 'taken', 'void']),
});
export type ClaimState = z.infer<typeof claimedSchema>['state'];

/** So often it is brought to somebody who then does not take it: each may have asked for many. */
const deliveriesMax = 1_000;
const underWayMax = 100_000;
/** Of all workers together: each has a few. */
const pullsMax = 5_000;
export const noSuchConsumer = 10_014;
const hashCharacters = 16;

/** As a consumer and the end of a subject; those of another version never meet. */
export function queueName({ role, labels }: Wish, version: string): string {
  const rest = JSON.stringify([version, labels.toSorted()]);
  const hash = createHash('sha256').update(rest).digest('hex').slice(0, hashCharacters);
  return `${token(role)}_${hash}`;
}

export const queueSubject = ({ prefix }: Pick<Servers, 'prefix'>, name: string): string =>
  `${prefix}.work.${name}`;

/**
 * The servers let it go when nobody has pulled from it, nor been at work on its calls, for a while;
 * calls that wait there stay, and are given out by the next one of that name.
 */
export async function ensureQueue(servers: Servers, name: string): Promise<void> {
  const { jsm, work, leaseMs, queueKeptMs } = servers;
  try {
    await jsm.consumers.info(work, name);
  } catch (error) {
    if (!(error instanceof JetStreamApiError) || error.code !== noSuchConsumer) throw error;
    await jsm.consumers.add(work, {
      durable_name: name,
      filter_subject: queueSubject(servers, name),
      ack_policy: AckPolicy.Explicit,
      ack_wait: nanos(leaseMs),
      max_deliver: deliveriesMax,
      max_ack_pending: underWayMax,
      max_waiting: pullsMax,
      inactive_threshold: nanos(queueKeptMs),
    });
  }
}

export const pullSubject = ({ work }: Pick<Servers, 'work'>, name: string): string =>
  `$JS.API.CONSUMER.MSG.NEXT.${work}.${name}`;

/** Null for what makes no sense, as anybody may write there. */
export function jsonIn(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return null;
  }
}
