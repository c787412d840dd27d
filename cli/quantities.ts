/** Ages as people type them, and sizes as they read them. */
import { InvalidArgumentError } from 'commander';
import { parseDuration } from '../src/index.ts';

export function readAge(given: string): number {
  const ageMs = parseDuration(given);
  if (ageMs === null) throw new InvalidArgumentError('Write it as 30d, 12h or 90m.');
  return ageMs;
}

export function sizeOf(bytes: number): string {
  if (bytes < 1_000) return `${bytes} B`;
  if (bytes < 1_000_000) return `${(bytes / 1_000).toFixed(1)} kB`;
  return `${(bytes / 1_000_000).toFixed(1)} MB`;
}
