/** A clock for memory that a test moves by hand; other work has its turn as always. */
import type { Time } from '../../memory/time.ts';

export class ManualTime implements Time {
  atMs: number;

  constructor(atMs = Date.UTC(2026, 0, 1)) {
    this.atMs = atMs;
  }

  now(): number {
    return this.atMs;
  }

  elapsed(): number {
    return this.atMs;
  }

  at(_dueMs: number, call: () => void): () => void {
    const timer = setImmediate(call);
    return () => clearImmediate(timer);
  }

  breathe(): Promise<void> {
    return new Promise((resolve) => setImmediate(resolve));
  }
}
