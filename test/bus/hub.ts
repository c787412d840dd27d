/** A hub for a test, and who may join it. */
import { afterEach } from 'vitest';
import type { Pass } from '../../src/bus/pass.ts';
import { WebSocketBus, type WebSocketBusOptions } from '../../src/bus/websocket.ts';
import { type HubOptions, WebSocketHub } from '../../src/bus/websocket-hub.ts';
import { systemClock } from '../../src/kernel/clock.ts';
import { systemRandom } from '../../src/kernel/random.ts';
import { type Wire, wireTo } from './wire.ts';

export const free = (name: string): Pass => ({
  name,
  maySay: () => true,
  mayAnswer: () => true,
  mayHear: () => true,
});

/** The token of a name is the name itself, said twice. */
export const admitAll = (token: string): Pass | null => {
  const [name = '', again] = token.split('+');
  return name !== '' && name === again ? free(name) : null;
};

export interface Place {
  readonly hub: WebSocketHub;
  readonly port: number;
  readonly url: string;
  readonly join: (name: string, more?: Partial<WebSocketBusOptions>) => Promise<WebSocketBus>;
  readonly wire: () => Promise<Wire>;
}

/** To be called once, at the top of a test file. */
export function hubs(): (options?: Partial<HubOptions>) => Promise<Place> {
  const closers: (() => void)[] = [];
  afterEach(() => {
    for (const close of closers.splice(0).toReversed()) close();
  });
  return async (options = {}) => {
    const hub = new WebSocketHub({ clock: systemClock, admit: admitAll, ...options });
    const port = await hub.listen(0);
    closers.push(() => hub.close());
    const url = `ws://127.0.0.1:${port}`;
    const join: Place['join'] = async (name, more = {}) => {
      const token = `${name}+${name}`;
      const around = { url, token, name, clock: systemClock, random: systemRandom };
      const bus = await WebSocketBus.connect({ ...around, ...more });
      closers.push(() => bus.close());
      return bus;
    };
    const wire = async () => {
      const made = await wireTo(port);
      closers.push(made.close);
      return made;
    };
    return { hub, port, url, join, wire };
  };
}
