/** The bus inside one process. */
import { describe, expect, test } from 'vitest';
import { InProcessBus } from '../../src/bus/in-process.ts';
import { systemClock } from '../../src/kernel/clock.ts';
import { busContract } from '../contracts/bus.contract.ts';

busContract('the in-process bus', () => new InProcessBus(systemClock));

describe('the in-process bus', () => {
  test('hands over the very message, without a copy', async () => {
    const bus = new InProcessBus(systemClock);
    const reader = bus.subscribe('a')[Symbol.asyncIterator]();
    const envelope = { to: 'a', from: 'b', sequence: 1, event: { type: 'x' } };
    bus.publish(envelope);
    expect((await reader.next()).value).toBe(envelope);
  });

  test('a request leaves no timer behind once it is answered', async () => {
    const armed = new Set<() => void>();
    const bus = new InProcessBus({
      ...systemClock,
      at(_dueMs, call) {
        armed.add(call);
        return () => armed.delete(call);
      },
    });
    bus.answer('desk', () => ({ type: 'here' }));
    const asked = bus.request({ to: 'desk', from: 'b', sequence: 1, event: { type: 'x' } }, 1e9);
    expect(armed.size).toBe(1);
    await asked;
    await systemClock.breathe();
    expect(armed.size).toBe(0);
  });

  test('forgets a pattern with its last reader', async () => {
    const bus = new InProcessBus(systemClock);
    const subscriptions = Array.from({ length: 1_000 }, (_, at) => bus.subscribe(`run/${at}/*`));
    for (const subscription of subscriptions) subscription.close();
    bus.publish({ to: 'run/7/x', from: 'b', sequence: 1, event: { type: 'x' } });
    const heard = await Promise.all(
      subscriptions.map(async (subscription) => {
        for await (const envelope of subscription) return envelope;
        return null;
      }),
    );
    expect(heard.filter((envelope) => envelope !== null)).toEqual([]);
  });
});
