/** An axiom that did not hold, and where. */
export interface Violation {
  /** The axiom's name. */
  readonly axiom: string;
  readonly message: string;
  /** The input at which it shows; null when the world saw it, or the end did. */
  readonly n: number | null;
  /** Milliseconds since the epoch; null when it has no time. */
  readonly at: number | null;
}
