/**
 * Brings an agent's questions to a person, and their answers back: both by way of the journal.
 *
 * Owns: who waits for which answer in this life of the runtime.
 * Invariant: nobody waits for ever; an attempt that is given up has its answer, a no.
 */
import type { Fact } from '../../machines/events.ts';
import { type AgentId, agentAddress, type Token } from '../../machines/ids.ts';
import type { System } from '../kernel/system.ts';

export interface Leave {
  readonly answer: 'allow' | 'deny';
  readonly by: string;
}

export interface Asker {
  readonly agent: AgentId;
  readonly token: Token;
  readonly signal: AbortSignal;
}

const givenUp: Leave = { answer: 'deny', by: 'the attempt was given up' };

export class Questions {
  readonly #system: () => System;
  readonly #waiting = new Map<string, (leave: Leave) => void>();
  #count = 0;

  constructor(system: () => System) {
    this.#system = system;
  }

  /** Of the system's facts, those that answer somebody who waits. */
  hear(fact: Fact): void {
    if (fact.type === 'agent.answered') this.#waiting.get(fact.question)?.(fact);
  }

  /** Never rejects. */
  async ask(what: { tool: string; input: string }, { agent, token, signal }: Asker) {
    this.#count += 1;
    const id = `${token}.${this.#count}`;
    const answered = this.#answerTo(id, signal);
    const event = { type: 'agent.ask', token, question: { id, ...what } } as const;
    this.#system()
      .send(agentAddress(agent), event)
      .catch(() => this.#waiting.get(id)?.(givenUp));
    const { answer, by } = await answered;
    return { answer, by };
  }

  #answerTo(id: string, signal: AbortSignal): Promise<Leave> {
    return new Promise((resolve) => {
      const settle = (leave: Leave): void => {
        this.#waiting.delete(id);
        signal.removeEventListener('abort', abort);
        resolve(leave);
      };
      const abort = (): void => settle(givenUp);
      this.#waiting.set(id, settle);
      if (signal.aborted) abort();
      else signal.addEventListener('abort', abort);
    });
  }
}
