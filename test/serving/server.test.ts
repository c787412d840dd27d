/** The server as browsers and strangers meet it: headers, limits, one for a home, a clean end. */
import { existsSync, readFileSync, statSync } from 'node:fs';
import { request } from 'node:http';
import { connect } from 'node:net';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { WebSocket } from 'ws';
import { systemClock } from '../../src/kernel/clock.ts';
import { systemRandom } from '../../src/kernel/random.ts';
import { bodyMaxBytes } from '../../src/serving/http.ts';
import { openServer } from '../../src/serving/server.ts';
import { eventually } from '../agents/processes.ts';
import { houses } from './opened.ts';

const house = houses('serving');
const world = { clock: systemClock, random: systemRandom };

const said = async (response: Response): Promise<Record<string, unknown>> =>
  (await response.json()) as Record<string, unknown>;

/** As `fetch` would not send it: with any headers at all. */
function raw(port: number, headers: Record<string, string>, path = '/api/runs'): Promise<number> {
  return new Promise((resolve, reject) => {
    const asked = request({ port, host: '127.0.0.1', path, headers }, (response) => {
      response.resume();
      resolve(response.statusCode ?? 0);
    });
    asked.on('error', reject);
    asked.end();
  });
}

function joins(port: number, headers: Record<string, string>): Promise<'open' | number> {
  const socket = new WebSocket(`ws://127.0.0.1:${port}/feed`, { headers });
  return new Promise((resolve) => {
    socket.on('open', () => {
      socket.terminate();
      resolve('open');
    });
    socket.on('unexpected-response', (_, { statusCode = 0 }) => {
      socket.terminate();
      resolve(statusCode);
    });
    socket.on('error', () => {});
  });
}

describe('who is let in', () => {
  test('the opened address sets a cookie and hides the token', async () => {
    const { ask, serving } = await house();
    const response = await ask(`/?token=${serving.token}`, undefined, {});
    expect(response.status).toBe(303);
    expect(response.headers.get('location')).toBe('/');
    const cookie = response.headers.get('set-cookie')?.split(';')[0] ?? '';
    expect((await ask('/api/runs', undefined, { cookie })).status).toBe(200);
  });

  test('a stranger learns nothing: neither page nor data', async () => {
    const { ask, serving } = await house();
    const page = await ask('/', undefined, {});
    expect(page.status).toBe(401);
    expect(await page.text()).toContain('needs its token');
    const data = await ask('/api/runs', undefined, {});
    expect([data.status, (await said(data)).code]).toEqual([401, 'serve.no-token']);
    expect(await joins(serving.port, {})).toBe(403);
  });

  test('a foreign host or page is refused, on HTTP and on WebSocket', async () => {
    const { serving } = await house();
    const authorization = `Bearer ${serving.token}`;
    const own = `127.0.0.1:${serving.port}`;
    expect(await raw(serving.port, { authorization })).toBe(200);
    expect(await raw(serving.port, { authorization, host: 'evil.example' })).toBe(403);
    expect(await raw(serving.port, { authorization, origin: 'http://evil.example' })).toBe(403);
    expect(await joins(serving.port, { authorization, origin: `http://${own}` })).toBe('open');
    expect(await joins(serving.port, { authorization, origin: 'http://evil.example' })).toBe(403);
    expect(await joins(serving.port, { authorization, host: 'evil.example' })).toBe(403);
  });

  test('every answer forbids scripts of others, frames and guessing of types', async () => {
    const { ask } = await house();
    for (const path of ['/', '/api/runs', '/assets/none.js']) {
      const { headers } = await ask(path);
      const policy = headers.get('content-security-policy') ?? '';
      expect(policy).toContain("default-src 'none'");
      expect(policy).not.toContain('unsafe');
      expect(headers.get('x-content-type-options')).toBe('nosniff');
    }
  });
});

describe('limits', () => {
  test('a body that is too large, no JSON, or of another type is refused', async () => {
    const { ask, base, serving } = await house();
    const large = await ask('/api/runs', { plan: 'x'.repeat(bodyMaxBytes) });
    expect([large.status, (await said(large)).code]).toEqual([413, 'api.too-large']);
    const authorization = `Bearer ${serving.token}`;
    const post = { method: 'POST', body: 'plan=x' };
    const form = await fetch(`${base}/api/runs`, {
      ...post,
      headers: { authorization, 'content-type': 'application/x-www-form-urlencoded' },
    });
    expect([form.status, (await said(form)).message]).toEqual([400, 'the body must be JSON']);
    const garbage = await fetch(`${base}/api/runs`, {
      ...post,
      headers: { authorization, 'content-type': 'application/json' },
    });
    expect((await said(garbage)).message).toBe('the body is no JSON');
  });

  test.each([
    ['/api/nothing', 404],
    ['/api/runs/nobody', 404],
    ['/api/runs/%E0%A4%A', 400],
    ['/api/runs/nobody/moment', 400],
    ['/../package.json', 404],
    ['/assets/..%2f..%2fpackage.json', 404],
    ['/.env', 404],
  ])('%s is answered with %d', async (path, status) => {
    const { serving } = await house();
    const authorization = `Bearer ${serving.token}`;
    expect(await raw(serving.port, { authorization }, path)).toBe(status);
  });

  test('a frame that is too large ends its connection, and no other', async () => {
    const { listen } = await house();
    const [one, other] = [await listen({ runs: true }), await listen({ runs: true })];
    one.socket.send('x'.repeat(1_000_000));
    await eventually('it is closed', () => one.socket.readyState === WebSocket.CLOSED);
    expect(other.socket.readyState).toBe(WebSocket.OPEN);
  });

  test('what is no wish is told so', async () => {
    const { listen } = await house();
    const listener = await listen({});
    listener.socket.send('{"runs":"yes"}');
    const problem = await listener.heard((frame) => frame.kind === 'problem');
    expect(problem).toMatchObject({ code: 'feed.unreadable' });
  });

  test('garbage on the port is survived', async () => {
    const { serving, ask } = await house();
    const socket = connect(serving.port, '127.0.0.1');
    socket.on('error', () => {}).resume();
    socket.write('\u0000\u0001garbage\r\n\r\n');
    await new Promise((resolve) => socket.on('close', resolve));
    expect((await ask('/api/runs')).status).toBe(200);
  });
});

describe('one house for a home', () => {
  test('the second is told who is the first', async () => {
    const { troupe } = await house();
    const second = openServer(troupe, world, { port: 0 });
    await expect(second).rejects.toMatchObject({ code: 'serve.taken', name: 'UserError' });
    await expect(second).rejects.toThrow(String(process.pid));
  });

  test('a port that is taken is named, and the home is free again', async () => {
    const { serving } = await house();
    const { troupe } = (await house()) as { troupe: Parameters<typeof openServer>[0] };
    const taken = openServer(troupe, world, { port: serving.port, keepsHouse: false });
    await expect(taken).rejects.toMatchObject({ code: 'serve.port-taken' });
  });

  test('its place is for its owner only, and goes with it', async () => {
    const { serving, home } = await house();
    const place = join(home, 'serve/place.json');
    expect(JSON.parse(readFileSync(place, 'utf8'))).toMatchObject({ port: serving.port });
    expect(statSync(place).mode & 0o077).toBe(0);
    await serving.close();
    expect(existsSync(place)).toBe(false);
  });

  test('to others it speaks only by TLS, or when that is said', async () => {
    const { troupe } = await house();
    const bare = openServer(troupe, world, { host: '0.0.0.0', port: 0 });
    await expect(bare).rejects.toMatchObject({ code: 'serve.bare' });
    const said = { host: '0.0.0.0', port: 0, insecure: true, keepsHouse: false };
    const open = await openServer(troupe, world, said);
    const response = await fetch(`http://127.0.0.1:${open.port}/api/runs`);
    expect(response.status).toBe(401);
    await open.close();
  });
});
