/**
 * What one webhook has yet to be told, in order, each fact until it was taken or given up.
 *
 * Owns: the facts that wait. Invariants: one request at a time, in the order of the facts; at most
 * `waitingMax` wait, the oldest go first when there are more; nobody waits for any of it.
 */
import { type Clock, sleep } from '../kernel/clock.ts';
import type { Webhook } from '../plan/project/webhook-shapes.ts';
import type { RunFact } from '../runs/run.ts';
import { signatureOf } from './signature.ts';

export interface OutboxOptions {
  readonly webhook: Webhook;
  readonly run: string;
  readonly secret: string | null;
  readonly clock: Clock;
  /** The fact is taken, or given up: it is not told again after a crash. */
  readonly onSettled: (seq: number) => void;
}

const waitingMax = 10_000;
const triesMax = 6;
const firstPauseMs = 500;
const pauseFactor = 3;
const answerWithinMs = 10_000;

export class Outbox {
  readonly #options: OutboxOptions;
  readonly #waiting: RunFact[] = [];
  readonly #ending = new AbortController();
  #working: Promise<void> | null = null;

  constructor(options: OutboxOptions) {
    this.#options = options;
  }

  add(fact: RunFact): void {
    this.#waiting.push(fact);
    if (this.#waiting.length > waitingMax) this.#waiting.shift();
    this.#working ??= this.#work().finally(() => {
      this.#working = null;
    });
  }

  /** Resolves when nothing waits any more, or after so long; what is left is told another time. */
  async close(withinMs: number): Promise<void> {
    const late = sleep(this.#options.clock, withinMs, this.#ending.signal);
    await Promise.race([this.#working ?? Promise.resolve(), late]);
    this.#ending.abort();
    await this.#working;
  }

  async #work(): Promise<void> {
    for (let fact = this.#waiting[0]; fact; fact = this.#waiting[0]) {
      const settled = await this.#tell(fact);
      if (!settled) return;
      if (this.#waiting[0] === fact) this.#waiting.shift();
      this.#options.onSettled(fact.seq);
    }
  }

  /** False when it was stopped before anybody took it. */
  async #tell(fact: RunFact): Promise<boolean> {
    const { clock } = this.#options;
    for (let tries = 0, pauseMs = firstPauseMs; tries < triesMax; tries += 1) {
      if (this.#ending.signal.aborted) return false;
      if (await this.#send(fact)) return true;
      if (tries + 1 < triesMax) await sleep(clock, pauseMs, this.#ending.signal);
      pauseMs *= pauseFactor;
    }
    return !this.#ending.signal.aborted;
  }

  async #send(fact: RunFact): Promise<boolean> {
    const { webhook, run, secret, clock } = this.#options;
    const id = `${run}/${fact.seq}`;
    const body = JSON.stringify({ id, run, ...fact });
    const signed = secret && { 'troupe-signature': signatureOf(body, secret, clock.now()) };
    const headers = { 'content-type': 'application/json', 'troupe-delivery': id, ...signed };
    const signal = AbortSignal.any([this.#ending.signal, AbortSignal.timeout(answerWithinMs)]);
    try {
      // Where it sends us on to, nobody has allowed.
      const answer = await fetch(webhook.url, {
        ...{ method: 'POST', redirect: 'manual', headers, body, signal },
      });
      await answer.body?.cancel();
      return answer.ok;
    } catch {
      return false;
    }
  }
}
