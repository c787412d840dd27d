/** `troupe serve`: keeps a house of runs, and shows them in a browser. */
import { type Command, InvalidArgumentError } from 'commander';
import {
  natsSetting,
  type Reason,
  type ServeWish,
  type Serving,
  serve,
  serveWish,
  systemClock,
  type Troupe,
  UserError,
  type WorkerHub,
} from '../../src/index.ts';
import { exits } from '../exits.ts';
import { openBrowser } from '../house/browser.ts';
import { type BusOptions, busOption, requireBusFor, tlsOption } from '../house/bus-address.ts';
import { tellAddress } from '../house/page-address.ts';
import { addHome, addJson, type HomeOption, type JsonOption, openTroupe } from '../options.ts';
import { err, out } from '../terminal/render.ts';
import { plainLine } from '../terminal/text.ts';
import { type Act, addExamples } from '../verb.ts';
import { Stops } from '../watching/stops.ts';

interface ServeOptions extends HomeOption, JsonOption, BusOptions {
  readonly port: number;
  readonly host: string;
  readonly open?: true;
  readonly address?: true;
  readonly cert?: string;
  readonly key?: string;
  readonly insecure?: true;
  readonly persistent?: boolean;
  readonly inbox?: string;
  readonly outbox?: string;
  readonly node?: string;
}

export function define(command: Command, act: Act): void {
  command
    .option('--port <number>', 'where to listen; 0: whichever is free', readPort, 4_870)
    .option('--host <address>', 'whom to listen to; others need --cert or --insecure', '127.0.0.1')
    .option('--open', 'open the page in the browser')
    .option('--address', 'only print the address of the page of the house that serves already')
    .option('--cert <file>', 'the certificate for TLS, PEM')
    .option('--key <file>', 'its key, PEM')
    .option('--insecure', 'speak to other machines without TLS')
    .option('--persistent', 'go on with its runs after a restart; take from inbox and schedules')
    .option('--no-persistent', 'only show runs, whatever troupe.yaml says')
    .option('--inbox <folder>', 'take tasks from files of JSON in this folder')
    .option('--outbox <folder>', 'write the answers there')
    .addOption(busOption())
    .addOption(tlsOption())
    .option('--nats <urls>', 'share runs with other nodes at these NATS servers, and call workers')
    .option('--node <name>', 'what this node is called there; left out: as its machine');
  addJson(command, 'print where it listens as one JSON object');
  addHome(command).action(act(run));
  addExamples(command, [
    'troupe serve --open',
    'troupe serve --port 0 --json',
    'troupe serve --address',
    'troupe serve --inbox tasks --outbox answers',
    'troupe serve --bus 127.0.0.1:7700',
    'troupe serve --host 0.0.0.0 --cert cert.pem --key key.pem',
    'troupe serve --nats nats://a:4222,nats://b:4222 --node ada',
  ]);
}

async function run(options: ServeOptions) {
  const troupe = openTroupe(options);
  if (options.address) return tellAddress(troupe, options);
  const { port, host, insecure, tls } = options;
  // The page may have a certificate that is given; one of its own only a hub has.
  requireBusFor({ ...(tls && { tls }), ...(options.bus && { bus: options.bus }) });
  const wish = wishIn(troupe, options);
  const stops = new Stops(systemClock);
  // Before the house, which may go on at once with runs that need workers.
  const hub = options.bus ? await openBus(troupe, options) : null;
  try {
    const serving = await serve(troupe, {
      port,
      host,
      ...tlsOf(options),
      ...(insecure && { insecure }),
      ...(wish && { wish }),
      ...(await natsIn(troupe, options)),
    });
    await announce(serving, options, hub);
    for (const reason of serving.house.status().reasons) note(reason);
    if (options.open) await open(serving.address(), troupe.config.platform);
    await close(serving, await stops.first, stops.second);
    return exits.succeeded;
  } finally {
    hub?.close();
    stops.close();
  }
}

/** What flags and `troupe.yaml` say of a persistent house; null: it is to be none. */
function wishIn({ project, config }: Troupe, options: ServeOptions): ServeWish | null {
  const { persistent, inbox, outbox } = options;
  const wish = serveWish(project, { inbox, outbox, persistent }, config.cwd);
  return wish.persistent ? wish : null;
}

/** Where it shares its runs with other nodes, if it does. */
async function natsIn({ project }: Troupe, { nats, node }: ServeOptions) {
  const setting = natsSetting(project, nats);
  if (!setting && node !== undefined) throw lonelyNode();
  if (!setting) return {};
  const onNote = (text: string): void => err.note(`${text}\n`);
  const { sayNews: onNews } = await import('../house/bus.ts');
  return { nats: { ...setting, ...(node !== undefined && { node }), onNote, onNews } };
}

function lonelyNode(): UserError {
  const hint = 'name the servers: --nats nats://host:4222, or bus: { nats: ... } in troupe.yaml';
  return new UserError('serve.node', '--node is for those who share runs over NATS', hint);
}

/** One without the other would be no TLS at all, and nobody would notice. */
function tlsOf({ cert, key }: ServeOptions) {
  if (cert === undefined && key === undefined) return {};
  if (cert !== undefined && key !== undefined) return { tls: { cert, key } };
  const missing = cert === undefined ? '--cert' : '--key';
  throw new UserError('serve.certificate', `for TLS ${missing} is missing`, 'name both PEM files');
}

async function openBus(troupe: Troupe, options: BusOptions): Promise<WorkerHub> {
  const { openBusAt } = await import('../house/bus.ts');
  return openBusAt(troupe, options);
}

async function announce(
  serving: Serving,
  { json }: ServeOptions,
  hub: WorkerHub | null,
): Promise<void> {
  const address = serving.address();
  if (json) {
    const { port, token } = serving;
    const bus = hub && { url: hub.url, port: hub.port, ...(hub.pin && { pin: hub.pin }) };
    const opened = { type: 'serve.opened', url: address, port, token, pid: process.pid };
    await out.json({ ...opened, ...(bus && { bus }) });
    return;
  }
  err.note(`The house is open: ${address}\nCtrl-C closes it; runs that it works on stop then.\n`);
}

/** Better now than when somebody wonders. */
function note({ what, hint }: Reason): void {
  err.note(`Note: ${plainLine(what)}; ${plainLine(hint)}.\n`);
}

async function open(address: string, platform: NodeJS.Platform): Promise<void> {
  const opened = await openBrowser(address, platform);
  if (!opened) err.note('There is no browser to open here: open the address yourself.\n');
}

/** What it works on stops gently, unless somebody can't wait. */
async function close(serving: Serving, reason: string, second: Promise<void>): Promise<void> {
  const working = serving.house.working;
  const stopping = working.length === 0 ? '' : `, and with it ${working.join(', ')}`;
  err.note(`Closing (${reason})${stopping}.\n`);
  await Promise.race([serving.close(), second]);
  for (const id of working) err.note(`  troupe resume ${id}\n`);
}

export function readPort(given: string): number {
  const port = Number(given);
  if (/^\d+$/.test(given) && port <= 65_535) return port;
  throw new InvalidArgumentError('It must be a number from 0 to 65535.');
}
