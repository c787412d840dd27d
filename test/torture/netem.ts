/** Links that hold packets back, lose them or double them: `tc netem`, where the kernel has it. */
import { spawnSync } from 'node:child_process';

/** What is done to every packet that leaves by a link. */
export interface Trouble {
  readonly delayMs: number;
  readonly jitterMs: number;
  readonly lossPercent: number;
  readonly duplicatePercent: number;
}

/** What one packet needs; and so that those who come while others wait are not thrown away. */
const packetsMax = 100_000;

/** As `tc` reads it, after `tc qdisc replace dev <link> root`. */
export const wordsOf = (trouble: Trouble): readonly string[] => [
  ...['netem', 'limit', `${packetsMax}`],
  ...['delay', `${trouble.delayMs}ms`, `${trouble.jitterMs}ms`],
  ...['loss', 'random', `${trouble.lossPercent}%`],
  ...['duplicate', `${trouble.duplicatePercent}%`],
];

const harmless: Trouble = { delayMs: 1, jitterMs: 1, lossPercent: 1, duplicatePercent: 1 };

/** Null when it can be had; else what stands against it. */
export const withoutNetem = (): string | null => refusalOf(wordsOf(harmless));

/** Why a link can't have this discipline; null: it can. Tried where nobody sees it. */
export function refusalOf(discipline: readonly string[], space = spaceOf()): string | null {
  const lay = said('ip', 'netns', 'add', space);
  if (lay !== null) return lay;
  const within = ['ip', 'netns', 'exec', space] as const;
  const tried = said(...within, 'tc', 'qdisc', 'replace', 'dev', 'lo', 'root', ...discipline);
  said('ip', 'netns', 'del', space);
  return tried;
}

const spaceOf = (): string => `tr${process.pid % 100_000}n`;

/** Null: it went well. */
function said(program: string, ...words: readonly string[]): string | null {
  const { error, status, stderr } = spawnSync(program, words, { encoding: 'utf8' });
  if (error) return error.message;
  return status === 0 ? null : stderr.trim() || `${program} ended with ${status}`;
}
