/** What may happen to a machine where it stands: events, deadlines, and the ends of its work. */
import type { AnyStateNode, EventObject } from 'xstate';
import type { Spot, Standing } from './spot.ts';
import type { Birth } from './stepper.ts';
import type { Subject } from './subject.ts';

/** Stands for every event that only a wildcard takes. */
const anything = 'anything';

/** In an order that does not change from run to run. */
export function eventsAt(subject: Subject, spot: Spot): readonly EventObject[] {
  switch (spot.kind) {
    case 'unborn':
      return subject.inputs.map((input): Birth => ({ type: 'xstate.init', input }));
    case 'fallen':
      return [];
    case 'standing':
      if (spot.snapshot.status !== 'active') return [];
      return [...given(subject, spot), ...[...spot.timers.values()], ...ends(subject, spot)];
  }
}

/** Only types that some active state names: to all others it is deaf. */
function given({ events, rules }: Subject, { snapshot }: Standing): readonly EventObject[] {
  const types = snapshot._nodes.flatMap((node: AnyStateNode) => [...node.transitions.keys()]);
  const outer = [...new Set(types)].filter(isOuter).sort();
  const all = outer.flatMap((type) => events[type] ?? [{ type: type.replace('*', anything) }]);
  return rules.admits
    ? all.filter((event) => rules.admits?.(snapshot.context as never, event))
    : all;
}

const isOuter = (type: string): boolean =>
  !type.startsWith('xstate.') || type.startsWith('xstate.snapshot.');

function ends({ outputs }: Subject, { works }: Standing): readonly EventObject[] {
  return [...works].flatMap(([actorId, src]) => {
    const done = `xstate.done.actor.${actorId}`;
    const found = outputs[src]?.map((output) => ({ type: done, actorId, output }));
    const error = new Error(`${src} failed`);
    const broke = { type: `xstate.error.actor.${actorId}`, actorId, error };
    return [...(found ?? [{ type: done, actorId }]), broke];
  });
}
