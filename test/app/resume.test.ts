/** A run that was stopped goes on where it was; one that has ended stays as it ended. */
import { existsSync, mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { createTroupe } from '../../src/app.ts';
import { systemClock } from '../../src/kernel/clock.ts';
import { systemRandom } from '../../src/kernel/random.ts';
import { createRunFolder } from '../../src/runs/folder.ts';
import { resultPath } from '../../src/runs/results.ts';
import { eventually, runningWith } from '../agents/processes.ts';
import { orderOf } from '../runs/samples.ts';
import { commands, linesIn, pretends, resultOf, stages, typesOf } from './stage.ts';

const stage = stages('resume');

/** The second hangs until there is a file `go`. */
const plan = commands(
  [
    { id: 'a', prompt: '{{inputs.who}}', run: 'cat; echo "a $TROUPE_ATTEMPT" >> log' },
    {
      id: 'b',
      needs: ['a'],
      run: 'echo "b $TROUPE_ATTEMPT $TROUPE_TOKEN" >> log; until [ -e go ]; do sleep 0.01; done',
    },
    { id: 'c', needs: ['b'], run: 'cat "$TROUPE_RESULTS/a.json" "$TROUPE_PLAN" > /dev/null' },
  ],
  { inputs: { who: 'nobody' } },
);

type Stage = ReturnType<typeof stage>;

/** A run that was stopped while its second task was worked on. */
async function stopped({ begin, cwd }: Stage) {
  const { run, played } = await begin(plan, { inputs: { who: 'ada' } });
  await eventually('b is up', () => linesIn(join(cwd, 'log')).length === 2);
  expect(await run.stop()).toEqual({ kind: 'stopped' });
  return (await played).run;
}

describe('a run that was stopped', () => {
  test('has left nothing running, and is told as resumable', async () => {
    const scene = stage();
    const run = await stopped(scene);
    expect(runningWith(`TROUPE_RUN=${run.id}`)).toEqual([]);
    expect(existsSync(run.folder.control)).toBe(false);
    const { view, owner } = await scene.troupe.look('latest');
    expect({ status: view.status, owner }).toEqual({ status: 'running', owner: null });
    expect((await scene.troupe.why(run.id, 'b')).why).toMatch(
      new RegExp(`Nobody works on the run: troupe resume ${run.id}$`),
    );
  });

  test('goes on: done work stays done, and the rest is done with its inputs', async () => {
    const scene = stage();
    const { id } = await stopped(scene);
    writeFileSync(join(scene.cwd, 'go'), '');
    const { played, run } = await scene.resume(id);
    const { end, facts } = await played;
    expect(end).toMatchObject({ status: 'succeeded', counts: { succeeded: 3 } });
    const lines = linesIn(join(scene.cwd, 'log'));
    expect(lines.map((line) => line.slice(0, 3))).toEqual(['a 1', 'b 1', 'b 2']);
    // A token of its own for every attempt, and no retry spent.
    expect(new Set(lines.map((line) => line.split(' ')[2]))).toHaveLength(3);
    expect(await resultOf(run, 'a')).toMatchObject({ output: 'ada', attempts: 1 });
    expect(await resultOf(run, 'b')).toMatchObject({ status: 'completed', attempts: 2 });
    expect(facts.find(({ type }) => type === 'task.retrying')).toMatchObject({
      task: 'b',
      delayMs: 0,
      fault: { code: 'run.interrupted' },
    });
  });

  test('goes on with the numbers of its facts', async () => {
    const scene = stage();
    const { id } = await stopped(scene);
    const before: number[] = [];
    for await (const { seq } of scene.troupe.facts(id)) before.push(seq);
    writeFileSync(join(scene.cwd, 'go'), '');
    const { facts } = await (await scene.resume(id)).played;
    const all: number[] = [];
    for await (const { seq } of scene.troupe.facts(id)) all.push(seq);
    expect(all).toEqual(all.map((_, at) => at + 1));
    expect(facts.map(({ seq }) => seq)).toEqual(all.slice(before.length));
  });

  test('can be stopped and resumed again and again', async () => {
    const scene = stage();
    const { id } = await stopped(scene);
    for (const attempt of [2, 3, 4]) {
      const { run } = await scene.resume(id);
      const name = `b ${attempt}`;
      const log = join(scene.cwd, 'log');
      await eventually(name, () => linesIn(log).some((line) => line.startsWith(name)));
      expect(await run.stop()).toEqual({ kind: 'stopped' });
    }
    writeFileSync(join(scene.cwd, 'go'), '');
    const { end } = await (await scene.resume(id)).played;
    expect(end).toMatchObject({ status: 'succeeded' });
    expect(linesIn(join(scene.cwd, 'log')).filter((line) => line.startsWith('a'))).toHaveLength(1);
  });

  test('stopped at once, or twice, is stopped', async () => {
    const { troupe, resume } = stage();
    const run = await troupe.run(pretends([{ id: 'a' }]));
    const ends = await Promise.all([run.stop(), run.stop(), run.end]);
    expect(ends).toEqual(Array(3).fill({ kind: 'stopped' }));
    expect((await (await resume(run.id)).played).end).toMatchObject({ status: 'succeeded' });
  });

  test('that is stopped before it went on begins nothing', async () => {
    const { begin, troupe, cwd } = stage();
    const check = 'echo check >> log; sleep 600';
    const { run } = await begin(commands([{ id: 'a', run: 'true', verify: { run: check } }]));
    const log = join(cwd, 'log');
    await eventually('it is checked', () => linesIn(log).length === 1);
    await run.stop();
    const again = await troupe.resume(run.id);
    expect(await again.stop()).toEqual({ kind: 'stopped' });
    for (let turns = 0; turns < 100; turns += 1) await systemClock.breathe();
    expect(runningWith(`TROUPE_RUN=${run.id}`)).toEqual([]);
    expect(linesIn(log)).toEqual(['check']);
  });

  test('waits out what was left of a wait', async () => {
    const { begin, resume } = stage();
    const backoff = { initial: '300ms', jitter: 0 };
    const tasks = [{ id: 'a', retries: 1, backoff }];
    const { run, heard } = await begin(pretends(tasks, { fail: 1 }));
    const { at } = await heard('task.retrying');
    await run.stop();
    const { facts, end } = await (await resume(run.id)).played;
    expect(end).toMatchObject({ status: 'failed' });
    const ready = facts.find(({ type }) => type === 'task.ready');
    expect((ready?.at ?? 0) - at).toBeGreaterThanOrEqual(300);
  });

  test('works where it worked before, whoever resumes it from wherever', async () => {
    const scene = stage();
    const { id } = await stopped(scene);
    writeFileSync(join(scene.cwd, 'go'), '');
    const elsewhere = createTroupe({ home: scene.home, cwd: '/' });
    const run = await elsewhere.resume(id);
    expect(await run.end).toMatchObject({ status: 'succeeded' });
    expect(linesIn(join(scene.cwd, 'log'))).toHaveLength(3);
  });
});

describe('what a person took away comes back', () => {
  test('result files and the plan, before anything else is begun', async () => {
    const scene = stage();
    const run = await stopped(scene);
    rmSync(run.folder.results, { recursive: true });
    rmSync(run.folder.plan);
    writeFileSync(join(scene.cwd, 'go'), '');
    const { end } = await (await scene.resume(run.id)).played;
    // The last task reads both.
    expect(end).toMatchObject({ status: 'succeeded' });
    expect(readdirSync(run.folder.results).sort()).toEqual(['a.json', 'b.json', 'c.json']);
    expect(await resultOf(run, 'a')).toMatchObject({ output: 'ada', status: 'completed' });
  });

  test('also of a run that has ended', async () => {
    const { play, resume } = stage();
    const { run, end } = await play(
      pretends([{ id: 'a' }, { id: 'b', needs: ['a'] }], { fail: 1 }),
    );
    const before = readFileSync(resultPath(run.folder, 'b'), 'utf8');
    rmSync(resultPath(run.folder, 'b'));
    const again = await (await resume(run.id)).played;
    expect(again.end).toEqual(end);
    expect(readFileSync(resultPath(run.folder, 'b'), 'utf8')).toBe(before);
  });

  test('and one that somebody who was killed had only begun', async () => {
    const { play, resume } = stage();
    const { run } = await play(pretends([{ id: 'a' }, { id: 'b', needs: ['a'] }]));
    const before = readFileSync(resultPath(run.folder, 'a'), 'utf8');
    writeFileSync(resultPath(run.folder, 'a'), '');
    await (await resume(run.id)).played;
    expect(readFileSync(resultPath(run.folder, 'a'), 'utf8')).toBe(before);
  });

  test('but what is there is left as it is', async () => {
    const { play, resume } = stage();
    const { run } = await play(pretends([{ id: 'a' }, { id: 'b', needs: ['a'] }]));
    writeFileSync(resultPath(run.folder, 'a'), 'a note of mine');
    await (await resume(run.id)).played;
    expect(readFileSync(resultPath(run.folder, 'a'), 'utf8')).toBe('a note of mine');
  });
});

describe('a run that has ended', () => {
  test('ends again at once, the same way, and tells nothing new', async () => {
    const { play, resume, troupe } = stage();
    const { run, end } = await play(pretends([{ id: 'a' }]));
    const journal = readFileSync(run.folder.journal, 'utf8');
    const again = await (await resume(run.id)).played;
    expect(again.end).toEqual(end);
    expect(typesOf(again.facts)).toEqual([]);
    expect(readFileSync(run.folder.journal, 'utf8')).toBe(journal);
    const { owner } = await troupe.look(run.id);
    expect(owner).toBeNull();
  });
});

describe('two at once', () => {
  test('the second is told who has it, and changes nothing', async () => {
    const scene = stage();
    const { begin, home, cwd } = scene;
    const { run, heard } = await begin(commands([{ id: 'a', run: 'sleep 600' }]));
    await heard('task.started');
    const other = createTroupe({ home, cwd });
    for (const _ of [1, 2]) {
      await expect(other.resume(run.id)).rejects.toMatchObject({
        name: 'UserError',
        code: 'run.locked',
        message: expect.stringContaining(`process ${process.pid}`),
      });
    }
    expect(run.view().tasks[0]).toMatchObject({ state: 'running' });
    expect((await other.look(run.id)).owner).toMatchObject({ pid: process.pid });
    expect(runningWith(`TROUPE_RUN=${run.id}`)).not.toEqual([]);
  });

  test('of many who resume one run, one has it', async () => {
    const scene = stage();
    const { id } = await stopped(scene);
    const tries = await Promise.allSettled([1, 2, 3, 4, 5].map(() => scene.resume(id)));
    const won = tries.filter(({ status }) => status === 'fulfilled');
    const lost = tries.flatMap((each) => (each.status === 'rejected' ? [each.reason.code] : []));
    expect(won).toHaveLength(1);
    expect(lost).toEqual(Array(4).fill('run.locked'));
  });
});

describe('a run that was killed before its journal began', () => {
  test.each([
    ['has no journal', null],
    ['has an empty one', ''],
  ])('%s: it is listed, told as planning, and can be resumed', async (_, journal) => {
    const { troupe, home, cwd, resume } = stage();
    const order = orderOf(pretends([{ id: 'a' }]), { cwd });
    const folder = createRunFolder(home, order, systemRandom);
    if (journal !== null) writeFileSync(folder.journal, journal);
    expect((await troupe.runs()).map(({ view }) => view.status)).toEqual(['planning']);
    expect((await troupe.why(folder.id, 'a')).why).toContain(`troupe resume ${folder.id}`);
    for await (const fact of troupe.facts(folder.id)) throw new Error(`a fact: ${fact.type}`);
    expect((await (await resume(folder.id)).played).end).toMatchObject({ status: 'succeeded' });
  });
});

describe('a run whose folder is damaged', () => {
  test('does not hide the others', async () => {
    const { troupe, play, home } = stage();
    const { run } = await play(pretends([{ id: 'a' }]));
    const broken = join(home, 'runs', 'broken-00000');
    mkdirSync(broken, { recursive: true });
    writeFileSync(join(broken, 'order.json'), '{"plan":');
    const runs = await troupe.runs();
    expect(runs.map(({ view }) => [view.id, view.status])).toEqual([
      ['broken-00000', 'failed'],
      [run.id, 'succeeded'],
    ]);
    expect(runs[0]?.view.reason).toContain('order.json');
    await expect(troupe.look('broken')).rejects.toMatchObject({ code: 'run.unreadable' });
    await expect(troupe.resume('broken')).rejects.toMatchObject({ code: 'run.unreadable' });
  });

  test('in its journal is not resumed, and is not locked by the try', async () => {
    const { troupe, play } = stage();
    const { run } = await play(pretends([{ id: 'a' }]));
    const lines = readFileSync(run.folder.journal, 'utf8').split('\n');
    lines[2] = `${lines[2]?.slice(0, -5)}x"}}`;
    writeFileSync(run.folder.journal, lines.join('\n'));
    for (const _ of [1, 2]) {
      await expect(troupe.resume(run.id)).rejects.toMatchObject({ code: 'journal.damaged' });
    }
    expect((await troupe.runs())[0]?.view).toMatchObject({ status: 'failed' });
  });

  test('so that a result can not be written stops, and is resumed when it is mended', async () => {
    const { begin, resume } = stage();
    const { run, played } = await begin(pretends([{ id: 'a' }]));
    rmSync(run.folder.results, { recursive: true });
    writeFileSync(run.folder.results, 'no folder');
    const { end } = await played;
    expect(end).toMatchObject({ kind: 'halted' });
    rmSync(run.folder.results);
    expect((await (await resume(run.id)).played).end).toMatchObject({ status: 'succeeded' });
    expect(await resultOf(run, 'a')).toMatchObject({ status: 'completed' });
  });
});

test('an output that a person took away fails whoever needs it, and names the file', async () => {
  const { begin, resume } = stage();
  const { run, heard } = await begin(
    commands([
      { id: 'long', run: ['seq', '1', '99999'] },
      { id: 'use', needs: ['long'], approve: true, prompt: '{{results.long.output}}', run: 'wc' },
    ]),
  );
  await heard('task.asked');
  await run.stop();
  rmSync(join(run.folder.path, 'streams'), { recursive: true });
  const again = await resume(run.id);
  await again.run.approve('use', 'ada');
  expect((await again.played).end).toMatchObject({ counts: { succeeded: 1, failed: 1 } });
  const { error } = await resultOf(again.run, 'use');
  expect(error).toMatchObject({ code: 'work.unprepared' });
  expect(error?.message).toContain('streams/long');
});

test('a folder in which a plan can not be written is told, and is not locked by it', async () => {
  const { play, troupe } = stage();
  const { run, end } = await play(pretends([{ id: 'a' }]));
  rmSync(run.folder.plan);
  mkdirSync(join(run.folder.plan, 'in', 'the', 'way'), { recursive: true });
  for (const _ of [1, 2]) {
    await expect(troupe.resume(run.id)).rejects.not.toMatchObject({ code: 'run.locked' });
  }
  rmSync(run.folder.plan, { recursive: true });
  expect(await (await troupe.resume(run.id)).end).toEqual(end);
});

test('a report that can not be written halts the run, and is written when it can be', async () => {
  const { begin, resume } = stage();
  const { run, played } = await begin(pretends([{ id: 'a' }]));
  mkdirSync(join(run.folder.report, 'in', 'the', 'way'), { recursive: true });
  expect((await played).end).toMatchObject({ kind: 'halted' });
  rmSync(run.folder.report, { recursive: true });
  expect((await (await resume(run.id)).played).end).toMatchObject({ status: 'succeeded' });
  expect(readFileSync(run.folder.report, 'utf8')).toMatch(/^# sample: succeeded/);
});

test('a name that no run has is a mistake that is told', async () => {
  const { troupe, play } = stage();
  const { run } = await play(pretends([{ id: 'a' }]));
  await expect(troupe.resume('nope')).rejects.toMatchObject({ code: 'run.unknown' });
  await expect(troupe.why(run.id, 'b')).rejects.toMatchObject({ code: 'task.unknown' });
  expect((await troupe.folder('latest')).id).toBe(run.id);
});
