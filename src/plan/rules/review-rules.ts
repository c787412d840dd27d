/** What must hold of a review: its role is there, and has enough agents beside the author. */
import { suggest } from '../problems/nearest.ts';
import { type Path, quote } from '../problems/problem.ts';
import type { Complaint, Report } from '../problems/report.ts';
import type { Parts, RolePart, RoleValue, TaskValue } from '../read.ts';
import { agentsNeeded, type ReviewValue, resolveReview } from '../shapes/review-shape.ts';
import { checksOf } from '../templated-texts.ts';

export function checkReviews(
  task: TaskValue,
  path: Path,
  author: string,
  roles: Parts['roles'],
  report: Report,
): void {
  let count = 0;
  for (const { check, path: at } of checksOf(task, path)) {
    if (!('review' in check)) continue;
    count += 1;
    if (count > 1) report.add(twice([...at, 'review']));
    else checkPanel(check.review, [...at, 'review'], author, roles, report);
  }
}

function twice(path: Path): Complaint {
  const said = { message: 'a task has one review', fix: 'ask for a quorum, such as 2 of 3' };
  return { code: 'plan.second-review', path, at: 'key', say: () => said };
}

/** Whoever judges must be there: so many agents, and none of them the author. */
function checkPanel(
  value: ReviewValue,
  path: Path,
  author: string,
  roles: readonly RolePart[],
  report: Report,
): void {
  const { agent: name } = value;
  const at = [...path, 'agent'];
  const known = roles.map((each) => each.name);
  if (!known.includes(name)) {
    const said = { message: `no role is called ${quote(name)}`, fix: suggest(name, known) };
    return report.add({ code: 'plan.unknown-role', path: at, say: () => said });
  }
  const role = roles.find((each) => each.name === name)?.value;
  if (!role) return;
  const needed = agentsNeeded(resolveReview(value), author);
  if (role.count !== undefined && role.count < needed) {
    report.add(tooFew(at, name, author, role, needed));
  }
  if (role.adapter !== 'command' || role.run !== undefined) return;
  const message = `the command role ${quote(name)} reviews, and has nothing to run`;
  const say = () => ({ message, fix: 'write "run" on the role' });
  report.add({ code: 'plan.no-run', path: at, say });
}

function tooFew(
  path: Path,
  name: string,
  author: string,
  { count = 0 }: RoleValue,
  needed: number,
): Complaint {
  const has = count === 1 ? '1 agent' : `${count} agents`;
  const why = name === author ? ', and nobody judges his own work' : '';
  const message = `needs ${needed} agents of ${quote(name)}, which has ${has}${why}`;
  const fix = `give ${quote(name)} count: ${needed}, or name another role`;
  return { code: 'plan.too-few-reviewers', path, say: () => ({ message, fix }) };
}
