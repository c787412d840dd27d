/**
 * How a worker stands with all hubs that share NATS servers: its lease is an entry in their
 * register, and what it works on it has taken out of queues.
 *
 * Owns: that entry, and what is known of the hubs.
 * Invariant: for a hub that the servers have forgotten nothing is worked on.
 */
import type { Bus, Envelope } from '../../bus/bus.ts';
import { wordsOf } from '../../bus/nats/connection.ts';
import type { Inlet } from '../../bus/nats/inlet.ts';
import { patiently } from '../../bus/nats/patience.ts';
import type { Clock } from '../../kernel/clock.ts';
import { type Random, randomName } from '../../kernel/random.ts';
import { isUserError, UserError } from '../../kernel/user-error.ts';
import type { Footing, Ground } from '../footing.ts';
import type { Wish } from '../roster.ts';
import { anyRole, askedSchema, type Join, type WorkOrder } from '../wire.ts';
import { CallTaker } from './call-taker.ts';
import type { Depot } from './depot.ts';
import { type ClaimState, claimedSchema } from './queues.ts';
import {
  entryAt,
  type HubEntry,
  hubDeskOf,
  keyOf,
  OwnEntry,
  readHub,
  watchRegister,
} from './register.ts';
import type { Servers } from './servers.ts';
import { Strangers } from './strangers.ts';

export interface NatsFootingOptions {
  readonly servers: Servers;
  readonly bus: Bus;
  readonly depot: Depot;
  readonly clock: Clock;
  readonly random: Random;
  readonly name: string;
  readonly version: string;
  readonly roles: Readonly<Record<string, number>>;
  readonly labels: readonly string[];
  /** Somebody calls for workers of another version. */
  readonly onStranger: (version: string) => void;
}

type Event = Envelope['event'];

interface KnownHub {
  readonly entry: HubEntry;
  readonly heardMs: number;
}

const claimWithinMs = 5_000;

export class NatsFooting implements Footing {
  readonly freight: Depot;
  readonly #options: NatsFootingOptions;
  readonly #taker: CallTaker;
  readonly #hubs = new Map<string, KnownHub>();
  readonly #strangers: Strangers;
  #watch: Inlet | null = null;
  #entry: OwnEntry | null = null;
  #ground: Ground | null = null;
  #desk = '';
  #sequence = 0;

  constructor(options: NatsFootingOptions) {
    const { servers, clock, version, roles, depot } = options;
    this.#options = options;
    this.freight = depot;
    this.#strangers = new Strangers(clock, version, servers.leaseMs);
    this.#taker = new CallTaker({
      ...{ servers, clock, version, roles },
      claim: (hub, ticket) => this.#claim(hub, ticket),
      isThere: async (hub) => (await entryAt(servers, keyOf(hub))) !== null,
    });
  }

  arrive(desk: string, ground: Ground): () => void {
    this.#desk = desk;
    this.#ground = ground;
    return () => {
      if (this.#desk === desk) this.#leave();
    };
  }

  async ask({ from, event }: Envelope): Promise<Event> {
    const asked = askedSchema.parse(event);
    switch (asked.type) {
      case 'worker.join':
        return this.#join(from, asked);
      case 'worker.beat':
        return this.#beat(asked.tickets);
      case 'worker.leave':
        this.#leave();
        await this.#entry?.remove();
        return { type: 'worker.kept', void: [] } as Event;
    }
  }

  deskOf(sender: string): string {
    return sender;
  }

  admit({ ticket }: WorkOrder, sender: string): void {
    if (this.#taker.begun(ticket, sender) === null) return;
    throw new UserError('worker.full', 'it was not claimed here', 'call for it again');
  }

  cleared(run: string, hub: string): void {
    this.#taker.cleared(run, hub);
  }

  settled(ticket: string): void {
    this.#taker.settled(ticket);
  }

  async #join(desk: string, { roles, labels, version }: Join): Promise<Event> {
    const { servers, name, random, clock } = this.#options;
    const own = new OwnEntry(servers, keyOf(desk));
    this.#entry = own;
    const entry = { name, version, roles, labels, tickets: [], kept: [] };
    const write = () => own.write(entry);
    await patiently(clock, write).catch((error: unknown) => {
      throw isUserError(error) ? error : unregistered(name, error);
    });
    this.#taker.begin();
    this.#watch = watchRegister(servers, 'hub', `worker_${randomName(random, 16)}`, (key, text) =>
      this.#heard(key, text),
    );
    return { type: 'worker.joined', leaseMs: servers.leaseMs } as Event;
  }

  async #beat(tickets: readonly string[]): Promise<Event> {
    const { name, version, roles, labels } = this.#options;
    const working = new Set(tickets);
    const kept = this.#taker.tickets.filter((ticket) => !working.has(ticket));
    await this.#entry?.write({ name, version, roles, labels, tickets, kept });
    this.#taker.keep();
    void this.#lookForHubs();
    return { type: 'worker.kept', void: [] } as Event;
  }

  #leave(): void {
    this.#watch?.close();
    this.#watch = null;
    this.#hubs.clear();
    this.#taker.end();
  }

  #heard(key: string, text: string | null): void {
    const hub = hubDeskOf(key.slice('hub.'.length));
    if (text === null) return this.#forget(hub);
    const stranger = this.#strangers.note(key, text);
    if (stranger) this.#options.onStranger(stranger.version);
    const seen = readHub(key, text);
    if (!seen?.entry || seen.entry.version !== this.#options.version) return;
    this.#hubs.set(hub, { entry: seen.entry, heardMs: this.#options.clock.elapsed() });
    this.#listen();
  }

  /** The servers say when one is dead: that it was not heard of alone may be our own cut. */
  async #lookForHubs(): Promise<void> {
    const { clock, servers } = this.#options;
    for (const [hub, { heardMs }] of this.#hubs) {
      if (clock.elapsed() - heardMs < servers.leaseMs) continue;
      const text = await entryAt(servers, keyOf(hub)).catch(() => '');
      if (text === null) this.#forget(hub);
    }
  }

  #forget(hub: string): void {
    this.#hubs.delete(hub);
    this.#listen();
    this.#taker.forgetHub(hub);
    void this.#ground?.drop((sender) => sender === hub);
  }

  #listen(): void {
    const wishes = [...this.#hubs.values()].flatMap(({ entry }) => entry.queues);
    this.#taker.listenTo(wishes.filter((wish) => this.#fits(wish)));
  }

  #fits({ role, labels }: Wish): boolean {
    const { roles, labels: own } = this.#options;
    return (role in roles || anyRole in roles) && labels.every((label) => own.includes(label));
  }

  async #claim(hub: string, ticket: string): Promise<ClaimState> {
    this.#sequence += 1;
    const from = this.#desk;
    const event = { type: 'work.claim', ticket } as Event;
    // Its own count: these go by requests, which are told apart by themselves.
    const envelope = { to: hub, from, sequence: this.#sequence, event };
    return claimedSchema.parse(await this.#options.bus.request(envelope, claimWithinMs)).state;
  }
}

function unregistered(name: string, error: unknown): UserError {
  const message = `the servers do not register ${name}: ${wordsOf(error)}`;
  const hint = 'may this user speak under that name? see deploy/nats-server.conf, and --name';
  return new UserError('worker.unregistered', message, hint);
}
