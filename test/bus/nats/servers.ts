/** Real NATS servers for a test: one, or a cluster, that can be killed and come back. */
import { type ChildProcess, spawn } from 'node:child_process';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { type AddressInfo, createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { jetstreamManager } from '@nats-io/jetstream';
import { connect } from '@nats-io/transport-node';
import { afterAll } from 'vitest';

export interface NatsServer {
  readonly url: string;
  readonly port: number;
  /** As a crash: nothing is told to anybody. */
  readonly kill: () => Promise<void>;
  readonly start: () => Promise<void>;
  /** It stands still, and its connections with it. */
  readonly freeze: () => void;
  readonly thaw: () => void;
}

/** Where one runs. */
interface Site {
  readonly address: string;
  /** The words before a command that is to run there. */
  readonly within: readonly string[];
}

const here: Site = { address: '127.0.0.1', within: [] };

interface Wanted {
  /** Lines of its configuration beside those of every server. */
  readonly more?: string;
  readonly jetStream?: boolean;
  /** What its streams may fill. */
  readonly room?: string;
}

/** What streams may fill, were they full: nearly empty ones of many tests, on a small disk. */
const roomFor = '1TB';

const cleanups: (() => void | Promise<void>)[] = [];

/** To be called once, at the top of a test file: what it started ends with the file. */
export function natsServers() {
  afterAll(async () => {
    for (const clean of cleanups.splice(0).toReversed()) await clean();
  });
  const one = async (wanted: Wanted = {}): Promise<NatsServer> => {
    const [port = 0] = await freePorts(1);
    const server = makeServer(port, settings('one', port, wanted));
    await server.start();
    await answers([server.url], wanted.more === undefined);
    return server;
  };
  const three = async (sites: readonly Site[] = [here, here, here]) => {
    const ports = await freePorts(2 * sites.length);
    const peers = ports.slice(sites.length);
    const routes = sites.map(({ address }, at) => `nats://${address}:${peers[at]}`);
    const servers = sites.map((site, at): NatsServer => {
      const listen = `listen: "${site.address}:${peers[at]}"`;
      const cluster = `cluster { name: test, ${listen}, routes: ${JSON.stringify(routes)} }`;
      const port = ports[at] ?? 0;
      return makeServer(port, settings(`n${at}`, port, { more: cluster }, site), site);
    });
    await Promise.all(servers.map(({ start }) => start()));
    const urls = servers.map(({ url }) => url);
    await answers(urls, true);
    await haveGathered(urls);
    return servers;
  };
  /** One with a whole configuration; `{port}` and `{store}` in it are its own. */
  const configured = async (text: string): Promise<NatsServer> => {
    const [port = 0] = await freePorts(1);
    const store = mkdtempSync(join(tmpdir(), 'troupe-nats-'));
    cleanups.push(() => rmSync(store, { recursive: true, force: true, maxRetries: 5 }));
    const file = join(store, 'nats.conf');
    writeFileSync(file, text.replaceAll('{port}', String(port)).replaceAll('{store}', store));
    const server = makeServer(port, file);
    await server.start();
    return server;
  };
  return { one, three, configured };
}

function settings(
  name: string,
  port: number,
  { more = '', jetStream = true, room = roomFor }: Wanted,
  { address }: Site = here,
): string {
  const folder = mkdtempSync(join(tmpdir(), 'troupe-nats-'));
  cleanups.push(() => rmSync(folder, { recursive: true, force: true, maxRetries: 5 }));
  const store = join(folder, 'store');
  mkdirSync(store);
  const file = join(folder, 'nats.conf');
  const stores = jetStream ? `jetstream { store_dir: "${store}", max_file_store: ${room} }` : '';
  const lines = [`server_name: ${name}`, `listen: "${address}:${port}"`, stores, more];
  writeFileSync(file, `${lines.join('\n')}\n`);
  return file;
}

function makeServer(port: number, file: string, { address, within }: Site = here): NatsServer {
  let child: ChildProcess | null = null;
  const kill = async (): Promise<void> => {
    const dying = child;
    child = null;
    if (!dying || dying.exitCode !== null) return;
    const gone = new Promise((resolve) => dying.once('exit', resolve));
    dying.kill('SIGKILL');
    await gone;
  };
  const start = async (): Promise<void> => {
    const [program = '', ...words] = [...within, 'nats-server', '-c', file];
    const born = spawn(program, words, { stdio: ['ignore', 'ignore', 'pipe'] });
    child = born;
    let said = '';
    await new Promise<void>((resolve, reject) => {
      born.once('error', reject);
      born.once('exit', (code) => reject(new Error(`nats-server ended with ${code}: ${said}`)));
      born.stderr.on('data', (data) => {
        said = `${said}${data}`.slice(-10_000);
        if (said.includes('Server is ready')) resolve();
      });
    });
  };
  cleanups.push(kill);
  return {
    ...{ url: `nats://${address}:${port}`, port, kill, start },
    freeze: () => void child?.kill('SIGSTOP'),
    thaw: () => void child?.kill('SIGCONT'),
  };
}

/** A cluster has to choose its leader before it stores anything. */
async function answers(servers: readonly string[], jetStream: boolean): Promise<void> {
  if (!jetStream) return;
  for (const server of servers) {
    const nc = await connect({ servers: server });
    for (;;) {
      try {
        const info = await nc.request('$JS.API.INFO', '', { timeout: 1_000 });
        if (!('error' in info.json<object>())) break;
      } catch {
        // Not yet.
      }
      await new Promise((resolve) => setTimeout(resolve, 100));
    }
    await nc.close();
  }
}

/** Only then is anything kept by all of them. */
async function haveGathered(servers: readonly string[]): Promise<void> {
  const nc = await connect({ servers: [...servers] });
  const jsm = await jetstreamManager(nc, { checkAPI: false });
  const name = 'gathered';
  for (;;) {
    try {
      await jsm.streams.add({ name, subjects: [name], num_replicas: servers.length });
      break;
    } catch {
      await new Promise((resolve) => setTimeout(resolve, 100));
    }
  }
  await jsm.streams.delete(name);
  await nc.close();
}

async function freePorts(count: number): Promise<readonly number[]> {
  const servers = Array.from({ length: count }, () => createServer());
  const ports = await Promise.all(
    servers.map(
      (server) =>
        new Promise<number>((resolve) => {
          server.listen(0, '127.0.0.1', () => resolve((server.address() as AddressInfo).port));
        }),
    ),
  );
  await Promise.all(servers.map((server) => new Promise((resolve) => server.close(resolve))));
  return ports;
}
