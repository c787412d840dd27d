/** A person takes a task over from its agent, in the middle of its work, and hands it back. */
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { handBack, takeOver } from '../../src/handoff/taking-over.ts';
import { isUserError } from '../../src/kernel/user-error.ts';
import { commands, resultOf, stages, typesOf } from './stage.ts';

const stage = stages('takeover');

/** Works until a person has made the file, and then says what it was told. */
const waits = 'cat; while [ ! -e ready ]; do sleep 0.05; done';
const plan = commands([{ id: 'build', run: waits, prompt: 'Build it.', retries: 0 }]);

const refusal = async (said: Promise<unknown>) => {
  const error = await said.then(
    () => null,
    (thrown: unknown) => thrown,
  );
  if (!isUserError(error)) throw new Error(`not refused: ${String(error)}`);
  return error;
};

describe.skipIf(process.platform === 'win32')('a task that a person takes over', () => {
  test('has no agent meanwhile, and goes on with the note as the same attempt', async () => {
    const { begin, troupe } = stage();
    const { run, heard, played } = await begin(plan);
    await heard('task.started', 'build');
    const taken = await takeOver(troupe, run.id, 'build', { withinMs: 3_600_000 });
    expect(taken).toMatchObject({ task: 'build', command: null, folder: troupe.config.cwd });
    const { view } = await troupe.look(run.id);
    const task = view.tasks.find(({ id }) => id === 'build');
    expect([task?.state, task?.heldBy]).toEqual(['held', troupe.config.user]);
    expect(view.agents.every(({ task: at }) => at === null)).toBe(true);
    expect((await troupe.why(run.id, 'build')).why).toContain(`troupe handback ${run.id} build`);
    expect((await refusal(takeOver(troupe, run.id, 'build'))).message).toContain(
      'has build already',
    );
    writeFileSync(join(troupe.config.cwd, 'ready'), '');
    await handBack(troupe, run.id, 'build', 'The half is there.');
    const { end, facts } = await played;
    expect(end).toMatchObject({ status: 'succeeded' });
    expect(typesOf(facts, 'build')).toEqual(
      expect.arrayContaining(['task.held', 'task.returned', 'task.succeeded']),
    );
    const { output, attempts } = await resultOf(run, 'build');
    expect(output).toContain('next: The half is there.');
    expect(attempts).toBe(1);
    const rewind = await troupe.rewind(run.id);
    expect((await rewind.check()).filter(({ violations }) => violations.length > 0)).toEqual([]);
    rewind.close();
  });

  test('is refused where it can not be, with what can be done', async () => {
    const { begin, troupe } = stage();
    const { run, heard, played } = await begin(plan);
    await heard('task.started', 'build');
    const back = await refusal(handBack(troupe, run.id, 'build', 'done'));
    expect(back.hint).toContain(`troupe takeover ${run.id} build`);
    expect((await refusal(handBack(troupe, run.id, 'build', ' '))).code).toBe('note.empty');
    expect((await refusal(handBack(troupe, run.id, 'build', '{"a":1}'))).code).toBe('note.invalid');
    const long = await refusal(handBack(troupe, run.id, 'build', 'x'.repeat(4_001)));
    expect([long.code, long.hint].join()).toMatch(/note.too-long,.*file/);
    expect((await refusal(takeOver(troupe, run.id, 'biuld'))).message).toContain('build');
    writeFileSync(join(troupe.config.cwd, 'ready'), '');
    await played;
    const over = await refusal(takeOver(troupe, run.id, 'build'));
    expect([over.code, over.hint].join()).toMatch(/run\.|fork|resume/);
  });
});
