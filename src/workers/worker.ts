/**
 * A worker: brings places for agents, and works on what it is given.
 *
 * Owns: its lease, and the attempts under way here.
 * Invariants:
 * - everything it does has ended before its lease is over there, also while this process stands
 *   still: what is then given to others is done by nobody else;
 * - it does only what it has offered;
 * - when it is closed nothing of it runs any more, and its folders are gone.
 */
import { join } from 'node:path';
import type { AgentEvent } from '../agents/agent.ts';
import { type Guardian, openGuardian } from '../agents/processes/guardian.ts';
import type { Bus, Envelope } from '../bus/bus.ts';
import type { Config } from '../config.ts';
import { type Clock, sleep } from '../kernel/clock.ts';
import { type Random, randomName } from '../kernel/random.ts';
import { isUserError, UserError } from '../kernel/user-error.ts';
import { removeFolder } from '../worktrees/checkout.ts';
import type { Footing, Ground } from './footing.ts';
import { LeaseLeash } from './lease-leash.ts';
import { nobodysFoldersIn, type OwnFolder, takeOwnFolder } from './own-folder.ts';
import type { ParcelFile } from './parcel.ts';
import { Places } from './places.ts';
import { closeScratch } from './scratch.ts';
import { Shift } from './shift.ts';
import { Tenancy } from './tenancy.ts';
import { TermsKept } from './terms.ts';
import { commandSchema, deskOf, hubDesk, hubFiles, type Told, type WorkOrder } from './wire.ts';

export interface WorkerOptions {
  readonly bus: Bus;
  readonly footing: Footing;
  readonly name: string;
  /** Places by role; `*` for whichever. */
  readonly roles: Readonly<Record<string, number>>;
  readonly labels: readonly string[];
  readonly version: string;
  readonly config: Config;
  readonly clock: Clock;
  readonly random: Random;
  readonly onNews?: (news: WorkerNews) => void;
}

export type WorkerNews =
  | { readonly type: 'worker.joined' | 'worker.lost' }
  /** Somebody there calls for workers of another version: none of that comes here. */
  | { readonly type: 'hub.unlike'; readonly version: string; readonly own: string }
  | { readonly type: 'work.begun' | 'work.ended'; readonly run: string; readonly task: string };

type Event = Envelope['event'];

/** One attempt that is under way, or whose end the hub has not taken yet. */
interface Held {
  readonly shift: Shift;
  /** Its own; empty: it works beside the run. */
  readonly folder: string;
  /** Who has given it, and where of it is told. */
  readonly sender: string;
  readonly hub: string;
  /** Told, and not sent yet. */
  readonly events: AgentEvent[];
  /** `dropped`: whoever has given it hears of its end by our lease, or is dead. */
  state: 'working' | 'dropped' | 'ended';
  takeBack: () => void;
  readonly over: Promise<void>;
}

/** Nothing but a person changes this: joined again, it would be refused again. */
const isFinal = (error: unknown): error is UserError =>
  isUserError(error) && error.code === 'worker.version';

interface Stay {
  /** Resolves when the lease is over. */
  readonly over: Promise<void>;
}

const joinAgainMs = 500;
const askFilesWithinMs = 120_000;
const piecesMax = 32;
const leaveWithinMs = 500;

export class Worker {
  /** Resolves when it was turned away for good, with why, and is closed; else never. */
  readonly turnedAway: Promise<UserError>;
  readonly #options: WorkerOptions;
  readonly #held = new Map<string, Held>();
  readonly #places: Places;
  /** Null until something is worked on. */
  #own: OwnFolder | null = null;
  /** Of plans, by hash and place. */
  readonly #pieces = new Map<string, Promise<Buffer>>();
  readonly #leash: LeaseLeash;
  #guardian: Guardian;
  #desk = '';
  #terms = new TermsKept();
  #tenancy: Tenancy | null = null;
  /** Until the word that lets it in is heard: orders may come with it, and wait for it. */
  #arrival: Promise<void> | null = null;
  #sequence = 0;
  #state: 'open' | 'closed' = 'open';
  #onTurnedAway: (why: UserError) => void = () => {};

  constructor(options: WorkerOptions) {
    this.turnedAway = new Promise((resolve) => {
      this.#onTurnedAway = resolve;
    });
    this.#options = options;
    this.#places = new Places(options.roles);
    this.#leash = new LeaseLeash(options.clock);
    this.#guardian = this.#openGuardian();
  }

  /** Joins, and stays: rejects with a UserError when the hub does not want it at all. */
  async open(): Promise<void> {
    // A worker that was killed could not tidy up.
    for (const each of nobodysFoldersIn(this.#folders)) await removeFolder(each).catch(() => {});
    void this.#stay(await this.#join());
  }

  /** Gives back what it works on; resolves when nothing of it runs any more. */
  async close(): Promise<void> {
    if (this.#state === 'closed') return;
    this.#state = 'closed';
    this.#tenancy?.close();
    await this.#dropAll();
    await this.#leaveHub().catch(() => undefined);
    const own = this.#own;
    if (own) await removeFolder(own.path).catch(() => {});
    own?.letGo();
  }

  get #folders(): string {
    return join(this.#options.config.home, 'worker');
  }

  get #folder(): string {
    this.#own ??= takeOwnFolder(this.#folders, this.#options.random);
    return this.#own.path;
  }

  /** The hub does not let it in any more: it is closed, and does not try again. */
  async turnAway(why: UserError): Promise<void> {
    await this.close();
    this.#onTurnedAway(why);
  }

  /** Answers when the lease is over, with nobody answering at its desk any more. */
  async #join(): Promise<Stay> {
    const joined = this.#enter();
    const heard = (): void => {
      this.#arrival = null;
    };
    this.#arrival = joined.then(heard, heard);
    return joined;
  }

  async #enter(): Promise<Stay> {
    const { bus, footing, name, random, roles, labels, version, clock, onNews } = this.#options;
    const desk = deskOf(name, randomName(random, 16));
    this.#desk = desk;
    this.#terms = new TermsKept();
    const drop: Ground['drop'] = (isMeant) => this.#drop(isMeant);
    const stops = [
      bus.answer(desk, (envelope) => this.#obey(envelope)),
      footing.arrive(desk, { drop }),
    ];
    const tenancy = new Tenancy({
      ...{ clock, leash: this.#leash },
      ask: (event, deadlineMs) => this.#askLease(event, deadlineMs),
      tickets: () => this.#working,
      onVoid: (ticket) => this.#held.get(ticket)?.shift.giveUp(),
    });
    this.#tenancy = tenancy;
    const stop = (): void => {
      for (const each of stops) each();
    };
    try {
      const offer = { roles: { ...roles }, labels: [...labels] };
      await tenancy.open({ type: 'worker.join', version, ...offer });
    } catch (error) {
      tenancy.close();
      stop();
      // The word may still be on its way: nobody is to be given work at a desk that is left.
      this.#leaveHub().catch(() => undefined);
      throw error;
    }
    onNews?.({ type: 'worker.joined' });
    return { over: tenancy.over.then(stop) };
  }

  async #stay(first: Stay): Promise<void> {
    const { clock, onNews } = this.#options;
    for (let stay: Stay | null = first; this.#state === 'open'; ) {
      if (stay !== null) {
        await stay.over;
        if (this.#state !== 'open') return;
        onNews?.({ type: 'worker.lost' });
        await this.#dropAll();
        // Where it is not over yet nobody need wait for its end.
        this.#leaveHub().catch(() => undefined);
      }
      stay = await this.#joinAgain();
      if (stay === null) await sleep(clock, joinAgainMs);
    }
  }

  /** Null: not now. */
  async #joinAgain(): Promise<Stay | null> {
    try {
      return await this.#join();
    } catch (error) {
      if (isFinal(error)) await this.turnAway(error);
      return null;
    }
  }

  get #working(): readonly string[] {
    return [...this.#held].filter(([, { state }]) => state === 'working').map(([ticket]) => ticket);
  }

  #openGuardian(): Guardian {
    const { environment } = this.#options.config;
    return openGuardian({ environment, leash: this.#leash });
  }

  /** Programs are ended by the guardian, which is quicker than to ask them. */
  async #dropAll(): Promise<void> {
    const all = [...this.#held.values()];
    for (const held of all) this.#letGo(held);
    const guardian = this.#guardian;
    this.#guardian = this.#openGuardian();
    await guardian.close();
    await Promise.all(all.map(({ over }) => over));
    await Promise.all([...this.#held.keys()].map((ticket) => this.#forget(ticket)));
  }

  /** Waits for those that are meant to be over. */
  async #drop(isMeant: (sender: string, run: string) => boolean): Promise<void> {
    const meant = [...this.#held].filter(([, { sender, shift }]) =>
      isMeant(sender, shift.order.terms.run),
    );
    for (const [ticket, held] of meant) {
      this.#letGo(held);
      this.#forget(ticket);
    }
    await Promise.all(meant.map(([, { over }]) => over));
  }

  async #obey({ from, event }: Envelope): Promise<Event> {
    const command = commandSchema.safeParse(event);
    if (!command.success) throw new UserError('worker.garbled', 'that makes no sense', 'update it');
    const { data } = command;
    if (this.#arrival !== null) await this.#arrival;
    switch (data.type) {
      case 'work.begin': {
        const { ticket, assignment, parcel } = data;
        const terms = this.#terms.take(data.terms);
        this.#begin({ ticket, terms, assignment, parcel }, from);
        break;
      }
      case 'work.give-up':
        this.#held.get(data.ticket)?.shift.giveUp();
        break;
      case 'work.answer':
        this.#held.get(data.ticket)?.shift.answer(data.id, data.leave);
        break;
      case 'work.close':
        void this.#forget(data.ticket);
        break;
      case 'work.clear':
        this.#options.footing.cleared(data.run, from);
        await this.#drop((sender, run) => run === data.run && sender !== from);
        break;
      default:
        break;
    }
    return { type: 'work.heard' } as Event;
  }

  #begin(order: WorkOrder, sender: string): void {
    const { clock, config, footing, onNews } = this.#options;
    footing.admit(order, sender);
    const hub = footing.deskOf(sender);
    this.#takePlace(order);
    const { ticket, parcel, terms } = order;
    const events: AgentEvent[] = [];
    const desk = this.#desk;
    const folder = terms.files === 'sent' ? join(this.#folder, ticket) : '';
    const askFiles = (event: Event) => this.#ask(hubFiles, event, askFilesWithinMs);
    const fetchPiece = footing.freight.fetching(parcel, askFiles);
    const shift = new Shift(order, {
      ...{ clock, config, folder, guardian: this.#guardian },
      fetch: (file, offset) =>
        this.#once(parcel.files[file], offset, () => fetchPiece(file, offset)),
      tell: (event) => {
        if (events.push(event) === 1) void clock.breathe().then(() => this.#flush(ticket));
      },
      ask: (id, question) => this.#publish(hub, { type: 'work.asked', ticket, id, question }),
      offer: async (packed) => {
        held.takeBack = await footing.freight.offer(packed, sender);
      },
    });
    const news = { run: terms.run, task: order.assignment.task };
    const over = shift.work().then(({ outcome, parcel }) => {
      const { state } = held;
      this.#leave(held, 'ended');
      onNews?.({ type: 'work.ended', ...news });
      // Whose lease was over before has nobody to tell.
      if (desk !== this.#desk || state === 'dropped') return;
      const told = events.splice(0);
      this.#publish(hub, { type: 'work.ended', ticket, events: told, outcome, parcel });
      // With nothing to be asked for, its hub has no more to say of it.
      if (parcel.files.length === 0) void this.#forget(ticket);
    });
    const about = { shift, folder, sender, hub, events, over };
    const held: Held = { ...about, state: 'working', takeBack: () => {} };
    this.#held.set(ticket, held);
    onNews?.({ type: 'work.begun', ...news });
  }

  /** The plan is the same for every attempt of a run: it is asked for once. */
  #once(file: ParcelFile | undefined, offset: number, ask: () => Promise<Buffer>) {
    if (file?.path !== 'run/plan.json') return ask();
    const key = `${file.sha256}:${offset}`;
    const piece = this.#pieces.get(key) ?? ask();
    if (this.#pieces.size >= piecesMax) this.#pieces.clear();
    this.#pieces.set(key, piece);
    piece.catch(() => this.#pieces.delete(key));
    return piece;
  }

  #takePlace({ terms, ticket }: WorkOrder): void {
    const { name } = terms.role;
    // What was said to it before it stood still is for others to do by now.
    const isOpen = this.#state === 'open' && !this.#guardian.isOver && !this.#held.has(ticket);
    if (!isOpen || this.#places.take(name) === 'full') {
      throw new UserError('worker.full', `there is no place for ${name} here`, 'ask another one');
    }
  }

  #leave(held: Held, state: 'dropped' | 'ended'): void {
    if (held.state === 'working') this.#places.giveBack(held.shift.order.terms.role.name);
    held.state = state;
  }

  #letGo(held: Held): void {
    if (held.state === 'working') this.#leave(held, 'dropped');
    held.shift.giveUp();
  }

  /** Resolves when nothing of it is left here. */
  async #forget(ticket: string): Promise<void> {
    const held = this.#held.get(ticket);
    if (!held) return this.#options.footing.settled(ticket);
    if (held.state === 'working') held.shift.giveUp();
    await held.over;
    held.takeBack();
    this.#held.delete(ticket);
    this.#options.footing.settled(ticket);
    if (held.folder !== '') await closeScratch(held.folder).catch(() => {});
  }

  #flush(ticket: string): void {
    const held = this.#held.get(ticket);
    const events = held?.events.splice(0) ?? [];
    if (held && events.length > 0) this.#publish(held.hub, { type: 'work.told', ticket, events });
  }

  #publish(hub: string, event: Told): void {
    this.#options.bus.publish(this.#envelope(hub, event));
  }

  #leaveHub(): Promise<Event> {
    return this.#askLease({ type: 'worker.leave' }, leaveWithinMs);
  }

  #askLease(event: object, deadlineMs: number): Promise<Event> {
    return this.#options.footing.ask(this.#envelope(hubDesk, event), deadlineMs);
  }

  #ask(to: string, event: object, deadlineMs: number): Promise<Event> {
    return this.#options.bus.request(this.#envelope(to, event), deadlineMs);
  }

  #envelope(to: string, event: object): Envelope {
    this.#sequence += 1;
    return { to, from: this.#desk, sequence: this.#sequence, event: event as Event };
  }
}
