/**
 * What this node says, on its way into a stream that acknowledges: again until it is there.
 *
 * Owns: what was said and is not stored. Invariants:
 * - of one sender at most one batch is on its way, so nothing that is sent again can come behind
 *   what was said after it;
 * - what many senders say on one channel goes together, and waits for nobody else's;
 * - at most `waitingMax` messages wait: beyond that they are let go, and it is said so.
 */
import { type Clock, sleep } from '../../kernel/clock.ts';
import type { Envelope } from '../bus.ts';
import { packOne, packTogether } from '../frames.ts';
import { channelOf } from './subjects.ts';

export interface OutboxOptions {
  readonly clock: Clock;
  /** Resolves when it is stored; one that is sent twice under a number is stored once. */
  readonly store: (channel: string, payload: string, number: number) => Promise<void>;
  /** What waits can't be kept any longer: it was let go. */
  readonly onFull: () => void;
  readonly waitingMax: number;
}

interface Item {
  readonly channel: string;
  readonly text: string;
}

/** What one sender has said, in order. */
interface Lane {
  readonly from: string;
  items: Item[];
  state: 'ready' | 'away';
}

interface Batch {
  readonly channel: string;
  readonly texts: string[];
  readonly lanes: Lane[];
  bytes: number;
}

const batchBytesMax = 256 * 1024;
const pauseMs = 100;

export class Outbox {
  readonly #options: OutboxOptions;
  readonly #lanes = new Map<string, Lane>();
  #ready: Lane[] = [];
  #waiting = 0;
  /** Of those, on their way. */
  #away = 0;
  #last = 0;
  #held = 0;
  #flushing: 'no' | 'soon' = 'no';
  #state: 'open' | 'closed' = 'open';
  #onEmpty: (() => void) | null = null;

  constructor(options: OutboxOptions) {
    this.#options = options;
  }

  push(envelope: Envelope): void {
    const { from, to } = envelope;
    const item = { channel: channelOf(to), text: packOne({ kind: 'publish', envelope }) };
    this.#waiting += 1;
    if (this.#waiting > this.#options.waitingMax) return this.#letGo();
    const known = this.#lanes.get(from);
    if (known) return void known.items.push(item);
    const lane: Lane = { from, items: [item], state: 'ready' };
    this.#lanes.set(from, lane);
    this.#queue(lane);
  }

  /** Nothing goes out until what holds it has let go. */
  hold(until: Promise<void>): void {
    this.#held += 1;
    void until.then(() => {
      this.#held -= 1;
      this.#soon();
    });
  }

  /** Resolves when everything is stored. */
  emptied(): Promise<void> {
    if (this.#lanes.size === 0) return Promise.resolve();
    return new Promise((resolve) => {
      this.#onEmpty = resolve;
    });
  }

  close(): void {
    this.#state = 'closed';
    this.#lanes.clear();
    this.#ready = [];
    this.#onEmpty?.();
  }

  #queue(lane: Lane): void {
    lane.state = 'ready';
    this.#ready.push(lane);
    this.#soon();
  }

  /** What one turn says goes out together. */
  #soon(): void {
    if (this.#flushing === 'soon' || this.#held > 0) return;
    this.#flushing = 'soon';
    queueMicrotask(() => {
      this.#flushing = 'no';
      if (this.#held === 0) this.#flush();
    });
  }

  #flush(): void {
    const filling = new Map<string, Batch>();
    const batches: Batch[] = [];
    for (const lane of this.#ready.splice(0)) {
      const [first] = lane.items;
      if (!first) continue;
      let batch = filling.get(first.channel);
      if (!batch || batch.bytes + first.text.length > batchBytesMax) {
        batch = { channel: first.channel, texts: [], lanes: [], bytes: 0 };
        filling.set(first.channel, batch);
        batches.push(batch);
      }
      board(lane, batch);
    }
    for (const batch of batches) void this.#deliver(batch);
  }

  async #deliver({ channel, texts, lanes }: Batch): Promise<void> {
    const { clock, store } = this.#options;
    this.#last += 1;
    const number = this.#last;
    const payload = packTogether(0, number, texts);
    this.#away += texts.length;
    while (this.#state === 'open') {
      try {
        await store(channel, payload, number);
        break;
      } catch {
        await sleep(clock, pauseMs);
      }
    }
    this.#away -= texts.length;
    this.#waiting -= texts.length;
    for (const lane of lanes) this.#arrived(lane);
  }

  #arrived(lane: Lane): void {
    if (this.#state === 'closed') return;
    if (lane.items.length > 0) return this.#queue(lane);
    this.#lanes.delete(lane.from);
    if (this.#lanes.size === 0) this.#onEmpty?.();
  }

  #letGo(): void {
    this.#ready = [];
    for (const [from, lane] of this.#lanes) {
      lane.items = [];
      if (lane.state === 'ready') this.#lanes.delete(from);
    }
    this.#waiting = this.#away;
    this.#options.onFull();
  }
}

/** As much of a lane as goes on one channel; what is said elsewhere waits until it is there. */
function board(lane: Lane, batch: Batch): void {
  let count = 0;
  for (const { channel, text } of lane.items) {
    const isFull = count > 0 && batch.bytes + text.length > batchBytesMax;
    if (channel !== batch.channel || isFull) break;
    batch.texts.push(text);
    batch.bytes += text.length;
    count += 1;
  }
  lane.items.splice(0, count);
  lane.state = 'away';
  batch.lanes.push(lane);
}
