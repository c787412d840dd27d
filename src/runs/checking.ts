/** Makes a task's checks ready to be run: templates filled in, paths made absolute. */
import { resolve } from 'node:path';
import { assertNever } from '../../machines/errors.ts';
import type { PlanCheck } from '../plan/plan.ts';
import { compileSchema } from '../plan/shapes/json-schema.ts';
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
      readonly within: string | null;
    }
  | {
      readonly kind: 'schema';
      /** `text`: the output is looked at as it is. */
      readonly of: 'json' | 'text';
      readonly judge: (value: unknown) => readonly string[];
    };

/** Where relative files are looked for. */
export interface Ground {
  readonly cwd: string;
  /** What counts, and nothing that a link leads to outside of it. Null: whatever is found. */
  readonly within: string | null;
}

export async function readyChecks(
  desk: Desk,
  taskId: string,
  ground: Ground,
): Promise<readonly ReadyCheck[]> {
  const task = desk.task(taskId);
  return Promise.all(task.verify.map((check) => ready(desk, taskId, check, ground)));
}

async function ready(
  desk: Desk,
  task: string,
  check: PlanCheck,
  { cwd, within }: Ground,
): Promise<ReadyCheck> {
  switch (check.kind) {
    case 'run': {
      const timeoutMs = check.timeoutMs ?? desk.task(task).verifyTimeoutMs;
      return { kind: 'run', argv: await desk.argv(task, check.run), timeoutMs };
    }
    case 'file': {
      const name = await desk.fill(task, check.path);
      const { minBytes, matches } = check;
      return { kind: 'file', name, path: resolve(cwd, name), minBytes, matches, within };
    }
    case 'schema':
      return {
        kind: 'schema',
        of: check.schema.type === 'string' ? 'text' : 'json',
        judge: compileSchema(check.schema),
      };
    default:
      return assertNever(check);
  }
}
