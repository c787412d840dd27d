/** What a restarted process finds under way: work called before the restart, and its time left. */
import type { Actor, Invocation } from './actor.ts';
import type { Charts } from './charts.ts';
import type { Core } from './core.ts';
import type { Input } from './input.ts';

export interface UnderWay {
  readonly actor: Actor;
  readonly invocation: Invocation;
}

/** Work of the world, to be called again; machines that are invoked live on by themselves. */
export function workUnderWay(core: Core, charts: Charts): readonly UnderWay[] {
  return core.registry
    .living()
    .flatMap((actor) =>
      [...actor.invocations.values()]
        .filter(({ src }) => !charts.childOf(actor.chart, src))
        .map((invocation) => ({ actor, invocation })),
    );
}

/** XState names the timer of a delay after it: `xstate.after.attemptDeadline.task.running`. */
const isDeadline = (timer: string): boolean => /deadline/i.test(timer);

/**
 * A deadline must not pass while nobody could meet it: whoever waits for work that is called again,
 * or for anything by a delay that is called a deadline, gets the time that it had left when the
 * runtime was last heard of. Null: no time is to be made up for.
 */
export function timeLost(core: Core, work: readonly UnderWay[], nowMs: number): Input | null {
  const forMs = nowMs - core.at;
  if (forMs <= 0) return null;
  const working = new Set(work.map(({ actor }) => actor));
  const waiting = core.registry
    .living()
    .filter((actor) => working.has(actor) || [...actor.timers.keys()].some(isDeadline));
  const of = waiting.filter(({ timers }) => timers.size > 0).map(({ address }) => address);
  return of.length > 0 ? { kind: 'pause', forMs, of } : null;
}
