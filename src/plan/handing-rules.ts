/** What must hold of `handsTo:` and `contextWindow:` on a role: its heirs are there. */
import { suggest } from './nearest.ts';
import { quote } from './problem.ts';
import type { Parts } from './read.ts';
import type { Complaint } from './report.ts';

export function* handingComplaints(
  { path, value }: Parts['roles'][number],
  roles: Parts['roles'],
): Generator<Complaint> {
  const { handsTo = [], contextWindow, handoff } = value ?? {};
  const known = roles.map(({ name }) => name);
  for (const [at, name] of handsTo.entries()) {
    if (known.includes(name)) continue;
    const said = { message: `no role is called ${quote(name)}`, fix: suggest(name, known) };
    yield { code: 'plan.unknown-role', path: [...path, 'handsTo', at], say: () => said };
  }
  if (handoff !== false || (handsTo.length === 0 && contextWindow === undefined)) return;
  const message = '"handoff: false" never hands anything over';
  const say = () => ({ message, fix: 'leave it out, or contextWindow and handsTo' });
  yield { code: 'plan.no-handoff', path: [...path, 'handoff'], at: 'key', say };
}
