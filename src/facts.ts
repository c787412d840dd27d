/** A run's facts on the bus: told as they come, and listened to. */
import type { Bus, Subscription } from './bus/bus.ts';
import type { InProcessBus } from './bus/in-process.ts';
import type { FactWish } from './kernel/wish.ts';
import type { RunFolder } from './runs/folder.ts';
import { factOf, type RunFact } from './runs/run.ts';

/** What nobody listens to is not made: there are many to each task. */
export function publish(bus: InProcessBus, folder: RunFolder, fact: FactWish): void {
  if (!bus.isHeard) return;
  const to = `run/${folder.id}/facts/${fact.actor}`;
  bus.publish({ to, from: folder.id, sequence: fact.seq, event: factOf(fact) });
}

/** Listens from the moment of the call, not of the first read. */
export function factsOf(bus: Bus, folder: RunFolder): AsyncIterable<RunFact> {
  return contents(bus.subscribe(`run/${folder.id}/facts/*`));
}

async function* contents(subscription: Subscription): AsyncGenerator<RunFact> {
  for await (const { event } of subscription) yield event as unknown as RunFact;
}
