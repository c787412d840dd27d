/** The front door of working on several machines; what is behind it is loaded by who asks. */
import type { Troupe } from '../app.ts';
import { systemClock } from '../kernel/clock.ts';
import { systemRandom } from '../kernel/random.ts';
import type { HubOptions, WorkerHub } from './hub.ts';
import type { Isolation } from './isolation.ts';
import type { NatsHub, NatsHubOptions, NatsWorkerOptions } from './nats/open-nats.ts';
import type { JoinedWorker, JoinOptions } from './open-worker.ts';
import type { TokenDesk } from './tokens.ts';

/** Lets workers join the runs that are begun here from now on, until it is closed. */
export async function openWorkerHub(troupe: Troupe, options: HubOptions = {}): Promise<WorkerHub> {
  const { openWorkerHub: open } = await import('./hub.ts');
  return open(troupe, options);
}

/** Brings places for agents to a hub, here or on another machine, until it is closed. */
export async function joinAsWorker(troupe: Troupe, options: JoinOptions): Promise<JoinedWorker> {
  const { joinAsWorker: join } = await import('./open-worker.ts');
  return join(troupe, options);
}

/** Lets the runs that are begun here from now on call workers over NATS, until it is closed. */
export async function openNatsHub(troupe: Troupe, options: NatsHubOptions): Promise<NatsHub> {
  const { openNatsHub: open } = await import('./nats/open-nats.ts');
  return open(troupe, options);
}

/** Brings places for agents to every hub at the same NATS servers, until it is closed. */
export async function joinOverNats(
  troupe: Troupe,
  options: NatsWorkerOptions,
): Promise<JoinedWorker> {
  const { joinOverNats: join } = await import('./nats/open-nats.ts');
  return join(troupe, options);
}

/** Has each agent of the runs that are begun here from now on work in a process of its own. */
export async function openIsolation(troupe: Troupe): Promise<Isolation> {
  const { openIsolation: open } = await import('./isolation.ts');
  return open(troupe);
}

/** Who may join the hubs of a home. */
export async function tokensOf({ config }: Troupe): Promise<TokenDesk> {
  const { TokenDesk } = await import('./tokens.ts');
  return new TokenDesk(config.home, systemClock, systemRandom);
}
