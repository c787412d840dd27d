/** One actor looked at closely: where it stands, what it awaits, and what would move it now. */
import type { Actor } from '../kernel/actor.ts';
import type { Core } from '../kernel/core.ts';
import { allows } from '../kernel/guard.ts';
import type { Node, Transition } from '../kernel/xstate.ts';
import { guardName, labelOf, type Way, waysFrom } from './machine-shapes.ts';
import { pruned } from './pruned.ts';
import type { Accepted, ActorLook, StepRow } from './wire.ts';

export interface Gaze {
  readonly run: string;
  readonly address: string;
  /** Null: the present. */
  readonly moment: number | null;
  readonly steps: readonly StepRow[];
}

export function lookAt(core: Core, gaze: Gaze): ActorLook {
  const { run, address, moment, steps } = gaze;
  const actor = core.registry.lookUp(address as Actor['address']);
  const base = { kind: 'actor', run, moment, n: core.n, at: core.at, address, steps } as const;
  if (!actor) return { ...base, ...unborn, machine: machineOf(address) };
  return {
    ...base,
    machine: actor.chart.key,
    life: actor.alive ? 'alive' : 'ended',
    active: actor.state.at.nodes.map(({ id }) => id),
    context: pruned(actor.state.context),
    mailbox: [...actor.unread()].map(({ type }) => type),
    timers: [...actor.timers.values()].map(({ event, dueMs }) => {
      return { name: labelOf(event.type), dueAt: dueMs };
    }),
    works: [...actor.invocations.values()].map(({ src }) => src),
    accepts: actor.alive ? acceptsOf(actor) : [],
  };
}

const unborn = {
  ...({ life: 'unborn', active: [], context: null, mailbox: [] } as const),
  ...({ timers: [], works: [], accepts: [] } as const),
};

const machineOf = (address: string): string => address.split('/')[0] ?? address;

/** Every event that some active state knows, innermost first, and how each of its ways stands. */
function acceptsOf(actor: Actor): readonly Accepted[] {
  const byEvent = new Map<string, Way[]>();
  for (const node of [...actor.state.at.nodes].reverse()) {
    for (const way of waysFrom(node)) {
      const { eventType } = way.transition;
      // Taken at once where it can be: nobody waits for it.
      if (eventType === '') continue;
      byEvent.set(eventType, [...(byEvent.get(eventType) ?? []), way]);
    }
  }
  return [...byEvent].map(([event, ways]) => {
    return { event: labelOf(event), ways: ways.map((way) => wayRow(actor, way)) };
  });
}

function wayRow(actor: Actor, { id, transition }: Way): Accepted['ways'][number] {
  const target = (transition.target?.[0] as Node | undefined)?.path.join('.') ?? '';
  const answer = answerOf(actor, transition);
  return { transition: id, target, guard: guardName(transition), answer };
}

/** Asks the guard with an event of that type that says nothing else. */
function answerOf(actor: Actor, transition: Transition): 'yes' | 'no' | 'asks' {
  const { guard } = transition;
  if (guard === undefined) return 'yes';
  let asked = false;
  const event = new Proxy(
    { type: transition.eventType },
    {
      get: (target, key) => {
        if (key === 'type') return target.type;
        asked = true;
        return undefined;
      },
      has: (_, key) => {
        asked ||= key !== 'type';
        return true;
      },
    },
  );
  const { state, chart } = actor;
  try {
    const { context, at } = state;
    const args = { context, event };
    const passes = allows(guard, at as never, args, () => chart.snapshot(state));
    return asked ? 'asks' : passes ? 'yes' : 'no';
  } catch {
    return 'asks';
  }
}
