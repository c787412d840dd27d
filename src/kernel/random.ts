/** Chance, injected: a source for ids that must not repeat, and one that a seed repeats. */
import { randomBytes } from 'node:crypto';

export interface Random {
  /** Whole numbers from 0 to 2^32 - 1. */
  next(): number;
}

export const systemRandom: Random = { next: () => randomBytes(4).readUInt32LE() };

/** Repeatable: SplitMix32. */
export function seededRandom(seed: number): Random {
  let state = seed >>> 0;
  return {
    next() {
      state = (state + 0x9e3779b9) >>> 0;
      let mixed = state;
      mixed = Math.imul(mixed ^ (mixed >>> 16), 0x85ebca6b);
      mixed = Math.imul(mixed ^ (mixed >>> 13), 0xc2b2ae35);
      return (mixed ^ (mixed >>> 16)) >>> 0;
    },
  };
}

const alphabet = '0123456789abcdefghjkmnpqrstvwxyz';

/** Letters and digits that are hard to mistake for one another. */
export function randomName(random: Random, length: number): string {
  return Array.from({ length }, () => alphabet[random.next() % alphabet.length]).join('');
}
