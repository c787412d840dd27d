/** A hub, workers of this process, and runs that go to them; nothing of it is left behind. */
import { afterEach } from 'vitest';
import { systemClock } from '../../src/kernel/clock.ts';
import { systemRandom } from '../../src/kernel/random.ts';
import { type HubOptions, openWorkerHub, type WorkerHub } from '../../src/workers/hub.ts';
import {
  type JoinedWorker,
  type JoinOptions,
  joinAsWorker,
} from '../../src/workers/open-worker.ts';
import { TokenDesk } from '../../src/workers/tokens.ts';
import { type Stage, stages } from '../app/stage.ts';
import { tempFolders } from '../app/temp.ts';

export interface Hall extends Stage {
  readonly hub: WorkerHub;
  readonly tokens: TokenDesk;
  readonly token: string;
  /** Where workers have joined and left, as the hub tells it. */
  readonly news: readonly string[];
  /** On a machine of its own, as far as folders go. */
  readonly join: (name: string, more?: Partial<JoinOptions>) => Promise<JoinedWorker>;
}

/** To be called once, at the top of a test file. */
export function halls(name: string): (options?: HubOptions) => Promise<Hall> {
  const temp = tempFolders(name);
  const closers: (() => Promise<void> | void)[] = [];
  afterEach(async () => {
    for (const close of closers.splice(0).toReversed()) await close();
  });
  // After its own: runs are stopped before their hub is closed.
  const open = stages(name);
  return async (options = {}) => {
    const stage = open();
    const news: string[] = [];
    const onNews: HubOptions['onNews'] = (each) => {
      news.push('worker' in each ? `${each.type} ${each.worker}` : each.type);
    };
    const hub = await openWorkerHub(stage.troupe, { leaseMs: 4_000, ...options, onNews });
    closers.push(() => hub.close());
    const tokens = new TokenDesk(stage.home, systemClock, systemRandom);
    const { token } = await tokens.create({ role: 'worker', ttlMs: null });
    const join: Hall['join'] = async (worker, more = {}) => {
      const folder = temp();
      const config = { ...stage.troupe.config, home: `${folder}/home`, cwd: folder };
      const joined = await joinAsWorker({ config }, { url: hub.url, token, name: worker, ...more });
      closers.push(() => joined.close());
      return joined;
    };
    return { ...stage, hub, tokens, token, news, join };
  };
}
