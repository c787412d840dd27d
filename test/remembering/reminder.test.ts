/** Recall: a role that asks for it is told of what was done before, with its source. */
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { command, definePlan } from '../../src/plan/define.ts';
import type { TaskRecall } from '../../src/runs/recalled.ts';
import { resultOf, type Stage, stages } from '../app/stage.ts';

const newStage = stages('reminder');

const past = (run: string) =>
  definePlan({
    name: 'past',
    agents: { coder: command({}) },
    tasks: [{ id: 'lifetime', prompt: 'The session of a user expires too soon', run }],
  });

/** Says what it was asked, word for word. */
const later = (memory: { recall: number } | undefined, prompt: string) =>
  definePlan({
    name: 'later',
    agents: { coder: command({ run: ['cat'], ...(memory && { memory }) }) },
    tasks: [{ id: 'again', prompt }],
  });

const alike = 'A user session expires soon after login';

async function heard(stage: Stage, recall: number | undefined, prompt = alike): Promise<string> {
  const { run } = await stage.play(later(recall === undefined ? undefined : { recall }, prompt));
  return (await resultOf(run, 'again')).output;
}

describe('a role that recalls', () => {
  test('begins its prompts with what was done, and from where', async () => {
    const stage = newStage();
    const { run } = await stage.play(past('echo raised the lifetime to one hour'));
    const told = await heard(stage, 3);
    expect(told).toContain(`<recalled from="${run.id}/lifetime" when="today">`);
    expect(told).toContain('Done: raised the lifetime to one hour');
    expect(told.trim().endsWith(alike)).toBe(true);
  });

  test('is told no more than it asks for', async () => {
    const stage = newStage();
    await stage.play(past('echo one'));
    await stage.play(past('echo two'));
    const told = await heard(stage, 3);
    // The first was done again since: only the second counts.
    expect(told.match(/<recalled /g)).toHaveLength(1);
    expect(told).toContain('Done: two');
  });

  test.each([
    ['nothing asks for it', undefined, alike, 'echo done'],
    ['it asks for none', 0, alike, 'echo done'],
    ['nothing is like it', 3, 'Bake a chocolate cake', 'echo done'],
    ['what was done has failed', 3, alike, 'echo bad >&2; exit 1'],
  ])('is told nothing when %s', async (_, recall, prompt, run) => {
    const stage = newStage();
    await stage.play(past(run));
    expect((await heard(stage, recall, prompt)).trim()).toBe(prompt);
  });

  test('is told nothing in a task that is private', async () => {
    const stage = newStage();
    await stage.play(past('echo done'));
    const plan = later({ recall: 3 }, alike);
    const tasks = plan.tasks.map((task) => ({ ...task, memory: 'off' as const }));
    const { run } = await stage.play({ ...plan, tasks });
    expect((await resultOf(run, 'again')).output.trim()).toBe(alike);
  });

  test('is told nothing of what no longer holds', async () => {
    const stage = newStage();
    await stage.play(past('echo 1 > limits.txt; echo wrote limits.txt'));
    expect(await heard(stage, 1)).toContain('wrote limits.txt');
    writeFileSync(join(stage.cwd, 'limits.txt'), '2\n');
    expect(await heard(stage, 1, `${alike}, please`)).not.toContain('wrote limits.txt');
  });

  test('goes on without memory when it can not be opened', async () => {
    const stage = newStage();
    await stage.play(past('echo done'));
    writeFileSync(join(stage.home, 'memory'), 'a file where a folder should be');
    expect((await heard(stage, 3)).trim()).toBe(alike);
  });

  test('says so in its result, and to whoever watches', async () => {
    const stage = newStage();
    const { run: before } = await stage.play(past('echo raised it'));
    const { run, played } = await stage.begin(later({ recall: 1 }, alike));
    const heard: TaskRecall[] = [];
    const listening = (async () => {
      for await (const recall of run.recalls()) heard.push(recall);
    })();
    await played;
    await listening;
    const told = { run_id: before.id, task_id: 'lifetime', verified: false };
    expect((await resultOf(run, 'again')).recalled).toMatchObject([told]);
    expect(heard).toMatchObject([{ task: 'again', recalled: [told] }]);
    expect(await resultOf(before, 'lifetime')).not.toHaveProperty('recalled');
  });

  test('lets it be seen whether that helps', async () => {
    const stage = newStage();
    await stage.play(past('echo raised it'));
    await heard(stage, 1);
    const { recall } = await (await stage.troupe.memory()).stats();
    expect(recall.told).toMatchObject({ tasks: 1, success: 1, attempts: 1 });
    expect(recall.others).toMatchObject({ tasks: 1, success: 1 });
  });
});
