/** A run in the Stately inspector's words: held against the package's own receivers and sender. */
import { request } from 'node:http';
import {
  createBrowserReceiver,
  createInspector,
  createWebSocketReceiver,
  type StatelyInspectionEvent,
} from '@statelyai/inspect';
import { afterEach, describe, expect, test } from 'vitest';
import { WebSocket } from 'ws';
import { createActor, createMachine } from 'xstate';
import type { Inspecting, InspectOptions } from '../../src/index.ts';
import { Backlog } from '../../src/inspection/stately/backlog.ts';
import { withoutSecrets } from '../../src/inspection/stately/hiding.ts';
import type { WireMessage } from '../../src/inspection/stately/wire.ts';
import { commands, stages } from '../app/stage.ts';

const stage = stages('stately');
const open: Inspecting[] = [];

afterEach(async () => {
  for (const inspecting of open.splice(0)) await inspecting.close();
});

const plan = () =>
  commands([
    { id: 'one', agent: 'worker', run: ['echo', 'sk-abcdefgh12345678'] },
    { id: 'two', agent: 'worker', needs: ['one'], run: ['echo', 'fine'] },
  ]);

async function shown(options: InspectOptions = {}): Promise<Inspecting> {
  const { troupe, play } = stage();
  const { run } = await play(plan());
  const inspecting = await troupe.inspect(run.id, options);
  open.push(inspecting);
  await inspecting.told;
  return inspecting;
}

const feedOf = ({ address }: Inspecting): string =>
  address.replace('http:', 'ws:').replace('/?', '/feed?');

/** What a new listener hears until the run's end has been told. */
function heardBy(inspecting: Inspecting): Promise<readonly WireMessage[]> {
  return new Promise((resolve, reject) => {
    const heard: WireMessage[] = [];
    const receiver = createWebSocketReceiver({ server: feedOf(inspecting) });
    receiver.subscribe({
      next: (event) => {
        heard.push(event as unknown as WireMessage);
        if (isLast(event as unknown as WireMessage)) resolve(heard);
      },
      error: reject,
    });
  });
}

const isLast = (message: WireMessage): boolean =>
  message.type === '@xstate.snapshot' &&
  message.sessionId.endsWith('/orchestrator') &&
  message.snapshot.status === 'done';

describe('what the inspector hears', () => {
  test('is taken by the receivers of its own package, every kind of it', async () => {
    const heard = await heardBy(await shown());
    const kinds = new Set(heard.map(({ type }) => type));
    expect([...kinds].sort()).toEqual(['@xstate.actor', '@xstate.event', '@xstate.snapshot']);
    const taken: StatelyInspectionEvent[] = [];
    let listen: (event: { data: unknown }) => void = () => {};
    const page = { addEventListener: (_type: string, call: typeof listen) => (listen = call) };
    const browser = Object.assign(page, { self: page, top: page, opener: null });
    createBrowserReceiver({ window: browser as never }).subscribe(
      (event) => void taken.push(event),
    );
    for (const message of heard) listen({ data: message });
    expect(taken).toEqual(heard);
  });

  test('has all that the sender of the package says, kind by kind', async () => {
    const theirs = new Map<string, string[]>();
    const keep = (event: StatelyInspectionEvent) => void theirs.set(event.type, keysOf(event));
    const { actor, event, snapshot } = createInspector({ send: keep });
    const machine = createMachine({
      id: 'm',
      initial: 'a',
      states: { a: { on: { go: 'b' } }, b: {} },
    });
    const ref = createActor(machine).start();
    actor(ref, ref.getSnapshot());
    event(ref, { type: 'go' });
    snapshot(ref, ref.getSnapshot(), { event: { type: 'go' } });
    const heard = await heardBy(await shown());
    for (const [type, keys] of theirs) {
      const ours = heard.filter((message) => message.type === type);
      expect(ours.length, type).toBeGreaterThan(0);
      for (const message of ours)
        expect(Object.keys(message)).toEqual(expect.arrayContaining(keys));
    }
    expect([...theirs.keys()].sort()).toHaveLength(3);
  });

  test('introduces everybody before they speak, parents first, by readable machines', async () => {
    const heard = await heardBy(await shown());
    const known = new Set<string>();
    for (const message of heard) {
      if (message.type !== '@xstate.actor') {
        expect(known).toContain(message.sessionId);
        continue;
      }
      known.add(message.sessionId);
      if (message.parentId !== undefined) expect(known).toContain(message.parentId);
      const config = JSON.parse(message.definition);
      expect(createMachine(config).id).toBe(config.id);
    }
    const names = [...known].map((session) => session.replace(/^[^/]*\//, '')).sort();
    expect(names).toEqual(
      expect.arrayContaining(['agent/worker-1', 'orchestrator', 'supervisor/worker', 'task/one']),
    );
  });

  test('is told again to whoever comes back', async () => {
    const inspecting = await shown();
    const first = await heardBy(inspecting);
    expect(await heardBy(inspecting)).toEqual(first);
  });

  test('has no key in it', async () => {
    const heard = await heardBy(await shown());
    expect(JSON.stringify(heard)).not.toContain('sk-abcdefgh12345678');
  });
});

const keysOf = (event: object): string[] =>
  Object.entries(event).flatMap(([key, value]) => (value === undefined ? [] : [key]));

describe('keys', () => {
  test('are taken out of contexts, events and definitions, however deep', () => {
    const said = {
      apiKey: 'abc',
      nested: [{ Authorization: 'Bearer abcdefgh.ijk', token: 7, text: 'use xai-abcdefgh123' }],
      meta: { password: 'p', passwordLength: 3, GITHUB_TOKEN: 'x' },
    };
    expect(withoutSecrets(said)).toEqual({
      apiKey: '[redacted]',
      nested: [{ Authorization: '[redacted]', token: 7, text: 'use [redacted]' }],
      meta: { password: '[redacted]', passwordLength: 3, GITHUB_TOKEN: '[redacted]' },
    });
  });
});

describe('the backlog', () => {
  const base = { rootId: 'r', createdAt: '1', _version: '0.7.2' };
  const actor = (sessionId: string): WireMessage => ({
    ...{ ...base, type: '@xstate.actor', id: '1', sessionId, name: sessionId, parentId: undefined },
    ...{ definition: '{}', snapshot: { status: 'active', value: 'a', context: {} } },
  });
  type Status = 'active' | 'done';
  const moved = (sessionId: string, value: string, status: Status = 'active'): WireMessage => ({
    ...{ ...base, type: '@xstate.snapshot', id: value, sessionId, event: { type: 'go' } },
    snapshot: { status, value, context: {} },
  });

  test('keeps the newest, and takes the others into the registrations', () => {
    const backlog = new Backlog(3);
    backlog.add(actor('x'));
    for (const value of ['b', 'c', 'd', 'e', 'f', 'g', 'h', 'i']) backlog.add(moved('x', value));
    const all = [...backlog.all()];
    expect(all.map((message) => ('snapshot' in message ? message.snapshot.value : ''))).toEqual([
      'f',
      'g',
      'h',
      'i',
    ]);
    expect(all[0]?.type).toBe('@xstate.actor');
  });

  test('forgets whoever has ended with their last message', () => {
    const backlog = new Backlog(1);
    backlog.add(actor('x'));
    backlog.add(moved('x', 'b', 'done'));
    expect([...backlog.all()]).toHaveLength(2);
    backlog.add(actor('y'));
    backlog.add(moved('y', 'b'));
    expect([...backlog.all()].map(({ sessionId }) => sessionId)).toEqual(['y', 'y']);
  });
});

describe('the relay', () => {
  function asked(inspecting: Inspecting, path: string, headers: Record<string, string>) {
    const { port, hostname } = new URL(inspecting.address);
    return new Promise<{ status: number; text: string; headers: object }>((resolve, reject) => {
      const call = request({ hostname, port, path, headers }, (response) => {
        let text = '';
        response.on('data', (chunk) => (text += chunk));
        response.on('end', () => {
          resolve({ status: response.statusCode ?? 0, text, headers: response.headers });
        });
      });
      call.on('error', reject).end();
    });
  }

  function connected(url: string, headers: Record<string, string> = {}): Promise<string> {
    return new Promise((resolve) => {
      const socket = new WebSocket(url, { headers });
      socket.on('open', () => {
        resolve('open');
        socket.terminate();
      });
      socket.on('error', (error) => resolve(error.message));
    });
  }

  test('lets in whoever has the token, by no foreign name and from no foreign page', async () => {
    const inspecting = await shown();
    const { host, search, pathname } = new URL(inspecting.address);
    const own = { host };
    expect((await asked(inspecting, '/', own)).status).toBe(401);
    expect((await asked(inspecting, '/?token=guessed', own)).status).toBe(401);
    expect((await asked(inspecting, pathname + search, { host: 'evil.test' })).status).toBe(403);
    const origin = 'https://evil.test';
    expect((await asked(inspecting, pathname + search, { ...own, origin })).status).toBe(403);
    const welcome = await asked(inspecting, pathname + search, own);
    expect(welcome.status).toBe(303);
    const cookie = String((welcome.headers as { 'set-cookie'?: string[] })['set-cookie']).split(
      ';',
    )[0];
    const page = await asked(inspecting, '/', { ...own, cookie: cookie ?? '' });
    expect(page).toMatchObject({ status: 200 });
    expect(page.text).toContain('src="https://stately.ai/inspect"');
    expect(page.headers).toMatchObject({
      'content-security-policy': expect.stringContaining('frame-src https://stately.ai;'),
    });
    expect((await asked(inspecting, '/other', { ...own, cookie: cookie ?? '' })).status).toBe(404);
  });

  test('guards the feed in the same way', async () => {
    const inspecting = await shown();
    const feed = feedOf(inspecting);
    expect(await connected(feed)).toBe('open');
    expect(await connected(feed.replace(/token=.*/, 'token=guessed'))).toContain('403');
    expect(await connected(feed, { origin: 'https://evil.test' })).toContain('403');
    expect(await connected(feed.replace('/feed', '/other'))).toContain('403');
  });

  test('refuses an address that is none, and a port that is taken', async () => {
    const { troupe, play } = stage();
    const { run } = await play(plan());
    const bad = troupe.inspect(run.id, { inspectorUrl: 'javascript:alert(1)' });
    await expect(bad).rejects.toMatchObject({ code: 'inspect.url' });
    const first = await troupe.inspect(run.id);
    open.push(first);
    const port = Number(new URL(first.address).port);
    await expect(troupe.inspect(run.id, { port })).rejects.toMatchObject({ code: 'inspect.port' });
  });
});

test('our messages are of the type that the package declares', () => {
  const accept = (_message: Omit<StatelyInspectionEvent, 'snapshot' | 'event'>): void => {};
  const message = {} as WireMessage;
  accept(message);
  expect(message).toEqual({});
});
