/** A fork goes on from a moment of another run, with a change; the other one never notices. */
import { existsSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { readHistory } from '../../src/journal/reading.ts';
import { readResult } from '../../src/runs/results.ts';
import type { RunFact } from '../../src/runs/run.ts';
import { commands, linesIn, pretends, resultOf, type Stage, stages, typesOf } from './stage.ts';

const stage = stages('fork');

const say = 'echo "$TROUPE_TASK $TROUPE_TOKEN" >> log; cat';
const three = commands([
  { id: 'first', prompt: 'one', run: `${say}; echo kept > "$TROUPE_ARTIFACTS/file"` },
  { id: 'second', needs: ['first'], prompt: 'two', run: say },
  { id: 'third', needs: ['second'], prompt: 'three, {{results.second.output}}', run: say },
]);

async function factsOf({ troupe }: Stage, run: string): Promise<readonly RunFact[]> {
  const facts: RunFact[] = [];
  for await (const fact of troupe.facts(run)) facts.push(fact);
  return facts;
}

test('goes on from a moment with a change; what was done is kept', async () => {
  const it = stage();
  const { run } = await it.play(three);
  const journal = readFileSync(run.folder.journal);
  const { folder } = await it.troupe.fork(run.id, {
    before: 'second',
    set: [{ key: 'tasks.second.prompt', text: 'two: 2' }],
  });
  const { end, run: forked } = await (await it.resume(folder.id)).played;
  expect(end).toMatchObject({ kind: 'ended', status: 'succeeded' });
  expect((await resultOf(forked, 'third')).output).toBe('three, two: 2');
  expect((await resultOf(run, 'third')).output).toBe('three, two');
  expect(linesIn(join(it.cwd, 'log')).map((line) => line.split(' ')[0])).toEqual([
    ...['first', 'second', 'third'],
    ...['second', 'third'],
  ]);
  expect(readFileSync(run.folder.journal)).toEqual(journal);
  expect(readFileSync(join(folder.artifacts, 'first/file'), 'utf8')).toBe('kept\n');
});

test('shares the past by reference, and tells it as long as it is there', async () => {
  const it = stage();
  const { run } = await it.play(three);
  const past = await factsOf(it, run.id);
  const { folder, n } = await it.troupe.fork(run.id, { before: 'second' });
  const own = readHistory(folder.path);
  expect(own.header).toMatchObject({ after: n, forkedFrom: { run: run.id, n } });
  await (await it.resume(folder.id)).played;
  const facts = await factsOf(it, folder.id);
  expect(facts.map(({ seq }) => seq)).toEqual(facts.map((_, at) => at + 1));
  const shared = facts.findIndex((fact, at) => fact.at !== past[at]?.at);
  expect(shared).toBeGreaterThan(3);
  expect(facts.slice(0, shared)).toEqual(past.slice(0, shared));
  expect(statSync(folder.journal).size).toBeLessThan(statSync(run.folder.journal).size);

  rmSync(run.folder.path, { recursive: true });
  const rest = await factsOf(it, folder.id);
  expect(rest).toEqual(facts.slice(-rest.length));
  expect(rest.length).toBeLessThan(facts.length);
  const { view } = await it.troupe.look(folder.id);
  expect(view).toMatchObject({ status: 'succeeded', counts: { succeeded: 3 } });
  expect((await readResult(folder, 'first'))?.output).toBe('one');
});

test('is whole without the run it comes from, before it has gone on', async () => {
  const it = stage();
  const { run } = await it.play(three);
  const { folder } = await it.troupe.fork(run.id, { before: 'third' });
  rmSync(run.folder.path, { recursive: true });
  const { end, run: forked } = await (await it.resume(folder.id)).played;
  expect(end).toMatchObject({ kind: 'ended', status: 'succeeded' });
  expect((await resultOf(forked, 'third')).output).toBe('three, two');
});

test('a file that a program changes later is changed in one run only', async () => {
  const it = stage();
  const plan = commands([
    { id: 'first', run: 'echo kept > "$TROUPE_ARTIFACTS/file"' },
    { id: 'second', needs: ['first'], run: 'true' },
  ]);
  const { run } = await it.play(plan);
  const { folder } = await it.troupe.fork(run.id, { before: 'second' });
  writeFileSync(join(folder.artifacts, 'first/file'), 'changed\n');
  expect(readFileSync(join(run.folder.artifacts, 'first/file'), 'utf8')).toBe('kept\n');
  expect(statSync(join(folder.results, 'first.json')).ino).toBe(
    statSync(join(run.folder.results, 'first.json')).ino,
  );
});

test('of a living run, work under way is begun again in the fork, and goes on', async () => {
  const it = stage();
  const wait =
    'echo "$TROUPE_TASK $TROUPE_TOKEN" >> log; until test -e go; do sleep 0.02; done; cat';
  const watched = await it.begin(
    commands([
      { id: 'slow', prompt: 'well', run: wait },
      { id: 'next', needs: ['slow'], run: say },
    ]),
  );
  await watched.heard('task.started', 'slow');
  const { folder } = await it.troupe.fork(watched.run.id, {
    set: [{ key: 'tasks.slow.prompt', text: 'better' }],
  });
  const forked = await it.resume(folder.id);
  await forked.heard('task.retrying', 'slow');
  await forked.heard('task.started', 'slow');
  expect(watched.run.state).toBe('alive');
  writeFileSync(join(it.cwd, 'go'), '');
  const [parent, child] = await Promise.all([watched.played, forked.played]);
  expect(typesOf(parent.facts, 'slow').filter((type) => type === 'task.started')).toHaveLength(1);
  expect((await resultOf(parent.run, 'slow')).output).toBe('well');
  expect(await resultOf(child.run, 'slow')).toMatchObject({ output: 'better', attempts: 2 });
});

test('a fork of a fork knows the whole past', async () => {
  const it = stage();
  const { run } = await it.play(three);
  const one = await it.troupe.fork(run.id, { before: 'second' });
  await (await it.resume(one.folder.id)).played;
  const two = await it.troupe.fork(one.folder.id, { before: 'third' });
  const { end } = await (await it.resume(two.folder.id)).played;
  expect(end).toMatchObject({ kind: 'ended', status: 'succeeded' });
  const facts = await factsOf(it, two.folder.id);
  expect(facts.map(({ seq }) => seq)).toEqual(facts.map((_, at) => at + 1));
  // And at a moment that was not its own, but lived by the first one.
  const early = await it.troupe.fork(one.folder.id, { before: 'first' });
  expect(early.n).toBeLessThan(one.n);
  expect((await (await it.resume(early.folder.id)).played).end).toMatchObject({
    status: 'succeeded',
  });
  rmSync(run.folder.path, { recursive: true });
  await expect(it.troupe.fork(one.folder.id, { at: one.n - 1 })).rejects.toMatchObject({
    code: 'fork.past-gone',
    hint: expect.stringContaining(String(one.n)),
  });
});

describe('limits', () => {
  const six = Array.from({ length: 6 }, (_, at) => ({ id: `t${at}` }));

  test('a higher concurrency brings the agents that it needs', async () => {
    const it = stage();
    const watched = await it.begin(pretends(six, { work: '300ms' }, { concurrency: 1 }));
    await watched.heard('task.succeeded');
    const { folder } = await it.troupe.fork(watched.run.id, {
      set: [{ key: 'concurrency', text: '4' }],
    });
    await watched.run.stop();
    const { end, run: forked } = await (await it.resume(folder.id)).played;
    expect(end).toMatchObject({ status: 'succeeded', counts: { succeeded: 6 } });
    expect(forked.view().agents).toHaveLength(4);
    let [most, now] = [0, 0];
    for (const { type } of await factsOf(it, folder.id)) {
      if (type === 'task.started') now += 1;
      if (type === 'task.succeeded' || type === 'task.retrying') now -= 1;
      most = Math.max(most, now);
    }
    expect(most).toBe(4);
    const amended = (await factsOf(it, folder.id)).filter(({ type }) => type === 'plan.amended');
    expect(amended).toMatchObject([{ concurrency: 4, roles: ['actor'] }]);
  });

  test('retries, timeouts and checks hold from then on', async () => {
    const it = stage();
    const flaky = 'echo try >> tries; test "$(wc -l < tries)" -ge 3';
    const plan = commands([
      { id: 'first', run: 'true' },
      { id: 'flaky', needs: ['first'], run: flaky },
    ]);
    const { run, end } = await it.play(plan);
    expect(end).toMatchObject({ status: 'failed' });
    const { folder } = await it.troupe.fork(run.id, {
      before: 'flaky',
      set: [
        { key: 'tasks.flaky.retries', text: '4' },
        { key: 'tasks.flaky.backoff.initial', text: '1ms' },
        { key: 'tasks.flaky.timeout', text: '9m' },
        { key: 'tasks.flaky.verify', text: '[{ run: test -e tries }]' },
      ],
    });
    const forked = await (await it.resume(folder.id)).played;
    expect(forked.end).toMatchObject({ status: 'succeeded' });
    expect(await resultOf(forked.run, 'flaky')).toMatchObject({
      attempts: 3,
      evidence: [{ kind: 'exit' }, { kind: 'run', passed: true }],
    });
  });

  test('time that passed in between does not count against deadlines', async () => {
    const it = stage();
    const watched = await it.begin(
      commands([{ id: 'asks', approve: true, approveWithin: '1h', run: 'true' }]),
    );
    await watched.heard('task.asked');
    await watched.run.stop();
    const { folder } = await it.troupe.fork(watched.run.id);
    const before = (await it.troupe.look(watched.run.id)).view.tasks[0]?.dueAt ?? 0;
    const after = (await it.troupe.look(folder.id)).view.tasks[0]?.dueAt ?? 0;
    const [pause] = [...readHistory(folder.path).inputs].slice(-1);
    expect(pause?.input).toEqual({ kind: 'pause', forMs: after - before });
  });
});

describe('refuses', () => {
  const plan = commands([
    { id: 'first', run: 'true' },
    { id: 'second', needs: ['first'], run: 'true', prompt: 'x' },
  ]);

  test.each([
    ['tasks.first.prompt', 'y', 'fork.too-late', /first can't be changed: it has succeeded/],
    ['tasks.second.needs', '[]', 'fork.fixed', /what it needs, is settled/],
    ['tasks.second.agent', 'x', 'fork.fixed', /who does a task/],
    ['agents.worker.handoff', 'true', 'fork.fixed', /agents are there already/],
    ['agents.worker.retries', '3', 'fork.inherited', /each task of worker has its own/],
    ['tasks.secnd.prompt', 'y', 'task.unknown', /did you mean "second"/],
    ['tasks.second', 'y', 'task.unknown', /add a field/],
    ['agents.wrker.count', '2', 'role.unknown', /did you mean "worker"/],
    ['mode', 'waves', 'fork.unknown-key', /nothing that can be set/],
    ['conccurrency', '2', 'fork.unknown-key', /did you mean "concurrency"/],
    ['concurrency', 'many', 'plan.bad-value', /concurrency: expected a whole number/],
    ['tasks.second.prompt', '{{results.x.output}}', 'plan.unknown-task', /no task is called "x"/],
    ['tasks.second.retires', '2', 'plan.unknown-key', /retires/],
  ])('%s=%s', async (key, text, code, message) => {
    const it = stage();
    const { run } = await it.play(plan);
    const asked = it.troupe.fork(run.id, { before: 'second', set: [{ key, text }] });
    await expect(asked).rejects.toMatchObject({ code, message: expect.stringMatching(message) });
    expect(await it.troupe.names()).toEqual([run.id]);
  });

  test('moments that are none', async () => {
    const it = stage();
    const { run } = await it.play(plan);
    const last = [...readHistory(run.folder.path).inputs].length;
    const asked = (options: object) => it.troupe.fork(run.id, options);
    await expect(asked({ at: last + 1 })).rejects.toMatchObject({ code: 'fork.no-such-moment' });
    await expect(asked({ at: 0 })).rejects.toMatchObject({ code: 'fork.no-such-moment' });
    await expect(asked({ before: 'third' })).rejects.toMatchObject({ code: 'task.unknown' });
    await expect(asked({ at: last })).rejects.toMatchObject({
      code: 'fork.over',
      hint: expect.stringMatching(/--at \d+/),
    });
  });

  test('what an attempt that is being checked was told', async () => {
    const it = stage();
    const check = 'until test -e go; do sleep 0.02; done';
    const watched = await it.begin(
      commands([{ id: 'looked', run: 'true', verify: { run: check } }]),
    );
    await watched.heard('task.verifying');
    const asked = (key: string, text: string) =>
      it.troupe.fork(watched.run.id, { set: [{ key: `tasks.looked.${key}`, text }] });
    await expect(asked('prompt', 'else')).rejects.toMatchObject({ code: 'fork.too-late' });
    await expect(asked('approve', 'true')).rejects.toMatchObject({ code: 'fork.too-late' });
    const { folder } = await asked('retries', '2');
    expect(existsSync(folder.order)).toBe(true);
    writeFileSync(join(it.cwd, 'go'), '');
    await watched.played;
    expect((await (await it.resume(folder.id)).played).end).toMatchObject({ status: 'succeeded' });
  });
});
