/** The facts of a run, as whoever runs it in code hears them: all of them, in order, as JSON. */
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { createTroupe } from '../../src/app.ts';
import { command, definePlan, simulated } from '../../src/plan/define.ts';
import type { RunFact } from '../../src/runs/run.ts';
import { commands, pretends, resultOf, stages, taskOf, typesOf } from './stage.ts';

const stage = stages('facts');

const hello = definePlan({
  name: 'hello',
  agents: { greeter: command({ run: ['cat'] }), herald: command({ run: ['tr', 'a-z', 'A-Z'] }) },
  tasks: [
    { id: 'greet', agent: 'greeter', prompt: 'Hello, world!' },
    { id: 'announce', agent: 'herald', needs: ['greet'], prompt: '{{results.greet.output}}' },
  ],
});

/** Counted from 1 without a gap, and never back in time. */
function expectWhole(facts: readonly RunFact[]): void {
  expect(facts.map(({ seq }) => seq)).toEqual(facts.map((_, at) => at + 1));
  expect(facts.every(({ at }, index) => at >= (facts[index - 1]?.at ?? 0))).toBe(true);
}

describe('hello, in code', () => {
  test('tells every fact from the first, and does what it says', async () => {
    const { cwd } = stage();
    const run = await createTroupe({ cwd }).run(hello);
    const facts: RunFact[] = [];
    for await (const event of run.events()) facts.push(event);
    expectWhole(facts);
    expect(facts[0]).toMatchObject({ type: 'run.started', tasks: 2, agents: 2 });
    expect(facts.at(-1)).toMatchObject({ type: 'run.succeeded', actor: 'orchestrator' });
    expect(typesOf(facts, 'announce')).toEqual([
      'task.ready',
      'task.assigned',
      'task.started',
      'task.succeeded',
    ]);
    expect(await run.end).toEqual({
      kind: 'ended',
      status: 'succeeded',
      reason: '0 failed, 0 skipped, 0 cancelled',
      counts: { succeeded: 2, failed: 0, skipped: 0, cancelled: 0 },
    });
    expect((await resultOf(run, 'announce')).output).toBe('HELLO, WORLD!');
    expect(readFileSync(run.folder.report, 'utf8')).toContain('HELLO, WORLD!');
    expect(run.folder.path).toBe(join(cwd, '.troupe', 'runs', run.id));
  });

  test('has facts that are plain JSON, with a type of the alphabet and an actor', async () => {
    const { facts } = await stage().play(hello);
    expect(JSON.parse(JSON.stringify(facts))).toEqual(facts);
    for (const fact of facts) {
      expect(Object.keys(fact).slice(0, 4)).toEqual(['seq', 'at', 'actor', 'type']);
      expect(fact.type).toMatch(/^(run|wave|task|agent|role)\.[a-z]+$/);
      expect(fact.actor).toMatch(/^(orchestrator|(task|agent|supervisor)\/[\w.-]+)$/);
      expect(Number.isSafeInteger(fact.at)).toBe(true);
      const task = taskOf(fact);
      if (task !== null) expect(fact.actor).toBe(`task/${task}`);
    }
  });
});

describe('whoever listens', () => {
  test('hears all from the moment of asking, not of reading', async () => {
    const { troupe } = stage();
    const run = await troupe.run(pretends([{ id: 'a' }]));
    const events = run.events();
    await run.end;
    const facts: RunFact[] = [];
    for await (const event of events) facts.push(event);
    expectWhole(facts);
    expect(facts.at(-1)?.type).toBe('run.succeeded');
  });

  test('is not alone: each hears all', async () => {
    const { begin } = stage();
    const { run, played } = await begin(pretends([{ id: 'a' }, { id: 'b' }]));
    const also: RunFact[] = [];
    for await (const event of run.events()) also.push(event);
    expect(also).toEqual((await played).facts);
  });

  test('may leave, and the run goes on', async () => {
    const { begin } = stage();
    const { run, played } = await begin(pretends([{ id: 'a' }, { id: 'b', needs: ['a'] }]));
    for await (const event of run.events()) if (event.type === 'task.ready') break;
    expect((await played).end).toMatchObject({ status: 'succeeded' });
  });

  test('comes late and hears the rest, without a gap', async () => {
    const { begin, cwd } = stage();
    const run = 'while [ ! -e go ]; do sleep 0.01; done';
    const started = await begin(
      commands([
        { id: 'a', run },
        { id: 'b', needs: ['a'], run: ':' },
      ]),
    );
    const { seq } = await started.heard('task.started', 'a');
    const late = started.run.events();
    writeFileSync(join(cwd, 'go'), '');
    const facts: RunFact[] = [];
    for await (const event of late) facts.push(event);
    const all = (await started.played).facts;
    expect(facts).toEqual(all.slice(-facts.length));
    expect(facts[0]?.seq).toBeGreaterThan(seq);
  });

  test('comes after the end and is told at once that there is no more', async () => {
    const { run } = await stage().play(pretends([{ id: 'a' }]));
    const facts: RunFact[] = [];
    for await (const event of run.events()) facts.push(event);
    expect(facts).toEqual([]);
  });

  test('reads them all again from the journal', async () => {
    const { play, troupe } = stage();
    const { run, facts } = await play(hello);
    const again: RunFact[] = [];
    for await (const fact of troupe.facts(run.id)) again.push(fact);
    expect(again).toEqual(facts);
  });
});

describe('a large plan', () => {
  test('of two thousand tasks is worked off, and every fact is told', async () => {
    const tasks = Array.from({ length: 2_000 }, (_, at) => ({
      id: `t${at}`,
      needs: at < 40 ? [] : [`t${at - 40}`, `t${Math.floor(at / 2)}`],
    }));
    const plan = definePlan({
      name: 'large',
      concurrency: 50,
      agents: { actor: simulated({ work: '0ms' }) },
      tasks: tasks.map(({ id, needs }) => ({ id, needs: [...new Set(needs)] })),
    });
    const { play, troupe } = stage();
    const { run, end, facts } = await play(plan);
    expect(end).toMatchObject({ status: 'succeeded', counts: { succeeded: 2_000 } });
    expectWhole(facts);
    expect(facts.filter(({ type }) => type === 'task.succeeded')).toHaveLength(2_000);
    // No task began before what it needs had ended.
    const ended = new Set<string>();
    for (const fact of facts) {
      const task = plan.tasks.find(({ id }) => id === taskOf(fact));
      if (fact.type === 'task.succeeded') ended.add(fact.task);
      if (fact.type === 'task.ready') expect(task?.needs.every((id) => ended.has(id))).toBe(true);
    }
    const { view } = await troupe.look(run.id);
    expect(view.counts.succeeded).toBe(2_000);
    expect(await resultOf(run, 't1999')).toMatchObject({ status: 'completed', attempts: 1 });
    expect(readFileSync(run.folder.report, 'utf8')).toContain('and 1000 more');
  });
});
