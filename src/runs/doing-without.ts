/** What tasks that need a skipped one are given as its output: words that say it was skipped. */
import { noOutput, type OutputRef } from '../../machines/outcome.ts';
import { isWaived, type TaskContext } from '../../machines/rules/attempt.ts';

/** Whatever its attempts came to counts no more once it is skipped. Null: there is none yet. */
export function outputOf(context: TaskContext | undefined): OutputRef | null {
  if (!context) return null;
  if (!isWaived(context)) return context.outcome?.output ?? null;
  const { spec, fault } = context;
  const text = `(there is no result of ${spec.id}: ${fault?.message ?? ''})`;
  return { ...noOutput, text, bytes: Buffer.byteLength(text) };
}
