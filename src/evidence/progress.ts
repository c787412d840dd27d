/**
 * Whether an agent still gets anywhere, told from its tool calls. Pure: the same calls, the same
 * answer.
 *
 * Owns: the last calls, and how many were made since a file was seen to change.
 * Invariants:
 * - bounded: it keeps `circleMax` calls, whatever is called;
 * - a circle is the same one, two or three calls, over and over with nothing in between.
 */
export interface ProgressLimits {
  /** So many times the same call, or the same circle of calls. */
  readonly repeats: number;
  /** So many calls, and no file has changed. Null: it has nothing to change. */
  readonly unchanged: number | null;
}

/** An agent that goes to and fro between more calls than this is not told from one that works. */
const circleMax = 3;

export type Progress =
  | { readonly kind: 'some' }
  /** It goes in a circle: so many calls, so many times. */
  | { readonly kind: 'circle'; readonly calls: number; readonly times: number }
  /** Somebody has to look whether a file has changed. */
  | { readonly kind: 'doubtful'; readonly calls: number };

export class Steps {
  readonly #limits: ProgressLimits;
  /** The newest last. */
  #recent: readonly string[] = [];
  /** How many calls in a row equal the one so many calls before. */
  readonly #echoes: number[] = Array.from({ length: circleMax }, () => 0);
  #sinceChange = 0;

  constructor(limits: ProgressLimits) {
    this.#limits = limits;
  }

  called(key: string): Progress {
    this.#sinceChange += 1;
    for (let at = 0; at < circleMax; at += 1) {
      const echoed = this.#recent.at(-1 - at) === key;
      this.#echoes[at] = echoed ? (this.#echoes[at] ?? 0) + 1 : 0;
    }
    this.#recent = [...this.#recent, key].slice(-circleMax);
    return this.#circle() ?? this.#doubt();
  }

  /** A file has changed: it gets somewhere. */
  changed(): void {
    this.#sinceChange = 0;
  }

  #circle(): Progress | null {
    const { repeats } = this.#limits;
    for (const [at, echoes] of this.#echoes.entries()) {
      const calls = at + 1;
      // The first time round echoes nothing.
      if (echoes + calls >= calls * repeats) return { kind: 'circle', calls, times: repeats };
    }
    return null;
  }

  #doubt(): Progress {
    const { unchanged } = this.#limits;
    const calls = this.#sinceChange;
    if (unchanged === null || calls < unchanged) return { kind: 'some' };
    return { kind: 'doubtful', calls };
  }
}
