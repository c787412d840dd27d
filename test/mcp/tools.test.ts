/** What the tools do for an assistant: agents, runs, results, looking back and ahead. */
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { CallToolResult } from '@modelcontextprotocol/client';
import { describe, expect, test } from 'vitest';
import { openMcp } from '../../src/mcp/open-mcp.ts';
import { ask, connectTo, type Era, housesOverHttp, textOf } from './house-over-http.ts';

const open = housesOverHttp('mcp-tools');

const twoTasks = {
  name: 'two',
  agents: { echo: { adapter: 'command', run: ['cat'] } },
  tasks: [
    { id: 'first', agent: 'echo', prompt: 'one' },
    { id: 'second', agent: 'echo', needs: ['first'], prompt: '{{results.first.output}} two' },
  ],
};

describe.each<Era>(['legacy', 'modern'])('a client of the %s kind', (era) => {
  test('gives an agent a task and reads its answer', async () => {
    const { client } = await open();
    const mine = await client(era);
    const given = { agent: 'loud', prompt: 'say {{it}}', context: 'now', wait: true };
    const { run, results } = await ask(mine, 'assign_task', given);
    expect(results).toMatchObject([{ task: 'loud', status: 'completed' }]);
    const answer = await ask(mine, 'get_agent_response', { agent: 'loud' });
    expect(answer).toMatchObject({ run, output: 'SAY {{IT}}\n\nCONTEXT:\nNOW' });
  });

  test('is told how far a run is while it waits', async () => {
    const { client } = await open();
    const mine = await client(era);
    const told: number[] = [];
    const request = { name: 'run_plan', arguments: { plan: twoTasks, wait: true } };
    const onprogress = ({ progress }: { readonly progress: number }) => void told.push(progress);
    const result = (await mine.callTool(request, { onprogress })) as CallToolResult;
    expect(result.structuredContent).toMatchObject({ status: 'succeeded', done: 2, total: 2 });
    expect(told[0]).toBe(0);
  });
});

describe('agents', () => {
  test('are listed: free ones, and those of a run', async () => {
    const { client, cwd } = await open();
    const mine = await client();
    const { run } = await ask(mine, 'assign_task', { agent: 'slow', prompt: 'wait' });
    const { agents } = (await ask(mine, 'get_agents')) as { agents: Record<string, unknown>[] };
    expect(agents.filter(({ state }) => state === 'free').map(({ agent }) => agent)).toEqual([
      ...['echo', 'loud', 'slow'],
    ]);
    const pending = await ask(mine, 'get_agent_response', { agent: 'slow' });
    expect(pending).toMatchObject({ run, status: 'pending' });
    await ask(mine, 'send_to_agent', { agent: 'slow-1', message: 'hurry' });
    writeFileSync(join(cwd, 'go'), '');
    const waited = await ask(mine, 'get_agent_response', { agent: 'slow', wait: true });
    expect(waited).toMatchObject({ status: 'completed', output: 'wait' });
  });

  test('are all given the same when none is named', async () => {
    const { client, cwd } = await open();
    writeFileSync(join(cwd, 'go'), '');
    const mine = await client();
    const { run, results } = await ask(mine, 'broadcast_task', { prompt: 'hi', wait: true });
    expect(results).toMatchObject([{ output: 'hi' }, { output: 'HI' }, { output: 'hi' }]);
    const all = await ask(mine, 'get_all_results', { run });
    expect(all).toMatchObject({ status: 'succeeded', results });
  });

  test('that nobody knows are refused with a name like it, and what to do next', async () => {
    const { client } = await open();
    const mine = await client();
    const call = { name: 'assign_task', arguments: { agent: 'lowd', prompt: 'x' } };
    const result = (await mine.callTool(call)) as CallToolResult;
    expect(result.isError).toBe(true);
    expect(textOf(result)).toMatch(/no agent is called "lowd".*loud.*\nNext: .*\(agent\.unknown\)/);
  });

  test('that were given nothing have no answer yet', async () => {
    const { client } = await open();
    const asked = ask(await client(), 'get_agent_response', { agent: 'echo' });
    await expect(asked).rejects.toThrow(/was given no task yet\nNext: give it one/);
  });
});

describe('runs', () => {
  test('are begun at once, looked at, explained, and called off', async () => {
    const { client } = await open();
    const mine = await client();
    const { run } = await ask(mine, 'assign_task', { agent: 'slow', prompt: 'x' });
    expect(await ask(mine, 'get_run', { run })).toMatchObject({ alive: true, status: 'running' });
    expect(await ask(mine, 'why', { run, task: 'slow' })).toMatchObject({ task: 'slow' });
    await ask(mine, 'cancel', { run, reason: 'enough' });
    const over = await ask(mine, 'get_run', { run, wait: true });
    expect(over).toMatchObject({ status: 'cancelled', reason: 'enough' });
    const { runs } = await ask(mine, 'list_runs');
    expect(runs).toMatchObject([{ run, status: 'cancelled' }]);
  });

  test('wait for a yes, and get it under the name of who gave it', async () => {
    const { client, troupe } = await open();
    const mine = await client();
    const tasks = [{ id: 'ship', agent: 'echo', prompt: 'x', approve: true }];
    const { run } = await ask(mine, 'run_plan', { plan: { ...twoTasks, tasks } });
    await expect
      .poll(async () => (await ask(mine, 'why', { run, task: 'ship' })).state, { timeout: 60_000 })
      .toBe('approving');
    await ask(mine, 'approve', { run, task: 'ship' });
    expect(await ask(mine, 'get_run', { run, wait: true })).toMatchObject({ status: 'succeeded' });
    const { journal } = await troupe.folder(String(run));
    expect(readFileSync(journal, 'utf8')).toContain('over MCP');
  });

  test('of a plan with a mistake are refused with its place', async () => {
    const { client } = await open();
    const plan =
      'name: x\nagents:\n  a: { adapter: command, run: [cat] }\ntasks:\n  - id: t\n    agent: b\n';
    const asked = ask(await client(), 'run_plan', { plan });
    await expect(asked).rejects.toThrow(/plan\.yaml:6:12.*"b"/s);
  });

  test('need a plan, and only one', async () => {
    const { client } = await open();
    const mine = await client();
    await expect(ask(mine, 'run_plan')).rejects.toThrow(/either "file" or "plan"/);
    const both = ask(mine, 'run_plan', { plan: twoTasks, file: 'x.yaml' });
    await expect(both).rejects.toThrow(/either "file" or "plan"/);
  });

  test('outlive the server: they are stopped, and go on with the next one', async () => {
    const first = await open();
    const { run } = await ask(await first.client(), 'assign_task', { agent: 'slow', prompt: 'x' });
    await first.server.close();
    expect((await first.troupe.look(String(run))).owner).toBeNull();
    const server = await (await openMcp(first.troupe)).overHttp(null, { port: 0 });
    writeFileSync(join(first.cwd, 'go'), '');
    const mine = await connectTo(server, 'legacy');
    const resumed = await ask(mine, 'resume_run', { run, wait: true });
    expect(resumed).toMatchObject({ run, status: 'succeeded' });
    await mine.close();
    await server.close();
  });
});

describe('what a run shares', () => {
  test('is set and read, and not over what somebody else has set', async () => {
    const { client, cwd } = await open();
    const mine = await client();
    const { run } = await ask(mine, 'assign_task', { agent: 'slow', prompt: 'x' });
    await ask(mine, 'update_shared_context', { run, key: 'port', value: '8080', if_version: 0 });
    const { entries } = await ask(mine, 'get_shared_context', { run });
    expect(entries).toMatchObject([
      { key: 'port', value: '8080', by: expect.stringContaining('over MCP') },
    ]);
    const late = { run, key: 'port', value: '9090', if_version: 0 };
    await expect(ask(mine, 'update_shared_context', late)).rejects.toThrow(/context\.conflict/);
    writeFileSync(join(cwd, 'go'), '');
    await ask(mine, 'get_run', { run, wait: true });
  });

  test('and what its agents said, are told of an agent and not of strangers', async () => {
    const { client } = await open();
    const mine = await client();
    await ask(mine, 'assign_task', { agent: 'loud', prompt: 'speak up', wait: true });
    const { messages } = await ask(mine, 'get_agent_messages', { agent: 'loud' });
    expect(messages).toEqual(
      expect.arrayContaining([
        expect.objectContaining({ who: 'prompt', text: 'speak up' }),
        expect.objectContaining({ who: 'out', text: expect.stringContaining('SPEAK UP') }),
      ]),
    );
    const asked = ask(mine, 'get_agent_messages', { agent: 'nobody' });
    await expect(asked).rejects.toThrow(/agent\.unheard/);
  });
});

describe('before work is given', () => {
  test('a plan is proved to end, or what is wrong with it is named', async () => {
    const { client } = await open();
    const mine = await client();
    const proved = await ask(mine, 'verify_plan', { plan: twoTasks });
    expect(proved).toMatchObject({ verdict: 'proved', findings: [] });
    const tasks = twoTasks.tasks.map((task) => ({ ...task, agent: 'unheard-of' }));
    const wrong = ask(mine, 'verify_plan', { plan: { ...twoTasks, tasks } });
    await expect(wrong).rejects.toThrow(/unheard-of/);
  });

  test('a plan is simulated, and nothing of it is run', async () => {
    const { client, troupe } = await open();
    const given = { plan: twoTasks, seeds: 5 };
    const outlook = await ask(await client(), 'simulate_plan', given);
    expect(outlook).toMatchObject({ name: 'two', asked: 5, succeeded: 5 });
    expect(await troupe.names()).toEqual([]);
  });

  test('similar tasks of the past are found', async () => {
    const { client } = await open();
    const mine = await client();
    expect(await ask(mine, 'find_similar_tasks', { text: 'greet' })).toEqual({ tasks: [] });
    const prompt = 'greet the world politely';
    await ask(mine, 'assign_task', { agent: 'echo', prompt, wait: true });
    const { tasks } = await ask(mine, 'find_similar_tasks', { text: 'greet everybody politely' });
    expect(tasks).toMatchObject([{ prompt, outcome: 'succeeded' }]);
  });

  test('prompts of the library are listed, and rendered by name', async () => {
    const { client, troupe } = await open();
    await (await troupe.prompts()).save('review', 'Review {{what}} in {{language|TypeScript}}.');
    const mine = await client();
    const { prompts } = await ask(mine, 'list_prompts');
    expect(prompts).toMatchObject([{ name: 'review', version: 1 }]);
    const rendered = await mine.getPrompt({ name: 'review', arguments: { what: 'this' } });
    expect(rendered.messages).toMatchObject([
      { content: { type: 'text', text: 'Review this in TypeScript.' } },
    ]);
  });
});

test('every tool says what it is for, what goes in and out, and what it may do', async () => {
  const { client } = await open();
  const { tools } = await (await client()).listTools();
  for (const { name, title, description, inputSchema, outputSchema, annotations } of tools) {
    expect({ name, title, description }).toEqual({
      name,
      title: expect.stringMatching(/^[A-Z]/),
      description: expect.stringMatching(/\.$/),
    });
    expect([inputSchema.type, outputSchema?.type]).toEqual(['object', 'object']);
    expect(annotations?.readOnlyHint).toEqual(expect.any(Boolean));
  }
  const names = tools.map(({ name }) => name);
  expect(names).toEqual(expect.arrayContaining(['get_agents', 'assign_task', 'broadcast_task']));
});

test('runs, results and machines are read by address', async () => {
  const { client } = await open();
  const mine = await client();
  const { run } = await ask(mine, 'run_plan', { plan: twoTasks, wait: true });
  const { resources } = await mine.listResources();
  expect(resources.map(({ uri }) => uri)).toContain(`troupe://runs/${run}`);
  const read = async (uri: string) => {
    const [content] = (await mine.readResource({ uri })).contents;
    return content && 'text' in content ? content.text : '';
  };
  expect(JSON.parse(await read(`troupe://runs/${run}/results/second`))).toMatchObject({
    output: 'one two',
  });
  expect(await read(`troupe://runs/${run}/report`)).toContain('# two');
  expect(JSON.parse(await read('troupe://machines/task'))).toMatchObject({ id: 'task' });
  await expect(read(`troupe://runs/${run}/results/third`)).rejects.toThrow(/third/);
});
