/** The front door of serving; what is behind it is loaded only by who serves. */
import type { Troupe } from '../app.ts';
import { systemClock } from '../kernel/clock.ts';
import { systemRandom } from '../kernel/random.ts';
import type { ServeOptions, Serving } from './server.ts';

export type { ServeOptions, Serving } from './server.ts';

/** Keeps the runs of a home, shows them, and does what is asked, until it is closed. */
export async function serve(troupe: Troupe, options: ServeOptions = {}): Promise<Serving> {
  const { nats } = options;
  if (!nats) return open(troupe, options);
  const { openTogether } = await import('../cluster/together.ts');
  return openTogether(troupe, world, nats, () => open(troupe, options));
}

const world = { clock: systemClock, random: systemRandom };

async function open(troupe: Troupe, options: ServeOptions): Promise<Serving> {
  const { openServer } = await import('./server.ts');
  if (!options.wish) return openServer(troupe, world, options);
  const { openPersistent } = await import('./persistent.ts');
  return openPersistent(troupe, world, { ...options, wish: options.wish });
}
