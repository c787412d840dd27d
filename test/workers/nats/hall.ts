/** A home whose runs call workers over real NATS servers; nothing of it is left behind. */
import { afterEach } from 'vitest';
import { systemRandom } from '../../../src/kernel/random.ts';
import {
  joinOverNats,
  type NatsHub,
  type NatsHubOptions,
  type NatsWorkerOptions,
  openNatsHub,
} from '../../../src/workers/nats/open-nats.ts';
import type { JoinedWorker } from '../../../src/workers/open-worker.ts';
import { type Stage, stages } from '../../app/stage.ts';
import { tempFolders } from '../../app/temp.ts';
import type { NatsServer } from '../../bus/nats/servers.ts';

export interface NatsHall extends Stage {
  readonly hub: NatsHub;
  readonly place: NatsHubOptions['place'];
  /** Where workers have joined and left, as the hub tells it. */
  readonly news: readonly string[];
  /** On a machine of its own, as far as folders go. */
  readonly join: (name: string, more?: Partial<NatsWorkerOptions>) => Promise<JoinedWorker>;
}

/** To be called once, at the top of a test file; each hall is a team of its own. */
export function natsHalls(name: string) {
  const temp = tempFolders(name);
  const closers: (() => Promise<void>)[] = [];
  afterEach(async () => {
    for (const close of closers.splice(0).toReversed()) await close();
  });
  // After its own: runs are stopped before their hub is closed.
  const open = stages(name);
  return async (server: NatsServer, options: Partial<NatsHubOptions> = {}): Promise<NatsHall> => {
    const stage = open();
    const news: string[] = [];
    const team = { servers: [server.url], prefix: `t${systemRandom.next()}` };
    const setting = { place: team, leaseMs: 6_000, ...options };
    const { place } = setting;
    const onNews: NatsHubOptions['onNews'] = ({ type, worker }) => {
      news.push(`${type} ${worker}`);
    };
    const hub = await openNatsHub(stage.troupe, { ...setting, onNews });
    closers.push(() => hub.close());
    const join: NatsHall['join'] = async (worker, more = {}) => {
      const folder = temp();
      const config = { ...stage.troupe.config, home: `${folder}/home`, cwd: folder };
      const joined = await joinOverNats(
        { config },
        { place, leaseMs: setting.leaseMs, name: worker, ...more },
      );
      closers.push(() => joined.close());
      return joined;
    };
    return { ...stage, hub, place, news, join };
  };
}
