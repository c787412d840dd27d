/**
 * What a worker may do at a hub: speak as itself, at its own desk, of its own work.
 *
 * Owns: which token has come under which name. A name is its token's as long as that is valid.
 */
import type { Pass } from '../bus/pass.ts';
import type { TokenDesk } from './tokens.ts';
import { hubDesk, hubFiles, nodeNamePattern } from './wire.ts';

const asked = ['worker.join', 'worker.beat', 'worker.leave'];
const told = ['work.told', 'work.asked', 'work.ended'];
/** Frames in a second, and in one go; more is no worker of ours. */
const rate = { perSecond: 5_000, atOnce: 50_000 };

export function workerDoor(tokens: TokenDesk): (token: string, name: string) => Pass | null {
  const names = new Map<string, string>();
  const holds = (id: string): boolean => whileReadable(() => tokens.isValid(id), true);
  return (token, name) => {
    if (!nodeNamePattern.test(name)) return null;
    const id = whileReadable(() => tokens.check(token), null);
    if (id === null) return null;
    const holder = names.get(name);
    if (holder !== undefined && holder !== id && holds(holder)) return null;
    names.set(name, id);
    return passOf(name, () => holds(id));
  };
}

/** A list that can't be read lets nobody new in, shows nobody out, and ends no hub. */
function whileReadable<Value>(ask: () => Value, otherwise: Value): Value {
  try {
    return ask();
  } catch {
    return otherwise;
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
