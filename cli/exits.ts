/** What the process ends with; the same for every command. */

export const exits = {
  succeeded: 0,
  /** A run that ended otherwise, or something of ours that broke. */
  failed: 1,
  /** A person's mistake. */
  mistaken: 2,
  /** Stopped early; it can be resumed. */
  stopped: 3,
} as const;

export type Exit = (typeof exits)[keyof typeof exits];
