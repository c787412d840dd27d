/**
 * A disk that outlives the runtime: what was flushed stays, the rest is lost, the last write may be
 * torn. Records lie on it as in a real journal, and are read and repaired as there.
 *
 * Owns: the bytes of the journal, and the stored system.
 * Invariants:
 * - what a resolved flush covered is there in every later life;
 * - lines are written in the order in which they were appended;
 * - once a write has failed, this life writes nothing more.
 */
import { InvariantError } from '../../machines/errors.ts';
import { decodeRecord, encodeRecord, parseRecord } from '../journal/record.ts';
import { scan } from '../journal/scan.ts';
import type { Log, LoggedInput, StoredSystem } from '../kernel/log.ts';
import { UserError } from '../kernel/user-error.ts';
import type { Luck } from './luck.ts';
import { type Mortal, never } from './mortal.ts';
import type { VirtualTime } from './virtual-time.ts';

const flushMaxMs = 4;
const slowMaxMs = 2_000;

interface Snapshot {
  /** How many lines were there when it was stored. */
  readonly lines: number;
  readonly system: StoredSystem;
}

export class SimulatedDisk {
  readonly time: VirtualTime;
  readonly luck: Luck;
  /** Whole lines, with their newlines. */
  #lines: string[] = [];
  /** What a torn write has left behind them. */
  #torn = '';
  #snapshot: string | null = null;
  #writes = 0;

  constructor(time: VirtualTime, luck: Luck, from: readonly LoggedInput[]) {
    this.time = time;
    this.luck = luck;
    this.#lines = from.map((input) => encodeRecord(input));
  }

  /** A name for each write, to draw its luck by. */
  nextWrite(): string {
    this.#writes += 1;
    return `write#${this.#writes}`;
  }

  write(lines: readonly string[]): void {
    for (const line of lines) this.#lines.push(line);
  }

  /** The beginning of what was to be written; whole lines of it are there, safe or not. */
  tear(lines: readonly string[], key: string): void {
    const text = lines.join('');
    const kept = text.slice(0, this.luck.below(text.length + 1, `${key}/torn`));
    const end = kept.lastIndexOf('\n') + 1;
    this.#lines.push(
      ...kept
        .slice(0, end)
        .split(/(?<=\n)/)
        .filter((line) => line !== ''),
    );
    this.#torn = kept.slice(end);
  }

  replaceSnapshot(text: string): void {
    this.#snapshot = text;
  }

  /** What a new life finds, once it has cut off what is torn. */
  read(): { readonly stored: StoredSystem | null; readonly inputs: readonly LoggedInput[] } {
    const inputs = this.records();
    this.#torn = '';
    const snapshot = this.#soundSnapshot();
    if (!snapshot) return { stored: null, inputs };
    return { stored: snapshot.system, inputs: inputs.slice(snapshot.lines) };
  }

  /** Every record from the first; a torn one is none. */
  records(): readonly LoggedInput[] {
    const bytes = Buffer.from(this.#lines.join('') + this.#torn);
    const read = (start: number) => [bytes.subarray(start)];
    const found = scan({ path: 'the simulated journal', read, close: () => {} });
    return [...found].map(({ line }) => parseRecord(line) as LoggedInput);
  }

  get lineCount(): number {
    return this.#lines.length;
  }

  #soundSnapshot(): Snapshot | null {
    if (this.#snapshot === null) return null;
    const line = Buffer.from(this.#snapshot).subarray(0, -1);
    return (decodeRecord(line) as Snapshot | undefined) ?? null;
  }
}

/** The journal of one life. */
export class DiskLog implements Log {
  readonly #disk: SimulatedDisk;
  readonly #life: Mortal;
  /** Appended, and not yet on its way. */
  #pending: string[] = [];
  /** On its way. */
  #writing: readonly string[] = [];
  #written: Promise<void> | null = null;
  #failure: unknown = null;

  constructor(disk: SimulatedDisk, life: Mortal) {
    this.#disk = disk;
    this.#life = life;
  }

  append(input: LoggedInput): void {
    if (this.#failure) throw this.#failure;
    if (this.#life.alive) this.#pending.push(encodeRecord(input));
  }

  flush(): Promise<void> | undefined {
    if (this.#failure) return Promise.reject(this.#failure);
    if (!this.#life.alive) return never();
    if (this.#pending.length === 0) return this.#written ?? undefined;
    if (this.#written) return this.#written.then(() => this.flush());
    return this.#write();
  }

  async load() {
    return this.#disk.read();
  }

  async history(): Promise<readonly LoggedInput[]> {
    return this.#disk.records();
  }

  /** Whole or not at all: whoever dies meanwhile leaves the old one. */
  async store(system: StoredSystem): Promise<void> {
    await this.flush();
    const text = encodeRecord({ lines: this.#disk.lineCount, system });
    await this.#pass(this.#disk.luck.delayMs(slowMaxMs, this.#disk.nextWrite()));
    this.#disk.replaceSnapshot(text);
  }

  async close(): Promise<void> {
    await this.flush()?.catch(() => {});
    this.#failure ??= new InvariantError('the journal was closed');
  }

  /** Its process is gone: what it had not written is lost, or torn. */
  die(): void {
    const key = this.#disk.nextWrite();
    const { luck } = this.#disk;
    if (luck.strikes('torn', key)) this.#disk.tear([...this.#writing, ...this.#pending], key);
    else if (luck.unit(`${key}/reached`) < 0.5) this.#disk.write(this.#writing);
  }

  /** At once, or later: then the promise says when. */
  #write(): Promise<void> | undefined {
    const { luck } = this.#disk;
    const key = this.#disk.nextWrite();
    this.#writing = this.#pending;
    this.#pending = [];
    if (luck.strikes('full', key)) return this.#fail(key);
    const slowMs = luck.strikes('slow-disk', key) ? luck.below(slowMaxMs, `${key}/slow`) : 0;
    const delayMs = slowMs + luck.delayMs(flushMaxMs, `${key}/flush`);
    if (delayMs === 0) return this.#finish();
    this.#written = this.#pass(delayMs).then(() => this.#finish());
    return this.#written;
  }

  #finish(): undefined {
    this.#disk.write(this.#writing);
    this.#writing = [];
    this.#written = null;
  }

  #fail(key: string): Promise<void> {
    this.#disk.tear(this.#writing, key);
    this.#writing = [];
    this.#failure = diskFull();
    return Promise.reject(this.#failure);
  }

  #pass(delayMs: number): Promise<void> {
    if (delayMs === 0) return Promise.resolve();
    return new Promise((resolve) => {
      this.#disk.time.after(delayMs, () => {
        if (this.#life.alive) resolve();
      });
    });
  }
}

export function diskFull(): UserError {
  const message = 'the simulated disk is full';
  return new UserError('journal.disk-full', message, 'it is freed before the next life');
}
