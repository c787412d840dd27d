/** What a life of the process finds under way: work that the last one called, and its time. */
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

/**
 * Work that is called again gets the time that it had left when its runtime was last heard of: a
 * deadline must not pass while nobody could meet it. Null: no time is to be made up for.
 */
export function timeLost(core: Core, work: readonly UnderWay[], nowMs: number): Input | null {
  const forMs = nowMs - core.at;
  const timed = work.filter(({ actor }) => actor.timers.size > 0);
  const of = [...new Set(timed.map(({ actor }) => actor.address))];
  return forMs > 0 && of.length > 0 ? { kind: 'pause', forMs, of } : null;
}
