/** One conversation among others: who talked about what, and how it stands. */
import type { Ending, Heading } from './entry.ts';

export interface Conversation {
  readonly id: string;
  readonly heading: Heading;
  /** Null: it goes on, or was cut off. */
  readonly ending: Ending | null;
  readonly state: 'ended' | 'alive' | 'cut off';
  /** Around the words that were looked for; empty when nothing was. */
  readonly excerpt: string;
}
