/**
 * What one page is told over its WebSocket: what it wants, as it stands, then what changes.
 *
 * Owns: what this page wants and what it has been sent.
 * Invariants:
 * - a page that reads slowly is skipped until it has read: then it gets the newest state. Nothing
 *   queues up for it beyond `unreadMaxBytes` and one frame;
 * - a page that comes back says which input it saw last, and gets what has changed since;
 * - what it says is checked, bounded, and never believed.
 */
import type { WebSocket } from 'ws';
import type { Clock } from '../kernel/clock.ts';
import { isUserError } from '../kernel/user-error.ts';
import { wantedSchema } from './asks.ts';
import type { House } from './house.ts';
import type { Frame, RunFrame, Wanted } from './wire.ts';
import type { WordsTail } from './words.ts';

export const unreadMaxBytes = 1024 * 1024;
/** The list of runs changes slowly, and costs a look into each folder. */
const listPauseMs = 1_000;

const nothing: Wanted = { runs: false, run: null, moment: null, actor: null, words: null };

/** What the page has, of what it wants. */
interface Sent {
  n: number;
  facts: number;
  life: string;
  moment: number | null;
  /** The last look at the actor, without its times. */
  actor: string;
  runs: string;
}

type Socket = Pick<WebSocket, 'send' | 'bufferedAmount'>;

export class Feed {
  readonly #house: House;
  readonly #socket: Socket;
  readonly #clock: Clock;
  #wanted: Wanted = nothing;
  #sent: Sent = unsent(nothing);
  #tail: WordsTail | null = null;
  #tailGoesOn = false;
  #listedAt = Number.NEGATIVE_INFINITY;
  #busy = false;

  constructor(house: House, socket: Socket, clock: Clock) {
    this.#house = house;
    this.#socket = socket;
    this.#clock = clock;
  }

  /** Takes what the page says it wants; the newest word counts. */
  take(message: string): void {
    const wanted = read(message);
    if (wanted === null) {
      const hint = 'load the page again: it may be of another version';
      return this.#send({
        kind: 'problem',
        code: 'feed.unreadable',
        message: 'not understood',
        hint,
      });
    }
    const before = this.#wanted;
    this.#wanted = wanted;
    const isSameRun = wanted.run?.id === before.run?.id && wanted.run?.since !== 0;
    this.#sent = { ...(isSameRun ? this.#sent : unsent(wanted)), actor: '', moment: null };
    if (wanted.runs && !before.runs) this.#listedAt = Number.NEGATIVE_INFINITY;
    const isSameTail = isSameRun && JSON.stringify(wanted.words) === JSON.stringify(before.words);
    if (isSameTail) return;
    this.#tail = null;
    this.#tailGoesOn = false;
  }

  /** Sends what is new, when the page has read what it was sent before. */
  async tick(): Promise<void> {
    if (this.#busy || this.#socket.bufferedAmount > unreadMaxBytes) return;
    this.#busy = true;
    try {
      await this.#tellAll();
    } catch (error) {
      this.#complain(error, { ...nothing, runs: this.#wanted.runs });
    } finally {
      this.#busy = false;
    }
  }

  async #tellAll(): Promise<void> {
    const wanted = this.#wanted;
    if (wanted.runs) await this.#tellRuns();
    if (wanted.run === null) return;
    await this.#tellRun(wanted);
    if (wanted !== this.#wanted) return;
    await this.#tellClosely(wanted).catch((error: unknown) => {
      // The run itself can still be followed.
      const followed = { ...wanted, moment: null, actor: null, words: null };
      this.#complain(error, followed);
    });
  }

  async #tellClosely(wanted: Wanted): Promise<void> {
    if (wanted.moment !== null) await this.#tellMoment(wanted, wanted.moment);
    if (wanted.actor !== null) await this.#tellActor(wanted, wanted.actor);
    if (wanted.words !== null) await this.#tellWords(wanted, wanted.words);
  }

  async #tellRuns(): Promise<void> {
    const now = this.#clock.now();
    if (now < this.#listedAt + listPauseMs) return;
    this.#listedAt = now;
    const runs = await this.#house.runs();
    const text = JSON.stringify(runs);
    if (text === this.#sent.runs) return;
    this.#sent.runs = text;
    this.#send({ kind: 'runs', runs, now });
  }

  async #tellRun({ run }: Wanted): Promise<void> {
    if (run === null) return;
    const board = await this.#house.board(run.id);
    if (this.#wanted.run?.id !== run.id) return;
    const life = this.#house.lifeOf(board);
    const { n, facts } = this.#sent;
    if (board.n === n && life === this.#sent.life) return;
    const frame = board.since(n, facts, life);
    this.#send(frame);
    const seen = frame.facts.at(-1)?.seq ?? facts;
    this.#sent = { ...this.#sent, n: board.n, life, facts: seen };
  }

  async #tellMoment({ run }: Wanted, moment: number): Promise<void> {
    if (run === null || this.#sent.moment === moment) return;
    this.#sent.moment = moment;
    const frame: RunFrame = await this.#house.moment(run.id, moment);
    if (this.#wanted.moment === moment) this.#send(frame);
  }

  async #tellActor({ run, moment }: Wanted, address: string): Promise<void> {
    if (run === null) return;
    const look = await this.#house.look(run.id, address, moment);
    const text = JSON.stringify({ ...look, n: 0, at: 0 });
    if (text === this.#sent.actor || this.#wanted.actor !== address) return;
    this.#sent.actor = text;
    this.#send(look);
  }

  async #tellWords({ run }: Wanted, { task, token }: NonNullable<Wanted['words']>): Promise<void> {
    if (run === null) return;
    this.#tail ??= await this.#house.words(run.id, task, token);
    const words = await this.#tail.fresh();
    if (words.length === 0 && this.#tailGoesOn) return;
    this.#send({ kind: 'words', run: run.id, task, token, goesOn: this.#tailGoesOn, words });
    this.#tailGoesOn = true;
  }

  /** What failed would fail again at once: it is left out until the page says otherwise. */
  #complain(error: unknown, rest: Wanted): void {
    this.#wanted = rest;
    const { code, message, hint } = isUserError(error)
      ? error
      : { code: 'feed.broken', message: messageOf(error), hint: 'load the page again' };
    this.#send({ kind: 'problem', code, message, hint });
  }

  #send(frame: Frame): void {
    this.#socket.send(JSON.stringify(frame));
  }
}

const messageOf = (error: unknown): string =>
  error instanceof Error ? error.message : String(error);

const unsent = ({ run }: Wanted): Sent => ({
  ...{ n: run?.since ?? 0, facts: run?.facts ?? 0, life: '', moment: null, actor: '', runs: '' },
});

function read(message: string): Wanted | null {
  try {
    return wantedSchema.safeParse(JSON.parse(message)).data ?? null;
  } catch {
    return null;
  }
}
