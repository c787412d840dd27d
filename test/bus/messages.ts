/** Messages that count themselves, and how a test waits until they were heard. */
import type { Bus, Envelope, Subscription } from '../../src/bus/bus.ts';

export const message = (
  from: string,
  sequence: number,
  to = 'run/1',
  type = `m${sequence}`,
): Envelope => ({
  ...{ to, from, sequence },
  event: { type },
});

/** The types of the next so many messages. */
export async function take(subscription: Subscription, count: number): Promise<readonly string[]> {
  const types: string[] = [];
  for await (const { event } of subscription) {
    types.push(event.type);
    if (types.length === count) break;
  }
  return types;
}

/** What `message` says from 1 on. */
export const counted = (count: number): readonly string[] =>
  Array.from({ length: count }, (_, at) => `m${at + 1}`);

/** What was subscribed here is known there: a question of our own went the same way. */
export async function settled(bus: Bus): Promise<void> {
  await bus.request(message('settling', 1, 'nobody/here'), 60_000).catch(() => {});
}
