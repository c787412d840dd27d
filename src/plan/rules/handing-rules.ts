/** What must hold of `handsTo:`, `fallback:` and `contextWindow:`: whoever they name is there. */
import { suggest } from '../problems/nearest.ts';
import { quote } from '../problems/problem.ts';
import type { Complaint } from '../problems/report.ts';
import type { Parts } from '../read.ts';

export function* handingComplaints(
  { path, value }: Parts['roles'][number],
  roles: Parts['roles'],
): Generator<Complaint> {
  const { handsTo = [], fallback = [], fallbackAfter, contextWindow, handoff } = value ?? {};
  const known = roles.map(({ name }) => name);
  const heirs = Object.entries({ handsTo, fallback });
  for (const [key, names] of heirs) {
    for (const [at, name] of names.entries()) {
      const isItself = key === 'fallback' && path.at(-1) === name;
      if (known.includes(name) && !isItself) continue;
      const what = isItself ? 'a role can not replace itself' : `no role is called ${quote(name)}`;
      const said = { message: what, fix: suggest(name, known) };
      yield { code: 'plan.unknown-role', path: [...path, key, at], say: () => said };
    }
  }
  if (fallbackAfter !== undefined && fallback.length === 0) {
    const said = { message: '"fallbackAfter" says nothing without "fallback"', fix: 'add it' };
    yield { code: 'plan.no-fallback', path: [...path, 'fallbackAfter'], say: () => said };
  }
  if (handoff !== false || (handsTo.length === 0 && contextWindow === undefined)) return;
  const message = '"handoff: false" never hands anything over';
  const say = () => ({ message, fix: 'leave it out, or contextWindow and handsTo' });
  yield { code: 'plan.no-handoff', path: [...path, 'handoff'], at: 'key', say };
}
