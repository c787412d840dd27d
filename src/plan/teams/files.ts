/** Reads the plans that tasks of a plan name as their teams, and those that these name. */
import { dirname, resolve } from 'node:path';
import { PlanError } from '../problems/problem.ts';
import { readPlanFile } from '../text/file.ts';
import { type DocumentSource, type ReadDocument, readDocument } from '../text/read-document.ts';
import { listOf, mapOf } from './loose.ts';

/** By the folder of the plan that names it, and the name that it gives. */
export type TeamFiles = ReadonlyMap<string, ReadDocument>;

/** A team's plan is a file, and so on: more of them are no plan any more. */
const filesMax = 100;

/** Cheap: most plans have no teams. */
export const mayHaveTeams = (text: string): boolean => /\bplan["']?\s*:/.test(text);

export async function readTeamFiles(text: string, source: DocumentSource): Promise<TeamFiles> {
  const files = new Map<string, ReadDocument>();
  const ahead = [readDocument(text, source)];
  for (let next = ahead.pop(); next; next = ahead.pop()) {
    for (const name of namedIn(next.value)) {
      const folder = next.source.folder ?? '';
      const key = `${folder}\0${name}`;
      if (files.has(key)) continue;
      if (files.size >= filesMax) throw tooMany(source.file);
      const read = await readOne(resolve(folder, name), source);
      files.set(key, read);
      ahead.push(read);
    }
  }
  return files;
}

function namedIn(document: unknown): readonly string[] {
  return listOf(mapOf(document).tasks).flatMap((task) => {
    const { plan } = mapOf(task);
    return typeof plan === 'string' ? [plan] : namedIn(plan);
  });
}

async function readOne(file: string, { prompts }: DocumentSource): Promise<ReadDocument> {
  const text = await readPlanFile(file);
  return readDocument(text, { file, folder: dirname(file), ...(prompts && { prompts }) });
}

function tooMany(file: string): PlanError {
  const place = { file, line: 0, column: 0, key: '' };
  const message = `its teams name more than ${filesMax} other plans`;
  const problem = { ...place, code: 'plan.too-many-teams', message, fix: 'put some into one' };
  return new PlanError([problem], 0, 'A plan of plans ends somewhere.');
}
