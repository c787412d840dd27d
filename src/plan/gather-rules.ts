/** What must hold of `gather:`: a rule has no agent, an agent no rule, and both wait for all. */
import { isByRule } from './gather.ts';
import { type Path, quote } from './problem.ts';
import type { RoleValue, TaskValue } from './read.ts';
import type { Complaint, Said } from './report.ts';

export function* gatherComplaints(
  { gather, needs }: TaskValue,
  path: Path,
  role: RoleValue | null,
): Generator<Complaint> {
  const complaint = (key: string, said: Said): Complaint => {
    return { code: 'plan.bad-gather', path: [...path, ...key.split('.')], say: () => said };
  };
  if (!gather) {
    if (role?.adapter !== 'gather') return;
    yield complaint('agent', {
      message: 'gathers, and the task says nothing of that',
      fix: 'add "gather"',
    });
    return;
  }
  const { how, from, enough = 1, judge } = gather;
  if (role && isByRule(how) !== (role.adapter === 'gather')) {
    const fix = isByRule(how) ? 'give it to a role with adapter: gather' : 'give it to an agent';
    yield complaint('gather.how', { message: `${quote(how)} does not go with this role`, fix });
  }
  if ((how === 'pick') !== (judge !== undefined)) {
    const fix = 'write both, or neither';
    yield complaint('gather', { message: '"pick" and "judge" go together', fix });
  }
  const unneeded = [...from, ...(judge ? [judge] : [])].filter((id) => !needs.includes(id));
  for (const id of unneeded) {
    const fix = `add ${quote(id)} to its needs`;
    yield complaint('gather', { message: `it does not wait for ${quote(id)}`, fix });
  }
  if (enough <= from.length) return;
  const message = `${enough} are more than there are, which is ${from.length}`;
  yield complaint('gather.enough', { message, fix: 'lower it, or leave it out' });
}
