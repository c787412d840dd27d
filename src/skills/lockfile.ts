/** What was added from where, with its hash: `.troupe/skills.lock.json`, for people to commit. */
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { z } from 'zod';
import { UserError } from '../kernel/user-error.ts';
import { ensureFolder, writeWhole } from '../runs/disk.ts';

/** Who found that one that was learned may be given to agents. */
const accepted = z.union([
  z.strictObject({ by: z.literal('person') }),
  z.strictObject({ by: z.literal('check'), check: z.string() }),
]);

const shape = z.strictObject({
  version: z.literal(1),
  skills: z.record(
    // A name is also a folder that may be taken away.
    z.string().regex(/^[a-z0-9-]{1,64}$/),
    z.strictObject({
      source: z.string(),
      sha256: z.string().regex(/^[0-9a-f]{64}$/),
      accepted: accepted.optional(),
    }),
  ),
});

export type Accepted = z.output<typeof accepted>;
export type Lock = z.output<typeof shape>['skills'];

const lockName = join('.troupe', 'skills.lock.json');

export function readLock(cwd: string): Lock {
  const file = join(cwd, lockName);
  if (!existsSync(file)) return only({});
  try {
    return only(shape.parse(JSON.parse(readFileSync(file, 'utf8'))).skills);
  } catch {
    const hint = 'bring it back from git, or remove it and add the skills again';
    throw new UserError('skill.bad-lock', `${file} is no lockfile of skills`, hint);
  }
}

/** A skill may be called as something that every object has: nobody has added that one. */
const only = (skills: Lock): Lock => Object.assign(Object.create(null), skills);

export function writeLock(cwd: string, lock: Lock): void {
  ensureFolder(join(cwd, '.troupe'));
  const sorted = Object.fromEntries(Object.entries(lock).sort(([a], [b]) => (a < b ? -1 : 1)));
  const text = JSON.stringify({ version: 1, skills: sorted }, null, 2);
  writeWhole(join(cwd, lockName), `${text}\n`);
}
