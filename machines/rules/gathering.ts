/** A task that can do without some of what it needs. */
import type { TroupeEvent } from '../events.ts';
import type { TaskContext } from './attempt.ts';
import { isMet } from './needs.ts';

/** Of whoever gathers, some may come to nothing. */
export function canSpare(
  { spec, unmet = 0 }: TaskContext,
  { task, status }: TroupeEvent & { readonly type: 'dependency.settled' },
): boolean {
  if (isMet(status)) return true;
  const { from, spare } = spec.gathers ?? { from: [], spare: 0 };
  return unmet < spare && from.includes(task);
}
