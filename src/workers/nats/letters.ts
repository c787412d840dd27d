/**
 * A bus for words of any length: what is longer than its servers take goes by their store of files,
 * and only where it lies is said.
 *
 * Invariant: of one sender nothing overtakes what it has said before.
 */
import { z } from 'zod';
import type { Answer, Bus, Envelope, SubscribeOptions, Subscription } from '../../bus/bus.ts';
import type { Depot } from './depot.ts';

type Event = Envelope['event'];

const letterSchema = z.strictObject({
  type: z.literal('bus.letter'),
  sha256: z.string().regex(/^[0-9a-f]{64}$/),
  bytes: z
    .number()
    .int()
    .min(0)
    .max(64 * 1024 * 1024),
});

/** Servers take at least 512 kB; what is around it needs some, too. */
const saidBytesMax = 256 * 1024;
const utf8BytesMax = 3;

export class LetterBus implements Bus {
  readonly #bus: Bus;
  readonly #depot: Depot;
  /** By sender: resolves when what it said is on its way. */
  readonly #writing = new Map<string, Promise<void>>();

  constructor(bus: Bus, depot: Depot) {
    this.#bus = bus;
    this.#depot = depot;
  }

  publish(envelope: Envelope): void {
    const { from, event } = envelope;
    const before = this.#writing.get(from);
    const text = longText(event);
    if (text === null && !before) return this.#bus.publish(envelope);
    const written = (before ?? Promise.resolve()).then(async () => {
      this.#bus.publish({ ...envelope, event: text === null ? event : await this.#letter(text) });
    });
    // What could not be stored is lost, as anything said may be; the next one is said all the same.
    const done = written.catch(() => {});
    this.#writing.set(from, done);
    void done.then(() => {
      if (this.#writing.get(from) === done) this.#writing.delete(from);
    });
  }

  subscribe(pattern: string, options?: SubscribeOptions): Subscription {
    const inner = this.#bus.subscribe(pattern, options);
    const opened = this.#openAll(inner);
    return {
      get dropped() {
        return inner.dropped;
      },
      close: () => inner.close(),
      [Symbol.asyncIterator]: () => opened,
    };
  }

  answer(address: string, answer: Answer): () => void {
    return this.#bus.answer(address, async (envelope) => answer(await this.#opened(envelope)));
  }

  async request(envelope: Envelope, deadlineMs: number): Promise<Event> {
    const text = longText(envelope.event);
    const event = text === null ? envelope.event : await this.#letter(text);
    return this.#bus.request({ ...envelope, event }, deadlineMs);
  }

  close(): void {
    this.#bus.close();
  }

  async #letter(text: Buffer): Promise<Event> {
    const sha256 = await this.#depot.put(text);
    return { type: 'bus.letter', sha256, bytes: text.length } as Event;
  }

  async *#openAll(inner: Subscription): AsyncGenerator<Envelope> {
    for await (const envelope of inner) {
      const opened = await this.#opened(envelope).catch(() => null);
      if (opened) yield opened;
    }
  }

  async #opened(envelope: Envelope): Promise<Envelope> {
    if (envelope.event.type !== 'bus.letter') return envelope;
    const { sha256, bytes } = letterSchema.parse(envelope.event);
    const text = await this.#depot.read(sha256, bytes);
    return { ...envelope, event: JSON.parse(text.toString()) as Event };
  }
}

/** Null for what can be said as it is. */
function longText(event: Event): Buffer | null {
  const text = JSON.stringify(event);
  if (text.length * utf8BytesMax <= saidBytesMax) return null;
  const bytes = Buffer.from(text);
  return bytes.length <= saidBytesMax ? null : bytes;
}
