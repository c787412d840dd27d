/** What an attempt without a program came to, judged by its signs and by what ended it. */
import type { Fault } from '../../machines/outcome.ts';
import { cancelled, timedOut } from './faults.ts';
import type { Testimony } from './listening/testimony.ts';
import { faultOf, type Trouble, trouble } from './trouble.ts';
import { denialOf, type Verdict } from './verdict.ts';

/** `over`: its turn came to an end, whichever. */
export type TurnEnding =
  | { readonly kind: 'over' | 'cancelled' | 'timed-out' }
  | { readonly kind: 'faulted'; readonly fault: Fault };

export interface TurnCase {
  readonly ending: TurnEnding;
  readonly told: Testimony;
  /** Why we ended it; null when we did not. */
  readonly stopped: Trouble | null;
  readonly timeoutMs: number;
  readonly hintFor: (trouble: Trouble) => string;
}

export function judgeTurn({ ending, told, stopped, timeoutMs, hintFor }: TurnCase): Verdict {
  const ill = (fault: Fault): Verdict => ({ kind: 'ill', fault });
  const troubled = (found: Trouble): Verdict => ({
    ...{ kind: 'troubled', trouble: found },
    fault: faultOf(found, hintFor(found)),
  });
  if (ending.kind === 'faulted') return ill(ending.fault);
  if (stopped !== null) return troubled(stopped);
  if (ending.kind === 'cancelled') return ill(cancelled());
  if (ending.kind === 'timed-out') return ill(timedOut(timeoutMs));
  const found = told.ended?.trouble ?? denialOf(told);
  if (found) return troubled(found);
  if (told.ended === null) return troubled(trouble('malformed', 'it never said that it is done'));
  return { kind: 'well' };
}
