/**
 * A journal on this disk that the servers have, too: another node can go on from theirs.
 *
 * Owns: the lines that are not on the servers yet. Invariant: a flush resolves when what it covers
 * is on this disk and on the servers, so no effect leaves before both have its input.
 */
import type { Journal } from '../journal/journal.ts';
import { encodeRecord } from '../journal/record.ts';
import type { LoggedInput, StoredSystem } from '../kernel/log.ts';
import type { RunStream } from './run-stream.ts';

export class StreamJournal implements Journal {
  readonly #file: Journal;
  readonly #stream: RunStream;
  #lines: string[] = [];
  #sending: Promise<void> | null = null;
  #failure: unknown = null;

  constructor(file: Journal, stream: RunStream) {
    this.#file = file;
    this.#stream = stream;
  }

  get bytes(): number {
    return this.#file.bytes;
  }

  append(input: LoggedInput): void {
    if (this.#failure) throw this.#failure;
    this.#file.append(input);
    this.#lines.push(encodeRecord(input));
  }

  flush(): Promise<void> | undefined {
    if (this.#failure) return Promise.reject(this.#failure);
    if (this.#lines.length === 0) return this.#sending ?? undefined;
    const before = this.#sending ?? Promise.resolve();
    const sending = before.then(() => this.#send());
    this.#sending = sending;
    const done = (): void => {
      if (this.#sending === sending) this.#sending = null;
    };
    sending.then(done, done);
    return sending;
  }

  async load() {
    await this.flush();
    return this.#file.load();
  }

  async history(): Promise<Iterable<LoggedInput>> {
    await this.flush();
    return this.#file.history();
  }

  async store(system: StoredSystem): Promise<void> {
    await this.flush();
    return this.#file.store(system);
  }

  async close(): Promise<void> {
    try {
      await this.flush();
    } catch {
      // Told to whoever waited for the flush.
    }
    await this.#file.close();
  }

  async #send(): Promise<void> {
    const text = this.#lines.join('');
    this.#lines = [];
    if (text === '') return;
    try {
      const stored = this.#stream.append({ kind: 'lines' }, Buffer.from(text));
      await Promise.all([this.#file.flush(), stored]);
    } catch (error) {
      this.#failure ??= error;
      throw error;
    }
  }
}
