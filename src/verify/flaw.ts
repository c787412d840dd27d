/** Something wrong with a plan, found in its text: where it stands, and what it keeps from what. */

import type { LineOf } from '../plan/places.ts';
import type { Path } from '../plan/problem.ts';
import { renderPath } from '../plan/problem.ts';
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
  /** The task that can't succeed for it; null when it is no single task's. */
  readonly task: string | null;
}

/** `tasks[3].timeout (line 12): ...` */
export function findingOf({ property, path, message }: Flaw, lineOf: LineOf): Finding {
  const line = lineOf(path);
  const place = line > 0 ? ` (line ${line})` : '';
  return { property, message: `${renderPath(path)}${place}: ${message}`, trace: [] };
}
