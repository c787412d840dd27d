/** What there is of a task that a person may want to be forgotten. */

/** In memory. */
export interface Forgettable {
  readonly id: number;
  readonly run_id: string;
  readonly task_id: string;
  readonly prompt: string;
  readonly finished_at: number;
}

/** A task that is meant, and all that there is of it. */
export interface Trail {
  readonly run_id: string;
  readonly task_id: string;
  /** In memory; null when it is not there. */
  readonly id: number | null;
  /** Empty when it is not in memory. */
  readonly prompt: string;
  /** Milliseconds since the epoch; null when memory does not know. */
  readonly finished_at: number | null;
  /** `RUN/NUMBER`, those that are written to at this moment left out: they go on. */
  readonly conversations: readonly string[];
  readonly alive: readonly string[];
  /** `NAME@VERSION` */
  readonly documents: readonly string[];
}
