/** The run and each role have no more tasks under way than the plan allows, at every instant. */
import type { Axiom, Place } from './axiom.ts';
import { givesUpPlace, workBegun } from './endings.ts';

export const concurrencyHolds: Axiom = {
  name: 'concurrency-holds',
  says: 'Never are more tasks under way than the run and their role allow.',
  watch: (ground, blame) => {
    /** The world is not asked when: what was allowed at any time counts for it. */
    const highest = new Map<string, number>();
    const limitOf = (role: string | null, place: Place): number => {
      const { concurrency = Number.POSITIVE_INFINITY } =
        (role === null ? ground.spec : ground.role(role)) ?? {};
      const most = Math.max(concurrency, highest.get(role ?? '') ?? 0);
      highest.set(role ?? '', most);
      return place.n === null ? most : concurrency;
    };
    const judge = (counts: Counts, role: string, where: string, place: Place): void => {
      const [runMax, roleMax] = [limitOf(null, place), limitOf(role, place)];
      const ofRole = counts.ofRole(role);
      if (counts.size > runMax) {
        blame(`${counts.size} tasks ${where}, and the run allows ${runMax}`, place);
      } else if (ofRole > roleMax) {
        blame(`${ofRole} tasks of ${role} ${where}, and the role allows ${roleMax}`, place);
      }
    };
    const roleOf = (task: string): string => ground.task(task)?.role ?? '';
    const held = new Places();
    const seen = new Places();
    return {
      fact: ({ n, at, fact }) => {
        if (!('task' in fact)) return;
        if (givesUpPlace(fact)) held.leave(fact.task);
        const begun = workBegun(fact);
        if (!begun) return;
        const role = begun.role ?? roleOf(fact.task);
        held.take(fact.task, role);
        judge(held, role, 'hold a place', { n, at });
      },
      step: ({ n, at, attempts }) => {
        for (const { role } of attempts.begun) judge(attempts, role, 'are worked on', { n, at });
      },
      sight: (sighting) => {
        const { at } = sighting;
        if (sighting.kind === 'work.ended') seen.leave(sighting.token);
        if (sighting.kind !== 'work.begun') return;
        const role = sighting.role ?? roleOf(sighting.task);
        seen.take(sighting.token, role);
        judge(seen, role, 'were seen worked on', { n: null, at });
      },
    };
  },
};

interface Counts {
  readonly size: number;
  ofRole(role: string): number;
}

/** Who holds a place for work. */
class Places implements Counts {
  /** With the role that they have it for. */
  readonly #held = new Map<string, string>();
  readonly #ofRole = new Map<string, number>();

  get size(): number {
    return this.#held.size;
  }

  ofRole(role: string): number {
    return this.#ofRole.get(role) ?? 0;
  }

  take(who: string, role: string): void {
    if (this.#held.has(who)) return;
    this.#held.set(who, role);
    this.#ofRole.set(role, this.ofRole(role) + 1);
  }

  leave(who: string): void {
    const role = this.#held.get(who);
    if (role === undefined) return;
    this.#held.delete(who);
    this.#ofRole.set(role, this.ofRole(role) - 1);
  }
}
