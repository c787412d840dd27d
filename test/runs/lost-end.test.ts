/** A run whose journal has lost its end, or all of it, does nothing twice without being told to. */
import { copyFileSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { commands, linesIn, type Stage, stages } from '../app/stage.ts';

const open = stages('lost-end');

const plan = commands([
  { id: 'a', run: ['sh', '-c', 'echo a >> log'] },
  {
    id: 'b',
    needs: ['a'],
    run: ['sh', '-c', 'until [ -e go ]; do sleep 0.05; done; echo b >> log'],
  },
]);

/** Stopped in its second task; answers where its journal is, and a copy of it. */
async function stopped({ begin, cwd }: Stage) {
  const { run, heard } = await begin(plan);
  await heard('task.started', 'b');
  await run.stop();
  writeFileSync(join(cwd, 'go'), '');
  const copy = join(cwd, 'copy');
  copyFileSync(run.folder.journal, copy);
  return { run, copy, done: () => linesIn(join(cwd, 'log')) };
}

const lost = { kind: 'halted', error: { code: 'journal.end-lost' } };

describe.each([
  ['is cut off in its middle', (path: string) => writeFileSync(path, halfOf(path))],
  ['is cut off before its plan', (path: string) => writeFileSync(path, linesOf(path, 2))],
  ['is empty', (path: string) => writeFileSync(path, '')],
  ['is gone', (path: string) => rmSync(path)],
])('a journal that %s', (_, damage) => {
  test('is missed, and goes on once it is restored', async () => {
    const stage = open();
    const { run, copy, done } = await stopped(stage);
    damage(run.folder.journal);
    expect((await (await stage.resume(run.id)).played).end).toMatchObject(lost);
    expect(done()).toEqual(['a']);
    copyFileSync(copy, run.folder.journal);
    const { end } = await (await stage.resume(run.id)).played;
    expect(end).toMatchObject({ status: 'succeeded' });
    expect(done()).toEqual(['a', 'b']);
  });
});

test('is gone before anything was done: the run begins', async () => {
  const stage = open();
  const { run, heard } = await stage.begin(plan);
  await heard('run.started');
  await run.stop();
  for (const name of [run.folder.results, join(run.folder.path, 'streams')]) {
    rmSync(name, { recursive: true, force: true });
  }
  rmSync(run.folder.journal);
  writeFileSync(join(stage.cwd, 'go'), '');
  const { end } = await (await stage.resume(run.id)).played;
  expect(end).toMatchObject({ status: 'succeeded' });
});

/** Up to the first half of its whole lines. */
const halfOf = (path: string): string =>
  linesOf(path, Math.ceil(readFileSync(path, 'utf8').split('\n').length / 2));

/** The first lines of it, whole. */
function linesOf(path: string, count: number): string {
  const lines = readFileSync(path, 'utf8').split('\n').slice(0, count);
  return lines.join('\n').concat('\n');
}
