/** A plan's text to a checked plan: YAML or JSON, every mistake with its line. */
import { checkPlan } from './check.ts';
import type { Plan } from './plan.ts';
import { type DocumentSource, readDocument } from './read-document.ts';

export interface TextSource extends DocumentSource {
  /** Puts in what others say where the document says nothing. */
  readonly complete?: (document: unknown) => unknown;
}

/** Throws a PlanError with everything that is wrong. */
export function parsePlan(given: string, from: TextSource): Plan {
  const { value, source } = readDocument(given, from);
  return checkPlan(from.complete?.(value) ?? value, source);
}
