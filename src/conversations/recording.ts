/**
 * Writes one conversation down while it goes on, line by line.
 *
 * Owns: the file, and what is not written yet. A disk that can't keep it ends the recording and
 * never the run.
 * Invariants:
 * - lines are only ever added, each whole in one write: a kill leaves a torn last line at most;
 * - bounded: a long text goes to a file of its own, and what is beyond the limits is named.
 */
import { closeSync, mkdirSync, openSync, writeFileSync, writeSync } from 'node:fs';
import { dirname, join } from 'node:path';
import type { Token } from '../../machines/ids.ts';
import type { Outcome } from '../../machines/outcome.ts';
import type { AgentEvent } from '../agents/agent.ts';
import type { Clock } from '../kernel/clock.ts';
import {
  conversationFile,
  type Ending,
  type Entry,
  type Heading,
  type Message,
  wholeTextFile,
} from './entry.ts';
import { Pieces } from './pieces.ts';
import type { Hide } from './privacy.ts';

/** Of one text; the rest of a longer one lies beside the conversation. */
export const textMaxCharacters = 16_384;
/** Of each raw stream: all of it has a file already. */
export const streamMaxCharacters = 1_048_576;
/** Of all that was told, the long texts with it. */
export const conversationMaxCharacters = 64 * 1_048_576;

/** What is said meanwhile is one entry. */
const pauseMs = 250;

export interface RecordingOptions {
  /** Absolute. */
  readonly runFolder: string;
  readonly heading: Heading;
  readonly prompt: string;
  readonly hide: Hide;
  readonly clock: Clock;
  /** Where all of a raw stream lies, under the run's folder. */
  readonly streams: { readonly stdout: string; readonly stderr: string };
}

type Stream = 'stdout' | 'stderr';

export class Recording {
  readonly #options: RecordingOptions;
  readonly #token: Token | number;
  #file: number | 'closed' | null = null;
  #state: 'open' | 'full' | 'broken' = 'open';
  #lines: string[] = [];
  #writing: Promise<void> | null = null;
  #characters = 0;
  #wholeTexts = 0;
  #counts = { texts: 0, calls: 0 };
  #goesOn: 'yes' | 'no' = 'no';
  #session: string | null = null;
  /** Cancels the telling that is to come. */
  #pause: (() => void) | null = null;
  readonly #said: Record<Stream, number> = { stdout: 0, stderr: 0 };
  readonly #streams: Readonly<Record<Stream, Pieces>>;
  readonly #written: Pieces;

  constructor(options: RecordingOptions) {
    this.#options = options;
    this.#token = options.heading.token;
    const streamOf = (stream: Stream): Pieces =>
      new Pieces((text, at) => this.#keep({ at, type: 'agent.said', stream, text }));
    this.#streams = { stdout: streamOf('stdout'), stderr: streamOf('stderr') };
    this.#written = new Pieces((text, at) =>
      this.#keep({ at, type: 'text.written', piece: 'part', text }),
    );
    this.#add(options.heading);
    if (options.prompt !== '') {
      this.#keep({ at: options.heading.at, type: 'prompt.given', text: options.prompt });
    }
  }

  hear(event: AgentEvent): void {
    if (this.#state !== 'open') return;
    const at = this.#options.clock.now();
    if (event.type === 'agent.said') return this.#listen(event.stream, event.text, at);
    if (event.type === 'text.written' && event.piece === 'part') {
      if (this.#goesOn === 'no') this.#counts.texts += 1;
      this.#goesOn = 'yes';
      return this.#written.add(event.text, at);
    }
    this.#settle();
    if (event.type === 'text.written') this.#counts.texts += 1;
    if (event.type === 'tool.called') this.#counts.calls += 1;
    if (event.type === 'session.opened') this.#session = event.session;
    this.#keep({ at, ...event } as Message);
  }

  conclude(outcome: Outcome): void {
    this.#flush();
    this.#add(this.#endingOf(outcome));
  }

  /** All of it is written, or can't be, when this returns. */
  close(): void {
    this.#pause?.();
    this.#flush();
    if (this.#lines.length > 0) this.#write();
    if (typeof this.#file === 'number') closeSync(this.#file);
    this.#file = 'closed';
  }

  #flush(): void {
    this.#settle();
    for (const stream of ['stdout', 'stderr'] as const) this.#streams[stream].end();
  }

  /** What was written in parts is one text: something else comes now. */
  #settle(): void {
    this.#goesOn = 'no';
    this.#written.end();
  }

  #listen(stream: Stream, text: string, at: number): void {
    const before = this.#said[stream];
    this.#said[stream] += text.length;
    if (before > streamMaxCharacters) return;
    this.#streams[stream].add(text.slice(0, streamMaxCharacters - before), at);
    this.#tellSoon();
    if (before + text.length <= streamMaxCharacters) return;
    this.#streams[stream].end();
    this.#add({ at, type: 'words.cut', what: stream, rest: this.#options.streams[stream] });
  }

  /** A program that says a line and then works for an hour is heard at once. */
  #tellSoon(): void {
    const { clock } = this.#options;
    this.#pause ??= clock.at(clock.now() + pauseMs, () => {
      this.#pause = null;
      for (const stream of ['stdout', 'stderr'] as const) this.#streams[stream].pause(clock.now());
    });
  }

  #endingOf(outcome: Outcome): Ending {
    const { usage, durationMs, session } = outcome;
    const { hide, clock } = this.#options;
    return {
      type: 'conversation.ended',
      at: clock.now(),
      outcome: outcome.kind,
      fault: 'fault' in outcome ? hide(outcome.fault) : null,
      ...{ usage, durationMs, session: session?.id ?? this.#session, ...this.#counts },
    };
  }

  #keep(told: Message): void {
    if (this.#state !== 'open') return;
    const message = this.#options.hide(told);
    if (!('text' in message)) return this.#add(message);
    this.#characters += message.text.length;
    if (this.#characters > conversationMaxCharacters) {
      this.#add({ at: told.at, type: 'words.cut', what: 'the conversation', rest: null });
      this.#state = 'full';
      return;
    }
    this.#add(message.text.length > textMaxCharacters ? this.#shortened(message) : message);
  }

  #shortened<Long extends Message & { readonly text: string }>(message: Long): Long {
    this.#wholeTexts += 1;
    const full = wholeTextFile(this.#token, this.#wholeTexts);
    const path = join(this.#options.runFolder, full);
    try {
      mkdirSync(dirname(path), { recursive: true });
      writeFileSync(path, message.text);
    } catch {
      this.#state = 'broken';
    }
    const { text } = message;
    const whole = { full, characters: text.length };
    return { ...message, text: text.slice(0, textMaxCharacters), whole };
  }

  #add(entry: Entry): void {
    this.#lines.push(`${JSON.stringify(entry)}\n`);
    this.#writing ??= Promise.resolve().then(() => this.#write());
  }

  /** All that was told in one turn, at once: another thread's turn takes longer than the disk. */
  #write(): void {
    this.#writing = null;
    if (this.#file === 'closed') return;
    try {
      this.#file ??= this.#open();
      const bytes = Buffer.from(this.#lines.splice(0).join(''));
      for (let at = 0; at < bytes.length; ) at += writeSync(this.#file, bytes, at);
    } catch {
      this.#state = 'broken';
      this.#lines = [];
    }
  }

  #open(): number {
    const path = join(this.#options.runFolder, conversationFile(this.#token));
    try {
      return openSync(path, 'a');
    } catch {
      mkdirSync(dirname(path), { recursive: true });
      return openSync(path, 'a');
    }
  }
}
