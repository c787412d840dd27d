/**
 * Waits until the disk has what was written: right here while the disk is quicker than the turn of
 * another thread, elsewhere as soon as it is not.
 *
 * Owns: what the disk last took. A disk that was slow is asked again only after many flushes, so
 * that nobody is kept from working but for a moment now and then.
 */
import { fdatasyncSync } from 'node:fs';
import type { FileHandle } from 'node:fs/promises';

/** About what a turn of Node's thread pool costs, there and back. */
const quickMs = 0.5;
const flushesBetweenTries = 100;

export class DiskSync {
  readonly #elapsed: () => number;
  /** How many flushes are still left to another thread. */
  #elsewhere = 0;

  /** `elapsed` in milliseconds from any fixed start. */
  constructor(elapsed: () => number) {
    this.#elapsed = elapsed;
  }

  async wait(file: FileHandle): Promise<void> {
    if (this.#elsewhere > 0) {
      this.#elsewhere -= 1;
      return file.datasync();
    }
    const begunMs = this.#elapsed();
    fdatasyncSync(file.fd);
    const isQuick = this.#elapsed() - begunMs <= quickMs;
    this.#elsewhere = isQuick ? 0 : flushesBetweenTries;
  }
}
