/** A house that shares its runs with other nodes: joined before it opens, left before it closes. */
import { hostname } from 'node:os';
import type { Troupe } from '../app.ts';
import type { Clock } from '../kernel/clock.ts';
import type { Random } from '../kernel/random.ts';
import type { Serving } from '../serving/server.ts';
import { outliveMsOf } from '../workers/wanted.ts';
import { Cluster } from './cluster.ts';
import { Steward } from './steward.ts';
import type { ClusterWish } from './wish.ts';

export async function openTogether(
  troupe: Troupe,
  { clock, random }: { readonly clock: Clock; readonly random: Random },
  { place, node = hostname(), leaseMs, onNote = () => {} }: ClusterWish,
  open: () => Promise<Serving>,
): Promise<Serving> {
  const lease = leaseMs === undefined ? {} : { leaseMs };
  const outliveMs = (): number => outliveMsOf(troupe.config);
  const around = { clock, random, outliveMs, onNote };
  const cluster = await Cluster.join({ place, node, ...around, ...lease });
  troupe.cluster = cluster;
  try {
    const serving = await open();
    const { house } = serving;
    const steward = new Steward({
      ...{ cluster, clock, onNote, home: troupe.config.home },
      resume: (run) => house.resume(run),
      working: () => house.working,
    });
    return { ...serving, close: () => closeTogether(cluster, steward, serving) };
  } catch (error) {
    troupe.cluster = null;
    await cluster.close();
    throw error;
  }
}

async function closeTogether(cluster: Cluster, steward: Steward, serving: Serving): Promise<void> {
  cluster.leave();
  await steward.close();
  await serving.close();
  await cluster.close();
}
