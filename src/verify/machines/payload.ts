/** Events of which only the type is known: they tell when somebody reads more of them. */
import type { EventObject } from 'xstate';

/** What was read of the data that nobody has described, by the event's type. */
export type Unknowns = Map<string, Set<string>>;

/** An event whose every other part is unknown, and noted when it is looked at. */
export function bareEvent(known: EventObject, unknowns: Unknowns): EventObject {
  const note = (key: string): void => {
    const read = unknowns.get(known.type) ?? new Set();
    unknowns.set(known.type, read.add(key));
  };
  return new Proxy(known, {
    get: (target, key) => {
      if (typeof key === 'string' && !(key in target) && key !== 'toJSON') note(key);
      return Reflect.get(target, key);
    },
    has: (target, key) => {
      if (typeof key === 'string' && !(key in target)) note(key);
      return Reflect.has(target, key);
    },
    ownKeys: (target) => {
      note('all of it');
      return Reflect.ownKeys(target);
    },
  });
}
