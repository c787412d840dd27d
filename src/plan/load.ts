/** The way from a file's name to a checked plan. */
import { dirname, resolve } from 'node:path';
import { parsePlan, type TextSource } from './parse.ts';
import type { Plan } from './plan.ts';
import { type Project, underProject } from './project/project.ts';
import { mayTakePrompts, type PromptShelf } from './prompts/prompt-shelf.ts';
import { mayHaveTeams, readTeamFiles } from './teams/files.ts';
import { readPlanFile } from './text/file.ts';

/**
 * `file` as the person named it; messages repeat it.
 * `project` is what it says where the plan says nothing.
 * `openPrompts` is called when the plan may take prompts from the library.
 * Rejects with a PlanError with everything that is wrong with the file or the plan.
 */
export async function loadPlan(
  file: string,
  openPrompts?: () => Promise<PromptShelf>,
  project: Project | null = null,
): Promise<Plan> {
  const text = await readPlanFile(file);
  return readPlan(text, { file, folder: dirname(resolve(file)) }, openPrompts, project);
}

/** The same from a text that is there already. */
export async function readPlan(
  text: string,
  source: TextSource,
  openPrompts?: () => Promise<PromptShelf>,
  project: Project | null = null,
): Promise<Plan> {
  const prompts = mayTakePrompts(text) ? await openPrompts?.() : undefined;
  const complete = project ? (value: unknown) => underProject(value, project) : undefined;
  const around = { ...(prompts && { prompts }), ...(complete && { complete }) };
  const teamFiles = mayHaveTeams(text) ? await readTeamFiles(text, source) : undefined;
  return parsePlan(text, { ...source, ...around, ...(teamFiles && { teamFiles }) });
}
