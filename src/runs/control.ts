/**
 * How other processes on the machine reach a living run: one line of JSON each way over loopback.
 *
 * The port and a random token lie in the run's folder, readable by its owner only; a request
 * without the token is refused. What comes in is checked by a schema before anybody sees it.
 */
import { timingSafeEqual } from 'node:crypto';
import { once } from 'node:events';
import { readFile, rm } from 'node:fs/promises';
import { connect, createServer, type Server, type Socket } from 'node:net';
import { z } from 'zod';
import type { Clock } from '../kernel/clock.ts';
import { type Random, randomName } from '../kernel/random.ts';
import { isUserError, UserError } from '../kernel/user-error.ts';
import { writeWhole } from './disk.ts';
import type { RunFolder } from './folder.ts';
import { returnShape, takeShape } from './holding.ts';

const text = z.string().min(1).max(100_000);
const textCharactersMax = 400_000;

/** Left out, the oldest question of the task's agent is meant. */
const word = { task: text, by: text, question: text.optional() };

/** What a person may ask of a living run. */
export const requestSchema = z.discriminatedUnion('type', [
  z.strictObject({ type: z.literal('run.cancel'), reason: text, task: text.optional() }),
  z.strictObject({ type: z.literal('agent.tell'), agent: text, text, from: text }),
  z.strictObject({ type: z.literal('task.approve'), ...word }),
  z.strictObject({ type: z.literal('task.reject'), ...word }),
  z.strictObject({
    type: z.literal('context.set'),
    key: text,
    /** Null: it is taken away. */
    value: z.string().max(100_000).nullable(),
    /** Null: whatever version it has. */
    ifVersion: z.number().int().min(0).nullable().default(null),
    by: text,
  }),
  z.strictObject({ type: z.literal('task.hasten'), task: text, by: text }),
  z.strictObject({
    type: z.literal('task.skip'),
    task: text,
    by: text,
    reason: text.optional(),
  }),
  takeShape,
  returnShape,
  /** `text`: a document with `tasks`, as a plan has them. */
  z.strictObject({
    type: z.literal('task.add'),
    text: z.string().min(1).max(textCharactersMax),
    file: text.default('tasks.yaml'),
    by: text,
  }),
  z.strictObject({
    type: z.literal('run.limit'),
    /** 0: nothing new begins until it is raised again. */
    concurrency: z.number().int().min(0).max(10_000).optional(),
    /** In dollars; null: no limit. */
    budgetUsd: z.number().min(0).max(1_000_000).nullable().optional(),
    by: text,
  }),
]);
export type ControlRequest = z.infer<typeof requestSchema>;

const frameSchema = z.strictObject({ token: z.string(), request: requestSchema });
const replySchema = z.union([
  z.strictObject({ ok: z.literal(true) }),
  z.strictObject({ code: z.string(), message: z.string(), hint: z.string() }),
]);
type Reply = z.infer<typeof replySchema>;
const placeSchema = z.object({ port: z.number().int(), token: z.string() });

/** A longer line is no request. */
const lineCharactersMax = 1_000_000;
/** Most of them are strangers, or too many. */
const connectionsMax = 2_000;
const patienceMs = 10_000;

type Handle = (request: ControlRequest) => Promise<void>;

export interface ControlOptions {
  readonly folder: RunFolder;
  readonly random: Random;
  readonly clock: Clock;
  /** Throws a UserError for what can't be done. */
  readonly handle: Handle;
}

export interface Control {
  /** Who has asked already still gets the answer. */
  close(): Promise<void>;
}

/** Takes requests until it is closed. */
export async function openControl(options: ControlOptions): Promise<Control> {
  const { folder, random } = options;
  const token = randomName(random, 40);
  const sockets = new Set<Socket>();
  const answers = new Set<Promise<void>>();
  const server = createServer((socket) => {
    sockets.add(socket);
    socket.on('close', () => sockets.delete(socket));
    const served = serve(socket, options.clock, (line) => {
      const answered = answer(line, token, options.handle).then((reply) => finish(socket, reply));
      answers.add(answered);
      return answered.finally(() => answers.delete(answered));
    });
    // Not even a line came: there is nobody to tell.
    served.catch(() => socket.destroy());
  });
  server.maxConnections = connectionsMax;
  server.unref();
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  writeWhole(folder.control, JSON.stringify({ port: portOf(server), token }), { mode: 0o600 });
  return {
    async close() {
      server.close();
      await rm(folder.control, { force: true });
      await Promise.all(answers);
      for (const socket of sockets) socket.destroySoon();
    },
  };
}

/** Sends one request to whoever works on the run; false when nobody can be reached. */
export async function askRun(folder: RunFolder, request: ControlRequest): Promise<boolean> {
  const place = await readPlace(folder);
  const socket = place && (await reach(place.port));
  if (!place || !socket) return false;
  const reply = await exchange(socket, { token: place.token, request }).catch((error: Error) => {
    throw unreachable(folder, error);
  });
  if ('ok' in reply) return true;
  throw new UserError(reply.code, reply.message, reply.hint);
}

async function exchange(socket: Socket, frame: z.infer<typeof frameSchema>): Promise<Reply> {
  try {
    socket.write(`${JSON.stringify(frame)}\n`);
    return replySchema.parse(JSON.parse(await readLine(socket)));
  } finally {
    socket.destroy();
  }
}

function unreachable({ id }: RunFolder, { message }: Error): UserError {
  const what = `the process that works on ${id} did not answer: ${message}`;
  return new UserError('run.unreachable', what, 'wait a moment and try again; see: troupe ps');
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

/** Also a line that comes letter by letter must be there in time. */
async function serve(
  socket: Socket,
  clock: Clock,
  take: (line: string) => Promise<void>,
): Promise<void> {
  const forget = clock.at(clock.now() + patienceMs, () => socket.destroy());
  socket.on('close', forget);
  socket.unref();
  const line = await readLine(socket);
  forget();
  await take(line);
}

/** Destroyed once the reply is out: whatever else the other side has to say is not read. */
function finish(socket: Socket, reply: Reply): void {
  socket.end(`${JSON.stringify(reply)}\n`, () => socket.destroy());
}

async function answer(line: string, token: string, handle: Handle): Promise<Reply> {
  const frame = readFrame(line);
  if (!frame.success) return refusal('control.unreadable', z.prettifyError(frame.error));
  if (!same(frame.data.token, token)) return refusal('control.refused', 'the token is wrong');
  try {
    await handle(frame.data.request);
    return { ok: true };
  } catch (error) {
    if (!isUserError(error)) return refusal('control.failed', messageOf(error));
    const { code, message, hint } = error;
    return { code, message, hint };
  }
}

function readFrame(line: string) {
  try {
    return frameSchema.safeParse(JSON.parse(line));
  } catch {
    return frameSchema.safeParse(line);
  }
}

function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}

function refusal(code: string, message: string): Reply {
  return { code, message, hint: 'use the troupe command of the same version' };
}

/** Up to the first newline; rejects when the other side is silent, gone or endless. */
function readLine(socket: Socket): Promise<string> {
  return new Promise((resolve, reject) => {
    let read = '';
    const take = (chunk: string): void => {
      const end = chunk.indexOf('\n');
      read += end < 0 ? chunk : chunk.slice(0, end);
      if (end < 0 && read.length <= lineCharactersMax) return;
      // What follows would only fill the memory.
      socket.off('data', take).pause();
      if (read.length <= lineCharactersMax) resolve(read);
      else reject(new Error('the line is too long'));
    };
    socket.setEncoding('utf8').on('data', take);
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
