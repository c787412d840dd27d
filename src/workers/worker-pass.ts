/**
 * What a worker may do at a hub: speak as itself, at its own desk, of its own work.
 *
 * Owns: which token has come under which name, for the last `namesMax` of them. A name is its
 * token's as long as that is valid.
 */
import type { Pass } from '../bus/pass.ts';
import type { TokenDesk } from './tokens.ts';
import { hubDesk, hubFiles, nodeNamePattern } from './wire.ts';

const asked = ['worker.join', 'worker.beat', 'worker.leave'];
const told = ['work.told', 'work.asked', 'work.ended'];
/** Far more than a hub takes at a time. */
const namesMaxDefault = 20_000;
/** Frames in a second, and in one go; more is no worker of ours. */
const rate = { perSecond: 5_000, atOnce: 50_000 };

/** Throws when the list of tokens can't be read: then nobody new is let in. */
export function workerDoor(
  tokens: TokenDesk,
  namesMax = namesMaxDefault,
): (token: string, name: string) => Pass | null {
  const names = new Map<string, string>();
  const holds = (id: string): boolean => unlessUnreadable(() => tokens.isValid(id));
  return (token, name) => {
    if (!nodeNamePattern.test(name)) return null;
    const id = tokens.check(token);
    if (id === null) return null;
    const holder = names.get(name);
    if (holder !== undefined && holder !== id && holds(holder)) return null;
    names.delete(name);
    names.set(name, id);
    const [oldest = name] = names.keys();
    if (names.size > namesMax) names.delete(oldest);
    return passOf(name, () => holds(id));
  };
}

/** A list that can't be read shows nobody out. */
function unlessUnreadable(holds: () => boolean): boolean {
  try {
    return holds();
  } catch {
    return true;
  }
}

export function passOf(name: string, holds: () => boolean): Pass {
  const own = `node/${name}/`;
  return {
    ...{ name, holds, rate },
    maySay: ({ from, to, event: { type } }) => {
      if (!from.startsWith(own)) return false;
      if (to === hubFiles) return type === 'files.read';
      return to === hubDesk && (asked.includes(type) || told.includes(type));
    },
    mayAnswer: (address) => address.startsWith(own),
    mayHear: () => false,
  };
}
