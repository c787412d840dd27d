/** What a person changes of a run while it goes on: tasks are added, or done without. */
import { describe, expect, test } from 'vitest';
import { isUserError } from '../../src/kernel/user-error.ts';
import { definePlan } from '../../src/plan/define.ts';
import type { ControlRequest } from '../../src/runs/control.ts';
import { commands, pretends, resultOf, stages, typesOf } from './stage.ts';

const stage = stages('steering');

const add = (tasks: string): ControlRequest => ({
  ...{ type: 'task.add', file: 'tasks.yaml', by: 'ada' },
  text: tasks,
});

const skip = (task: string): ControlRequest => ({ type: 'task.skip', task, by: 'ada' });

const refusal = async (said: Promise<unknown>) => {
  const error = await said.then(
    () => null,
    (thrown: unknown) => thrown,
  );
  if (!isUserError(error)) throw new Error(`not refused: ${String(error)}`);
  return error;
};

/** `gate` goes on as soon as its approval comes: until then there is time. */
const gated = commands([
  { id: 'first', run: 'printf one' },
  { id: 'gate', needs: ['first'], run: 'true', approve: true },
  { id: 'last', needs: ['gate'], run: 'printf "got %s" "$TROUPE_RESULT_GATE"' },
]);

const holds = async (troupe: ReturnType<typeof stage>['troupe'], name: string) => {
  const rewind = await troupe.rewind(name);
  const broken = (await rewind.check()).filter(({ violations }) => violations.length > 0);
  rewind.close();
  return broken;
};

describe('a task that a person skips', () => {
  test('is done without: whoever needs it goes on, and the run succeeds', async () => {
    const { begin, troupe } = stage();
    const { run, heard, played } = await begin(gated);
    await heard('task.asked', 'gate');
    await troupe.ask(run.id, skip('gate'));
    const { end, facts } = await played;
    expect(end).toMatchObject({ status: 'succeeded', counts: { succeeded: 2, skipped: 1 } });
    expect(typesOf(facts, 'gate').at(-1)).toBe('task.skipped');
    expect(await resultOf(run, 'gate')).toMatchObject({
      ...{ status: 'skipped', output: '', attempts: 0 },
      error: { code: 'task.skipped', message: 'skipped by ada' },
    });
    expect((await resultOf(run, 'last')).output).toBe(
      'got (there is no result of gate: skipped by ada)',
    );
    expect((await troupe.why(run.id, 'gate')).why).toBe('gate was skipped by ada.');
    expect(await holds(troupe, run.id)).toEqual([]);
  });

  test('loses its agent in the middle of an attempt, and nobody else is kept', async () => {
    const { begin, troupe } = stage();
    const plan = commands([
      { id: 'long', run: 'sleep 600' },
      { id: 'after', needs: ['long'], run: 'printf done' },
    ]);
    const { run, heard, played } = await begin(plan);
    await heard('task.started', 'long');
    await troupe.ask(run.id, { ...skip('long'), reason: 'too long' } as ControlRequest);
    expect((await played).end).toMatchObject({ status: 'succeeded' });
    expect((await resultOf(run, 'long')).error?.message).toBe('skipped by ada: too long');
    expect(await holds(troupe, run.id)).toEqual([]);
  });

  test('is skipped also while nobody works on the run, and stays so when it goes on', async () => {
    const { begin, resume, troupe } = stage();
    const { run, heard } = await begin(gated);
    await heard('task.asked', 'gate');
    await run.stop();
    await troupe.ask(run.id, skip('gate'));
    expect((await (await resume(run.id)).played).end).toMatchObject({ status: 'succeeded' });
  });

  test('must be there, and not have ended', async () => {
    const { begin, troupe } = stage();
    const { run, heard } = await begin(gated);
    await heard('task.asked', 'gate');
    expect((await refusal(troupe.ask(run.id, skip('gat')))).message).toContain('gate');
    expect(await refusal(troupe.ask(run.id, skip('first')))).toMatchObject({
      code: 'run.over',
      message: 'first has ended: it has succeeded',
    });
  });
});

describe('tasks that a person adds', () => {
  test('begin once what they need has ended, whether that was before or comes later', async () => {
    const { begin, troupe } = stage();
    const { run, heard, played } = await begin(gated);
    await heard('task.asked', 'gate');
    const text = `tasks:
  - id: sum
    needs: [first, last]
    run: 'printf "%s, %s" "$TROUPE_RESULT_FIRST" "$TROUPE_RESULT_LAST"'
  - { id: end, needs: [sum], run: [printf, 'so: {{results.sum.output}}'], priority: 3 }
`;
    await troupe.ask(run.id, add(text));
    await troupe.ask(run.id, { type: 'task.approve', task: 'gate', by: 'ada' });
    const { end, facts } = await played;
    expect(end).toMatchObject({ status: 'succeeded', counts: { succeeded: 5 } });
    expect(facts.find(({ type }) => type === 'plan.extended')).toMatchObject({
      ...{ by: 'ada', tasks: ['sum', 'end'] },
    });
    expect((await resultOf(run, 'end')).output).toBe('so: one, got ');
    const { view } = await troupe.look(run.id);
    expect(view.tasks.map(({ id }) => id)).toEqual(['first', 'gate', 'last', 'sum', 'end']);
    expect(await holds(troupe, run.id)).toEqual([]);
  });

  test('are there after a kill, whoever took them in', async () => {
    const { begin, resume, troupe } = stage();
    const { run, heard } = await begin(gated);
    await heard('task.asked', 'gate');
    await run.stop();
    await troupe.ask(run.id, add('tasks: [{ id: more, needs: [gate], run: printf more }]'));
    const { run: again, played } = await resume(run.id);
    await again.approve('gate', 'ada');
    expect((await played).end).toMatchObject({ counts: { succeeded: 4 } });
    expect((await resultOf(again, 'more')).output).toBe('more');
  });

  test('keep to the waves of the plan', async () => {
    const { begin, troupe } = stage();
    const plan = commands(
      [
        { id: 'a', run: 'true', approve: true },
        { id: 'b', needs: ['a'], run: 'true' },
        { id: 'c', needs: ['b'], run: 'true' },
      ],
      { mode: 'waves' },
    );
    const { run, heard, played } = await begin(plan);
    await heard('task.asked', 'a');
    await troupe.ask(
      run.id,
      add('tasks: [{ id: x, run: "true" }, { id: y, needs: [b], run: "true" }]'),
    );
    await heard('task.succeeded', 'x');
    await troupe.ask(run.id, { type: 'task.approve', task: 'a', by: 'ada' });
    expect((await played).end).toMatchObject({ status: 'succeeded', counts: { succeeded: 5 } });
    expect(await holds(troupe, run.id)).toEqual([]);
  });

  test('bring agents along where the plan leaves open how many a role has', async () => {
    const { begin, troupe } = stage();
    const plan = pretends([{ id: 'a', approve: true }], {}, { concurrency: 3 });
    const { run, heard, played } = await begin(plan);
    await heard('task.asked', 'a');
    expect(run.view().agents).toHaveLength(1);
    await troupe.ask(run.id, add('tasks: [{ id: b }, { id: c }]'));
    expect(run.view().agents).toHaveLength(3);
    await troupe.ask(run.id, { type: 'task.approve', task: 'a', by: 'ada' });
    expect((await played).end).toMatchObject({ counts: { succeeded: 3 } });
  });

  test('are refused with the place of what is wrong, and then nothing is added', async () => {
    const { begin, troupe } = stage();
    const { run, heard } = await begin(gated);
    await heard('task.asked', 'gate');
    const said = async (text: string) => (await refusal(troupe.ask(run.id, add(text)))).message;
    expect(await said('tasks:\n  - { id: more, needs: [gat], run: "true" }')).toMatch(
      /tasks\.yaml:2.*gate/s,
    );
    expect(await said('tasks: [{ id: First, run: "true" }]')).toContain('already');
    expect(await said('tasks: [{ id: x, runs: "true" }]')).toContain('run');
    expect(
      await said('tasks: [{ id: x, needs: [y], run: "true" }, { id: y, needs: [x], run: "true" }]'),
    ).toContain('x');
    expect(await said('tasks: []')).toContain('a list of tasks');
    expect(await said('concurrency: 9\ntasks: [{ id: x, run: "true" }]')).toContain('tasks.yaml:1');
    expect(await said('{{{')).toContain('tasks.yaml:1');
    for (const team of ['plan: team.yaml', 'plan: { tasks: [{ id: y }] }', 'goal: Do it']) {
      const told = await said(`tasks:\n  - id: x\n    ${team}`);
      expect(told).toMatch(/tasks\.yaml:3:5 tasks\[0\]\.(plan|goal): a team has agents of its own/);
    }
    expect(run.view().tasks).toHaveLength(3);
    await troupe.ask(run.id, { type: 'run.cancel', task: 'gate', reason: 'no' });
    expect((await troupe.look(run.id)).view.total).toBe(3);
  });

  test('that could never begin, or that no money is left for, are refused', async () => {
    const { begin, troupe } = stage();
    const plan = definePlan({
      budget: { usd: 1 },
      agents: { one: { adapter: 'simulated', work: '0ms', costUsd: 0.5 } },
      tasks: [
        { id: 'a', retries: 0 },
        { id: 'b', approve: true },
      ],
    });
    const { run, heard } = await begin(plan);
    await heard('task.asked', 'b');
    await heard('task.succeeded', 'a');
    const error = await refusal(
      troupe.ask(run.id, add('tasks: [{ id: c }, { id: d }, { id: e }]')),
    );
    expect(error.code).toBe('plan.refuted');
    await troupe.ask(run.id, { type: 'run.cancel', task: 'b', reason: 'no' });
    expect((await refusal(troupe.ask(run.id, add('tasks: [{ id: c, needs: [b] }]')))).code).toBe(
      'run.over',
    );
  });

  test('are not for a run that is over: that is said, and what to do instead', async () => {
    const { play, troupe } = stage();
    const { run } = await play(pretends([{ id: 'a' }]));
    const error = await refusal(troupe.ask(run.id, add('tasks: [{ id: more }]')));
    expect(error).toMatchObject({ code: 'run.over', hint: expect.stringContaining('fork') });
  });
});
