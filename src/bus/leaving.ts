/** A subscription whose bus is told once when its reader leaves, however that comes about. */
import type { Subscription } from './bus.ts';

export function withLeaving(subscription: Subscription, onLeave: () => void): Subscription {
  let state: 'open' | 'closed' = 'open';
  const close = (): void => {
    subscription.close();
    if (state === 'closed') return;
    state = 'closed';
    onLeave();
  };
  return {
    get dropped() {
      return subscription.dropped;
    },
    close,
    [Symbol.asyncIterator]() {
      const inner = subscription[Symbol.asyncIterator]();
      return {
        next: () => inner.next(),
        return: () => {
          close();
          return Promise.resolve({ done: true, value: undefined });
        },
      };
    },
  };
}
