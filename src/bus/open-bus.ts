/** The ways to a bus between processes; the socket library is loaded by who takes one. */
import { systemClock } from '../kernel/clock.ts';
import { systemRandom } from '../kernel/random.ts';
import type { Bus } from './bus.ts';
import type { NatsBusOptions } from './nats/nats-bus.ts';
import type { WebSocketBusOptions } from './websocket.ts';
import type { HubOptions, WebSocketHub } from './websocket-hub.ts';

export interface OpenHubOptions extends Omit<HubOptions, 'clock'> {
  /** 0, and left out: one that is free. */
  readonly port?: number;
  /** Left out: only this machine. */
  readonly host?: string;
}

/** The middle of a bus; it is a bus itself. */
export async function openHub({
  port = 0,
  host,
  ...options
}: OpenHubOptions): Promise<WebSocketHub> {
  const { WebSocketHub } = await import('./websocket-hub.ts');
  const hub = new WebSocketHub({ clock: systemClock, ...options });
  await hub.listen(port, host);
  return hub;
}

export type JoinBusOptions = Omit<WebSocketBusOptions, 'clock' | 'random'>;

/** A bus that reaches everybody at a hub; it comes back by itself when it is cut off. */
export async function joinBus(options: JoinBusOptions): Promise<Bus> {
  const { WebSocketBus } = await import('./websocket.ts');
  return WebSocketBus.connect({ clock: systemClock, random: systemRandom, ...options });
}

export type NatsOptions = Omit<NatsBusOptions, 'clock' | 'random'>;

/** A bus that reaches everybody at the same NATS servers. */
export async function joinNats(options: NatsOptions): Promise<Bus> {
  const { NatsBus } = await import('./nats/nats-bus.ts');
  return NatsBus.connect({ clock: systemClock, random: systemRandom, ...options });
}
