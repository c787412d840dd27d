/**
 * How other processes on the machine reach a living run: one line of JSON each way over loopback.
 *
 * The port and a random token lie in the run's folder, readable by its owner only; a request without
 * the token is not answered. What comes in is checked by a schema before anybody sees it.
 */
import { timingSafeEqual } from 'node:crypto';
import { once } from 'node:events';
import { readFile, rm, writeFile } from 'node:fs/promises';
import { connect, createServer, type Server, type Socket } from 'node:net';
import { z } from 'zod';
import { type Random, randomName } from '../kernel/random.ts';
import { isUserError, UserError } from '../kernel/user-error.ts';
import type { RunFolder } from './folder.ts';

const text = z.string().min(1).max(100_000);

/** What a person may ask of a living run. */
export const requestSchema = z.discriminatedUnion('type', [
  z.strictObject({ type: z.literal('run.cancel'), reason: text, task: text.optional() }),
  z.strictObject({ type: z.literal('agent.tell'), agent: text, text, from: text }),
  z.strictObject({ type: z.literal('task.approve'), task: text, by: text }),
  z.strictObject({ type: z.literal('task.reject'), task: text, by: text }),
]);
export type ControlRequest = z.infer<typeof requestSchema>;

const frameSchema = z.strictObject({ token: z.string(), request: requestSchema });
const replySchema = z.union([
  z.strictObject({ ok: z.literal(true) }),
  z.strictObject({ code: z.string(), message: z.string(), hint: z.string() }),
]);
const placeSchema = z.object({ port: z.number().int(), token: z.string() });

/** A longer line is no request. */
const lineBytesMax = 1_000_000;
const patienceMs = 10_000;

export interface Control {
  close(): Promise<void>;
}

/** Takes requests until it is closed; `handle` throws a UserError for what can't be done. */
export async function openControl(
  folder: RunFolder,
  random: Random,
  handle: (request: ControlRequest) => Promise<void>,
): Promise<Control> {
  const token = randomName(random, 40);
  const sockets = new Set<Socket>();
  const server = createServer((socket) => {
    sockets.add(socket);
    socket.on('close', () => sockets.delete(socket));
    serve(socket, token, handle);
  });
  server.unref();
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const place = { port: portOf(server), token };
  await writeFile(folder.control, JSON.stringify(place), { mode: 0o600 });
  return {
    async close() {
      server.close();
      for (const socket of sockets) socket.end();
      await rm(folder.control, { force: true });
    },
  };
}

/** Sends one request to whoever works on the run; null when nobody does. */
export async function askRun(folder: RunFolder, request: ControlRequest): Promise<boolean> {
  const place = await readPlace(folder);
  const socket = place && (await reach(place.port));
  if (!place || !socket) return false;
  try {
    socket.write(`${JSON.stringify({ token: place.token, request })}\n`);
    const reply = replySchema.parse(JSON.parse(await readLine(socket)));
    if ('ok' in reply) return true;
    throw new UserError(reply.code, reply.message, reply.hint);
  } finally {
    socket.destroy();
  }
}

async function readPlace(folder: RunFolder) {
  try {
    return placeSchema.parse(JSON.parse(await readFile(folder.control, 'utf8')));
  } catch {
    return null;
  }
}

async function reach(port: number): Promise<Socket | null> {
  const socket = connect({ port, host: '127.0.0.1', timeout: patienceMs });
  try {
    await once(socket, 'connect');
    return socket;
  } catch {
    return null;
  }
}

async function serve(
  socket: Socket,
  token: string,
  handle: (request: ControlRequest) => Promise<void>,
): Promise<void> {
  socket.unref();
  socket.setTimeout(patienceMs, () => socket.destroy());
  socket.on('error', () => socket.destroy());
  try {
    const reply = await answer(await readLine(socket), token, handle);
    socket.end(`${JSON.stringify(reply)}\n`);
  } catch {
    // Not even a line came: there is nobody to tell.
    socket.destroy();
  }
}

async function answer(
  line: string,
  token: string,
  handle: (request: ControlRequest) => Promise<void>,
): Promise<z.infer<typeof replySchema>> {
  try {
    const frame = frameSchema.parse(JSON.parse(line));
    if (!same(frame.token, token)) return refusal('control.refused', 'the token is wrong');
    await handle(frame.request);
    return { ok: true };
  } catch (error) {
    if (isUserError(error)) {
      const { code, message, hint } = error;
      return { code, message, hint };
    }
    return refusal('control.unreadable', error instanceof Error ? error.message : String(error));
  }
}

function refusal(code: string, message: string) {
  return { code, message, hint: 'use the troupe command of the same version' };
}

/** Up to the first newline; rejects when the other side is silent, gone or endless. */
function readLine(socket: Socket): Promise<string> {
  return new Promise((resolve, reject) => {
    let read = '';
    socket.setEncoding('utf8');
    socket.on('data', (chunk: string) => {
      read += chunk;
      const end = read.indexOf('\n');
      if (end >= 0) resolve(read.slice(0, end));
      else if (read.length > lineBytesMax) reject(new Error('the line is too long'));
    });
    socket.on('close', () => reject(new Error('the connection was closed')));
    socket.on('timeout', () => reject(new Error('nothing came in time')));
    socket.on('error', reject);
  });
}

function same(given: string, wanted: string): boolean {
  const [a, b] = [Buffer.from(given), Buffer.from(wanted)];
  return a.length === b.length && timingSafeEqual(a, b);
}

function portOf(server: Server): number {
  const at = server.address();
  return typeof at === 'object' && at ? at.port : 0;
}
