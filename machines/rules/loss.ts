/** Work that was gone before anybody had looked at it: with the disk of a node that died, say. */
import type { Fault, Outcome } from '../outcome.ts';

const code = 'work.lost';

export const workLost = (message: string): Fault => ({ code, message, retryable: true });

/** Nobody did anything wrong: to its task the attempt was cut short, and left nothing. */
export function asItStands(outcome: Outcome | null, fault: Fault | null): Outcome | null {
  if (!outcome || fault?.code !== code) return outcome;
  const { durationMs, output, usage, evidence } = outcome;
  return { kind: 'interrupted', fault, durationMs, output, usage, evidence };
}
