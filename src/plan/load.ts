/** The way from a file's name to a checked plan. */
import { dirname, resolve } from 'node:path';
import { readPlanFile } from './file.ts';
import { parsePlan } from './parse.ts';
import type { Plan } from './plan.ts';

/**
 * `file` as the person named it; messages repeat it.
 * Rejects with a PlanError with everything that is wrong with the file or the plan.
 */
export async function loadPlan(file: string): Promise<Plan> {
  const text = await readPlanFile(file);
  return parsePlan(text, { file, folder: dirname(resolve(file)) });
}
