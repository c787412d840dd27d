/** Finds a project's `troupe.yaml`: in the working directory, else in the nearest one above. */
import { existsSync, readFileSync, statSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { PlanError } from '../problems/problem.ts';
import { bytesMax } from '../text/file.ts';
import { type Project, parseProject } from './project.ts';

export const projectFileName = 'troupe.yaml';

/** Null when there is none. Throws a PlanError with everything that is wrong with it. */
export function readProject(cwd: string): Project | null {
  const file = findProject(cwd);
  return file === null ? null : parseProject(textOf(file), file, dirname(file));
}

function findProject(folder: string): string | null {
  const file = join(folder, projectFileName);
  if (existsSync(file)) return file;
  const above = dirname(folder);
  return above === folder ? null : findProject(above);
}

function textOf(file: string): string {
  try {
    const status = statSync(file);
    if (!status.isFile()) throw new Error('it is no file');
    if (status.size > bytesMax) throw new Error(`it is larger than ${bytesMax} bytes`);
    return readFileSync(file, 'utf8');
  } catch (error) {
    const message = `can't be read: ${(error as Error).message}`;
    const place = { file, line: 0, column: 0, key: '' };
    const problem = { ...place, code: 'project.unreadable', message, fix: '' };
    throw new PlanError([problem], 0, 'Mend it, or take it away.');
  }
}
