/** What must hold of `gather:`: a rule has no agent, an agent no rule, and both wait for all. */

import { type Path, quote } from '../problems/problem.ts';
import type { Report, Said } from '../problems/report.ts';
import type { RoleValue, TaskValue } from '../read.ts';
import { isByRule } from '../shapes/gather.ts';

export function checkGather(
  { gather, needs }: TaskValue,
  path: Path,
  role: RoleValue | null,
  report: Report,
): void {
  if (!gather && role?.adapter !== 'gather') return;
  const complain = (key: string, said: Said): void => {
    report.add({ code: 'plan.bad-gather', path: [...path, ...key.split('.')], say: () => said });
  };
  if (!gather) {
    return complain('agent', {
      message: 'gathers, and the task says nothing of that',
      fix: 'add "gather"',
    });
  }
  const { how, from, enough = 1, judge } = gather;
  if (role && isByRule(how) !== (role.adapter === 'gather')) {
    const fix = isByRule(how) ? 'give it to a role with adapter: gather' : 'give it to an agent';
    complain('gather.how', { message: `${quote(how)} does not go with this role`, fix });
  }
  if ((how === 'pick') !== (judge !== undefined)) {
    const fix = 'write both, or neither';
    complain('gather', { message: '"pick" and "judge" go together', fix });
  }
  const unneeded = [...from, ...(judge ? [judge] : [])].filter((id) => !needs.includes(id));
  for (const id of unneeded) {
    const fix = `add ${quote(id)} to its needs`;
    complain('gather', { message: `it does not wait for ${quote(id)}`, fix });
  }
  if (enough <= from.length) return;
  const message = `${enough} are more than there are, which is ${from.length}`;
  complain('gather.enough', { message, fix: 'lower it, or leave it out' });
}
