/** Forgetting: nothing of a task stays where we keep things, and nothing of it comes back. */
import { existsSync, readFileSync, rmSync, utimesSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test, vi } from 'vitest';
import { command, definePlan } from '../../src/plan/define.ts';
import { filesUnder } from '../app/files.ts';
import { type Stage, stages } from '../app/stage.ts';

vi.setConfig({ testTimeout: 60_000 });
const newStage = stages('forgetting');

/** `secret` says a word that its prompt does not have. */
const plan = definePlan({
  name: 'talks',
  agents: {
    coder: command({ run: ['sh', '-c', 'echo "$TROUPE_TASK $SAYS"; echo "aside $SAYS" >&2'] }),
  },
  tasks: [
    { id: 'secret', prompt: 'Bake a Gugelhupf', env: { SAYS: 'for Anna' } },
    { id: 'open', prompt: 'Count the sheep', needs: ['secret'] },
  ],
});

async function played(): Promise<Stage & { readonly id: string }> {
  const stage = newStage();
  const { run } = await stage.play(plan);
  await (await stage.troupe.documents()).catchUp();
  return { ...stage, id: run.id };
}

/** All files of the home that hold these words, but for the folder of the run itself. */
const holding = ({ home }: Stage, words: string): readonly string[] =>
  filesUnder(home).filter((path) => {
    const own = /runs\/[^/]+\/(order|plan|journal|results|streams|artifacts|report)/;
    return !own.test(path) && readFileSync(path, 'latin1').includes(words);
  });

describe('what is forgotten', () => {
  test('is found by words of its conversation, shown, and gone everywhere', async () => {
    const stage = await played();
    const desk = await stage.troupe.memory();
    const trails = await desk.trails('FOR ANNA');
    expect(trails).toMatchObject([
      {
        ...{ run_id: stage.id, task_id: 'secret', prompt: 'Bake a Gugelhupf', alive: [] },
        ...{ conversations: [`${stage.id}/1`], documents: ['talks/secret/output@1'] },
      },
    ]);
    expect(holding(stage, 'for Anna').length).toBeGreaterThan(2);
    expect(await desk.forgetTrails(trails)).toBe(1);
    expect(holding(stage, 'for Anna')).toEqual([]);
    expect(holding(stage, 'Gugelhupf')).toEqual([]);
    const archive = await stage.troupe.documents();
    expect([...archive.all().keys()]).toEqual(['talks/open/output']);
    const history = await stage.troupe.history();
    const left = await history.list({ last: 9 });
    expect(left.map(({ heading }) => heading.task)).toEqual(['open']);
  });

  test('is found by what only its conversation has, and leaves memory as well', async () => {
    const stage = await played();
    const desk = await stage.troupe.memory();
    const trails = await desk.trails('aside for');
    expect(trails).toMatchObject([{ task_id: 'secret', prompt: 'Bake a Gugelhupf' }]);
    await desk.forgetTrails(trails);
    expect(await desk.meant('gugelhupf')).toEqual([]);
    expect(holding(stage, 'for Anna')).toEqual([]);
  });

  test('is in no draft that somebody who was killed has left', async () => {
    const stage = await played();
    const draft = join(stage.home, 'documents/blobs/.draft-of-the-dead');
    const young = join(stage.home, 'documents/blobs/.draft-of-the-living');
    for (const path of [draft, young]) writeFileSync(path, 'secret for Anna');
    const then = new Date(Date.now() - 60_000);
    utimesSync(draft, then, then);
    const desk = await stage.troupe.memory();
    await desk.forgetTrails(await desk.trails(`${stage.id}/secret`));
    expect([existsSync(draft), existsSync(young)]).toEqual([false, true]);
  });

  test('does not come back, whatever is made anew from the folders of runs', async () => {
    const stage = await played();
    const desk = await stage.troupe.memory();
    await desk.forgetTrails(await desk.trails(`${stage.id}/secret`));
    for (const lost of ['memory', 'documents']) {
      rmSync(join(stage.home, lost), { recursive: true });
    }
    expect((await desk.stats()).tasks).toBe(1);
    const archive = await stage.troupe.documents();
    await archive.catchUp();
    expect([...archive.all().keys()]).toEqual(['talks/open/output']);
    writeFileSync(join(stage.home, 'runs', stage.id, 'forgotten.json'), '{"torn');
    rmSync(join(stage.home, 'memory'), { recursive: true });
    expect((await desk.stats()).tasks).toBe(0);
  });

  test('goes from forks, too, and leaves contents that others have made', async () => {
    const stage = await played();
    const again = await stage.play(plan);
    const { folder } = await stage.troupe.fork(stage.id, { before: 'open' });
    await (await stage.resume(folder.id)).played;
    await (await stage.troupe.documents()).catchUp();
    const desk = await stage.troupe.memory();
    const known = (await desk.meant('gugelhupf')).map((each) => each.run_id);
    expect(known.sort()).toEqual([stage.id, again.run.id].sort());
    expect(existsSync(join(folder.path, 'conversations/1.jsonl'))).toBe(true);
    await desk.forgetTrails(await desk.trails(`${stage.id}/secret`));
    expect(existsSync(join(folder.path, 'conversations/1.jsonl'))).toBe(false);
    const archive = await stage.troupe.documents();
    const version = archive.find('talks/secret/output');
    expect(version).toMatchObject({ version: 1, run: again.run.id });
    expect(String(await archive.read(version)).trim()).toBe('secret for Anna');
  });

  test('is a whole run, also when memory was lost; nothing is nothing', async () => {
    const stage = await played();
    const desk = await stage.troupe.memory();
    const trails = await desk.trails(stage.id);
    expect(trails.map(({ task_id: task }) => task).sort()).toEqual(['open', 'secret']);
    expect(await desk.trails('nobody said this')).toEqual([]);
    await expect(desk.trails(' ')).rejects.toThrow('nothing is named');
  });
});
