/** Where a home keeps its memory, and whether it wants one. */
import { join } from 'node:path';

type Environment = Readonly<Record<string, string | undefined>>;

export const memoryFolder = (home: string): string => join(home, 'memory');

/** `TROUPE_MEMORY=off` remembers nothing and recalls nothing. */
export function isWanted({ TROUPE_MEMORY: word }: Environment): boolean {
  return word !== 'off';
}

/** Patterns of a person, one a line, of what is never kept. */
export function patternsIn({ TROUPE_REDACT: lines = '' }: Environment): readonly string[] {
  return lines.split('\n').filter((line) => line !== '');
}
