/** Follows one agent of a run: what it says, attempt by attempt, and what becomes of it. */
import { join } from 'node:path';
import { type Clock, sleep } from '../kernel/clock.ts';
import type { RunFact } from '../runs/run.ts';
import { conversationFile, type Entry } from './entry.ts';
import { ConversationTail } from './reading.ts';

export type Heard =
  | { readonly kind: 'said'; readonly entry: Entry }
  /** `task` null: it has none. */
  | { readonly kind: 'became'; readonly state: string; readonly task: string | null };

export interface Listening {
  /** Absolute, of the run. */
  readonly folder: string;
  readonly agent: string;
  /** Of the run: those of the past, then those to come. */
  readonly facts: AsyncIterable<RunFact>;
  readonly clock: Clock;
  /** Once aborted, nothing more is heard. */
  readonly signal: AbortSignal;
}

const pauseMs = 150;

/** Ends with the run, or when nobody works on it. Earlier attempts are only named. */
export async function* listen(listening: Listening): AsyncGenerator<Heard> {
  const { folder, clock, signal } = listening;
  const news = new News(listening);
  let tail: ConversationTail | null = null;
  for (let over = false; !over && !signal.aborted; ) {
    // Asked before reading: what was said last is still heard.
    over = news.isOver;
    const { states, token } = news.take();
    if (tail && token !== null) yield* wordsOf(tail);
    for (const state of states) yield state;
    if (token !== null) tail = new ConversationTail(join(folder, conversationFile(token)));
    if (tail) yield* wordsOf(tail);
    if (!over) await sleep(clock, pauseMs, signal);
  }
  if (news.error !== null) throw news.error;
}

async function* wordsOf(tail: ConversationTail): AsyncGenerator<Heard> {
  for await (const entry of tail.fresh()) yield { kind: 'said', entry };
}

type Became = Extract<Heard, { kind: 'became' }>;

/** Reads facts beside the listening, so that neither waits for the other. */
class News {
  readonly #agent: string;
  #states: Became[] = [];
  #token: number | null = null;
  isOver = false;
  error: unknown = null;

  constructor({ agent, facts, signal }: Listening) {
    this.#agent = agent;
    this.#read(facts, signal)
      .catch((error: unknown) => {
        this.error = error;
      })
      .finally(() => {
        this.isOver = true;
      });
  }

  /** What came since it was asked last; only the newest attempt counts. */
  take(): { readonly states: readonly Became[]; readonly token: number | null } {
    const taken = { states: this.#states, token: this.#token };
    this.#states = [];
    this.#token = null;
    return taken;
  }

  async #read(facts: AsyncIterable<RunFact>, signal: AbortSignal): Promise<void> {
    for await (const fact of facts) {
      if (signal.aborted) return;
      const became = this.#becameBy(fact);
      if (became) this.#states.push({ kind: 'became', ...became });
    }
  }

  #becameBy(fact: RunFact): Omit<Became, 'kind'> | null {
    if (!('agent' in fact) || fact.agent !== this.#agent) return null;
    switch (fact.type) {
      case 'task.started':
        this.#token = fact.token;
        return { state: 'working', task: fact.task };
      case 'task.succeeded':
        return { state: 'idle', task: null };
      case 'agent.spawned':
        return { state: 'idle', task: null };
      case 'agent.stopped':
        return { state: 'stopped', task: null };
      case 'agent.crashed':
        return { state: 'crashed', task: null };
      default:
        return null;
    }
  }
}
