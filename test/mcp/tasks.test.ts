/** Long work as tasks of the protocol: begun, followed, fetched, called off, and found again. */
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { taskId } from '@modelcontextprotocol/ext-tasks/core';
import { GetTaskResultV2Schema } from '@modelcontextprotocol/ext-tasks/core/v2';
import { describe, expect, test } from 'vitest';
import { openMcp } from '../../src/mcp/open-mcp.ts';
import { ask, connectTo, type Era, housesOverHttp, type Served } from './house-over-http.ts';
import { askPlainly, taskSession, tasksExtension } from './task-sessions.ts';

const open = housesOverHttp('mcp-tasks');

const wait = { agent: 'slow', prompt: 'wait for it', wait: true };
const required = { task: { preference: 'require' } } as const;

/** Of the first generation one is asked for, of the second one is offered one. */
async function begin(served: Served, era: Era) {
  const session = await taskSession(served, era);
  const options = era === 'legacy' ? required : {};
  const execution = await session.callTool('assign_task', wait, options);
  if (execution.kind !== 'task') throw new Error('it is no task');
  return { session, execution, id: execution.handle.taskId };
}

const letGo = ({ cwd }: Served): void => writeFileSync(join(cwd, 'go'), '');

describe.each<Era>(['legacy', 'modern'])('a client of the %s kind', (era) => {
  test('has long work as a task, and what came of it', async () => {
    const served = await open();
    const { session, execution, id } = await begin(served, era);
    const task = await session.task(id).snapshot();
    expect(task).toMatchObject({ status: 'working', statusMessage: '0 of 1 tasks' });
    letGo(served);
    const { outcome } = await execution.settle();
    expect(outcome).toMatchObject({
      status: 'completed',
      result: {
        structuredContent: { run: id, results: [{ status: 'completed', output: 'wait for it' }] },
      },
    });
  });

  test('calls a task off, and its run ends', async () => {
    const served = await open();
    const { session, execution, id } = await begin(served, era);
    await session.cancelTask(id);
    expect((await execution.settle()).outcome.status).toBe('cancelled');
    const { status, alive } = await ask(await served.client(), 'get_run', { run: id, wait: true });
    expect({ status, alive }).toEqual({ status: 'cancelled', alive: false });
  });

  test('finds its task again at another server of the home, and hears it was stopped', async () => {
    const served = await open();
    const { id } = await begin(served, era);
    await served.server.close();
    const desk = await openMcp(served.troupe);
    const server = await desk.overHttp(join(served.cwd, 'team.yaml'), { port: 0 });
    try {
      const client = async () => connectTo(server, era);
      const session = await taskSession({ ...served, server, client }, era);
      const task = await session.task(id).snapshot();
      expect(task).toMatchObject({ status: 'failed' });
      expect(task.statusMessage).toMatch(/resume_run goes on with it/);
    } finally {
      await server.close();
    }
  });

  test('is refused a task that nobody knows, also by half of its name', async () => {
    const served = await open();
    const { session, id } = await begin(served, era);
    for (const name of ['nobody', 'latest', id.slice(0, -1), '../..']) {
      await expect(session.task(taskId(name)).snapshot(), name).rejects.toThrow(
        /no task is called/,
      );
    }
  });
});

describe('as of 2025', () => {
  test('tasks are listed page by page', async () => {
    const served = await open();
    letGo(served);
    const client = await served.client();
    const runs: string[] = [];
    for (let count = 0; count < 21; count += 1) {
      const { run } = await ask(client, 'assign_task', { agent: 'echo', prompt: 'x' });
      runs.push(String(run));
    }
    const session = await taskSession(served, 'legacy');
    const first = await session.listTasks();
    const second = await session.listTasks(first.nextCursor);
    const listed = [...first.tasks, ...second.tasks].map((task) => task.taskId);
    expect(listed.toSorted()).toEqual(runs.toSorted());
    expect(second.tasks).toHaveLength(1);
    expect(second.nextCursor).toBeUndefined();
    await expect(session.listTasks('nonsense')).rejects.toThrow(/no such cursor/);
  });

  test('a tool that answers at once is no task, and a mistake is told as one', async () => {
    const served = await open();
    const session = await taskSession(served, 'legacy');
    await expect(session.callTool('list_runs', {}, required)).rejects.toThrow(/unavailable/);
    const unknown = session.callTool('assign_task', { agent: 'ehco', prompt: 'x' }, required);
    await expect(unknown).rejects.toThrow(/did you mean "echo"/);
  });

  test('a task that is over is called off no more', async () => {
    const served = await open();
    const { session, execution, id } = await begin(served, 'legacy');
    letGo(served);
    await execution.settle();
    await expect(session.task(id).cancel()).rejects.toThrow(/is completed already/);
  });
});

describe('as of 2026', () => {
  const call = { name: 'assign_task', arguments: wait };

  test('whoever does not know tasks waits, and may not ask for one', async () => {
    const served = await open();
    letGo(served);
    const said = await askPlainly(served, 'tools/call', call, {});
    expect(said).toMatchObject({
      result: { resultType: 'complete', structuredContent: { results: [{ status: 'completed' }] } },
    });
    const refused = await askPlainly(served, 'tasks/get', { taskId: 'x' }, {});
    const requiredCapabilities = { extensions: { [tasksExtension]: {} } };
    expect(refused).toMatchObject({ error: { code: -32_021, data: { requiredCapabilities } } });
  });

  test('what does not wait is answered at once, a mistake too', async () => {
    const served = await open();
    const atOnce = { ...call, arguments: { ...wait, wait: false } };
    const said = await askPlainly(served, 'tools/call', atOnce);
    expect(said).toMatchObject({ result: { resultType: 'complete' } });
    const wrong = { ...call, arguments: { ...wait, agent: 'ehco' } };
    const refused = await askPlainly(served, 'tools/call', wrong);
    expect(refused).toMatchObject({ result: { resultType: 'complete', isError: true } });
  });

  test('every answer is as the schema has it, and what is over stays as it is', async () => {
    const served = await open();
    const begun = await askPlainly(served, 'tools/call', call);
    const { taskId: id } = (begun as unknown as { result: { taskId: string } }).result;
    const get = async () => {
      const said = await askPlainly(served, 'tasks/get', { taskId: id });
      return GetTaskResultV2Schema.parse((said as unknown as { result: unknown }).result);
    };
    expect((await get()).status).toBe('working');
    letGo(served);
    await ask(await served.client(), 'get_run', { run: id, wait: true });
    expect((await get()).status).toBe('completed');
    expect(await askPlainly(served, 'tasks/cancel', { taskId: id })).toMatchObject({ result: {} });
    expect(
      await askPlainly(served, 'tasks/update', { taskId: id, inputResponses: {} }),
    ).toMatchObject({ result: { resultType: 'complete' } });
    expect((await get()).status).toBe('completed');
  });
});
