/**
 * Makes sure that nobody is still at what a run had begun under another hub.
 *
 * Owns: which runs were asked for. Invariant: a run is clear when everybody who was there has
 * answered that nothing of it is done for others any more, or is there no more.
 */
import { type Clock, sleep } from '../../kernel/clock.ts';
import type { Correspondence } from '../correspondence.ts';
import { entriesOf, entryAt, keyOf, readWorker } from './register.ts';
import type { Servers } from './servers.ts';

export interface ClearanceOptions {
  readonly servers: Servers;
  readonly clock: Clock;
  readonly post: Correspondence;
}

const askAgainMs = 200;
const clearWithinMs = 5_000;

export class Clearance {
  readonly #options: ClearanceOptions;
  readonly #runs = new Map<string, Promise<void>>();
  #state: 'open' | 'closed' = 'open';

  constructor(options: ClearanceOptions) {
    this.#options = options;
  }

  /** Resolves when it is clear, or nobody wants it any more. */
  async ready(run: string, signal: AbortSignal): Promise<void> {
    if (signal.aborted) return;
    const clear = this.#runs.get(run) ?? this.#clear(run);
    this.#runs.set(run, clear);
    const aborted = new Promise<void>((resolve) => {
      signal.addEventListener('abort', () => resolve(), { once: true });
    });
    await Promise.race([clear, aborted]);
  }

  /** It may have been at work for a hub that is dead, on a run that is ours by now. */
  joined(desk: string): void {
    for (const run of this.#runs.keys()) void this.#clearAt(desk, run);
  }

  close(): void {
    this.#state = 'closed';
  }

  async #clear(run: string): Promise<void> {
    const { servers, clock } = this.#options;
    while (this.#state === 'open') {
      try {
        const entries = await entriesOf(servers, 'worker');
        const desks = entries.flatMap(({ key, text }) => readWorker(key, text)?.desk ?? []);
        await Promise.all(desks.map((desk) => this.#clearAt(desk, run)));
        return;
      } catch {
        await sleep(clock, askAgainMs);
      }
    }
  }

  async #clearAt(desk: string, run: string): Promise<void> {
    const { servers, clock, post } = this.#options;
    while (this.#state === 'open') {
      try {
        await post.ask(desk, { type: 'work.clear', run }, clearWithinMs);
        return;
      } catch {
        if ((await entryAt(servers, keyOf(desk)).catch(() => '')) === null) return;
        await sleep(clock, askAgainMs);
      }
    }
  }
}
