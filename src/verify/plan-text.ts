/** A plan with its text at hand, so that whatever is said of it can name the line. */
import { dirname, resolve } from 'node:path';
import { parsePlan } from '../plan/parse.ts';
import type { Plan } from '../plan/plan.ts';
import { type Project, underProject } from '../plan/project/project.ts';
import { readPlanFile } from '../plan/text/file.ts';
import { type LineOf, linesOf, noLines } from '../plan/text/places.ts';
import { promptsFor } from '../remembering/plan-prompts.ts';

export interface PlanText {
  readonly plan: Plan;
  readonly lineOf: LineOf;
}

/** What a plan is read in. */
export interface Setting {
  readonly home: string;
  /** What it says where the plan says nothing. */
  readonly project?: Project | null;
}

/** The file as the person named it, or a plan that has no text. */
export async function planText(
  given: Plan | string,
  { home, project = null }: Setting,
): Promise<PlanText> {
  if (typeof given !== 'string') return { plan: given, lineOf: noLines };
  // Read once: a pipe can't be read again.
  const text = await readPlanFile(given);
  const prompts = await promptsFor(text, home);
  const folder = dirname(resolve(given));
  const complete = project ? (value: unknown) => underProject(value, project) : undefined;
  const around = { ...(prompts && { prompts }), ...(complete && { complete }) };
  const plan = parsePlan(text, { file: given, folder, ...around });
  return { plan, lineOf: linesOf(text.replace(/^\uFEFF/, ''), given) };
}
