/** A person takes a task over from its agent, in the middle of its work, and hands it back. */
import { existsSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { handBack, takeOver } from '../../src/handoff/taking-over.ts';
import { isUserError } from '../../src/kernel/user-error.ts';
import { eventually } from '../agents/processes.ts';
import { git, makeRepository, shown } from '../worktrees/repository.ts';
import { commands, resultOf, stages, typesOf } from './stage.ts';

const stage = stages('takeover');

/** Works until a person has made the file, and then says what it was told. */
const waits = 'cat; while [ ! -e ready ]; do sleep 0.05; done';
const plan = commands([{ id: 'build', run: waits, prompt: 'Build it.', retries: 0 }]);

/** Whatever would be done to it is done by the time that a run answers. */
async function staysStaged(staged: () => string): Promise<void> {
  for (let look = 0; look < 20; look += 1) {
    expect(staged()).toBe('made.txt');
    await new Promise((resolve) => setTimeout(resolve, 20));
  }
}

const open = (note: string) => ({ note, work: 'open' }) as const;

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
    await handBack(troupe, run.id, 'build', open('The half is there.'));
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

  test('is done when they say so and its checks agree, else an agent goes on', async () => {
    for (const [made, ending] of [
      ['by hand', 'author'],
      ['badly', 'agent'],
    ] as const) {
      const { begin, troupe } = stage();
      const check = { run: 'grep -q hand made.txt' };
      const mine = { id: 'build', run: waits, retries: 1, verify: [check] };
      const needs = {
        id: 'next',
        needs: ['build'],
        run: 'cat',
        prompt: '{{results.build.output}}',
      };
      const { run, heard, played } = await begin(commands([mine, needs]));
      await heard('task.started', 'build');
      await takeOver(troupe, run.id, 'build');
      writeFileSync(join(troupe.config.cwd, 'made.txt'), made);
      await handBack(troupe, run.id, 'build', { note: 'I made it.', work: 'done' });
      if (ending === 'agent') {
        await heard('task.retrying', 'build');
        writeFileSync(join(troupe.config.cwd, 'made.txt'), 'by another hand');
        writeFileSync(join(troupe.config.cwd, 'ready'), '');
      }
      const { end, facts } = await played;
      expect(end).toMatchObject({ status: 'succeeded' });
      const { attempts, evidence } = await resultOf(run, 'build');
      const kinds = evidence.map(({ kind }) => kind);
      expect([attempts, kinds.includes('person')]).toEqual(
        ending === 'author' ? [1, true] : [2, false],
      );
      const { output } = await resultOf(run, 'next');
      expect(output.trim() === 'I made it.').toBe(ending === 'author');
      expect(typesOf(facts, 'build')).toContain('task.returned');
      const rewind = await troupe.rewind(run.id);
      expect((await rewind.check()).filter(({ violations }) => violations.length > 0)).toEqual([]);
      rewind.close();
    }
  });

  test('is merged from its worktree as they left it, when they say that it is done', async () => {
    const { begin, troupe, cwd } = stage();
    makeRepository(cwd, { 'a.txt': 'a' });
    const mine = { id: 'build', run: waits, workspace: 'worktree' as const };
    const { run, heard, played } = await begin(commands([mine]));
    await heard('task.started', 'build');
    const { folder } = await takeOver(troupe, run.id, 'build');
    writeFileSync(join(folder, 'made.txt'), 'by hand');
    await handBack(troupe, run.id, 'build', { note: '', work: 'done' });
    expect((await played).end).toMatchObject({ status: 'succeeded' });
    expect(shown(cwd, `troupe/${run.id}`, 'made.txt')).toBe('by hand');
    expect((await resultOf(run, 'build')).output).toContain('has done it.');
  });

  test('has a place to open where nobody has worked on it, also when the run goes on', async () => {
    const { begin, troupe, cwd, resume } = stage();
    makeRepository(cwd, { 'a.txt': 'a' });
    const first = { id: 'first', run: waits };
    const mine = { id: 'build', run: 'true', workspace: 'worktree' as const };
    const { run, heard, played } = await begin({ ...commands([first, mine]), concurrency: 1 });
    await heard('task.started', 'first');
    await run.stop();
    await played;
    const { folder } = await takeOver(troupe, run.id, 'build');
    expect(existsSync(folder)).toBe(true);
    rmSync(folder, { recursive: true });
    const again = await resume(run.id);
    await eventually('its place is made', () => existsSync(join(folder, 'a.txt')));
    writeFileSync(join(cwd, 'ready'), '');
    await handBack(troupe, run.id, 'build', { note: '', work: 'done' });
    expect((await again.played).end).toMatchObject({ status: 'succeeded' });
  });

  test('is left alone by whoever resumes the run, as they have it in their worktree', async () => {
    const { begin, troupe, cwd, resume } = stage();
    makeRepository(cwd, { 'a.txt': 'a' });
    const mine = { id: 'build', run: waits, workspace: 'worktree' as const };
    const { run, heard, played } = await begin(commands([mine]));
    await heard('task.started', 'build');
    const { folder } = await takeOver(troupe, run.id, 'build');
    writeFileSync(join(folder, 'made.txt'), 'by hand');
    git(folder, 'add', 'made.txt');
    await run.stop();
    await played;
    const again = await resume(run.id);
    await staysStaged(() => git(folder, 'diff', '--cached', '--name-only'));
    await handBack(troupe, run.id, 'build', { note: '', work: 'done' });
    expect((await again.played).end).toMatchObject({ status: 'succeeded' });
  });

  test('is refused where it can not be, with what can be done', async () => {
    const { begin, troupe } = stage();
    const { run, heard, played } = await begin(plan);
    await heard('task.started', 'build');
    const back = await refusal(handBack(troupe, run.id, 'build', open('done')));
    expect(back.hint).toContain(`troupe takeover ${run.id} build`);
    expect((await refusal(handBack(troupe, run.id, 'build', open(' ')))).code).toBe('note.empty');
    expect((await refusal(handBack(troupe, run.id, 'build', open('{"a":1}')))).code).toBe(
      'note.invalid',
    );
    const long = await refusal(handBack(troupe, run.id, 'build', open('x'.repeat(4_001))));
    expect([long.code, long.hint].join()).toMatch(/note.too-long,.*file/);
    expect((await refusal(takeOver(troupe, run.id, 'biuld'))).message).toContain('build');
    writeFileSync(join(troupe.config.cwd, 'ready'), '');
    await played;
    const over = await refusal(takeOver(troupe, run.id, 'build'));
    expect([over.code, over.hint].join()).toMatch(/run\.|fork|resume/);
  });
});
