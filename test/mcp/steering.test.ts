/** What an assistant changes of a run, and what it keeps for later, over MCP. */
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { ask, housesOverHttp } from './house-over-http.ts';

const open = housesOverHttp('mcp-steering');

const waiting = {
  name: 'waiting',
  agents: { echo: { adapter: 'command', run: ['cat'] } },
  tasks: [{ id: 'wait', agent: 'echo', prompt: 'one', approve: true }],
};

const asking = async (mine: Parameters<typeof ask>[0], run: unknown) =>
  expect
    .poll(async () => (await ask(mine, 'why', { run, task: 'wait' })).state, { timeout: 60_000 })
    .toBe('approving');

test('adds tasks to a run, and does without one, in its own name', async () => {
  const { client, troupe } = await open();
  const mine = await client();
  const { run } = await ask(mine, 'run_plan', { plan: waiting });
  await asking(mine, run);
  const more = { id: 'more', needs: ['wait'], prompt: 'after {{results.wait.output}}' };
  const added = await ask(mine, 'task_add', { run, tasks: [more, { id: 'other', prompt: 'x' }] });
  expect(added).toEqual({ run, tasks: ['more', 'other'] });
  await ask(mine, 'skip', { run, task: 'wait', reason: 'not now' });
  const over = await ask(mine, 'get_run', { run, wait: true });
  expect(over).toMatchObject({ status: 'succeeded', done: 3, total: 3 });
  const { output } = await ask(mine, 'get_task_result', { run, task: 'more' });
  expect(output).toMatch(/^after \(there is no result of wait: skipped by .* over MCP: not now\)$/);
  const { journal } = await troupe.folder(String(run));
  expect(readFileSync(journal, 'utf8')).toContain('plan.extend');
  const late = ask(mine, 'task_add', { run, tasks: [{ id: 'late', prompt: 'x' }] });
  await expect(late).rejects.toThrow(/takes no more tasks.*\nNext: begin a new run/);
});

test('takes a task over from its agent, and hands it back with a note', async () => {
  const { client, cwd } = await open();
  const mine = await client();
  const { run } = await ask(mine, 'assign_task', { agent: 'slow', prompt: 'Build it.' });
  const [{ id: task }] = (await ask(mine, 'get_run', { run })).tasks as [{ id: string }];
  const early = ask(mine, 'hand_back', { run, task, note: 'done' });
  await expect(early).rejects.toThrow(/nobody has taken .* over/);
  const taken = await ask(mine, 'take_over', { run, task, minutes: 60 });
  expect(taken).toMatchObject({ run, task, folder: cwd, command: null });
  expect(taken.untilMs).toBeGreaterThan(0);
  expect((await ask(mine, 'why', { run, task })).why).toMatch(/over MCP has .*troupe handback/);
  writeFileSync(join(cwd, 'go'), '');
  await ask(mine, 'hand_back', { run, task, note: 'The half is there.' });
  await ask(mine, 'get_run', { run, wait: true });
  const { output } = await ask(mine, 'get_task_result', { run, task });
  expect(output).toContain('next: The half is there.');
});

test('does a task itself, and says that it is done', async () => {
  const { client } = await open();
  const mine = await client();
  const { run } = await ask(mine, 'assign_task', { agent: 'slow', prompt: 'Build it.' });
  const [{ id: task }] = (await ask(mine, 'get_run', { run })).tasks as [{ id: string }];
  await ask(mine, 'take_over', { run, task });
  await ask(mine, 'hand_back', { run, task, note: 'I built it.', done: true });
  await ask(mine, 'get_run', { run, wait: true });
  const result = await ask(mine, 'get_task_result', { run, task });
  expect(result).toMatchObject({ status: 'completed', output: 'I built it.' });
});

test('is refused a task that the loader refuses, with its place', async () => {
  const { client } = await open();
  const mine = await client();
  const { run } = await ask(mine, 'run_plan', { plan: waiting });
  await asking(mine, run);
  const wrong = ask(mine, 'task_add', { run, tasks: [{ id: 'x', agent: 'ecko', prompt: 'x' }] });
  await expect(wrong).rejects.toThrow(/tasks\.json:\d+.*"ecko".*"echo"/s);
  await ask(mine, 'cancel', { run });
});

test('lets an agent of a run ask only as a line of its answer could', async () => {
  const given = { TROUPE_RUN: 'mine-aaaaa', TROUPE_TASK: 'job' };
  Object.assign(process.env, given);
  try {
    const { client, cwd } = await open();
    const lines = join(cwd, 'asks/job.1.jsonl');
    const mine = await client();
    const task = { id: 'part', agent: 'echo', prompt: 'x' };
    const refused = ask(mine, 'task_add', { tasks: [task] });
    await expect(refused).rejects.toThrow(/job may ask for no other tasks/);
    process.env.TROUPE_TASK_ADD = lines;
    const asked = await ask(mine, 'task_add', { run: 'mine', tasks: [task] });
    expect(asked).toEqual({ run: 'mine-aaaaa', tasks: ['job.part'] });
    expect(JSON.parse(readFileSync(lines, 'utf8'))).toEqual({ troupe: 'task.add', ...task });
  } finally {
    for (const name of [...Object.keys(given), 'TROUPE_TASK_ADD']) delete process.env[name];
  }
});

test('remembers what it is told, without keys, and recalls it by meaning', async () => {
  const { client } = await open();
  const mine = await client();
  const token = `ghp_${'a1B2'.repeat(9)}`;
  const { id } = await ask(mine, 'remember', {
    about: 'How are releases of this project signed?',
    text: `With the key of the release team; the token ${token} is not needed.`,
    agent: 'coder-1',
  });
  expect(id).toMatch(/^notes\/note-[0-9a-f]{10}$/);
  const { memories } = (await ask(mine, 'recall', { text: 'signing a release' })) as {
    memories: { id: string; text: string; why: string }[];
  };
  expect(memories[0]).toMatchObject({ id, why: 'it succeeded; nothing checked it' });
  expect(memories[0]?.text).toContain('the key of the release team');
  expect(JSON.stringify(memories)).not.toContain(token);
});
