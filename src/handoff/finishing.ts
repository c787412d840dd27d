/** A person's word that a task which they took over is done: it stands for an agent's work. */
import { createHash } from 'node:crypto';
import { noUsage, type Outcome } from '../../machines/outcome.ts';
import type { WorkInput } from '../../machines/rules/duty.ts';

/**
 * What came of the attempt; null: an agent has to make it. The word is believed as an agent's is,
 * on the evidence of the checks that follow.
 */
export function finishedByPerson({ earlier }: WorkInput): Outcome | null {
  const note = earlier?.note;
  if (note?.finishedBy === undefined) return null;
  const [by, text] = [note.finishedBy, note.next];
  const sha256 = createHash('sha256').update(text).digest('hex');
  const output = { path: '', bytes: Buffer.byteLength(text), sha256, text };
  const evidence = [
    { kind: 'person', passed: true, summary: `${by} says that it is done`, facts: { by } },
  ];
  return { kind: 'succeeded', durationMs: 0, output, usage: noUsage, evidence };
}
