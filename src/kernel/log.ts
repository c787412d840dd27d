/** What the kernel asks of a journal: keep inputs in order, and say when they are safe. */
import type { Stamped } from './input.ts';

export interface LoggedInput extends Stamped {
  /** Acts of inputs up to this one were carried out before it was written. */
  readonly performed: number;
}

/** A whole system between two inputs, as JSON. */
export interface StoredSystem {
  readonly n: number;
  readonly core: unknown;
}

export interface Log {
  /** Takes the input; it is not safe yet. Throws when the log has failed or was closed. */
  append(input: LoggedInput): void;
  /**
   * Resolves when everything appended so far survives a crash of the machine. Undefined: it does
   * already, there is nothing to wait for. Rejects when the disk fails; nothing more is taken then.
   */
  flush(): Promise<void> | undefined;
  /** The newest stored system, if any, and the inputs after it. */
  load(): Promise<{ readonly stored: StoredSystem | null; readonly inputs: Iterable<LoggedInput> }>;
  /** Every input from the first, for replay. */
  history(): Promise<Iterable<LoggedInput>>;
  /** Replaces the stored system, whole or not at all. */
  store(system: StoredSystem): Promise<void>;
  close(): Promise<void>;
}
