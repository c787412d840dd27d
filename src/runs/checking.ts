/** Makes a task's checks ready to be run: templates filled in, paths made absolute. */
import { resolve } from 'node:path';
import { assertNever } from '../../machines/errors.ts';
import { compileSchema } from '../plan/json-schema.ts';
import type { PlanCheck } from '../plan/plan.ts';
import type { Desk } from './assignment.ts';

/** As the evidence plug takes them. */
export type ReadyCheck =
  | { readonly kind: 'run'; readonly argv: readonly string[]; readonly timeoutMs: number }
  | {
      readonly kind: 'file';
      readonly name: string;
      readonly path: string;
      readonly minBytes: number;
      readonly matches: string | null;
    }
  | { readonly kind: 'schema'; readonly judge: (value: unknown) => readonly string[] };

/** Relative files are looked for where the task works. */
export async function readyChecks(
  desk: Desk,
  taskId: string,
  cwd: string,
): Promise<readonly ReadyCheck[]> {
  const task = desk.task(taskId);
  return Promise.all(task.verify.map((check) => ready(desk, taskId, check, cwd)));
}

async function ready(desk: Desk, task: string, check: PlanCheck, cwd: string): Promise<ReadyCheck> {
  switch (check.kind) {
    case 'run': {
      const timeoutMs = check.timeoutMs ?? desk.task(task).verifyTimeoutMs;
      return { kind: 'run', argv: await desk.argv(task, check.run), timeoutMs };
    }
    case 'file': {
      const name = await desk.fill(task, check.path);
      const { minBytes, matches } = check;
      return { kind: 'file', name, path: resolve(cwd, name), minBytes, matches };
    }
    case 'schema':
      return { kind: 'schema', judge: compileSchema(check.schema) };
    default:
      return assertNever(check);
  }
}
