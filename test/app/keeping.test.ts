/** Old runs are removed and packed, and one that is alive never is. */
import { spawnSync } from 'node:child_process';
import {
  cpSync,
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  utimesSync,
  writeFileSync,
} from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { FileJournal } from '../../src/journal/file.ts';
import { readHistory } from '../../src/journal/reading.ts';
import type { PrunePolicy } from '../../src/runs/retention.ts';
import type { RunFact } from '../../src/runs/run.ts';
import { commands, pretends, type Stage, stages } from './stage.ts';

const stage = stages('keeping');
const all: PrunePolicy = { olderThanMs: null, keep: 0, keepFailed: false, stopped: false };
const plan = commands([{ id: 'one', run: 'echo done; echo x > "$TROUPE_ARTIFACTS/x"' }]);
const waits = commands([{ id: 'one', run: 'until test -e go; do sleep 0.02; done' }]);

const idsOf = async ({ troupe }: Stage, policy: Partial<PrunePolicy> = {}) =>
  (await troupe.prunable({ ...all, ...policy })).map(({ id }) => id);
const namesIn = ({ home }: Stage): readonly string[] => readdirSync(join(home, 'runs'));
async function factsOf({ troupe }: Stage, run: string): Promise<readonly RunFact[]> {
  const facts: RunFact[] = [];
  for await (const fact of troupe.facts(run)) facts.push(fact);
  return facts;
}

describe('prune', () => {
  test('removes what is over, and says what that sets free', async () => {
    const it = stage();
    const { run } = await it.play(plan);
    const other = await it.play(plan);
    const [newest] = await it.troupe.prunable({ ...all, keep: 1 });
    expect(newest).toMatchObject({ id: run.id, status: 'succeeded', forks: [] });
    expect(newest?.bytes).toBeGreaterThan(statSync(run.folder.journal).size);
    const { removed, left } = await it.troupe.prune([run.id]);
    expect({ removed, left }).toMatchObject({ removed: [{ id: run.id }], left: [] });
    // The lock of whoever removes it lies there, too.
    expect(Math.abs((removed[0]?.bytes ?? 0) - (newest?.bytes ?? 0))).toBeLessThan(200);
    expect(namesIn(it)).toEqual([other.run.id]);
    expect(await it.troupe.names()).toEqual([other.run.id]);
  });

  test('never touches what is alive, or can be resumed', async () => {
    const it = stage();
    const watched = await it.begin(waits);
    await watched.heard('task.started');
    const { id, folder } = watched.run;
    expect(await idsOf(it, { stopped: true })).toEqual([]);
    expect(await it.troupe.prune([id], { stopped: true })).toEqual({ removed: [], left: [id] });
    await watched.run.stop();
    expect(await idsOf(it)).toEqual([]);
    expect(await it.troupe.prune([id])).toEqual({ removed: [], left: [id] });
    expect(existsSync(folder.journal)).toBe(true);
    expect(await idsOf(it, { stopped: true })).toEqual([id]);
    expect((await it.troupe.prune([id], { stopped: true })).removed).toMatchObject([{ id }]);
    expect(namesIn(it)).toEqual([]);
  });

  test('two at once remove each run once', async () => {
    const it = stage();
    const ids: string[] = [];
    for (let count = 0; count < 6; count += 1) {
      ids.push((await it.play(pretends([{ id: 'one' }]))).run.id);
    }
    const both = await Promise.all([it.troupe.prune(ids), it.troupe.prune([...ids].reverse())]);
    const removed = both.flatMap((each) => each.removed.map(({ id }) => id));
    expect([...removed].sort()).toEqual([...ids].sort());
    expect(both.flatMap(({ left }) => left)).toHaveLength(6);
    expect(namesIn(it)).toEqual([]);
  });

  test('what a killed one has left is no run, and goes with the next', async () => {
    const it = stage();
    const { run } = await it.play(plan);
    const [runs, hour] = [join(it.home, 'runs'), 3_600];
    cpSync(run.folder.path, join(runs, '.pruned-old-abc'), { recursive: true });
    mkdirSync(join(runs, 'never-begun', 'results'), { recursive: true });
    mkdirSync(join(runs, 'just-begun'));
    const longAgo = Date.now() / 1_000 - 2 * hour;
    utimesSync(join(runs, 'never-begun'), longAgo, longAgo);
    expect(await it.troupe.names()).toEqual([run.id]);
    expect(await it.troupe.prune([])).toEqual({ removed: [], left: [] });
    expect([...namesIn(it)].sort()).toEqual(['just-begun', run.id].sort());
  });

  test('whoever wanted to go on with it meanwhile is told, and brings nothing back', async () => {
    const it = stage();
    const { run } = await it.play(plan);
    const away = join(it.cwd, 'away');
    const { folder } = run;
    const resumed = it.troupe.resume(run.id);
    // It has been found by its name, and is gone before its lock is taken.
    cpSync(folder.path, away, { recursive: true });
    rmSync(folder.path, { recursive: true });
    await expect(resumed).rejects.toMatchObject({ code: expect.stringMatching(/^run\.un/) });
    expect(existsSync(folder.path)).toBe(false);
  });

  test('leaves what can not be read, for a person to look at', async () => {
    const it = stage();
    const { run } = await it.play(plan);
    writeFileSync(run.folder.order, 'garbage');
    expect(await idsOf(it, { stopped: true })).toEqual([]);
    expect(await it.troupe.prune([run.id])).toEqual({ removed: [], left: [run.id] });
    expect(existsSync(run.folder.journal)).toBe(true);
  });

  test('a fork lives on, and is named beforehand', async () => {
    const it = stage();
    const { run } = await it.play(plan);
    const { folder } = await it.troupe.fork(run.id);
    const [parent] = await it.troupe.prunable(all);
    expect(parent).toMatchObject({ id: run.id, forks: [folder.id] });
    await it.troupe.prune([run.id]);
    const { end } = await (await it.resume(folder.id)).played;
    expect(end).toMatchObject({ kind: 'ended', status: 'succeeded' });
  });
});

describe('compaction', () => {
  const many = pretends(
    Array.from({ length: 300 }, (_, at) => ({
      id: `task-${at}`,
      needs: at > 9 ? [`task-${at - 9}`] : [],
    })),
  );

  test('makes the journal small, and every reader still reads it', async () => {
    const it = stage();
    const { run } = await it.play(many);
    const [journal, facts] = [readFileSync(run.folder.journal), await factsOf(it, run.id)];
    const { view } = await it.troupe.look(run.id);
    const packed = await it.troupe.compact(run.id);
    expect(packed.afterBytes).toBeLessThan(packed.beforeBytes * 0.7);
    expect(existsSync(run.folder.journal)).toBe(false);
    const gz = `${run.folder.journal}.gz`;
    expect(statSync(gz).size).toBeLessThan(journal.length / 6);
    expect(spawnSync('gzip', ['-dc', gz], { maxBuffer: 1e8 }).stdout).toEqual(journal);
    expect(await factsOf(it, run.id)).toEqual(facts);
    expect((await it.troupe.look(run.id)).view).toEqual(view);
    expect([...readHistory(run.folder.path).inputs]).toHaveLength(
      journal.toString().split('\n').length - 2,
    );
    // A second time there is nothing to do.
    const again = await it.troupe.compact(run.id);
    expect(again.afterBytes).toBe(packed.afterBytes);
  });

  test('a fork of it, and one that came before, read their past from it', async () => {
    const it = stage();
    const { run } = await it.play(many);
    const before = await it.troupe.fork(run.id, { before: 'task-200' });
    const told = await factsOf(it, before.folder.id);
    expect(await it.troupe.compact(run.id)).toMatchObject({ forks: [before.folder.id] });
    expect(await factsOf(it, before.folder.id)).toEqual(told);
    const after = await it.troupe.fork(run.id, { before: 'task-100' });
    const { end } = await (await it.resume(after.folder.id)).played;
    expect(end).toMatchObject({ kind: 'ended', counts: { succeeded: 300 } });
  });

  test('whoever opens it to write has it as it was', async () => {
    const it = stage();
    const { run } = await it.play(many);
    const journal = readFileSync(run.folder.journal);
    await it.troupe.compact(run.id);
    const log = await FileJournal.open(run.folder.path);
    await log.close();
    expect(readFileSync(run.folder.journal)).toEqual(journal);
    expect(existsSync(`${run.folder.journal}.gz`)).toBe(false);
  });

  test('a crash in the middle loses nothing: what was written counts', async () => {
    const it = stage();
    const { run } = await it.play(plan);
    const facts = await factsOf(it, run.id);
    writeFileSync(`${run.folder.journal}.gz`, 'half of it');
    writeFileSync(`${run.folder.journal}.gz.draft`, 'less');
    expect(await factsOf(it, run.id)).toEqual(facts);
    await it.troupe.compact(run.id);
    expect(await factsOf(it, run.id)).toEqual(facts);
    expect(existsSync(run.folder.journal)).toBe(false);
  });

  test('of one that is not over is refused', async () => {
    const it = stage();
    const watched = await it.begin(waits);
    await watched.heard('task.started');
    const { id, folder } = watched.run;
    await expect(it.troupe.compact(id)).rejects.toMatchObject({ code: 'run.locked' });
    await watched.run.stop();
    await expect(it.troupe.compact(id)).rejects.toMatchObject({
      code: 'run.not-over',
      hint: expect.stringContaining(`troupe resume ${id}`),
    });
    expect(existsSync(folder.journal)).toBe(true);
  });

  test.each([
    ['cut short', (bytes: Buffer) => bytes.subarray(0, bytes.length - 9)],
    ['changed by a byte', (bytes: Buffer) => Buffer.from(bytes).fill(0x55, 60, 61)],
    ['something else', () => Buffer.from('this is no gzip file, and it never was one')],
  ])('one that is %s is damaged, and says where', async (_, bad) => {
    const it = stage();
    const { run } = await it.play(plan);
    await it.troupe.compact(run.id);
    const gz = `${run.folder.journal}.gz`;
    writeFileSync(gz, bad(readFileSync(gz)));
    await expect(factsOf(it, run.id)).rejects.toMatchObject({
      code: 'journal.damaged',
      message: expect.stringContaining('byte 0'),
    });
  });
});
