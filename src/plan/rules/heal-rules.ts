/** What must hold of `heal:`: whom it names must be there, and must be able to make a plan. */
import { suggest } from '../problems/nearest.ts';
import { type Path, quote } from '../problems/problem.ts';
import type { Report } from '../problems/report.ts';
import type { Parts, RoleValue, TaskValue } from '../read.ts';

export function checkHeal(
  { heal, subtasks }: TaskValue,
  path: Path,
  role: RoleValue | null,
  roles: Parts['roles'],
  report: Report,
): void {
  if (!heal) return;
  const place = [...path, 'heal'];
  const split = typeof heal === 'object' && !Array.isArray(heal) ? heal.split : undefined;
  const splits = split !== undefined || [heal].flat().includes('split');
  if (splits && subtasks) {
    const said = { message: 'a task with subtasks plans by itself', fix: 'write heal: ask' };
    report.add({ code: 'plan.bad-heal', path: place, at: 'key', say: () => said });
  }
  if (splits && role?.adapter === 'gather') {
    const said = { message: 'what gathers is not to be split', fix: 'write heal: ask' };
    report.add({ code: 'plan.bad-heal', path: place, at: 'key', say: () => said });
  }
  const known = roles.map(({ name }) => name);
  const named = [
    ...(split?.agent === undefined ? [] : [{ name: split.agent, at: ['agent'] }]),
    ...(split?.agents ?? []).map((name, at) => ({ name, at: ['agents', at] })),
  ];
  for (const { name, at } of named) {
    if (known.includes(name)) continue;
    const said = { message: `no role is called ${quote(name)}`, fix: suggest(name, known) };
    report.add({ code: 'plan.unknown-role', path: [...place, 'split', ...at], say: () => said });
  }
}
