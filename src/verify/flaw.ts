/** Something wrong with a plan, found in its text: where it stands, and what it keeps from what. */

import type { Path } from '../plan/problems/problem.ts';
import { renderPath } from '../plan/problems/problem.ts';
import type { LineOf } from '../plan/text/places.ts';
import type { Ability } from './model/stimuli.ts';
import type { Finding } from './verdict.ts';

export type Property =
  /** Nothing can happen any more, and the run is not over. */
  | 'plan.deadlock'
  | 'task.waits-forever'
  | 'task.cannot-succeed'
  | 'approval.impossible'
  | 'budget.too-small'
  | 'account.cannot-afford'
  | 'role.unplayed'
  | 'role.unused';

export interface Flaw {
  readonly property: Property;
  readonly path: Path;
  readonly message: string;
  /** Those that can't succeed for it; none when nobody can say which. */
  readonly tasks: readonly string[];
  /** What can never happen to them. */
  readonly rulesOut: Partial<Ability>;
}

/** It is no single task's. */
export const nobody = { tasks: [], rulesOut: {} } as const;

/** `tasks[3].timeout (line 12): ...` */
export function findingOf({ property, path, message }: Flaw, lineOf: LineOf): Finding {
  const line = lineOf(path);
  const place = line > 0 ? ` (line ${line})` : '';
  return { property, message: `${renderPath(path)}${place}: ${message}`, trace: [] };
}
