/** A plan with its text at hand, so that whatever is said of it can name the line. */
import { dirname, resolve } from 'node:path';
import { readPlanFile } from '../plan/file.ts';
import { parsePlan } from '../plan/parse.ts';
import { type LineOf, linesOf, noLines } from '../plan/places.ts';
import type { Plan } from '../plan/plan.ts';

export interface PlanText {
  readonly plan: Plan;
  readonly lineOf: LineOf;
}

/** The file as the person named it, or a plan that has no text. */
export async function planText(given: Plan | string): Promise<PlanText> {
  if (typeof given !== 'string') return { plan: given, lineOf: noLines };
  // Read once: a pipe can't be read again.
  const text = await readPlanFile(given);
  const plan = parsePlan(text, { file: given, folder: dirname(resolve(given)) });
  return { plan, lineOf: linesOf(text.replace(/^\uFEFF/, ''), given) };
}
