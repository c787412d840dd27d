/** A crowd at a hub: ten thousand connections, giants, and readers that do not read. */
import { readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { connect, type Socket } from 'node:net';
import { afterAll, expect, test } from 'vitest';
import { WebSocket } from 'ws';
import { frameBytesMax, pack, protocolVersion } from '../../src/bus/frames.ts';
import { nameHeader } from '../../src/bus/greeting.ts';
import { sleep, systemClock } from '../../src/kernel/clock.ts';
import { Desk } from '../cli/troupe.ts';
import { addressOf, expectAlone, linesOf, planOf, tokenFor } from './troop.ts';

const crowdMax = 10_000;
/** Those who may join, those who have not yet, and what any process has open. */
const openMax = 2_000 + 1_000 + 200;
/** Far more than a hub at rest takes, far less than a crowd could make it take. */
const memoryMaxKb = 700_000;

const sockets: { destroy?: () => void; terminate?: () => void }[] = [];
afterAll(() => {
  for (const socket of sockets.splice(0)) (socket.terminate ?? socket.destroy)?.call(socket);
});

/** The most that the process has had in memory so far. */
function peakKbOf(pid: number): number {
  const [, peak = '0'] = /VmHWM:\s*(\d+)/.exec(readFileSync(`/proc/${pid}/status`, 'utf8')) ?? [];
  return Number(peak);
}

const openIn = (pid: number): number => readdirSync(`/proc/${pid}/fd`).length;

/** Resolves when it is let in, or shown away. */
function knock(port: number, says: string): Promise<void> {
  return new Promise((resolve) => {
    const socket: Socket = connect(port, '127.0.0.1');
    sockets.push(socket);
    socket.on('connect', () => {
      socket.write(says);
      resolve();
    });
    socket.on('error', () => resolve());
  });
}

/** Answers with the most that the hub had open meanwhile. */
async function crowd(port: number, hub: number): Promise<number> {
  const request = `GET / HTTP/1.1\r\nHost: x\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n`;
  const words = ['', request, `${request}Authorization: Bearer wrong\r\n\r\n`];
  let most = 0;
  for (let begun = 0; begun < crowdMax; begun += 500) {
    const some = Array.from({ length: 500 }, (_, at) => knock(port, words[at % 3] ?? ''));
    await Promise.all(some);
    most = Math.max(most, openIn(hub));
  }
  return most;
}

/** Null: the crowd was faster, and the hub takes no more at present. */
function opened(url: string, headers: Record<string, string>): Promise<WebSocket | null> {
  const socket = new WebSocket(url, { headers, perMessageDeflate: false });
  sockets.push(socket);
  return new Promise((resolve) => {
    socket.on('error', () => resolve(null));
    socket.once('open', () => resolve(socket));
  });
}

/** Joins with a token that is good. */
async function join(url: string, token: string, name: string): Promise<WebSocket> {
  const headers = { authorization: `Bearer ${token}`, [nameHeader]: name };
  let socket = await opened(url, headers);
  while (socket === null) {
    await sleep(systemClock, 100);
    socket = await opened(url, headers);
  }
  const session = `session-of-${name}-0123456789`;
  const welcome = new Promise((resolve) => socket.once('message', resolve));
  socket.send(JSON.stringify({ troupe: protocolVersion, name, session, received: 0 }));
  await welcome;
  return socket;
}

async function deafen(url: string, token: string): Promise<void> {
  const socket = await join(url, token, 'deaf');
  socket.pause();
  const event = { type: 'files.read', parcel: 'x', file: 0, offset: 0 };
  const asked = (id: number) => ({
    ...({ kind: 'ask', id } as const),
    envelope: { to: 'hub/files', from: 'node/deaf/x', sequence: id, event },
  });
  for (let first = 1; first < 40_000; first += 2_000) {
    const frames = Array.from({ length: 2_000 }, (_, at) => asked(first + at));
    socket.send(pack({ ack: 0, first, frames }));
  }
}

async function giants(url: string, token: string): Promise<void> {
  for (const name of ['giant', 'huge', 'vast']) {
    const socket = await join(url, token, name);
    const closed = new Promise((resolve) => socket.once('close', resolve));
    socket.send('x'.repeat(frameBytesMax + 1));
    await closed;
  }
}

// The memory of a process is read from /proc.
test.skipIf(process.platform !== 'linux')(
  'is turned away in bounded memory, and the work of others goes on',
  async () => {
    const [desk, count] = [new Desk(), 30];
    const token = await tokenFor(desk);
    const isOver = desk.path('the crowd is gone');
    const plan = planOf(desk, count, { seconds: 0.2, lastAwaits: isOver });
    const run = desk.start(['run', plan, '--bus', '127.0.0.1:0', '--quiet']);
    const { url } = await addressOf(run);
    const port = Number(url.replace(/^.*:/, ''));
    const env = { TROUPE_TOKEN: token };
    const words = ['worker', '--join', url, '--role', 'coder=2', '--name'];
    const good = desk.start([...words, 'good', '--home', desk.path('good')], { env });
    await good.says(/begins/);
    const coming = crowd(port, run.pid);
    await Promise.all([coming, deafen(url, token), giants(url, token)]);
    expect(await coming).toBeLessThan(openMax);
    expect(peakKbOf(run.pid)).toBeLessThan(memoryMaxKb);
    writeFileSync(isOver, '');
    // One that was in before was not touched by any of it.
    const { code, stderr } = await run.end();
    expect({ code, stderr }).toMatchObject({ code: 0 });
    expectAlone(linesOf(desk), count);
  },
);
