/** A plan's text to a checked plan: YAML or JSON, every mistake with its line. */
import { checkPlan } from './check.ts';
import type { Plan } from './plan.ts';
import type { TeamPlace } from './problems/report.ts';
import { type DocumentSource, readDocument } from './text/read-document.ts';

export interface TextSource extends DocumentSource {
  /** Plans of its teams that lie in files. */
  readonly teamFiles?: NonNullable<TeamPlace['files']>;
  /** Puts in what others say where the document says nothing. */
  readonly complete?: (document: unknown) => unknown;
}

/** Throws a PlanError with everything that is wrong. */
export function parsePlan(given: string, from: TextSource): Plan {
  const { value, source: read } = readDocument(given, from);
  const { teamFiles: files } = from;
  const teams = files && { depth: 0, count: { teams: 0 }, files };
  const source = teams ? { ...read, teams } : read;
  return checkPlan(from.complete?.(value) ?? value, source);
}
