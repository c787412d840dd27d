/** A disk that is full fails no task: the run halts, and goes on once there is space. */
import { existsSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { commands, linesIn, resultOf, type Stage, stages } from '../app/stage.ts';

const open = stages('lost-ground');
const full = { kind: 'halted', error: { code: 'home.disk-full' } };

/** Leads what the second attempt of the run says, or its check, to a disk that is full. */
const filling = (file: string): string[] => {
  const folder = '$TROUPE_RUN_FOLDER/streams/b';
  return ['sh', '-c', `mkdir -p ${folder} && ln -s /dev/full ${folder}/${file}`];
};

/** Until its words can be kept again. */
async function playOn({ resume }: Stage, id: string, folder: string) {
  rmSync(join(folder, 'streams', 'b'), { recursive: true });
  return (await resume(id)).played;
}

describe.skipIf(!existsSync('/dev/full'))('a disk that is full', () => {
  test.each(['2.out.txt', '2.err.txt'])('under an attempt (%s) costs no try', async (file) => {
    const stage = open();
    const plan = commands([
      { id: 'a', run: filling(file) },
      { id: 'b', needs: ['a'], retries: 0, run: ['sh', '-c', 'echo x; echo x >&2; echo b >> log'] },
    ]);
    const { run, end } = await stage.play(plan);
    expect(end).toMatchObject(full);
    const { end: last } = await playOn(stage, run.id, run.folder.path);
    expect(last).toMatchObject({ status: 'succeeded' });
    expect(await resultOf(run, 'b')).toMatchObject({ status: 'completed', output: 'x\n' });
  });

  test('under a check is no verdict, and what was done is looked at again', async () => {
    const stage = open();
    const plan = commands([
      { id: 'a', run: filling('2.check-1.out.txt') },
      {
        ...{ id: 'b', needs: ['a'], retries: 0, run: ['sh', '-c', 'echo b >> log'] },
        verify: [{ run: ['echo', 'fine'] }],
      },
    ]);
    const { run, end } = await stage.play(plan);
    expect(end).toMatchObject(full);
    const { end: last } = await playOn(stage, run.id, run.folder.path);
    expect(last).toMatchObject({ status: 'succeeded' });
    expect(linesIn(join(stage.cwd, 'log'))).toEqual(['b']);
  });
});
