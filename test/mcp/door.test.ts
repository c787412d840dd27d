/** Who gets in over HTTP, and who does not: tokens, hosts, pages, sizes and sessions. */
import { createServer, request } from 'node:http';
import type { AddressInfo } from 'node:net';
import { describe, expect, test } from 'vitest';
import { systemRandom } from '../../src/kernel/random.ts';
import { openMcp } from '../../src/mcp/open-mcp.ts';
import { RunHost } from '../../src/mcp/run-host.ts';
import { idleMs, Sessions, sessionsMax } from '../../src/mcp/sessions.ts';
import { Team } from '../../src/mcp/team.ts';
import { ManualClock } from '../kernel/manual-clock.ts';
import { ask, housesOverHttp, type Served } from './house-over-http.ts';

const open = housesOverHttp('mcp-door');

const initialize = {
  jsonrpc: '2.0',
  id: 1,
  method: 'initialize',
  params: {
    protocolVersion: '2025-06-18',
    capabilities: {},
    clientInfo: { name: 'test', version: '1' },
  },
};

interface Answer {
  readonly status: number;
  readonly headers: Readonly<Record<string, unknown>>;
  readonly text: string;
}

/** As a client would, with some of its headers changed. */
function post(
  { server }: Served,
  headers: Readonly<Record<string, string>>,
  body: string = JSON.stringify(initialize),
): Promise<Answer> {
  const { port, pathname } = new URL(server.url);
  return new Promise((resolve, reject) => {
    const sent = request({
      ...{ host: '127.0.0.1', port, path: pathname, method: 'POST' },
      headers: {
        authorization: `Bearer ${server.token}`,
        'content-type': 'application/json',
        accept: 'application/json, text/event-stream',
        ...headers,
      },
    });
    sent.on('error', reject).on('response', (res) => {
      let text = '';
      res.setEncoding('utf8').on('data', (part: string) => {
        text += part;
      });
      const end = () => resolve({ status: res.statusCode ?? 0, headers: res.headers, text });
      res.on('end', end).on('error', end);
    });
    sent.end(body);
  });
}

test('a client with the token is let in, and given a session', async () => {
  const answer = await post(await open(), {});
  expect(answer.status).toBe(200);
  expect(answer.headers['mcp-session-id']).toMatch(/^\w{40}$/);
});

describe('refused is', () => {
  test.each([
    ['nobody', { authorization: '' }, 401],
    ['another token', { authorization: 'Bearer 1234567890123456' }, 401],
    ['a token of another kind', { authorization: 'Basic abc' }, 401],
    ['a name that a page pointed here', { host: 'evil.example' }, 403],
    ['a page of another origin', { origin: 'https://evil.example' }, 403],
    ['a page without an origin', { origin: 'null' }, 403],
    ['a page of another server here', { origin: 'http://127.0.0.1:3000' }, 403],
    ['another port of this machine', { host: '127.0.0.1:1' }, 403],
    ['a cookie in place of the token', { authorization: '', cookie: 'troupe-1=x' }, 401],
    ['a session that is not there', { 'mcp-session-id': 'unknown' }, 404],
  ])('%s', async (_, headers, status) => {
    const answer = await post(await open(), headers);
    expect(answer.status).toBe(status);
    expect(JSON.parse(answer.text).error.message).toMatch(/\w/);
  });

  test('a body that is too large', async () => {
    const served = await open();
    const big = JSON.stringify({ ...initialize, padding: 'x'.repeat(10_000_001) });
    expect((await post(served, {}, big)).status).toBe(413);
    // And the others are served as before.
    expect((await post(served, {})).status).toBe(200);
  });

  test('what is no JSON', async () => {
    expect((await post(await open(), {}, '{"jsonrpc":')).status).toBe(400);
  });

  test('a server with a token that can be guessed', async () => {
    const { troupe } = await open();
    const served = (await openMcp(troupe)).overHttp(null, { port: 0, token: 'secret' });
    await expect(served).rejects.toMatchObject({ code: 'mcp.token' });
  });

  test('a second server on the same port', async () => {
    const { server, troupe } = await open();
    const port = Number(new URL(server.url).port);
    const second = (await openMcp(troupe)).overHttp(null, { port });
    await expect(second).rejects.toMatchObject({ code: 'mcp.port' });
  });
});

test('sessions are only so many, and those that nobody uses are closed', async () => {
  const { troupe } = await open();
  const clock = new ManualClock();
  const host = new RunHost({ troupe, clock, team: new Team({}) });
  const sessions = new Sessions({ host, random: systemRandom, clock });
  const outer = createServer((req, res) => {
    sessions.serve(req, res, initialize).then((served) => {
      if (!served) res.writeHead(503).end();
    });
  });
  await new Promise<void>((resolve) => outer.listen(0, '127.0.0.1', resolve));
  const { port } = outer.address() as AddressInfo;
  const enter = () =>
    fetch(`http://127.0.0.1:${port}`, {
      method: 'POST',
      headers: {
        'content-type': 'application/json',
        accept: 'application/json, text/event-stream',
      },
      body: '{}',
    }).then(async (answer) => {
      await answer.text();
      return answer.status;
    });
  for (let count = 0; count < sessionsMax; count += 1) expect(await enter()).toBe(200);
  expect(await enter()).toBe(503);
  while (clock.ringNext(clock.now() + idleMs) && sessions.count > 0);
  expect(sessions.count).toBe(0);
  expect(await enter()).toBe(200);
  await sessions.close();
  outer.close();
});

test('a client that is gone leaves the run working', async () => {
  const { client, troupe } = await open();
  const mine = await client();
  const { run } = await ask(mine, 'assign_task', { agent: 'slow', prompt: 'x' });
  await mine.close();
  const { owner } = await troupe.look(String(run));
  expect(owner?.pid).toBe(process.pid);
});
