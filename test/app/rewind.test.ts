/** The past of real runs, as the library shows it: moments, differences, and the rules. */
import { appendFileSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { encodeRecord } from '../../src/journal/record.ts';
import type { Moment } from '../../src/runs/moment.ts';
import { resultPath } from '../../src/runs/results.ts';
import { asks, crowd, line } from '../planning/crowd.ts';
import { commands, pretends, type Stage, stages } from './stage.ts';

const stage = stages('rewind');

const plan = () =>
  commands(
    [
      { id: 'good', agent: 'worker', run: ['echo', 'fine'] },
      { id: 'bad', agent: 'worker', needs: ['good'], run: ['false'] },
      { id: 'after', agent: 'worker', needs: ['bad'], run: ['echo', 'never'] },
    ],
    { onFailure: 'continue' },
  );

async function played(): Promise<Stage & { readonly id: string }> {
  const here = stage();
  const { run } = await here.play(plan());
  return { ...here, id: run.id };
}

describe('a moment', () => {
  test('is the present when none is named', async () => {
    const { troupe, id } = await played();
    const moment = await troupe.moment(id);
    expect(moment).toMatchObject({ run: id, status: 'failed', total: 3 });
    expect(moment.counts).toEqual({ succeeded: 1, failed: 1, skipped: 1, cancelled: 0 });
    const states = moment.actors.map(({ address, state }) => `${address} ${state}`);
    expect(states.filter((each) => each.startsWith('task/'))).toEqual([
      'task/good succeeded',
      'task/bad failed',
      'task/after skipped',
    ]);
    expect(states[0]).toBe('orchestrator failed');
    expect(moment.actors.every(({ mailbox }) => mailbox.length === 0)).toBe(true);
    expect(JSON.parse(JSON.stringify(moment))).toEqual(moment);
  });

  test('has the tasks that the run added by itself, in the order they came', async () => {
    const here = stage();
    const asked = ['zero', 'alpha'].map((id) => line({ id, agent: 'reader', prompt: 'x' }));
    const plan = crowd(asks(asked.join(" + '\\n' + ")), { count: 2 });
    const { run } = await here.play(plan);
    const tasks = (moment: Moment) =>
      moment.actors.map(({ address }) => address).filter((each) => each.startsWith('task/'));
    const moment = await here.troupe.moment(run.id);
    expect(tasks(moment)).toEqual(['task/job', 'task/job.zero', 'task/job.alpha']);
    expect(tasks(await here.troupe.moment(run.id, { to: 2 }))).not.toContain('task/job.zero');
    const path = resultPath(run.folder, 'job.alpha');
    const result = JSON.parse(readFileSync(path, 'utf8'));
    writeFileSync(path, JSON.stringify({ ...result, status: 'failed' }));
    const rewind = await here.troupe.rewind(run.id);
    const broken = (await rewind.check()).flatMap(({ violations }) => violations);
    rewind.close();
    expect(broken.map(({ message }) => message).join()).toContain('job.alpha');
  });

  test('is the same reached by its number and by its time', async () => {
    const { troupe, id } = await played();
    const last = await troupe.moment(id);
    for (let n = 1; n <= last.n; n += 1) {
      const moment = await troupe.moment(id, { to: n });
      expect(moment.n).toBe(n);
      const again = await troupe.moment(id, { at: moment.at });
      expect(again.at).toBe(moment.at);
      expect(again.n).toBeGreaterThanOrEqual(n);
    }
    expect((await troupe.moment(id, { to: 0 })).actors).toEqual([]);
    expect(await troupe.moment(id, { at: '+1h' })).toEqual(last);
  });

  test('has the timers with their due times, and what is being done', async () => {
    const { troupe, id } = await played();
    const { n } = await troupe.moment(id);
    const numbers = Array.from({ length: n }, (_, at) => at);
    const moments = await Promise.all(numbers.map((to) => troupe.moment(id, { to })));
    const working = moments.find(({ actors }) => actors.some(({ works }) => works[0] === 'work'));
    const task = working?.actors.find((actor) => actor.address === 'task/good');
    const [timer] = task?.timers ?? [];
    expect(timer?.name).toBe('attemptDeadline');
    expect(timer?.dueMs).toBeGreaterThan(working?.at ?? Number.POSITIVE_INFINITY);
    expect(task).toMatchObject({ attempt: 1, partner: expect.stringMatching(/^worker-\d$/) });
  });

  test('that never was is refused', async () => {
    const { troupe, id } = await played();
    await expect(troupe.moment(id, { to: 999 })).rejects.toThrow(/none is number 999/);
    await expect(troupe.moment(id, { at: 5 })).rejects.toThrow(/begins at/);
    await expect(troupe.moment(id, { at: 'soon' })).rejects.toThrow(/is no moment of a run/);
    await expect(troupe.moment('nobody')).rejects.toThrow(/no run is called/);
  });

  test('of a run that never began is empty', async () => {
    const { troupe, id } = await played();
    const { path } = await troupe.folder(id);
    rmSync(join(path, 'journal.jsonl'));
    rmSync(join(path, 'snapshot.json'), { force: true });
    expect(await troupe.moment(id)).toMatchObject({ n: 0, at: 0, actors: [], status: 'planning' });
  });
});

describe('a difference', () => {
  test('has who changed, and what was told in between', async () => {
    const { troupe, id } = await played();
    const rewind = await troupe.rewind(id);
    const { n } = rewind.moment();
    const all = rewind.compare({ kind: 'input', n: 0 }, { kind: 'input', n });
    expect(all.changed.map(({ before }) => before)).not.toContainEqual(expect.anything());
    expect(all.facts.map(({ seq }) => seq)).toEqual(all.facts.map((_, at) => at + 1));
    expect(all.facts.at(-1)?.type).toBe('run.failed');
    for (let at = 1; at <= n; at += 1) {
      const one = rewind.compare({ kind: 'input', n: at }, { kind: 'input', n: at - 1 });
      expect([one.from.n, one.to.n]).toEqual([at - 1, at]);
      for (const { before, after } of one.changed) expect(before).not.toEqual(after);
      if (one.facts.length > 0) expect(one.changed).not.toEqual([]);
    }
    const same = { kind: 'input', n: 3 } as const;
    expect(rewind.compare(same, same)).toMatchObject({ changed: [], facts: [] });
    rewind.close();
  });
});

describe('the rules', () => {
  const violationsOf = async ({ troupe, id }: { troupe: Stage['troupe']; id: string }) => {
    const rewind = await troupe.rewind(id);
    const findings = await rewind.check();
    rewind.close();
    return findings.flatMap(({ violations }) => violations);
  };

  test('hold of runs of every kind', async () => {
    expect(await violationsOf(await played())).toEqual([]);
    const here = stage();
    const flaky = { work: '1ms..3ms', fail: 0.4, crash: 0.2, count: 3 };
    const tasks = Array.from({ length: 20 }, (_, at) => ({
      id: `t${at}`,
      agent: 'actor',
      retries: 3,
      backoff: { initial: '1ms' },
      needs: at < 5 ? [] : [`t${at - 5}`],
    }));
    const { run } = await here.play(pretends(tasks, flaky, { onFailure: 'continue' }));
    expect(await violationsOf({ troupe: here.troupe, id: run.id })).toEqual([]);
  });

  test('hold of a run that was stopped and resumed', async () => {
    const here = stage();
    const slow = pretends(
      [
        { id: 'slow', agent: 'actor' },
        { id: 'then', agent: 'actor' },
      ],
      {
        work: '300ms',
      },
    );
    const { run, heard } = await here.begin(slow);
    await heard('task.started', 'slow');
    await run.stop();
    expect(await violationsOf({ troupe: here.troupe, id: run.id })).toEqual([]);
    await (await here.resume(run.id)).played;
    expect(await violationsOf({ troupe: here.troupe, id: run.id })).toEqual([]);
  });

  test('find a result that lies, and one that nobody knows of', async () => {
    const run = await played();
    const folder = await run.troupe.folder(run.id);
    const result = JSON.parse(readFileSync(resultPath(folder, 'bad'), 'utf8'));
    const lie = JSON.stringify({ ...result, status: 'completed' });
    writeFileSync(resultPath(folder, 'bad'), lie);
    expect(await violationsOf(run)).toMatchObject([
      { axiom: 'tasks-end-once', message: 'bad has failed, its result says completed' },
    ]);
    const lines = readFileSync(folder.journal, 'utf8').split('\n');
    writeFileSync(folder.journal, `${lines.slice(0, 4).join('\n')}\n`);
    const axioms = (await violationsOf(run)).map(({ axiom }) => axiom);
    expect(axioms).toContain('nothing-done-unwritten');
  });

  test('find a mistake that was written into the journal', async () => {
    const run = await played();
    const folder = await run.troupe.folder(run.id);
    const { n, at } = await run.troupe.moment(run.id);
    const said = { type: 'agent.tell', text: 'hello', from: 'a person' };
    const input = { kind: 'event', to: 'agent/worker-1', event: said };
    appendFileSync(folder.journal, encodeRecord({ n: n + 1, at: at - 1, input, performed: 0 }));
    const message = 'it is 1 ms before the input it follows';
    const place = { n: n + 1, at: at - 1 };
    expect(await violationsOf(run)).toContainEqual({
      axiom: 'journal-is-whole',
      message,
      ...place,
    });
  });
});

test('a moment is taken from the stored system when that is nearer, and is the same', async () => {
  const here = stage();
  const tasks = Array.from({ length: 30 }, (_, at) => ({ id: `t${at}`, agent: 'actor' }));
  const { run } = await here.play(pretends(tasks));
  const before = await here.troupe.moment(run.id);
  rmSync(join(run.folder.path, 'snapshot.json'), { force: true });
  expect(await here.troupe.moment(run.id)).toEqual(before);
});

describe('the past of a fork', () => {
  async function forked() {
    const { troupe, id } = await played();
    const { n } = await troupe.moment(id);
    const at = n - 2;
    const fork = (await troupe.fork(id, { at })).folder.id;
    const run = await troupe.resume(fork);
    await run.end;
    return { troupe, id, fork, at };
  }

  test('is that of its parent, and all of it is judged', async () => {
    const { troupe, id, fork, at } = await forked();
    for (const to of [1, at]) {
      const [was, is] = [await troupe.moment(id, { to }), await troupe.moment(fork, { to })];
      expect({ ...is, run: id }).toEqual(was);
    }
    const rewind = await troupe.rewind(fork);
    const findings = await rewind.check();
    expect(findings.flatMap(({ violations }) => violations)).toEqual([]);
    expect(rewind.moment()).toMatchObject({ status: 'failed' });
    rewind.close();
  });

  test('begins where it was forked when its parent is gone', async () => {
    const { troupe, id, fork, at } = await forked();
    rmSync((await troupe.folder(id)).path, { recursive: true });
    expect((await troupe.moment(fork, { to: at })).n).toBe(at);
    await expect(troupe.moment(fork, { to: at - 1 })).rejects.toThrow(/is no longer there/);
    const rewind = await troupe.rewind(fork);
    await expect(rewind.check()).rejects.toThrow(/is no longer there/);
    const text = [...rewind.asTest()].join('');
    expect(text).toContain('const base = JSON.parse(');
    rewind.close();
  });
});
