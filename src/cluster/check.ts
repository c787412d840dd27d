/** What the NATS servers of a team lack, found by doing once what nodes or workers will do. */
import { jetstreamManager } from '@nats-io/jetstream';
import type { NatsConnection } from '@nats-io/transport-node';
import { dial, type NatsPlace } from '../bus/nats/connection.ts';
import { isThisMachine } from '../bus/this-machine.ts';
import { systemClock } from '../kernel/clock.ts';
import { systemRandom } from '../kernel/random.ts';
import type { NatsSetting } from '../plan/project/bus-shapes.ts';
import { hubTrials, ownDesk, workerTrials } from '../workers/nats/trials.ts';
import { offerOf } from '../workers/offer.ts';
import { lackOf, lacks, ok, type Trial, tryOut, type Verdict, warns } from './trial.ts';
import { busTrial, replicasTrial, runsTrial } from './trials.ts';

export interface NatsFinding extends Verdict {
  readonly name: string;
}

export interface CheckWish extends NatsSetting {
  /** The worker whose rights they are; left out: those of a node. */
  readonly worker?: string;
}

const versionMin = [2, 9] as const;
const payloadBytesMin = 512 * 1024;

/** Without a connection, or without JetStream, the rest would only say the same. */
export async function checkNats(wish: CheckWish): Promise<readonly NatsFinding[]> {
  if (wish.worker !== undefined) offerOf({ name: wish.worker }, systemRandom);
  const findings: NatsFinding[] = [];
  const note = (name: string, verdict: Verdict): boolean => {
    findings.push({ name, ...verdict });
    return verdict.status !== 'missing';
  };
  const nc = await dial(wish.place, wish.worker ?? 'check').catch((error: unknown) => {
    note('connection', lackOf(error));
    return null;
  });
  if (!nc) return findings;
  try {
    note('connection', ok(`${nc.getServer()}, nats-server ${nc.info?.version ?? ''}`));
    note('version', versionOf(nc));
    note('payload', payloadOf(nc));
    note('secrecy', secrecyOf(nc, wish.place));
    if (!note('JetStream', await jetStreamOf(nc).catch(lackOf))) return findings;
  } finally {
    await nc.close();
  }
  for (const [name, trial] of trialsFor(wish)) note(name, await tryOut(trial, aboutOf(wish)));
  return findings;
}

function aboutOf({ place, leaseMs, worker = 'check' }: CheckWish) {
  return { place, leaseMs, name: worker, clock: systemClock, random: systemRandom };
}

function trialsFor({ worker }: CheckWish): readonly (readonly [string, Trial])[] {
  const bus = (kind: 'hub' | 'worker') => busTrial((stage) => ownDesk(kind, stage));
  if (worker !== undefined) return [['bus', bus('worker')], ...workerTrials];
  return [['bus', bus('hub')], ['runs', runsTrial], ...hubTrials, ['replicas', replicasTrial]];
}

function versionOf(nc: NatsConnection): Verdict {
  const version = nc.info?.version ?? '0';
  const [major = 0, minor = 0] = version.split('.').map(Number);
  const [majorMin, minorMin] = versionMin;
  const isNew = major > majorMin || (major === majorMin && minor >= minorMin);
  const fix = `install nats-server ${versionMin.join('.')} or newer`;
  return isNew ? ok(version) : lacks(version, fix);
}

function payloadOf(nc: NatsConnection): Verdict {
  const bytes = nc.info?.max_payload ?? 0;
  const fix = 'set max_payload: 1MB in nats-server.conf';
  return bytes >= payloadBytesMin ? ok(`${bytes} bytes`) : lacks(`${bytes} bytes`, fix);
}

function secrecyOf(nc: NatsConnection, { tls }: NatsPlace): Verdict {
  const isLocal = isThisMachine(nc.getServer().replace(/:\d+$/, ''));
  const isSecret = nc.info?.tls_required === true || tls !== undefined;
  if (isSecret) return ok('TLS');
  const fix = 'set tls in nats-server.conf, and name tls://host: see deploy/README.md';
  return isLocal ? ok('no TLS, on this machine alone') : warns('everybody can read along', fix);
}

async function jetStreamOf(nc: NatsConnection): Promise<Verdict> {
  const { streams, storage } = await (await jetstreamManager(nc)).getAccountInfo();
  return ok(`${streams} streams, ${storage} bytes on disk`);
}
