/** Listens to a program's two streams: what its lines say is kept, told on, and acted upon. */
import type { Clock } from '../kernel/clock.ts';
import type { AgentEvent } from './agent.ts';
import type { Dialect } from './dialect.ts';
import { Lines } from './lines.ts';
import { impatience } from './patience.ts';
import type { Sign } from './sign.ts';
import { Testimony } from './testimony.ts';
import type { Trouble } from './trouble.ts';
import { Watchdog } from './watchdog.ts';

export interface EarOptions {
  readonly dialect: Dialect;
  readonly startWithinMs: number;
  readonly silenceMs: number;
  readonly clock: Clock;
  readonly tell: (event: AgentEvent) => void;
  /** Called once, when it is not worth waiting any longer. */
  readonly stop: (trouble: Trouble) => void;
}

export class Ear {
  readonly told = new Testimony();
  readonly #options: EarOptions;
  readonly #stdout: Lines;
  readonly #stderr: Lines;
  #watchdog: Watchdog | null = null;
  #phase: 'listening' | 'stopped' = 'listening';

  constructor(options: EarOptions) {
    this.#options = options;
    const { dialect } = options;
    this.#stdout = new Lines((line) => this.#hear(signsIn(dialect, line)));
    this.#stderr = new Lines((line) => this.#hear(dialect.readAside(line)));
  }

  /** The program runs: from now on it has to talk. */
  begin(): void {
    const { startWithinMs, silenceMs, clock } = this.#options;
    const bark = (trouble: Trouble): void => this.#stop(trouble);
    this.#watchdog = new Watchdog({ startWithinMs, silenceMs, clock, bark });
  }

  listen(stream: 'stdout' | 'stderr', text: string): void {
    this.#watchdog?.hear();
    if (stream === 'stdout') return this.#stdout.add(text);
    this.#options.tell({ type: 'agent.said', stream, text });
    this.#stderr.add(text);
  }

  /** Nothing more will come. */
  end(): void {
    this.#watchdog?.rest();
    this.#stdout.end();
    this.#stderr.end();
  }

  #hear(signs: readonly Sign[]): void {
    const { tell, clock } = this.#options;
    for (const sign of signs) {
      this.#watchdog?.understand();
      if (this.told.hear(sign)) tell(sign);
    }
    const trouble = impatience(this.told, clock.now());
    if (trouble !== null) this.#stop(trouble);
  }

  #stop(trouble: Trouble): void {
    if (this.#phase === 'stopped') return;
    this.#phase = 'stopped';
    this.#options.stop(trouble);
  }
}

/** A line that is no JSON says nothing: programs warn in plain words, and a crash cuts a line. */
export function signsIn(dialect: Dialect, line: string): readonly Sign[] {
  try {
    return dialect.read(JSON.parse(line));
  } catch (error) {
    if (error instanceof SyntaxError) return [];
    throw error;
  }
}
