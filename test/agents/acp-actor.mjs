// An agent that speaks ACP with the SDK's own agent side, and does what its script says.

import { existsSync, writeFileSync } from 'node:fs';
import { Readable, Writable } from 'node:stream';
import { agent, ndJsonStream, RequestError } from '@agentclientprotocol/sdk';

const script = JSON.parse(process.env.ACTOR_SCRIPT ?? '{}');
const { way = 'load', steps = [] } = script;
const store = process.env.ACTOR_STORE ?? '';
const path = (id) => `${store}/${id}.json`;
let cancelled = () => {};

const say = (client, sessionId, update) => client.notify('session/update', { sessionId, update });
const text = (words) => ({ type: 'text', text: words });

const acts = {
  say: (c, id, words) => say(c, id, { sessionUpdate: 'agent_message_chunk', content: text(words) }),
  think: (c, id, words) =>
    say(c, id, { sessionUpdate: 'agent_thought_chunk', content: text(words) }),
  tool: async (c, id, [call, kind]) => {
    await say(c, id, { sessionUpdate: 'tool_call', toolCallId: call, title: kind, kind });
    await say(c, id, { sessionUpdate: 'tool_call_update', toolCallId: call, status: 'completed' });
  },
  cost: (c, id, amount) =>
    say(c, id, {
      sessionUpdate: 'usage_update',
      used: 1,
      size: 2,
      cost: { amount, currency: 'USD' },
    }),
  write: (c, sessionId, [file, content]) =>
    c.request('fs/write_text_file', { sessionId, path: file, content }),
  tryWrite: async (c, id, args) => {
    const error = await acts.write(c, id, args).then(
      () => null,
      (e) => e,
    );
    await acts.say(
      c,
      id,
      error === null ? 'written' : `refused: ${error.message} ${error.data?.details ?? ''}`,
    );
  },
  read: async (c, sessionId, file) => {
    const { content } = await c.request('fs/read_text_file', { sessionId, path: file });
    await acts.say(c, sessionId, content);
  },
  probe: async (c, sessionId, file) => {
    const error = await acts.read(c, sessionId, file).then(
      () => null,
      (e) => e,
    );
    await acts.say(c, sessionId, `${error.code} ${error.message}`);
  },
  run: async (c, sessionId, command) => {
    const { terminalId } = await c.request('terminal/create', { sessionId, command });
    const { exitCode } = await c.request('terminal/wait_for_exit', { sessionId, terminalId });
    const { output } = await c.request('terminal/output', { sessionId, terminalId });
    await c.request('terminal/release', { sessionId, terminalId });
    await acts.say(c, sessionId, `exit ${exitCode}: ${output}`);
  },
  background: (c, sessionId, command) => c.request('terminal/create', { sessionId, command }),
  permit: async (c, sessionId, [kind, file]) => {
    const { outcome } = await c.request('session/request_permission', {
      sessionId,
      toolCall: {
        toolCallId: 'p',
        title: `${kind} it`,
        kind,
        rawInput: { file },
        locations: file ? [{ path: file }] : [],
      },
      options: [
        { optionId: 'ever', name: 'Always', kind: 'allow_always' },
        { optionId: 'yes', name: 'Yes', kind: 'allow_once' },
        { optionId: 'no', name: 'No', kind: 'reject_once' },
      ],
    });
    const answer = outcome.optionId ?? outcome.outcome;
    if (answer === 'yes' && file) writeFileSync(file, 'permitted');
    await acts.say(c, sessionId, `answer ${answer}. `);
  },
  exit: (_, __, code) => process.exit(code),
  hang: () => new Promise((resolve) => (cancelled = resolve)),
};

const stream = ndJsonStream(Writable.toWeb(process.stdout), Readable.toWeb(process.stdin));
process.stdout.write('This line is no JSON.\n');
agent({ name: 'actor' })
  .onRequest('initialize', () => ({
    protocolVersion: 1,
    agentCapabilities: { loadSession: way === 'load', sessionCapabilities: {} },
    authMethods: [{ id: 'web', name: 'the web' }],
  }))
  .onRequest('session/new', () => {
    if (script.auth) throw RequestError.authRequired();
    const sessionId = `session-${process.pid}`;
    if (store) writeFileSync(path(sessionId), '{}');
    return { sessionId };
  })
  .onRequest('session/load', async ({ params, client }) => {
    if (!existsSync(path(params.sessionId))) throw RequestError.resourceNotFound('session');
    await acts.say(client, params.sessionId, 'what was said long ago');
    return {};
  })
  .onRequest('session/prompt', async ({ params, client }) => {
    const asked = params.prompt.map((block) => block.text).join('');
    for (const [act, given] of steps) {
      if (act === 'fail') throw new RequestError(-32603, given);
      if (act === 'echo') await acts.say(client, params.sessionId, asked);
      else await acts[act](client, params.sessionId, given);
    }
    const usage = script.usage;
    return { stopReason: script.stop ?? 'end_turn', ...(usage && { usage }) };
  })
  .onNotification('session/cancel', () => {
    if (store) writeFileSync(path('cancelled'), '{}');
    cancelled();
  })
  .connect(stream);
