/** A wire to a port: it can be cut, held, slow, and say things twice. */
import { type AddressInfo, connect, createServer, type Socket } from 'node:net';
import { Doubler } from './doubler.ts';

export interface Wire {
  readonly url: string;
  readonly port: number;
  /** Every connection breaks, as if a cable was pulled; with `hold`, none can be made before. */
  readonly cut: () => void;
  readonly hold: () => void;
  readonly heal: () => void;
  /** From now on everything takes so long; 0: nothing does. */
  readonly delay: (ms: number) => void;
  /** From now on every message that is said comes twice, or once. */
  readonly double: (how: 'twice' | 'once') => void;
}

export interface WireOptions {
  /** Where it leads to. */
  readonly to?: string;
  /** Where it listens. */
  readonly at?: string;
}

export async function wireTo(
  port: number,
  { to = '127.0.0.1', at = '127.0.0.1' }: WireOptions = {},
): Promise<Wire & { readonly close: () => void }> {
  const sockets = new Set<Socket>();
  let state: 'whole' | 'held' = 'whole';
  let delayMs = 0;
  let how: 'twice' | 'once' = 'once';
  const pass = (from: Socket, other: Socket): void => {
    const doubler = new Doubler(() => how === 'twice');
    sockets.add(from);
    from.on('data', (data) => {
      const bytes = doubler.read(data);
      // The order is kept: timers that are due at once fire in the order in which they were set.
      if (delayMs === 0) other.write(bytes);
      else setTimeout(() => other.write(bytes), delayMs);
    });
    const end = (): void => {
      sockets.delete(from);
      other.destroy();
    };
    from.on('error', end).on('close', end);
  };
  const server = createServer((near) => {
    if (state === 'held') return void near.destroy();
    const far = connect(port, to);
    pass(near, far);
    pass(far, near);
  });
  await new Promise<void>((resolve) => server.listen(0, at, resolve));
  const cut = (): void => {
    for (const socket of sockets) socket.destroy();
  };
  const own = (server.address() as AddressInfo).port;
  return {
    ...{ url: `ws://${at}:${own}`, port: own, cut },
    hold: () => {
      state = 'held';
      cut();
    },
    heal: () => {
      state = 'whole';
    },
    // What is on its way would be overtaken: connections that are there begin anew.
    delay: (ms) => {
      delayMs = ms;
      cut();
    },
    double: (wanted) => {
      how = wanted;
    },
    close: () => {
      cut();
      server.close();
    },
  };
}
