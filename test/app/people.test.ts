/** What a person may do to a run: approve, tell, call off; from the same process or another. */
import { existsSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { createTroupe } from '../../src/app.ts';
import { isUserError } from '../../src/kernel/user-error.ts';
import { eventually, isRunning, runningWith } from '../agents/processes.ts';
import { commands, linesIn, pretends, resultOf, stages } from './stage.ts';

const stage = stages('people');

const asking = commands([
  { id: 'a', run: 'echo a >> log' },
  { id: 'b', needs: ['a'], approve: true, run: 'echo b >> log' },
  { id: 'c', needs: ['b'], run: 'echo c >> log' },
]);

describe('a task that asks', () => {
  test('waits for a person, and goes on when one approves', async () => {
    const { begin, cwd, troupe } = stage();
    const { run, heard, played } = await begin(asking);
    await heard('task.asked');
    expect(run.view().tasks[1]).toMatchObject({ state: 'approving' });
    expect((await troupe.why(run.id, 'b')).why).toContain(`troupe approve ${run.id} b`);
    expect(linesIn(join(cwd, 'log'))).toEqual(['a']);
    await run.approve('b', 'ada');
    expect((await played).end).toMatchObject({ status: 'succeeded' });
    expect(linesIn(join(cwd, 'log'))).toEqual(['a', 'b', 'c']);
  });

  test('fails when one rejects, and what depends on it is skipped', async () => {
    const { begin } = stage();
    const { run, heard, played } = await begin(asking);
    await heard('task.asked');
    await run.reject('b', 'ada');
    expect((await played).end).toMatchObject({ counts: { succeeded: 1, failed: 1, skipped: 1 } });
    expect((await resultOf(run, 'b')).error).toMatchObject({ code: 'approval.rejected' });
  });

  test('fails when nobody says anything in time', async () => {
    const tasks = [{ id: 'a', approve: true, approveWithin: '50ms' }];
    const { run } = await stage().play(pretends(tasks));
    expect((await resultOf(run, 'a')).error).toMatchObject({ code: 'approval.expired' });
  });

  test('is the only one that can be approved', async () => {
    const { begin } = stage();
    const { run, heard } = await begin(asking);
    await heard('task.asked');
    await expect(run.approve('c', 'ada')).rejects.toMatchObject({
      code: 'task.not-asking',
      message: 'c asks nobody: it is waiting',
    });
    await expect(run.reject('d', 'ada')).rejects.toMatchObject({ code: 'task.unknown' });
  });
});

describe('a message', () => {
  test('is heard by the next attempt of the agent, on stdin', async () => {
    const { begin, cwd } = stage();
    const run =
      'cat > "heard-$TROUPE_ATTEMPT"; until [ -e go ]; do sleep 0.01; done; ' +
      'test $TROUPE_ATTEMPT = 2';
    const plan = commands([
      { id: 'a', prompt: 'Do it.', run, retries: 1, backoff: { initial: '1ms' } },
    ]);
    const { run: ran, heard, played } = await begin(plan);
    await heard('task.started');
    await ran.send('worker-1', 'Try the other way.', 'ada');
    expect(await heard('agent.told')).toMatchObject({
      agent: 'worker-1',
      text: 'Try the other way.',
    });
    writeFileSync(join(cwd, 'go'), '');
    expect((await played).end).toMatchObject({ status: 'succeeded' });
    expect(linesIn(join(cwd, 'heard-1'))).toEqual(['Do it.']);
    expect(linesIn(join(cwd, 'heard-2'))).toEqual([
      'Do it.',
      'A message for you:',
      'Try the other way.',
    ]);
  });

  test('to nobody is refused, and the nearest name is told', async () => {
    const { begin } = stage();
    const { run } = await begin(commands([{ id: 'a', run: 'sleep 600' }]));
    await expect(run.send('worker-2', 'x', 'ada')).rejects.toMatchObject({
      code: 'agent.unknown',
      message: expect.stringContaining('did you mean "worker-1"?'),
    });
  });
});

describe('calling off', () => {
  test('a run ends what is under way, and it can not be resumed into more work', async () => {
    const { begin, cwd, resume } = stage();
    const line = 'echo up >> log; sleep 600';
    const { run, played } = await begin(
      commands([
        { id: 'a', run: line },
        { id: 'b', needs: ['a'], run: 'true' },
      ]),
    );
    await eventually('it is up', () => existsSync(join(cwd, 'log')));
    await run.cancel('changed my mind');
    const { end, facts } = await played;
    expect(end).toMatchObject({ status: 'cancelled', reason: 'changed my mind' });
    expect(facts.at(-1)).toMatchObject({ type: 'run.cancelled', reason: 'changed my mind' });
    expect(runningWith(`TROUPE_RUN=${run.id}`)).toEqual([]);
    expect(await resultOf(run, 'a')).toMatchObject({
      status: 'cancelled',
      error: { code: 'task.cancelled', message: 'changed my mind' },
    });
    expect((await resultOf(run, 'b')).status).toMatch(/cancelled|skipped/);
    const again = await resume(run.id);
    expect((await again.played).end).toMatchObject({ status: 'cancelled' });
    expect(linesIn(join(cwd, 'log'))).toEqual(['up']);
  });

  test('one task ends its process, and the others go on', async () => {
    const { begin, cwd } = stage();
    const { run, played, heard } = await begin(
      commands([
        { id: 'a', run: 'echo $$ > up-a; exec sleep 600' },
        { id: 'b', run: 'until [ -e go ]; do sleep 0.01; done' },
        { id: 'c', needs: ['a'], run: 'true' },
      ]),
    );
    await eventually('a is up', () => linesIn(join(cwd, 'up-a')).length === 1);
    const pid = Number(linesIn(join(cwd, 'up-a'))[0]);
    expect(isRunning(pid)).toBe(true);
    await run.cancel('not needed', 'a');
    await heard('task.cancelled', 'a');
    await eventually('its process is gone', () => !isRunning(pid));
    writeFileSync(join(cwd, 'go'), '');
    expect((await played).end).toMatchObject({
      status: 'failed',
      counts: { succeeded: 1, failed: 0, skipped: 1, cancelled: 1 },
    });
    expect((await resultOf(run, 'c')).error?.message).toBe('it needs a, which was cancelled');
  });

  test('at once, before anything began, is possible', async () => {
    const { begin, cwd } = stage();
    const { run, played } = await begin(commands([{ id: 'a', run: 'echo a >> log' }]));
    await run.cancel('too late', 'a');
    expect((await played).end).toMatchObject({ counts: { cancelled: 1 } });
    const other = await begin(commands([{ id: 'a', run: 'echo a >> log' }]));
    await other.run.cancel('never mind');
    expect((await other.played).end).toMatchObject({ kind: 'ended', status: 'cancelled' });
    expect(linesIn(join(cwd, 'log'))).toEqual([]);
  });

  test('what has ended is refused, and it is said how it ended', async () => {
    const { begin } = stage();
    const { run, heard } = await begin(
      commands([
        { id: 'a', run: 'true' },
        { id: 'b', run: 'sleep 600' },
      ]),
    );
    await heard('task.succeeded', 'a');
    const refused = await run.cancel('x', 'a').then(
      () => null,
      (error: unknown) => error,
    );
    expect(isUserError(refused)).toBe(true);
    expect(refused).toMatchObject({ message: expect.stringContaining('it has succeeded') });
  });
});

/** As another process would: by the run's door, or without one. */
describe('somebody else', () => {
  test('asks the process that works on the run', async () => {
    const { begin, home, cwd } = stage();
    const { run, heard, played } = await begin(asking);
    await heard('task.asked');
    await eventually('the door is open', () => existsSync(run.folder.control));
    expect(statSync(run.folder.control).mode & 0o777).toBe(0o600);
    const other = createTroupe({ home, cwd });
    await expect(
      other.ask('latest', { type: 'task.approve', task: 'nope', by: 'eve' }),
    ).rejects.toMatchObject({ code: 'task.unknown' });
    await other.ask('latest', { type: 'task.approve', task: 'b', by: 'eve' });
    expect((await played).end).toMatchObject({ status: 'succeeded' });
    expect(existsSync(run.folder.control)).toBe(false);
  });

  test('may ask as soon as there is a run, before its door is open', async () => {
    const { begin, home, cwd } = stage();
    const { run, played } = await begin(commands([{ id: 'a', run: 'sleep 600' }]));
    const other = createTroupe({ home, cwd });
    await other.ask(run.id, { type: 'run.cancel', reason: 'at once' });
    expect((await played).end).toMatchObject({ status: 'cancelled', reason: 'at once' });
  });

  test('gets an answer also when the request ends the run', async () => {
    const { begin, home, cwd } = stage();
    const { run, heard, played } = await begin(
      pretends([
        { id: 'a', approve: true },
        { id: 'b', needs: ['a'] },
      ]),
    );
    await heard('task.asked');
    const other = createTroupe({ home, cwd });
    await other.ask(run.id, { type: 'run.cancel', reason: 'over' });
    expect((await played).end).toMatchObject({ status: 'cancelled', reason: 'over' });
  });

  test('can call off a run that nobody works on, and nothing is begun for it', async () => {
    const { begin, troupe, cwd } = stage();
    const { run, played } = await begin(
      commands([{ id: 'a', run: 'echo up >> log; sleep 600', retries: 5 }]),
    );
    await eventually('it is up', () => existsSync(join(cwd, 'log')));
    await run.stop();
    expect((await played).end).toEqual({ kind: 'stopped' });
    await troupe.ask(run.id, { type: 'run.cancel', reason: 'enough' });
    const { view, owner } = await troupe.look(run.id);
    expect({ status: view.status, reason: view.reason, owner }).toEqual({
      status: 'cancelled',
      reason: 'enough',
      owner: null,
    });
    expect(linesIn(join(cwd, 'log'))).toEqual(['up']);
    expect((await resultOf(run, 'a')).status).toBe('cancelled');
    expect(existsSync(run.folder.report)).toBe(true);
  });

  test('can approve in a run that nobody works on; the work waits for a resume', async () => {
    const { begin, troupe, cwd, resume } = stage();
    const { run, heard } = await begin(asking);
    await heard('task.asked');
    await run.stop();
    await troupe.ask(run.id, { type: 'task.approve', task: 'b', by: 'eve' });
    await troupe.ask(run.id, { type: 'agent.tell', agent: 'worker-1', text: 'x', from: 'eve' });
    expect(linesIn(join(cwd, 'log'))).toEqual(['a']);
    const again = await resume(run.id);
    expect((await again.played).end).toMatchObject({ status: 'succeeded' });
    expect(linesIn(join(cwd, 'log'))).toEqual(['a', 'b', 'c']);
  });

  test('is not kept waiting by the file of a process that was killed', async () => {
    const { begin, troupe } = stage();
    const { run, heard } = await begin(asking);
    await heard('task.asked');
    await run.stop();
    // The port of nobody, or of somebody else by now.
    writeFileSync(run.folder.control, JSON.stringify({ port: 9, token: 'stale' }));
    await troupe.ask(run.id, { type: 'task.reject', task: 'b', by: 'eve' });
    const { view } = await troupe.look(run.id);
    expect(view.tasks[1]).toMatchObject({ state: 'failed' });
  });

  test('is told that a run is over', async () => {
    const { play, troupe } = stage();
    const { run } = await play(pretends([{ id: 'a' }]));
    await expect(troupe.ask(run.id, { type: 'run.cancel', reason: 'x' })).rejects.toMatchObject({
      code: 'run.over',
      message: `${run.id} has ended: it has succeeded`,
    });
  });
});
