/** What a process that stood still finds under way: work that was called before, and its time. */
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
 * A deadline must not pass while nobody could meet it: whoever waits for work, or for anything by a
 * delay that is called a deadline, gets the time that it had left before the `forMs` in which the
 * runtime or the whole machine stood still. Null: no time is to be made up for.
 */
export function timeLost(core: Core, charts: Charts, forMs: number): Input | null {
  if (forMs <= 0) return null;
  const working = new Set(workUnderWay(core, charts).map(({ actor }) => actor));
  const waiting = core.registry
    .living()
    .filter((actor) => working.has(actor) || [...actor.timers.keys()].some(isDeadline));
  const of = waiting.filter(({ timers }) => timers.size > 0).map(({ address }) => address);
  return of.length > 0 ? { kind: 'pause', forMs, of } : null;
}
