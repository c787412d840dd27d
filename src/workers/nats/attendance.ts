/**
 * Which workers are there, as the register of the servers tells.
 *
 * Owns: what is known of each. Invariant: a worker is lost when the servers have forgotten its
 * entry, and by no clock of this machine.
 */
import type { Inlet } from '../../bus/nats/inlet.ts';
import type { Clock } from '../../kernel/clock.ts';
import type { Member } from '../roster.ts';
import {
  entriesOf,
  entryAt,
  keyOf,
  readWorker,
  type Seen,
  type WorkerEntry,
  watchRegister,
} from './register.ts';
import type { Servers } from './servers.ts';
import { type Stranger, Strangers } from './strangers.ts';

export interface AttendanceOptions {
  readonly servers: Servers;
  readonly clock: Clock;
  readonly version: string;
  /** Of the hub that looks. */
  readonly life: string;
  readonly onJoined: (member: Member) => void;
  /** It lives, and says what it has. */
  readonly onHeard: (desk: string, entry: WorkerEntry) => void;
  readonly onGone: (member: Member, how: 'worker.left' | 'worker.lost') => void;
  readonly onStranger: (stranger: Stranger) => void;
}

interface Known {
  readonly member: Member;
  heardMs: number;
  /** What it works on, as it says. */
  busy: number;
  cancel: () => void;
}

const lookAgainMs = 200;

export class Attendance {
  readonly #options: AttendanceOptions;
  readonly #known = new Map<string, Known>();
  readonly #strangers: Strangers;
  readonly #watch: Inlet;
  #state: 'open' | 'closed' = 'open';

  constructor(options: AttendanceOptions) {
    const { servers, clock, version, life } = options;
    this.#options = options;
    this.#strangers = new Strangers(clock, version, servers.leaseMs);
    this.#watch = watchRegister(servers, 'worker', `hub_${life}`, (key, text) =>
      this.#heard(key, text),
    );
  }

  /** Resolves when everybody is known who is there. */
  async open(): Promise<void> {
    for (const { key, text } of await entriesOf(this.#options.servers, 'worker')) {
      this.#heard(key, text);
    }
  }

  get members(): readonly Member[] {
    return [...this.#known.values()].map(({ member }) => member);
  }

  get strangers(): readonly Stranger[] {
    return this.#strangers.all;
  }

  find(desk: string): Member | null {
    return this.#known.get(desk)?.member ?? null;
  }

  /** How many places of it are taken, for all whom it works for. */
  busyAt(desk: string): number {
    return this.#known.get(desk)?.busy ?? 0;
  }

  /** Asks the servers. */
  async look(desk: string): Promise<void> {
    const key = keyOf(desk);
    try {
      const text = await entryAt(this.#options.servers, key);
      if (this.#state === 'closed') return;
      if (text === null) return this.#out(desk, 'worker.lost');
      const seen = readWorker(key, text);
      if (seen && !this.#known.has(desk)) this.#note(seen);
    } catch {
      // No server answers: nobody knows whether it is there.
    }
  }

  close(): void {
    this.#state = 'closed';
    this.#watch.close();
    for (const { cancel } of this.#known.values()) cancel();
  }

  #heard(key: string, text: string | null): void {
    if (this.#state === 'closed') return;
    if (text === null) {
      this.#strangers.forget(key);
      const desk = deskAt(key, this.#known.keys());
      return desk === null ? undefined : this.#out(desk, 'worker.left');
    }
    const stranger = this.#strangers.note(key, text);
    if (stranger) this.#options.onStranger(stranger);
    const seen = readWorker(key, text);
    if (seen) this.#note(seen);
  }

  #note({ desk, entry }: Seen<WorkerEntry>): void {
    if (entry === null || entry.version !== this.#options.version) return;
    const known = this.#known.get(desk) ?? this.#welcome(desk, entry);
    known.heardMs = this.#options.clock.elapsed();
    known.busy = entry.tickets.length + entry.kept.length;
    this.#options.onHeard(desk, entry);
  }

  #welcome(desk: string, { name, roles, labels }: WorkerEntry): Known {
    const { clock, servers, onJoined } = this.#options;
    const member = { desk, name, places: new Map(Object.entries(roles)), labels: new Set(labels) };
    const known: Known = { member, heardMs: clock.elapsed(), busy: 0, cancel: () => {} };
    this.#known.set(desk, known);
    this.#lookIn(desk, known, servers.leaseMs);
    onJoined(member);
    return known;
  }

  /** Once it was not heard of for a lease the servers are asked. */
  #lookIn(desk: string, known: Known, afterMs: number): void {
    const { clock, servers } = this.#options;
    known.cancel = clock.at(clock.now() + afterMs, async () => {
      const leftMs = known.heardMs + servers.leaseMs - clock.elapsed();
      if (leftMs > 0) return this.#lookIn(desk, known, leftMs);
      await this.look(desk);
      if (this.#known.get(desk) === known && this.#state === 'open') {
        this.#lookIn(desk, known, lookAgainMs);
      }
    });
  }

  #out(desk: string, how: 'worker.left' | 'worker.lost'): void {
    const known = this.#known.get(desk);
    if (!known) return;
    known.cancel();
    this.#known.delete(desk);
    this.#options.onGone(known.member, how);
  }
}

/** A key has its name as a part of a subject: which of the desks that is. */
function deskAt(key: string, desks: Iterable<string>): string | null {
  for (const desk of desks) if (keyOf(desk) === key) return desk;
  return null;
}
