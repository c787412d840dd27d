/**
 * Makes sure that nobody is still at what a run had begun under another hub.
 *
 * Owns: the runs that go on here and were asked for. Invariants:
 * - a run is clear when everybody who was there has answered that nothing of it is done for others
 *   any more, or is there no more;
 * - whoever joins is asked about each run that goes on here, and about no other;
 * - a run that comes back may have been begun elsewhere meanwhile: it is cleared anew.
 */
import type { Cancellation } from '../../kernel/cancellation.ts';
import { type Clock, sleep } from '../../kernel/clock.ts';
import type { Correspondence } from '../correspondence.ts';
import type { Undertaking } from '../labour.ts';
import { entriesOf, entryAt, keyOf, readWorker } from './register.ts';
import type { Servers } from './servers.ts';

export interface ClearanceOptions {
  readonly servers: Servers;
  readonly clock: Clock;
  readonly post: Pick<Correspondence, 'ask'>;
}

/** A run that was asked for. */
interface Asked {
  readonly run: string;
  /** Aborted when it goes on here no more. */
  readonly over: AbortController;
}

const askAgainMs = 200;
const clearWithinMs = 5_000;

export class Clearance {
  readonly #options: ClearanceOptions;
  readonly #runs = new Set<Asked>();
  #state: 'open' | 'closed' = 'open';

  constructor(options: ClearanceOptions) {
    this.#options = options;
  }

  undertake(run: string): Undertaking {
    const asked: Asked = { run, over: new AbortController() };
    let state: 'unknown' | 'clear' = 'unknown';
    let clearing: Promise<void> | null = null;
    return {
      ready: async (cancellation) => {
        if (state === 'clear' || cancellation.isRequested) return;
        clearing ??= this.#clear(asked).then(() => {
          state = 'clear';
        });
        await either(clearing, cancellation);
      },
      close: () => this.#forget(asked),
    };
  }

  /** It may have been at work for a hub that is dead, on a run that is ours by now. */
  joined(desk: string): void {
    for (const asked of this.#runs) void this.#clearAt(desk, asked);
  }

  close(): void {
    this.#state = 'closed';
    for (const asked of this.#runs) this.#forget(asked);
  }

  #forget(asked: Asked): void {
    asked.over.abort();
    this.#runs.delete(asked);
  }

  async #clear(asked: Asked): Promise<void> {
    const { servers, clock } = this.#options;
    const { signal } = asked.over;
    if (this.#state === 'open') this.#runs.add(asked);
    while (this.#runs.has(asked)) {
      try {
        const entries = await entriesOf(servers, 'worker');
        const desks = entries.flatMap(({ key, text }) => readWorker(key, text)?.desk ?? []);
        await Promise.all(desks.map((desk) => this.#clearAt(desk, asked)));
        return;
      } catch {
        await sleep(clock, askAgainMs, signal);
      }
    }
  }

  async #clearAt(desk: string, asked: Asked): Promise<void> {
    const { servers, clock, post } = this.#options;
    const { run, over } = asked;
    while (this.#runs.has(asked)) {
      try {
        await post.ask(desk, { type: 'work.clear', run }, clearWithinMs);
        return;
      } catch {
        if ((await entryAt(servers, keyOf(desk)).catch(() => '')) === null) return;
        await sleep(clock, askAgainMs, over.signal);
      }
    }
  }
}

/** Whichever comes first. */
function either(done: Promise<void>, cancellation: Cancellation): Promise<void> {
  return new Promise((resolve) => {
    const listenNoMore = cancellation.onRequest(resolve);
    void done.then(resolve).finally(listenNoMore);
  });
}
