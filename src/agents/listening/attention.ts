/** Attends to an agent's signs as they come: kept as testimony, told on, and acted upon. */
import type { Clock } from '../../kernel/clock.ts';
import type { AgentEvent } from '../agent.ts';
import type { Trouble } from '../trouble.ts';
import { impatience } from './patience.ts';
import type { Sign } from './sign.ts';
import { Testimony } from './testimony.ts';
import { Watchdog } from './watchdog.ts';

export interface AttentionOptions {
  readonly startWithinMs: number;
  readonly silenceMs: number;
  readonly clock: Clock;
  readonly tell: (event: AgentEvent) => void;
  /** Called once, when it is not worth waiting any longer. */
  readonly stop: (trouble: Trouble) => void;
}

export class Attention {
  readonly told = new Testimony();
  readonly #options: AttentionOptions;
  #watchdog: Watchdog | null = null;
  #phase: 'listening' | 'stopped' = 'listening';

  constructor(options: AttentionOptions) {
    this.#options = options;
  }

  /** It works: from now on it has to talk. */
  begin(): void {
    const { startWithinMs, silenceMs, clock } = this.#options;
    const bark = (trouble: Trouble): void => this.#stop(trouble);
    this.#watchdog = new Watchdog({ startWithinMs, silenceMs, clock, bark });
  }

  /** Any word shows that it lives, whatever it means. */
  overhear(): void {
    this.#watchdog?.hear();
  }

  take(signs: readonly Sign[]): void {
    const { tell, clock } = this.#options;
    for (const sign of signs) {
      this.#watchdog?.hear();
      this.#watchdog?.understand();
      if (this.told.hear(sign)) tell(sign);
    }
    const trouble = impatience(this.told, clock.now());
    if (trouble !== null) this.#stop(trouble);
  }

  /** Whoever waits for somebody else is not silent. */
  async meanwhile<Result>(wait: Promise<Result>): Promise<Result> {
    this.#watchdog?.hold();
    try {
      return await wait;
    } finally {
      this.#watchdog?.release();
    }
  }

  end(): void {
    this.#watchdog?.rest();
  }

  #stop(trouble: Trouble): void {
    if (this.#phase === 'stopped') return;
    this.#phase = 'stopped';
    this.#options.stop(trouble);
  }
}
