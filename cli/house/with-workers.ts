/** What a command does with agents elsewhere, if it is to have any. */
import type { Troupe } from '../../src/index.ts';
import { type BusOptions, requireBusFor } from './bus-address.ts';

/** Does it with those who are wished for; what brings them is loaded by who wishes. */
export async function withWorkers<Answer>(
  troupe: Troupe,
  options: BusOptions,
  work: () => Promise<Answer>,
): Promise<Answer> {
  requireBusFor(options);
  const { bus, isolate, nats } = options;
  const isWished = [bus, isolate, nats].some((wish) => wish !== undefined);
  if (!isWished && troupe.project?.nats == null) return work();
  const { amongWorkers } = await import('./bus.ts');
  return amongWorkers(troupe, options, work);
}
