/** Whether an attempt that says "done" has anything to show for it; what is missing if not. */
import type { Evidence, Fault, Outcome } from '../../machines/outcome.ts';

type Claim = Outcome & { kind: 'succeeded' };

/** The outcome as it is believed: a claim with nothing behind it is a failure. */
export function believed(outcome: Outcome, mayDoNothing: boolean): Outcome {
  if (outcome.kind !== 'succeeded') return outcome;
  const missing = missingOf(outcome, mayDoNothing);
  if (missing === null) return outcome;
  const { kind: _, ...measured } = outcome;
  return { kind: 'failed', fault: unverified(missing), ...measured };
}

export function unverified(missing: string): Fault {
  const message = `unverified: it says that it is done, but ${missing}`;
  return { code: 'claim.unverified', message, retryable: true };
}

/**
 * An agent that tells of its tool calls has to show one, a change, or an answer. A program that
 * tells of none is its own evidence: its exit code was seen, and being silent is how programs say
 * that all is well.
 */
function missingOf({ evidence, output, subtasks = [] }: Claim, mayDoNothing: boolean) {
  if (evidence.length === 0) return 'nobody saw anything of it';
  const failed = evidence.find(({ passed }) => !passed);
  if (failed) return failed.summary;
  const toolCalls = lastFact(evidence, 'toolCalls');
  if (mayDoNothing || toolCalls !== 0 || subtasks.length > 0) return null;
  const commit = evidence.findLast(({ kind }) => kind === 'commit')?.facts;
  if (commit !== undefined && commit.commit !== commit.base) return null;
  return output.text.trim() === '' ? 'it used no tool, changed no file and gave no answer' : null;
}

function lastFact(evidence: readonly Evidence[], name: string) {
  return evidence.findLast(({ facts }) => Object.hasOwn(facts, name))?.facts[name];
}
