/** Whoever only looks at runs: lists, plans, facts as they come; nothing changes by it. */
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { createTroupe } from '../../src/app.ts';
import type { RunFact } from '../../src/runs/run.ts';
import { runningWith } from '../agents/processes.ts';
import { commands, pretends, stages } from './stage.ts';

const stage = stages('onlookers');

const waiting = commands([
  { id: 'a', run: 'until [ -e go ]; do sleep 0.01; done' },
  { id: 'b', needs: ['a'], run: 'true' },
]);

describe('an onlooker', () => {
  test('follows the facts of a living run to their end, and sees every one', async () => {
    const { begin, home, cwd } = stage();
    const { run, heard, played } = await begin(waiting);
    await heard('task.started');
    const other = createTroupe({ home, cwd });
    const seen: RunFact[] = [];
    for await (const fact of other.facts(run.id, { follow: true })) {
      seen.push(fact);
      if (fact.type === 'task.started') writeFileSync(join(cwd, 'go'), '');
    }
    expect(seen).toEqual((await played).facts);
  });

  test('follows a run that nobody works on only to what there is', async () => {
    const { begin, troupe } = stage();
    const { run, heard } = await begin(waiting);
    await heard('task.started');
    await run.stop();
    const seen: string[] = [];
    for await (const { type } of troupe.facts(run.id, { follow: true })) seen.push(type);
    expect(seen).toContain('task.started');
    expect(seen).not.toContain('task.succeeded');
  });

  test('sees who works on a run, how far it is, and what a task waits for', async () => {
    const { begin, home, cwd } = stage();
    const { run, heard } = await begin(waiting);
    await heard('task.started');
    const other = createTroupe({ home, cwd });
    const [summary, ...more] = await other.runs();
    expect(more).toEqual([]);
    expect(summary).toMatchObject({
      owner: { pid: process.pid },
      view: { id: run.id, status: 'running', total: 2 },
    });
    expect(summary?.orderedAt).toBeGreaterThan(0);
    expect(await other.why(run.id, 'b')).toEqual({
      task: 'b',
      state: 'waiting',
      why: 'b waits for a (running).',
      event: 'dependency.settled',
      waitsFor: ['a'],
    });
    expect((await other.why(run.id, 'a')).why).toMatch(/^worker-\d works on a, attempt 1, until /);
  });

  test('changes nothing: not a byte of the journal', async () => {
    const { play, troupe } = stage();
    const { run } = await play(pretends([{ id: 'a' }]));
    const before = readFileSync(run.folder.journal);
    await troupe.runs();
    await troupe.look(run.id);
    await troupe.why(run.id, 'a');
    expect(await troupe.names()).toEqual([run.id]);
    expect(await troupe.plan('latest')).toEqual(run.plan);
    for await (const fact of troupe.facts(run.id)) expect(fact.seq).toBeGreaterThan(0);
    expect(readFileSync(run.folder.journal).equals(before)).toBe(true);
  });
});

test('a run that is killed at once leaves no process, not even one that will not end', async () => {
  const { begin } = stage();
  const { run, heard, played } = await begin(
    commands([{ id: 'a', run: "trap '' TERM; setsid sleep 600 & sleep 600 & wait" }]),
  );
  await heard('task.started');
  await run.kill();
  expect(runningWith(`TROUPE_RUN=${run.id}`)).toEqual([]);
  expect((await played).end).toEqual({ kind: 'stopped' });
});
