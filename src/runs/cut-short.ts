/** What is left of an attempt that a person cut short: how it ended, or what it left behind. */
import type { Token } from '../../machines/ids.ts';
import { noOutput, type Outcome, unknownUsage } from '../../machines/outcome.ts';
import type { WorkInput } from '../../machines/rules/duty.ts';

interface Recaller {
  recall?(input: WorkInput): Promise<Pick<Outcome, 'session' | 'usage'>>;
}

type Ending = Promise<Outcome | null>;

export class CutShort {
  /** Under way in this life of the runtime. */
  readonly #working = new Map<Token, Ending>();

  /** Remembers how the work ends, for whoever asks while it does. */
  watch(token: Token, work: Ending): Ending {
    this.#working.set(token, work);
    const forget = (): void => {
      this.#working.delete(token);
    };
    work.then(forget, forget);
    return work;
  }

  /** Once its program is gone. Of one that an earlier life began, only what it wrote is known. */
  async recall(worker: Recaller, input: WorkInput): Promise<Outcome> {
    const ended = await this.#working.get(input.token)?.catch(() => null);
    const left = await worker.recall?.(input).catch(() => undefined);
    const session = ended?.session ?? left?.session;
    const { durationMs = 0, output = noOutput, evidence = [] } = ended ?? {};
    const usage = ended?.usage ?? left?.usage ?? unknownUsage;
    const measured = { durationMs, output, usage, evidence };
    return { kind: 'interrupted', fault, ...measured, ...(session && { session }) };
  }
}

const fault = { code: 'task.taken', message: 'a person took it over', retryable: true };
