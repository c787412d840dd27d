/** A document that nobody has checked yet, as far as it can be looked at. */
import { rolesInHeal } from '../shapes/heal.ts';

export type Loose = Readonly<Record<string, unknown>>;

export function mapOf(value: unknown): Loose {
  const isMap = typeof value === 'object' && value !== null && !Array.isArray(value);
  return isMap ? (value as Loose) : {};
}

export const listOf = (value: unknown): readonly unknown[] => (Array.isArray(value) ? value : []);

/** In a plan with one role its tasks need not name it: where others come to it, they must. */
export function withOnlyRole(tasks: readonly unknown[], roles: Loose): readonly unknown[] {
  const [only, ...others] = Object.keys(roles);
  if (only === undefined || others.length > 0) return tasks;
  return tasks.map((task) => {
    const { agent, plan } = mapOf(task);
    const isOwn = mapOf(task) === task && agent === undefined && plan === undefined;
    return isOwn ? { ...mapOf(task), agent: only } : task;
  });
}

/** Roles that these tasks may be given to, as far as they say it. */
export function namedOf(tasks: readonly unknown[]): ReadonlySet<unknown> {
  return new Set(
    tasks.flatMap((task) => {
      const { agent, verify, subtasks, heal } = mapOf(task);
      const judges = [verify].flat().map((check) => mapOf(mapOf(check).review).agent);
      return [agent, ...judges, ...listOf(mapOf(subtasks).agents), ...rolesInHeal(heal)];
    }),
  );
}
