/**
 * A house that shares its runs with other nodes, and calls workers at the same servers: joined
 * before it opens, as it may go on at once with runs that need them, and left after it has closed.
 */
import { hostname } from 'node:os';
import type { Troupe } from '../app.ts';
import type { Clock } from '../kernel/clock.ts';
import type { Random } from '../kernel/random.ts';
import type { Serving } from '../serving/server.ts';
import { type NatsHub, openNatsHub } from '../workers/nats/open-nats.ts';
import { elsewhereFor, outliveMsOf } from '../workers/wanted.ts';
import { Cluster } from './cluster.ts';
import { Steward } from './steward.ts';
import type { ClusterWish } from './wish.ts';

export async function openTogether(
  troupe: Troupe,
  { clock, random }: { readonly clock: Clock; readonly random: Random },
  { place, node = hostname(), leaseMs, onNote = () => {}, onNews }: ClusterWish,
  open: () => Promise<Serving>,
): Promise<Serving> {
  const lease = leaseMs === undefined ? {} : { leaseMs };
  const outliveMs = (): number => outliveMsOf(troupe.config);
  const around = { clock, random, outliveMs, onNote };
  const cluster = await Cluster.join({ place, node, ...around, ...lease });
  troupe.cluster = cluster;
  let hub: NatsHub | null = null;
  try {
    // A hub of its own that somebody has opened is the only one.
    const isOpen = elsewhereFor(troupe.config) !== null;
    const setting = { place, ...lease, ...(onNews && { onNews }) };
    hub = isOpen ? null : await openNatsHub(troupe, setting);
    const serving = await open();
    const { house } = serving;
    const steward = new Steward({
      ...{ cluster, clock, onNote, home: troupe.config.home },
      resume: (run) => house.resume(run),
      working: () => house.working,
    });
    return { ...serving, close: () => closeTogether(cluster, steward, serving, hub) };
  } catch (error) {
    troupe.cluster = null;
    await hub?.close();
    await cluster.close();
    throw error;
  }
}

async function closeTogether(
  cluster: Cluster,
  steward: Steward,
  serving: Serving,
  hub: NatsHub | null,
): Promise<void> {
  cluster.leave();
  await steward.close();
  await serving.close();
  await hub?.close();
  await cluster.close();
}
