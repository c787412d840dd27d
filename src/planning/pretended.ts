/** What an agent that only pretends asks for: as many tasks as it may, and one that joins them. */
import type { Phase } from './briefing.ts';
import { type Asker, rolesOf } from './draft.ts';

/** Empty when it asks for nothing: only a plan that is wanted is pretended. */
export function pretendedPlan(asker: Asker, phase: Phase): string {
  if (phase !== 'planning') return '';
  const [first = '', ...others] = rolesOf(asker).filter((role) => role !== asker.task.role);
  const roles = first === '' ? [asker.task.role] : [first, ...others];
  const parts = Array.from({ length: Math.max(1, asker.left - 1) }, (_, at) => ({
    id: `part-${at + 1}`,
    agent: roles[at % roles.length],
    prompt: `Pretend to do part ${at + 1}.`,
  }));
  const [agent] = roles;
  const needs = parts.map(({ id }) => id);
  const join = { id: 'join', agent, needs, prompt: 'Pretend to put the parts together.' };
  return JSON.stringify({ tasks: asker.left > 1 ? [...parts, join] : parts });
}
