/** Listens to a program's two streams: its lines become signs, and those are attended to. */

import { Lines } from '../lines.ts';
import { Attention, type AttentionOptions } from '../listening/attention.ts';
import type { Sign } from '../listening/sign.ts';
import type { Testimony } from '../listening/testimony.ts';
import type { Dialect } from './dialect.ts';

export interface EarOptions extends AttentionOptions {
  readonly dialect: Dialect;
}

export class Ear {
  readonly #attention: Attention;
  readonly #options: EarOptions;
  readonly #stdout: Lines;
  readonly #stderr: Lines;

  constructor(options: EarOptions) {
    this.#options = options;
    this.#attention = new Attention(options);
    const { dialect } = options;
    this.#stdout = new Lines((line) => this.#attention.take(signsIn(dialect, line)));
    this.#stderr = new Lines((line) => this.#attention.take(dialect.readAside(line)));
  }

  get attention(): Attention {
    return this.#attention;
  }

  get told(): Testimony {
    return this.#attention.told;
  }

  /** The program runs: from now on it has to talk. */
  begin(): void {
    this.#attention.begin();
  }

  listen(stream: 'stdout' | 'stderr', text: string): void {
    this.#attention.overhear();
    if (stream === 'stdout') return this.#stdout.add(text);
    this.#options.tell({ type: 'agent.said', stream, text });
    this.#stderr.add(text);
  }

  /** Nothing more will come. */
  end(): void {
    this.#attention.end();
    this.#stdout.end();
    this.#stderr.end();
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
