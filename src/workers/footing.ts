/** How a worker stands with those who give it work: at one hub, or at all who share servers. */
import type { Bus, Envelope } from '../bus/bus.ts';
import type { Freight } from './freight.ts';
import { Warehouse } from './warehouse.ts';
import { filesOf, hubDesk, type WorkOrder } from './wire.ts';

export interface Footing {
  readonly freight: Freight;
  /** Asks wherever its lease is kept: to join, to stay, to leave. */
  ask(envelope: Envelope, deadlineMs: number): Promise<Envelope['event']>;
  /** It answers at this desk now. Returns how to stop. */
  arrive(desk: string, ground: Ground): () => void;
  /** Where whoever has sent an order listens. */
  deskOf(sender: string): string;
  /** Throws a UserError for an order that is not to be begun. */
  admit(order: WorkOrder, sender: string): void;
  /** The run is that hub's from now on: whoever had it before has nothing to give away. */
  cleared(run: string, hub: string): void;
  /** Nothing of it runs any more, and nobody asks for it. */
  settled(ticket: string): void;
}

/** What a footing may ask of its worker. */
export interface Ground {
  /** Whoever gave these away has others at them, or is dead: resolves when nothing of it runs. */
  readonly drop: (isMeant: (sender: string) => boolean) => Promise<void>;
}

/** At one hub, over its own wire. */
export function footingAt(bus: Bus): Footing {
  const freight = new Warehouse();
  return {
    freight,
    ask: (envelope, deadlineMs) => bus.request(envelope, deadlineMs),
    arrive: (desk) => bus.answer(filesOf(desk), (envelope) => freight.answer(envelope)),
    deskOf: () => hubDesk,
    admit: () => {},
    cleared: () => {},
    settled: () => {},
  };
}
