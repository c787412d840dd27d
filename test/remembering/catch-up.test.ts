/** Catching up: whatever ended in the runs of a home is remembered once, whoever was killed. */
import { mkdirSync, rmSync, utimesSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, describe, expect, test } from 'vitest';
import { type Memory, openMemory, type TaskMemory } from '../../memory/index.ts';
import { systemClock } from '../../src/kernel/clock.ts';
import { catchUp } from '../../src/remembering/catch-up.ts';
import { commands, type Stage, stages } from '../app/stage.ts';
import { asks, crowd, line } from '../planning/crowd.ts';

const newStage = stages('remember');
const opened: Memory[] = [];
afterEach(async () => {
  for (const memory of opened.splice(0)) await memory.close();
});

function memoryOf({ home }: Stage): Memory {
  const memory = openMemory({ folder: join(home, 'memory'), time: systemClock });
  opened.push(memory);
  return memory;
}

const readAll = (stage: Stage, memory: Memory): Promise<number> =>
  catchUp({ home: stage.home, memory, clock: systemClock });

/** As if the folder had not changed for a minute. */
function settle(stage: Stage, run: string): void {
  const then = new Date(Date.now() - 60_000);
  utimesSync(join(stage.home, 'runs', run, 'results'), then, then);
}

const find = (tasks: readonly TaskMemory[], id: string): TaskMemory => {
  const task = tasks.find(({ taskId }) => taskId === id);
  if (!task) throw new Error(`${id} is not remembered`);
  return task;
};

describe('catching up', () => {
  test('remembers what was asked, what came of it, and what was seen', async () => {
    const stage = newStage();
    const plan = commands(
      [
        {
          id: 'build',
          prompt: 'Translate the {{inputs.what}}',
          run: 'echo wrote out.txt; echo hello > out.txt',
          verify: [{ file: 'out.txt', minBytes: 3 }],
        },
        { id: 'later', needs: ['build'], prompt: 'Check {{results.build.output}}', run: 'true' },
        { id: 'broken', prompt: 'Divide by zero', run: 'echo because of zero >&2; exit 4' },
        { id: 'never', needs: ['broken'], prompt: 'Nobody gets here', run: 'true' },
        { id: 'quiet', prompt: 'Tell nobody', run: 'true', memory: 'off' },
        { id: 'count-lines', run: ['wc', '-l', 'out.txt'], needs: ['build'] },
      ],
      { inputs: { what: 'menu' } },
    );
    const { run } = await stage.play(plan);
    const memory = memoryOf(stage);
    expect(await readAll(stage, memory)).toBe(4);
    const tasks = memory.tasksOfRun(run.id);
    const build = find(tasks, 'build');
    expect(build).toMatchObject({ role: 'worker', adapter: 'command', outcome: 'succeeded' });
    expect(build.prompt).toBe('Translate the menu');
    expect(build.solution).toBe('wrote out.txt');
    expect(build.files.map(({ path }) => path)).toEqual([join(stage.cwd, 'out.txt')]);
    expect(build.evidence.some(({ kind, passed }) => kind === 'file' && passed)).toBe(true);
    expect(find(tasks, 'later').prompt).toBe('Check (what build said)');
    expect(find(tasks, 'broken')).toMatchObject({ outcome: 'failed' });
    expect(find(tasks, 'broken').fault).toContain('because of zero');
    expect(find(tasks, 'broken').solution).not.toBe('');
    expect(find(tasks, 'count-lines').prompt).toBe('count-lines: wc -l out.txt');
    expect(tasks.map(({ taskId }) => taskId)).not.toContain('never');
    expect(tasks.map(({ taskId }) => taskId)).not.toContain('quiet');
  });

  test('does it once, and reads no folder again that has not changed', async () => {
    const stage = newStage();
    const { run } = await stage.play(commands([{ id: 'a', prompt: 'First', run: 'true' }]));
    const memory = memoryOf(stage);
    expect(await readAll(stage, memory)).toBe(1);
    // Looked at within a second of its change: it might still change.
    expect(memory.sources().has(run.id)).toBe(false);
    settle(stage, run.id);
    expect(await readAll(stage, memory)).toBe(0);
    expect(memory.sources().has(run.id)).toBe(true);
    expect(memory.count).toBe(1);
  });

  test('takes what is new in a run that goes on', async () => {
    const stage = newStage();
    const { run } = await stage.play(commands([{ id: 'a', prompt: 'First', run: 'true' }]));
    const memory = memoryOf(stage);
    settle(stage, run.id);
    await readAll(stage, memory);
    rmSync(join(run.folder.results, 'a.json'));
    mkdirSync(join(run.folder.results, 'strange.json'));
    writeFileSync(join(run.folder.results, 'b.json'), '{"status":');
    expect(await readAll(stage, memory)).toBe(0);
    expect(memory.count).toBe(1);
  });

  test('takes what the run has added by itself, unless whoever asked is private', async () => {
    const stage = newStage();
    const asked = line({ id: 'read', agent: 'reader', prompt: 'Read the files of aurora' });
    const open = crowd(asks(asked), { count: 2 });
    const { run } = await stage.play(open);
    const secret = crowd(asks(asked), { count: 2 }, {}, { memory: 'off' });
    const { run: hidden } = await stage.play(secret);
    const memory = memoryOf(stage);
    await readAll(stage, memory);
    expect(find(memory.tasksOfRun(run.id), 'job.read')).toMatchObject({
      role: 'reader',
      prompt: 'Read the files of aurora',
    });
    expect(memory.tasksOfRun(hidden.id)).toEqual([]);
    const archive = await stage.troupe.documents();
    await archive.catchUp();
    const runs = [...archive.all().values()].flat().map((version) => version.run);
    expect(new Set(runs)).toEqual(new Set([run.id]));
    expect(archive.versions('crowd/job.read/output')).toHaveLength(1);
  });

  test('marks what was done again as superseded', async () => {
    const stage = newStage();
    const memory = memoryOf(stage);
    const plan = commands([{ id: 'a', prompt: 'Do it well', run: 'true' }]);
    await stage.play(plan);
    await readAll(stage, memory);
    const { run } = await stage.play(plan);
    await readAll(stage, memory);
    const found = await memory.similar('do it  WELL', 2);
    expect(found.map(({ validity }) => validity.verdict)).toEqual(['good', 'superseded']);
    expect(found[1]?.validity.why).toContain(run.id);
  });

  test('stops between batches when it is told to', async () => {
    const stage = newStage();
    await stage.play(commands([{ id: 'a', prompt: 'First', run: 'true' }]));
    const memory = memoryOf(stage);
    const options = { home: stage.home, memory, clock: systemClock, isOver: () => true };
    expect(await catchUp(options)).toBe(0);
    expect(await readAll(stage, memory)).toBe(1);
  });
});

describe('a solution', () => {
  test('holds as long as its files are as they were', async () => {
    const stage = newStage();
    const file = join(stage.cwd, 'out.txt');
    await stage.play(
      commands([{ id: 'a', prompt: 'Write it', run: 'echo x > out.txt; echo out.txt' }]),
    );
    const memory = memoryOf(stage);
    await readAll(stage, memory);
    const why = async () => (await memory.similar('Write it', 1))[0]?.validity;
    expect(await why()).toMatchObject({ verdict: 'good' });
    writeFileSync(file, 'y\n');
    expect(await why()).toEqual({ verdict: 'stale', why: 'out.txt has changed since' });
    rmSync(file);
    expect(await why()).toEqual({ verdict: 'stale', why: 'out.txt is gone since' });
  });
});
