/** What must hold of `subtasks:`: whom it may ask must be there. */
import { suggest } from '../problems/nearest.ts';
import { type Path, quote } from '../problems/problem.ts';
import type { Report } from '../problems/report.ts';
import type { Parts, TaskValue } from '../read.ts';

export function checkSubtasks(
  { subtasks }: TaskValue,
  path: Path,
  roles: Parts['roles'],
  report: Report,
): void {
  if (!subtasks) return;
  const known = roles.map(({ name }) => name);
  for (const [at, name] of (subtasks.agents ?? []).entries()) {
    if (known.includes(name)) continue;
    const said = { message: `no role is called ${quote(name)}`, fix: suggest(name, known) };
    const place = [...path, 'subtasks', 'agents', at];
    report.add({ code: 'plan.unknown-role', path: place, say: () => said });
  }
  if (subtasks.approveWithin === undefined || subtasks.approve) return;
  const message = '"approveWithin" says nothing without "approve"';
  const say = () => ({ message, fix: 'add "approve: true", or leave it out' });
  const place = [...path, 'subtasks', 'approveWithin'];
  report.add({ code: 'plan.no-approve', path: place, at: 'key', say });
}
