/** What the NATS servers of a team lack, found by doing once what nodes will do. */
import { jetstream, jetstreamManager } from '@nats-io/jetstream';
import type { NatsConnection } from '@nats-io/transport-node';
import { runId } from '../../machines/ids.ts';
import { busStream, ensureBusStream } from '../bus/nats/bus-stream.ts';
import { defaultPrefix, dial, wordsOf } from '../bus/nats/connection.ts';
import { isThisMachine } from '../bus/this-machine.ts';
import { type Clock, systemClock } from '../kernel/clock.ts';
import { type Random, randomName, systemRandom } from '../kernel/random.ts';
import { isUserError } from '../kernel/user-error.ts';
import type { NatsSetting } from '../plan/bus-shapes.ts';
import { Cluster } from './cluster.ts';

export interface NatsFinding {
  readonly name: string;
  readonly status: 'ok' | 'warning' | 'missing';
  readonly found: string;
  /** What to do; empty when nothing is. */
  readonly fix: string;
}

const versionMin = [2, 9] as const;
const payloadBytesMin = 512 * 1024;

type Look = () => Promise<Pick<NatsFinding, 'status' | 'found' | 'fix'>>;

/** The first that is missing ends it: what follows would only say the same. */
export async function checkNats(setting: NatsSetting): Promise<readonly NatsFinding[]> {
  const findings: NatsFinding[] = [];
  const around = { clock: systemClock, random: systemRandom };
  let nc: NatsConnection | null = null;
  const look = async (name: string, call: Look): Promise<boolean> => {
    const finding = { name, ...(await call().catch(missing)) };
    findings.push(finding);
    return finding.status !== 'missing';
  };
  try {
    const isThere = await look('connection', async () => {
      nc = await dial(setting.place, 'check');
      return ok(`${nc.getServer()}, nats-server ${nc.info?.version ?? ''}`);
    });
    if (!isThere || !nc) return findings;
    const connection: NatsConnection = nc;
    for (const [name, call] of looksAt(connection, setting, around)) {
      if (!(await look(name, call))) break;
    }
    return findings;
  } finally {
    await (nc as NatsConnection | null)?.close();
  }
}

function looksAt(
  nc: NatsConnection,
  setting: NatsSetting,
  around: { readonly clock: Clock; readonly random: Random },
): readonly (readonly [string, Look])[] {
  return [
    ['version', async () => versionOf(nc)],
    ['payload', async () => payloadOf(nc)],
    ['secrecy', async () => secrecyOf(nc, setting)],
    ['JetStream', () => jetStreamOf(nc)],
    ['bus', () => busOf(nc, setting, around.clock)],
    ['runs', () => runsOf(setting, around)],
    ['replicas', () => replicasOf(nc, setting)],
  ];
}

function versionOf(nc: NatsConnection) {
  const version = nc.info?.version ?? '0';
  const [major = 0, minor = 0] = version.split('.').map(Number);
  const [majorMin, minorMin] = versionMin;
  const isNew = major > majorMin || (major === majorMin && minor >= minorMin);
  const fix = `install nats-server ${versionMin.join('.')} or newer`;
  return isNew ? ok(version) : lacks(version, fix);
}

function payloadOf(nc: NatsConnection) {
  const bytes = nc.info?.max_payload ?? 0;
  const fix = 'set max_payload: 1MB in nats-server.conf';
  return bytes >= payloadBytesMin ? ok(`${bytes} bytes`) : lacks(`${bytes} bytes`, fix);
}

function secrecyOf(nc: NatsConnection, { place }: NatsSetting) {
  const isLocal = isThisMachine(nc.getServer().replace(/:\d+$/, ''));
  const isSecret = nc.info?.tls_required === true || place.tls !== undefined;
  if (isSecret) return ok('TLS');
  const fix = 'set tls in nats-server.conf, and name tls://host: see deploy/README.md';
  return isLocal ? ok('no TLS, on this machine alone') : warns('everybody can read along', fix);
}

async function jetStreamOf(nc: NatsConnection) {
  const { streams, storage } = await (await jetstreamManager(nc)).getAccountInfo();
  return ok(`${streams} streams, ${storage} bytes on disk`);
}

async function busOf(nc: NatsConnection, { place }: NatsSetting, clock: Clock) {
  const jsm = await jetstreamManager(nc, { checkAPI: false });
  await ensureBusStream(jsm, place, clock);
  const { prefix = defaultPrefix } = place;
  await jetstream(nc).publish(`${prefix}.bus.check.check`, '', { timeout: 3_000 });
  return ok(`stream ${busStream(place)}`);
}

/** A run that is taken and given back: leases, journals and files in one. */
async function runsOf(
  setting: NatsSetting,
  { clock, random }: { readonly clock: Clock; readonly random: Random },
) {
  const { place, leaseMs } = setting;
  const lease = leaseMs === undefined ? {} : { leaseMs };
  const cluster = await Cluster.join({ place, node: 'check', clock, random, ...lease });
  try {
    await cluster.tryOut(runId(`check-${randomName(random, 10)}`));
    return ok('a lease, a journal and a file were written and taken away');
  } finally {
    await cluster.close();
  }
}

async function replicasOf(nc: NatsConnection, { place }: NatsSetting) {
  const jsm = await jetstreamManager(nc, { checkAPI: false });
  const { config, cluster } = await jsm.streams.info(busStream(place));
  const servers = (nc.info?.connect_urls?.length ?? 0) || place.servers.length;
  if (config.num_replicas > 1) return ok(`${config.num_replicas} servers keep each message`);
  const name = cluster?.name ?? 'one server';
  const fix = 'say replicas: 3 under bus: nats: before the first run, or: nats stream edit';
  return servers >= 3 ? warns(`only one of ${name} keeps each message`, fix) : ok(name);
}

const ok = (found: string) => ({ status: 'ok', found, fix: '' }) as const;
const warns = (found: string, fix: string) => ({ status: 'warning', found, fix }) as const;
const lacks = (found: string, fix: string) => ({ status: 'missing', found, fix }) as const;

/** Whoever asks here need not be sent here. */
const ownName = /(; )?see\b[^;]*troupe nats check$/;

function missing(error: unknown): ReturnType<typeof lacks> {
  const words = wordsOf(error);
  const isDenied = /permission/i.test(words);
  if (isDenied) return lacks(words, 'give this user the subjects of deploy/nats-server.conf');
  if (/not enabled|503|no responders/i.test(words)) {
    return lacks(words, 'set jetstream { store_dir: ... } in nats-server.conf');
  }
  const hint = isUserError(error) ? error.hint.replace(ownName, '') : '';
  return lacks(words, hint || 'look at the log of nats-server');
}
