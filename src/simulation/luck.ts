/**
 * Chance by name: the same seed and key draw the same, whatever else was drawn before.
 *
 * So a run from which a task or a kind of fault was taken away keeps the rest of its luck, and a
 * failure can be made smaller step by step.
 */
import { unitHash } from '../../machines/rules/backoff.ts';
import { seededRandom } from '../kernel/random.ts';
import type { FaultKind } from './fault-kinds.ts';
import type { FaultMix } from './fault-mix.ts';

/** Faults that a plan without tasks could have, and those that each task brings. */
const faultsAtLeast = 20;
const faultsPerTask = 2;

/** How many faults there may be in a run of so many tasks. */
export function faultsMaxOf({ max }: FaultMix, tasks: number): number {
  return max ?? faultsAtLeast + faultsPerTask * tasks;
}

export class Luck {
  readonly #seed: number;
  readonly #mix: FaultMix;
  readonly #faultsMax: number;
  /** Faults that struck. */
  #faults = 0;

  constructor(seed: number, mix: FaultMix, tasks: number) {
    // Neighbouring seeds must not give neighbouring luck.
    this.#seed = seededRandom(seed).next();
    this.#mix = mix;
    this.#faultsMax = faultsMaxOf(mix, tasks);
  }

  get faults(): number {
    return this.#faults;
  }

  /** Whether the world is to be disturbed at all: else nothing takes longer than it says. */
  get isRough(): boolean {
    return Object.values(this.#mix.rates).some((rate) => rate > 0);
  }

  /** In [0, 1). */
  unit(key: string): number {
    return unitHash(key, this.#seed);
  }

  /** A whole number in [0, limit). */
  below(limit: number, key: string): number {
    return Math.floor(this.unit(key) * limit);
  }

  /** A whole number of ms up to `maxMs`, short ones more often; 0 in a world without faults. */
  delayMs(maxMs: number, key: string): number {
    return this.isRough ? Math.floor(maxMs * this.unit(key) ** 3) : 0;
  }

  /** Whether a fault strikes at this occasion; it is counted when it does. */
  strikes(kind: FaultKind, key: string): boolean {
    const rate = this.#mix.rates[kind] ?? 0;
    if (rate === 0 || this.#faults >= this.#faultsMax) return false;
    if (this.unit(`${kind}/${key}`) >= rate) return false;
    this.#faults += 1;
    return true;
  }

  /** A fault that was ordered, not drawn. */
  count(): void {
    this.#faults += 1;
  }
}
