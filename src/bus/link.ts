/**
 * One end of a connection that outlives its sockets: numbers what it sends, keeps it until the
 * other end has it, and tells each frame that arrives once.
 *
 * Owns: what was sent and is not acknowledged, and the number of the last frame that arrived.
 * Invariants:
 * - frames arrive in the order in which they were sent, each once, over any number of cuts;
 * - at most `waitingMax` frames, and `waitingCharactersMax` characters of them, wait for the other
 *   end: beyond that the link breaks, and says so;
 * - a frame that the other end would not read is not sent, and said so: the others go on;
 * - while the socket is full nothing more is put into it.
 */
import type { Clock } from '../kernel/clock.ts';
import { type Frame, frameBytesMax, type Parcel, packOne, packTogether, unpack } from './frames.ts';

/** What carries texts; at most one at a time. */
export interface Carrier {
  readonly send: (text: string) => void;
  /** Bytes that were sent and have not left yet. */
  readonly waitingBytes: () => number;
}

export interface LinkOptions {
  readonly clock: Clock;
  readonly take: (frame: Frame) => void;
  /** The other end is too slow, or what it says makes no sense. */
  readonly onBroken: (why: 'slow' | 'garbled') => void;
  /** It is longer than the other end reads: nothing of it is sent. */
  readonly onTooLarge: (frame: Frame) => void;
  readonly waitingMax?: number;
}

export const waitingMaxDefault = 200_000;
const waitingCharactersMax = 64 * 1024 * 1024;
/** What a parcel of one frame has beside that frame. */
const wrappingBytesMax = 64;
/** More in one text is split: the other end reads it in one go. */
const parcelFramesMax = 2_000;
/** A character is three bytes at most. */
const parcelCharactersMax = Math.floor(frameBytesMax / 4);
const waitingBytesMax = 1024 * 1024;
const lookAgainMs = 5;
/** An acknowledgement rides on what is sent anyway; with nothing to send it goes by itself. */
const ackEachFrames = 500;
const ackWithinMs = 50;

export class Link {
  readonly #options: LinkOptions;
  readonly #waitingMax: number;
  #carrier: Carrier | null = null;
  /** Packed; sent or to be sent, not acknowledged: the first is numbered `#firstWaiting`. */
  #waiting: string[] = [];
  #waitingCharacters = 0;
  #firstWaiting = 1;
  /** The number of the next frame that this carrier was not given. */
  #next = 1;
  #received = 0;
  #acknowledged = 0;
  #flushing: 'no' | 'soon' | 'later' = 'no';
  /** Whether something was flushed in this turn of the event loop. */
  #turn: 'quiet' | 'spoken' = 'quiet';
  #ackTimer: (() => void) | null = null;
  #lookTimer: (() => void) | null = null;

  constructor(options: LinkOptions) {
    this.#options = options;
    this.#waitingMax = options.waitingMax ?? waitingMaxDefault;
  }

  /** The last frame of the other end that arrived: it need not send it again. */
  get received(): number {
    return this.#received;
  }

  /** What the other end has not acknowledged, oldest first. */
  get waiting(): readonly Frame[] {
    return this.#waiting.flatMap((text) => unpack(packTogether(0, 1, [text]))?.frames ?? []);
  }

  push(frame: Frame): void {
    const text = packOne(frame);
    if (isTooLarge(text)) return this.#options.onTooLarge(frame);
    this.#waiting.push(text);
    this.#waitingCharacters += text.length;
    const isOver = this.#waitingCharacters > waitingCharactersMax;
    if (isOver || this.#waiting.length > this.#waitingMax) return this.#options.onBroken('slow');
    this.#soon();
  }

  /** A new socket, after both ends have told each other what had arrived. */
  attach(carrier: Carrier, arrived: number): void {
    this.#carrier = carrier;
    this.#forgetUpTo(arrived);
    this.#next = this.#firstWaiting;
    this.#soon();
  }

  detach(): void {
    // Whoever speaks and closes has spoken.
    if (this.#flushing === 'soon') this.#flush();
    this.#carrier = null;
    this.#ackTimer?.();
    this.#lookTimer?.();
    this.#ackTimer = this.#lookTimer = null;
    this.#flushing = 'no';
  }

  receive({ ack, first, frames }: Parcel): void {
    if (ack >= this.#end) return this.#options.onBroken('garbled');
    this.#forgetUpTo(ack);
    // A gap can't be: what is sent is sent in order, and again from what had arrived.
    if (frames.length > 0 && first > this.#received + 1) return this.#options.onBroken('garbled');
    for (let at = Math.max(0, this.#received + 1 - first); at < frames.length; at += 1) {
      this.#received = first + at;
      this.#options.take(frames[at] as Frame);
    }
    this.#acknowledge();
  }

  #acknowledge(): void {
    const behind = this.#received - this.#acknowledged;
    if (behind >= ackEachFrames) return this.#soon();
    if (behind === 0 || this.#ackTimer) return;
    const { clock } = this.#options;
    this.#ackTimer = clock.at(clock.now() + ackWithinMs, () => {
      this.#ackTimer = null;
      this.#soon();
    });
  }

  #forgetUpTo(ack: number): void {
    const gone = ack - this.#firstWaiting + 1;
    if (gone <= 0) return;
    for (const text of this.#waiting.splice(0, gone)) this.#waitingCharacters -= text.length;
    this.#firstWaiting = ack + 1;
    this.#next = Math.max(this.#next, this.#firstWaiting);
  }

  /**
   * The first words of a turn of the event loop go as soon as whoever speaks has spoken: somebody
   * may wait for just them. What is said after that goes together at the turn's end: alone, they
   * would be answered alone, and never be many again.
   */
  #soon(): void {
    if (this.#flushing !== 'no' || !this.#carrier) return;
    this.#flushing = 'soon';
    const flush = (): void => {
      if (this.#flushing !== 'soon') return;
      this.#flushing = 'no';
      this.#flush();
    };
    const turnEnds = this.#options.clock.breathe();
    if (this.#turn === 'spoken') return void turnEnds.then(flush);
    this.#turn = 'spoken';
    void turnEnds.then(() => {
      this.#turn = 'quiet';
    });
    // After all promises that are settled now have been heard.
    queueMicrotask(() => process.nextTick(flush));
  }

  /** The number that the next frame gets. */
  get #end(): number {
    return this.#firstWaiting + this.#waiting.length;
  }

  #flush(): void {
    const carrier = this.#carrier;
    if (!carrier) return;
    const end = this.#end;
    const isLate = this.#received > this.#acknowledged;
    if (this.#next === end && isLate) this.#sendTexts(carrier, []);
    while (this.#next < end) {
      if (carrier.waitingBytes() > waitingBytesMax) return this.#later();
      this.#sendTexts(carrier, this.#parcel());
    }
  }

  /** Fewer where they are long: the other end does not read what is longer than a parcel may be. */
  #parcel(): readonly string[] {
    const from = this.#next - this.#firstWaiting;
    const texts: string[] = [];
    let characters = 0;
    for (let at = from; at < from + parcelFramesMax; at += 1) {
      const text = this.#waiting[at];
      characters += text?.length ?? 0;
      if (text === undefined || (texts.length > 0 && characters > parcelCharactersMax)) break;
      texts.push(text);
    }
    return texts;
  }

  #sendTexts(carrier: Carrier, texts: readonly string[]): void {
    carrier.send(packTogether(this.#received, this.#next, texts));
    this.#next += texts.length;
    this.#acknowledged = this.#received;
    this.#ackTimer?.();
    this.#ackTimer = null;
  }

  /** Until the socket has room again. */
  #later(): void {
    this.#flushing = 'later';
    const { clock } = this.#options;
    this.#lookTimer = clock.at(clock.now() + lookAgainMs, () => {
      this.#lookTimer = null;
      this.#flushing = 'no';
      this.#flush();
    });
  }
}

/** A character is three bytes at most: most texts need not be measured. */
function isTooLarge(text: string): boolean {
  const bytesMax = frameBytesMax - wrappingBytesMax;
  return text.length * 3 > bytesMax && Buffer.byteLength(text) > bytesMax;
}
