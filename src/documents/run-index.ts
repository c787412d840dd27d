/**
 * What each run has put into the archive: one file a run, made of what lies in the run's folder.
 *
 * Invariant: a file is whole or not there, and two who make the same one make it alike: nobody has
 * to wait for anybody.
 */
import { existsSync, readdirSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { z } from 'zod';
import { type Random, randomName } from '../kernel/random.ts';
import { ensureFolder, unwritable } from '../runs/disk.ts';
import type { Archived } from './document.ts';

const archivedSchema = z.object({
  name: z.string().min(1),
  sha256: z.string().regex(/^([0-9a-f]{64})?$/),
  bytes: z.number(),
  kept: z.enum(['whole', 'too large', 'pruned']),
  run: z.string(),
  task: z.string(),
  agent: z.string().nullable(),
  attempts: z.number(),
  status: z.enum(['completed', 'failed', 'skipped', 'cancelled']),
  evidence: z.array(z.object({ kind: z.string(), passed: z.boolean(), summary: z.string() })),
  at: z.number(),
});

const indexSchema = z.object({
  v: z.literal(1),
  run: z.string(),
  /** When the folder of results had changed last, once that was long enough ago. */
  settledMs: z.number().nullable(),
  /** When each task's result was written: what is known already is not read again. */
  seen: z.record(z.string(), z.number()),
  documents: z.array(archivedSchema),
});

export interface RunIndex {
  readonly v: 1;
  readonly run: string;
  readonly settledMs: number | null;
  readonly seen: Readonly<Record<string, number>>;
  readonly documents: readonly Archived[];
}

const ending = '.json';

const indexFolder = (home: string): string => join(home, 'documents', 'runs');

/** Empty for a run that has none, or whose file is damaged: then it is made again. */
export function readIndex(home: string, run: string): RunIndex {
  const path = join(indexFolder(home), `${run}${ending}`);
  const empty: RunIndex = { v: 1, run, settledMs: null, seen: {}, documents: [] };
  if (!existsSync(path)) return empty;
  try {
    return indexSchema.parse(JSON.parse(readFileSync(path, 'utf8')));
  } catch {
    return empty;
  }
}

export function readIndexes(home: string): readonly RunIndex[] {
  const folder = indexFolder(home);
  if (!existsSync(folder)) return [];
  const names = readdirSync(folder).filter((name) => name.endsWith(ending));
  return names.map((name) => readIndex(home, name.slice(0, -ending.length)));
}

export function writeIndex(home: string, index: RunIndex, random: Random): void {
  const path = join(indexFolder(home), `${index.run}${ending}`);
  // A name of its own: two may write the same one at once.
  const draft = `${path}.${randomName(random, 8)}.draft`;
  try {
    ensureFolder(indexFolder(home));
    writeFileSync(draft, `${JSON.stringify(index)}\n`, { flush: true });
    renameSync(draft, path);
  } catch (error) {
    rmSync(draft, { force: true });
    throw unwritable(path, error);
  }
}
