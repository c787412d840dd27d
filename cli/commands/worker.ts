/** `troupe worker`: brings agents from another process or machine, to a hub or to NATS servers. */
import { type Command, InvalidArgumentError } from 'commander';
import {
  isUserError,
  type JoinedWorker,
  joinAsWorker,
  joinOverNats,
  type NatsSetting,
  natsSetting,
  systemClock,
  type Troupe,
  UserError,
  type WorkerNews,
  type WorkerWish,
} from '../../src/index.ts';
import { exits } from '../exits.ts';
import { addHome, addJson, type HomeOption, type JsonOption, openTroupe } from '../options.ts';
import { err, out } from '../terminal/render.ts';
import { plainText } from '../terminal/text.ts';
import { type Act, addExamples } from '../verb.ts';
import { Stops } from '../watching/stops.ts';

interface WorkerOptions extends HomeOption, JsonOption {
  readonly join?: string;
  readonly nats?: string;
  readonly role?: Readonly<Record<string, number>>;
  readonly label?: readonly string[];
  readonly name?: string;
  readonly token?: string;
  readonly pin?: string;
}

export function define(command: Command, act: Act): void {
  command
    .option('--join <url>', 'the hub: ws://host:port, or wss://host:port', readUrl)
    .option('--nats <urls>', 'in place of a hub: NATS servers; left out: those of troupe.yaml')
    .option('--role <name=places>', 'whose tasks it takes, how many at once; again', collectRole)
    .option('--label <name>', 'what this machine has, for roles that ask for it; again', collect)
    .option('--token <token>', 'who lets it in: see troupe token (default: TROUPE_TOKEN)')
    .option('--pin <fingerprint>', 'the certificate that the hub must have: sha256:...', readPin)
    .option('--name <name>', 'what it is called (default: after this machine)');
  addJson(command, 'print what happens as lines of JSON');
  addHome(command).action(act(run));
  addExamples(command, [
    'troupe worker --join ws://127.0.0.1:7700 --role coder=2',
    'troupe worker --join wss://hub.example:7700 --role any=4 --label gpu --name big-one',
    'troupe worker --nats nats://127.0.0.1:4222 --role coder=2 --label gpu',
  ]);
}

async function run(options: WorkerOptions) {
  const troupe = openTroupe(options);
  const stops = new Stops(systemClock);
  try {
    const worker = await join(troupe, options);
    const reason = await Promise.race([stops.first, worker.turnedAway]);
    if (isUserError(reason)) throw reason;
    err.note(`Leaving (${reason}): what it works on is given back.\n`);
    await Promise.race([worker.close(), stops.second]);
    return exits.succeeded;
  } finally {
    stops.close();
  }
}

async function join(troupe: Troupe, options: WorkerOptions): Promise<JoinedWorker> {
  const { role: roles, label: labels = [], name, json } = options;
  let known: 'new' | 'joined' = 'new';
  const wish = {
    labels,
    ...(roles && { roles }),
    ...(name !== undefined && { name }),
    onNews: (news: WorkerNews): void => {
      if (json) return void out.json(news).catch(() => {});
      // The first time it is said with its name, and where.
      if (news.type !== 'worker.joined' || known === 'joined') say(news);
    },
  };
  const { where, worker } = await joinWith(troupe, options, wish);
  known = 'joined';
  if (!json) err.note(`${worker.name} has joined ${where}. Ctrl-C ends it.\n`);
  return worker;
}

async function joinWith(troupe: Troupe, options: WorkerOptions, wish: WorkerWish) {
  const { join: url, pin } = options;
  if (url === undefined) {
    const setting = serversIn(troupe, options);
    const where = setting.place.servers.map(bare).join(', ');
    return { where, worker: await joinOverNats(troupe, { ...setting, ...wish }) };
  }
  if (options.nats !== undefined) throw twoPlaces();
  const token = options.token ?? troupe.config.environment.TROUPE_TOKEN;
  if (!token) throw noToken();
  const hub = { url, token, ...(pin !== undefined && { pin }) };
  return { where: url, worker: await joinAsWorker(troupe, { ...hub, ...wish }) };
}

/** A token or a pin is for hubs alone: whoever names one means a hub. */
function serversIn({ project }: Troupe, { nats, token, pin }: WorkerOptions): NatsSetting {
  if (nats !== undefined && (token ?? pin) !== undefined) throw forHubs();
  const setting = natsSetting(project, nats);
  if (setting && token === undefined && pin === undefined) return setting;
  const hint = 'name a hub, --join ws://host:7700; or NATS servers, --nats nats://host:4222';
  throw new UserError('worker.nowhere', 'it is not said where to join', hint);
}

/** What is before an @ is a secret. */
const bare = (server: string): string => server.replace(/^(.*?:\/\/)?.*@/, '$1');

function say(news: WorkerNews): void {
  switch (news.type) {
    case 'worker.joined':
      return err.note('It has joined again.\n');
    case 'worker.lost':
      return err.note('Its lease is over: everything is given up. It joins again once it can.\n');
    case 'hub.unlike': {
      const sides = `Troupe ${plainText(news.version)} has tasks here, and this is ${news.own}`;
      return err.note(`${sides}: none of them comes. Use the same version on both sides.\n`);
    }
    case 'work.begun':
      return err.note(`${plainText(news.task)} begins (${plainText(news.run)}).\n`);
    case 'work.ended':
      return err.note(`${plainText(news.task)} has ended.\n`);
  }
}

function readUrl(given: string): string {
  if (/^wss?:\/\/[^\s/]+\/?$/.test(given)) return given;
  throw new InvalidArgumentError('Write it as ws://host:port or wss://host:port.');
}

function readPin(given: string): string {
  if (/^(sha256:)?[0-9a-f]{2}(:?[0-9a-f]{2}){31}$/i.test(given)) return given;
  throw new InvalidArgumentError('Write it as the hub prints it: sha256: and 64 digits.');
}

/** `coder=2`, again and again; `coder` is one place, and `any` any role. */
function collectRole(
  given: string,
  before: Readonly<Record<string, number>> = {},
): Readonly<Record<string, number>> {
  const [, name = '', count = '1'] = /^([^=]+)(?:=(\d{1,4}))?$/.exec(given) ?? [];
  if (name === '' || Number(count) < 1) {
    throw new InvalidArgumentError('Write it as role=places, such as coder=2.');
  }
  return { ...before, [name === 'any' ? '*' : name]: Number(count) };
}

const collect = (given: string, before: readonly string[] = []): readonly string[] => [
  ...before,
  given,
];

function twoPlaces(): UserError {
  const hint = 'leave one of them out';
  return new UserError('worker.ambiguous', 'there are both a hub and NATS servers', hint);
}

function forHubs(): UserError {
  const hint = 'leave them out, or name a hub in place of the servers: --join ws://host:7700';
  return new UserError('worker.ambiguous', '--token and --pin are for hubs, not for NATS', hint);
}

function noToken(): UserError {
  const hint = 'where the hub is: troupe token create --role worker; then --token or TROUPE_TOKEN';
  return new UserError('worker.no-token', 'a hub lets nobody in without a token', hint);
}
