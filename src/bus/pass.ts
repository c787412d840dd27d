/** What one who joins a hub may do there. */
import type { Envelope } from './bus.ts';

/** What somebody may do who came with a token. */
export interface Pass {
  readonly name: string;
  readonly maySay: (envelope: Envelope) => boolean;
  readonly mayAnswer: (address: string) => boolean;
  readonly mayHear: (pattern: string) => boolean;
  /** Asked from time to time; false: it is shown out. Left out: it holds for ever. */
  readonly holds?: () => boolean;
  /** Frames; whoever sends more is shown out. Left out: no limit. */
  readonly rate?: { readonly perSecond: number; readonly atOnce: number };
}
