/** Where the disk is waited for: here while it is quick, elsewhere when it is not. */
import { closeSync, openSync } from 'node:fs';
import { type FileHandle, open } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { DiskSync } from '../../src/journal/disk-sync.ts';
import { makeFolder } from './inputs.ts';

/** A real file, and a clock that says how long each wait took. */
async function waits(tookMs: readonly number[], flushes: number): Promise<readonly string[]> {
  const file = await open(join(makeFolder(), 'x'), 'a');
  const where: string[] = [];
  let [nowMs, at, asked] = [0, 0, 0];
  const elapsed = (): number => {
    asked += 1;
    if (asked % 2 === 0) {
      where.push('here');
      nowMs += tookMs[Math.min(at++, tookMs.length - 1)] ?? 0;
    }
    return nowMs;
  };
  const { datasync } = file;
  const watched = Object.assign(file, {
    async datasync(): Promise<void> {
      where.push('elsewhere');
      await datasync.call(file);
    },
  }) as FileHandle;
  const sync = new DiskSync(elapsed);
  for (let flush = 0; flush < flushes; flush += 1) await sync.wait(watched);
  await file.close();
  return where;
}

describe('the wait for the disk', () => {
  test('is here while the disk is quick', async () => {
    expect(new Set(await waits([0.1], 250))).toEqual(new Set(['here']));
  });

  test('is elsewhere once it was slow, and tried here again much later', async () => {
    const where = await waits([0.1, 8, 8, 0.1], 310);
    const here = where.flatMap((place, at) => (place === 'here' ? [at] : []));
    expect(here.slice(0, 4)).toEqual([0, 1, 102, 203]);
    expect(where.slice(203).every((place) => place === 'here')).toBe(true);
  });

  test('fails with what the disk says', async () => {
    const file = await open(join(makeFolder(), 'x'), 'a');
    const gone = openSync(join(makeFolder(), 'y'), 'a');
    closeSync(gone);
    const sync = new DiskSync(() => 0);
    await expect(sync.wait({ fd: gone } as FileHandle)).rejects.toMatchObject({ code: 'EBADF' });
    await file.close();
  });
});
